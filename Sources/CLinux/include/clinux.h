// What Swift cannot call by itself: variadic functions, signal masks and process attributes of Linux.
#ifndef TROUPE_CLINUX_H
#define TROUPE_CLINUX_H

#include <stdint.h>
#include <sys/types.h>

/// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 for this thread and all it will make, and gives a descriptor that
/// reads them, or -1 with errno. SIGPIPE is ignored; SIGHUP, if it was ignored before, stays so.
int troupe_signal_descriptor(void);

/// The next pending signal of the descriptor, or 0 when there is none.
int troupe_next_signal(int descriptor);

/// Starts `path` with `arguments` (ending in NULL) in a process group of its own, with the signal mask
/// empty, standard input from /dev/null, and `inherited` (a descriptor, or -1) open as descriptor 3.
/// Gives 0 and the process in `process`, or an error number.
int troupe_spawn(const char *path, char *const arguments[], int inherited, pid_t *process);

/// The same with up to `TROUPE_INHERITED_LIMIT` descriptors, which become 3, 4, … `path` is looked for as a
/// shell does.
#define TROUPE_INHERITED_LIMIT 4
int troupe_spawn_with(
    const char *path, char *const arguments[], const int *inherited, int count, pid_t *process);

/// Starts a program, looked for as a shell does, in a process group of its own, with these descriptors as
/// its standard input, output and error. Gives 0 and the process in `process`, or an error number.
int troupe_spawn_streams(
    const char *path, char *const arguments[], const int streams[3], pid_t *process);

/// The exit code of a child that is ending, or the negative of the signal that killed it; it can still be
/// waited for. `TROUPE_NOT_ENDED` after 100 ms.
#define TROUPE_NOT_ENDED 1000
int troupe_peek_ended(pid_t process);

/// An empty file in memory that only those can open who are given its descriptor, or -1 with errno.
int troupe_memory_file(const char *name);

/// Two connected sockets that keep the boundaries of messages. Returns 0, or -1 with errno.
int troupe_socket_pair(int ends[2]);

/// Keeps freed memory within the process: the arrays of a round are as large as those of the round before,
/// and giving their pages back each time costs more than the arithmetic on them.
void troupe_keep_freed_memory(void);

/// Lets go of the pages of the program's file that starting touched: relocations, which nobody reads again, and
/// code that runs once. What is needed again comes back from the page cache. Does nothing under a debugger.
void troupe_let_go_of_program_pages(void);

/// How many processors this thread may run on; 0 where that is not known.
int troupe_processor_count(void);

/// Keeps this thread on one of the processors that it may run on, counted modulo their number, until
/// `troupe_roam`. Does nothing where the system does not allow it.
void troupe_settle(int index);
void troupe_roam(void);

/// How long this thread, and each that it starts from now on, runs at a time where another is waiting: shorter
/// means sooner. 0 is what the system gives. Linux before 6.12 has no such choice, and nothing changes there.
void troupe_set_time_slice(int64_t nanoseconds);

/// A pipe that no program started later inherits: its reading and its writing end. Returns 0, or -1 with
/// errno.
int troupe_pipe(int ends[2]);

/// A descriptor that is readable from `troupe_event_set` to `troupe_event_clear`, or -1 with errno. Any
/// thread may set it.
int troupe_event_make(void);
void troupe_event_set(int descriptor);
void troupe_event_clear(int descriptor);

/// A descriptor that is readable once files in the directory were written, renamed, removed or given other
/// permissions, until `troupe_watch_clear`; -1 with errno if there is no watching it.
int troupe_watch_directory(const char *path);
void troupe_watch_clear(int descriptor);

/// Nanoseconds of a clock that only goes forward.
int64_t troupe_monotonic_nanoseconds(void);

/// Sleeps until that clock shows `nanoseconds`, to a few microseconds.
void troupe_sleep_until(int64_t nanoseconds);

/// Sends one datagram to the UNIX socket at `path`, where `@` stands for the abstract namespace. Returns 0, or
/// an error number.
int troupe_notify(const char *path, const char *text);

/// Opens a TCP connection to a name or address as libzmq would, to the first IPv4 address of a name or, where it
/// has none, to the first other, and closes it. `address`, of 64 bytes, is what was dialled, as text; empty for
/// a name that means nothing. Gives 0, an error number (ETIMEDOUT after so many milliseconds), or the negative
/// of an error of the resolver, whose text is in `troupe_resolver_text`.
int troupe_dial(const char *host, const char *port, int milliseconds, char *address);
const char *troupe_resolver_text(int error);

#endif
