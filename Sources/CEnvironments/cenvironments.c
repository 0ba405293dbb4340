#include "cenvironments.h"

#pragma STDC FP_CONTRACT OFF
// Every function that takes a vector is inlined, so how one would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef double d8 __attribute__((ext_vector_type(8)));
typedef float f8 __attribute__((ext_vector_type(8)));
typedef int64_t l8 __attribute__((ext_vector_type(8)));
typedef uint8_t b8 __attribute__((ext_vector_type(8)));
typedef double d8_memory __attribute__((ext_vector_type(8), aligned(8)));
typedef float f8_memory __attribute__((ext_vector_type(8), aligned(4)));
typedef uint8_t b8_memory __attribute__((ext_vector_type(8), aligned(1)));

// A macro: a function would pass vectors by value between versions of different width.
#define splat(value) ((d8)(double)(value))

#define SET(name) baseline_##name
#include "cartpole_impl.h"
#include "pendulum_impl.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define SET(name) avx2_##name
#include "cartpole_impl.h"
#include "pendulum_impl.h"
#pragma clang attribute pop

#pragma clang attribute push(                                           \
    __attribute__((target("avx2,avx512f,avx512dq,avx512bw,avx512vl"))), \
    apply_to = function)
#define SET(name) avx512_##name
#include "cartpole_impl.h"
#include "pendulum_impl.h"
#pragma clang attribute pop

#endif

#if defined(__x86_64__)
#define CHOOSE(name)                                                                          \
  (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") ? avx512_##name  \
   : __builtin_cpu_supports("avx2")                                         ? avx2_##name    \
                                                                            : baseline_##name)
#else
#define CHOOSE(name) baseline_##name
#endif

void troupe_cartpole_step(
    double *position, double *velocity, double *angle, double *angular_velocity,
    const float *actions, size_t count, float *observations, size_t stride, float *rewards,
    uint8_t *ends) {
  CHOOSE(cartpole_step)(
      position, velocity, angle, angular_velocity, actions, count, observations, stride, rewards,
      ends);
}

void troupe_pendulum_step(
    double *angle, double *velocity, const float *actions, size_t count, float *observations,
    size_t stride, float *rewards) {
  CHOOSE(pendulum_step)(angle, velocity, actions, count, observations, stride, rewards);
}
