// What the benchmarks need from C: clocks, other processes' figures, a count of allocations, the
// processor's own peak, and libzmq without anything of ours around it.
#ifndef TROUPE_BENCHMARKS_H
#define TROUPE_BENCHMARKS_H

#include <stddef.h>
#include <stdint.h>

// Clocks, all in seconds.

double bench_wall_seconds(void);
/// Processor time of the calling thread.
double bench_thread_seconds(void);
/// Processor time of this process and its threads.
double bench_own_seconds(void);
/// Processor time of a process and its threads; below 0 when there is no such process.
double bench_process_seconds(int32_t process);
/// Processor time of all descendants that have been waited for.
double bench_children_seconds(void);
void bench_sleep(double seconds);

// Other processes.

/// Starts a program with an empty list of signals to ignore, its output and errors in the file
/// `output`. `arguments` are separated by '\n'; the first is the program's path. The environment is
/// handed on without the variables that begin with TROUPE_. Returns the process, or below 0.
int32_t bench_spawn(const char *_Nonnull arguments, const char *_Nonnull output);
/// Waits for a process and returns its exit code, or the negative of the signal that ended it.
int32_t bench_wait(int32_t process);
/// Whether the process has ended; it can still be waited for.
int32_t bench_has_ended(int32_t process);
/// The `index`-th child process, or 0 when it has no more.
int32_t bench_child(int32_t process, int32_t index);
void bench_kill(int32_t process);
/// Length of a file, or -1.
int64_t bench_file_bytes(const char *_Nonnull path);
/// The most memory that a process ever had resident (VmHWM), or 0.
int64_t bench_peak_resident_bytes(int32_t process);

// Allocations.

/// Calls of malloc and its relatives, by any thread, since the process started.
uint64_t bench_allocation_count(void);

// The processor.

enum {
  BENCH_FMA_AVX2 = 1,
  BENCH_FMA_AVX512 = 2,
  BENCH_FMA_NEON = 3,
};

/// Multiply-adds that never leave the registers, twelve independent chains of them, `rounds` long.
/// Returns the floating-point operations done, or 0 where the instruction set does not exist.
double bench_fma(int32_t set, int64_t rounds);

// libzmq. One process pushes `count` messages of `size` bytes, the other takes them and touches each
// page.

/// Returns 0, or an errno value.
int32_t bench_raw_push(const char *_Nonnull endpoint, size_t size, int64_t count);
/// Seconds between the first message and the last of `count` more, or below 0.
double bench_raw_pull(const char *_Nonnull endpoint, size_t size, int64_t count);

#endif
