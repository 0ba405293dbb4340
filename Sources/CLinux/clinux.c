#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int troupe_signal_descriptor(void) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGTERM);
  sigaddset(&mask, SIGINT);
  // Under nohup the signal is ignored, and one that is blocked would be read all the same.
  struct sigaction hangUp;
  if (sigaction(SIGHUP, NULL, &hangUp) == 0 && hangUp.sa_handler != SIG_IGN) {
    sigaddset(&mask, SIGHUP);
  }
  sigaddset(&mask, SIGUSR1);
  if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0) return -1;
  return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

int troupe_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  return count == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void troupe_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
}

// Segments that are never written hold the file's bytes and nothing else, so nothing is lost.
static int let_go_of(struct dl_phdr_info *info, size_t size, void *page) {
  (void)size;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = info->dlpi_addr + segment->p_vaddr, mask = *(uintptr_t *)page - 1;
    uintptr_t first = start & ~mask, end = (start + segment->p_memsz) & ~mask;
    if (end > first) madvise((void *)first, end - first, MADV_DONTNEED);
  }
  return 1; // the program is the first of the list
}

// Whether a debugger is there, whose breakpoints are written into the program's pages.
static int is_traced(void) {
  char text[4096];
  int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (count < 0) return 1;
  text[count] = 0;
  const char *line = strstr(text, "\nTracerPid:\t");
  return !line || line[12] != '0';
}

void troupe_let_go_of_program_pages(void) {
  if (is_traced()) return;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  dl_iterate_phdr(let_go_of, &page);
}

int troupe_processor_count(void) {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

/// Where the thread may run again once it is not settled any more.
static _Thread_local cpu_set_t roaming;
static _Thread_local int is_settled;

void troupe_settle(int index) {
  if (is_settled || sched_getaffinity(0, sizeof roaming, &roaming) != 0) return;
  int rest = index % CPU_COUNT(&roaming);
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &roaming) || rest-- > 0) continue;
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    is_settled = sched_setaffinity(0, sizeof own, &own) == 0;
    return;
  }
}

void troupe_roam(void) {
  if (is_settled) sched_setaffinity(0, sizeof roaming, &roaming);
  is_settled = 0;
}

void troupe_set_time_slice(int64_t nanoseconds) {
  // As linux/sched/types.h has it; the C library has neither the structure nor the calls.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = sizeof attributes};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.runtime = (uint64_t)nanoseconds;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int troupe_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int troupe_spawn(const char *path, char *const arguments[], int inherited, pid_t *process) {
  return troupe_spawn_with(path, arguments, &inherited, inherited >= 0, process);
}

/// The attributes of every process that is started here; `begin_spawn` gives an error number or 0.
static int begin_spawn(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions) {
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  int error = posix_spawnattr_init(attributes);
  if (error) return error;
  error = posix_spawn_file_actions_init(actions);
  if (error) {
    posix_spawnattr_destroy(attributes);
    return error;
  }
  posix_spawnattr_setflags(
      attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(attributes, 0);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setsigdefault(attributes, &defaults);
  return 0;
}

static void end_spawn(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions) {
  posix_spawn_file_actions_destroy(actions);
  posix_spawnattr_destroy(attributes);
}

int troupe_spawn_with(
    const char *path, char *const arguments[], const int *inherited, int count, pid_t *process) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int error = begin_spawn(&attributes, &actions);
  if (error) return error;
  error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  // By way of high numbers, so that no descriptor is overwritten before it was copied. A descriptor copied
  // onto itself loses its close-on-exec flag, too: POSIX asks for that.
  int high[TROUPE_INHERITED_LIMIT];
  int opened = 0;
  for (; !error && opened < count && opened < TROUPE_INHERITED_LIMIT; opened++) {
    high[opened] = fcntl(inherited[opened], F_DUPFD_CLOEXEC, 3 + TROUPE_INHERITED_LIMIT);
    if (high[opened] < 0) {
      error = errno;
      break;
    }
    error = posix_spawn_file_actions_adddup2(&actions, high[opened], 3 + opened);
  }
  if (!error) error = posix_spawnp(process, path, &actions, &attributes, arguments, environ);
  for (int i = 0; i < opened; i++) close(high[i]);
  end_spawn(&attributes, &actions);
  return error;
}

int troupe_spawn_streams(
    const char *path, char *const arguments[], const int streams[3], pid_t *process) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int error = begin_spawn(&attributes, &actions);
  if (error) return error;
  // The descriptors are above 2 wherever the three standard streams are open.
  for (int i = 0; !error && i < 3; i++) {
    error = posix_spawn_file_actions_adddup2(&actions, streams[i], i);
  }
  if (!error) error = posix_spawnp(process, path, &actions, &attributes, arguments, environ);
  end_spawn(&attributes, &actions);
  return error;
}

int troupe_peek_ended(pid_t process) {
  siginfo_t information;
  for (int i = 0; i < 100; i++) {
    information.si_pid = 0;
    if (waitid(P_PID, process, &information, WEXITED | WNOWAIT | WNOHANG) == 0 &&
        information.si_pid == process) {
      return information.si_code == CLD_EXITED ? information.si_status : -information.si_status;
    }
    usleep(1000);
  }
  return TROUPE_NOT_ENDED;
}

int troupe_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int troupe_socket_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

int troupe_event_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void troupe_event_set(int descriptor) {
  uint64_t one = 1;
  // Fails only when 2^64 - 2 settings are pending, which is set enough.
  ssize_t written = write(descriptor, &one, sizeof one);
  (void)written;
}

void troupe_event_clear(int descriptor) {
  uint64_t count;
  ssize_t got = read(descriptor, &count, sizeof count);
  (void)got;
}

int troupe_watch_directory(const char *path) {
  int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return -1;
  // Not IN_CREATE: a new file is looked at once it is written, or has got its name.
  uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (inotify_add_watch(descriptor, path, changes) < 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

void troupe_watch_clear(int descriptor) {
  char events[4096];
  while (read(descriptor, events, sizeof events) > 0) {
  }
}

int64_t troupe_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void troupe_sleep_until(int64_t nanoseconds) {
  // Linux lets a thread sleep 50 us longer, unless it asked for more care.
  static _Thread_local int careful;
  if (!careful) careful = prctl(PR_SET_TIMERSLACK, 1L) == 0;
  struct timespec end = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) {
  }
}

int troupe_notify(const char *path, const char *text) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return EINVAL;
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = 0;
  int ours = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (ours < 0) return errno;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] != '@'));
  // Never waits: a manager that reads nothing is no reason for a run to stand still.
  ssize_t sent = sendto(ours, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, size);
  int result = sent < 0 ? errno : 0;
  close(ours);
  return result;
}

const char *troupe_resolver_text(int error) { return gai_strerror(error); }

int troupe_dial(const char *host, const char *port, int milliseconds, char *address) {
  address[0] = 0;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
  int problem = getaddrinfo(host, port, &hints, &list);
  if (problem) return problem < 0 ? problem : -problem;
  const struct addrinfo *chosen = list;
  for (const struct addrinfo *one = list; one; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      chosen = one;
      break;
    }
  }
  getnameinfo(chosen->ai_addr, chosen->ai_addrlen, address, 64, NULL, 0, NI_NUMERICHOST);
  int result = 0;
  int dialled = socket(chosen->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (dialled < 0 || (connect(dialled, chosen->ai_addr, chosen->ai_addrlen) != 0)) {
    result = errno;
    if (dialled >= 0 && result == EINPROGRESS) {
      struct pollfd waiting = {.fd = dialled, .events = POLLOUT};
      socklen_t size = sizeof result;
      result = ETIMEDOUT;
      if (poll(&waiting, 1, milliseconds) == 1) {
        getsockopt(dialled, SOL_SOCKET, SO_ERROR, &result, &size);
      }
    }
  }
  if (dialled >= 0) close(dialled);
  freeaddrinfo(list);
  return result;
}
