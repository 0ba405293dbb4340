#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "benchmarks.h"

extern char **environ;

static double seconds_of(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -1;
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double bench_wall_seconds(void) { return seconds_of(CLOCK_MONOTONIC); }

double bench_thread_seconds(void) { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

double bench_own_seconds(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

double bench_process_seconds(int32_t process) {
  clockid_t clock;
  return clock_getcpuclockid(process, &clock) == 0 ? seconds_of(clock) : -1;
}

double bench_children_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

void bench_sleep(double seconds) {
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

int32_t bench_spawn(const char *arguments, const char *output) {
  char *text = strdup(arguments);
  char *list[128];
  int count = 0;
  char *rest = text;
  for (char *part; count < 127 && (part = strsep(&rest, "\n")) != NULL;) list[count++] = part;
  list[count] = NULL;

  size_t variables = 0;
  while (environ[variables]) variables++;
  char **environment = calloc(variables + 1, sizeof *environment);
  size_t kept = 0;
  for (size_t i = 0; i < variables; i++) {
    if (strncmp(environ[i], "TROUPE_", 7) != 0) environment[kept++] = environ[i];
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t process = -1;
  int error = posix_spawn(&process, list[0], &actions, NULL, list, environment);
  posix_spawn_file_actions_destroy(&actions);
  free(environment);
  free(text);
  return error == 0 ? process : -error;
}

int32_t bench_wait(int32_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int32_t bench_has_ended(int32_t process) {
  siginfo_t info;
  info.si_pid = 0;
  return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

int32_t bench_child(int32_t process, int32_t index) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *tasks = opendir(path);
  if (!tasks) return 0;
  int found = 0;
  for (struct dirent *task; !found && (task = readdir(tasks)) != NULL;) {
    char children[512];
    if (task->d_name[0] == '.') continue;
    snprintf(children, sizeof children, "/proc/%d/task/%s/children", process, task->d_name);
    FILE *file = fopen(children, "r");
    if (!file) continue;
    for (int child; !found && fscanf(file, "%d", &child) == 1;) {
      if (index-- == 0) found = child;
    }
    fclose(file);
  }
  closedir(tasks);
  return found;
}

void bench_kill(int32_t process) { kill(process, SIGKILL); }

int64_t bench_file_bytes(const char *path) {
  struct stat file;
  return stat(path, &file) == 0 ? file.st_size : -1;
}

int64_t bench_peak_resident_bytes(int32_t process) {
  char path[64], line[256];
  long long kilobytes = 0;
  snprintf(path, sizeof path, "/proc/%d/status", process);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "VmHWM: %lld kB", &kilobytes) == 1) break;
  }
  fclose(file);
  return kilobytes * 1024;
}
