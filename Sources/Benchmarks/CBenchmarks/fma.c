#include "benchmarks.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Twelve chains: four cycles of latency on two units need eight, the rest is slack.
#define CHAINS 12

__attribute__((target("avx2,fma"))) static double avx2(int64_t rounds) {
  volatile float seed = 1.0f;
  __m256 x[CHAINS];
  const __m256 factor = _mm256_set1_ps(0.999999f * seed), term = _mm256_set1_ps(1e-7f * seed);
  for (int k = 0; k < CHAINS; k++) x[k] = _mm256_set1_ps(seed + (float)k * 1e-3f);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int k = 0; k < CHAINS; k++) x[k] = _mm256_fmadd_ps(x[k], factor, term);
  }
  __m256 sum = x[0];
  for (int k = 1; k < CHAINS; k++) sum = _mm256_add_ps(sum, x[k]);
  volatile float sink = _mm256_cvtss_f32(sum);
  (void)sink;
  return (double)rounds * CHAINS * 8 * 2;
}

__attribute__((target("avx512f"))) static double avx512(int64_t rounds) {
  volatile float seed = 1.0f;
  __m512 x[CHAINS];
  const __m512 factor = _mm512_set1_ps(0.999999f * seed), term = _mm512_set1_ps(1e-7f * seed);
  for (int k = 0; k < CHAINS; k++) x[k] = _mm512_set1_ps(seed + (float)k * 1e-3f);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int k = 0; k < CHAINS; k++) x[k] = _mm512_fmadd_ps(x[k], factor, term);
  }
  __m512 sum = x[0];
  for (int k = 1; k < CHAINS; k++) sum = _mm512_add_ps(sum, x[k]);
  volatile float sink = _mm512_cvtss_f32(sum);
  (void)sink;
  return (double)rounds * CHAINS * 16 * 2;
}

double bench_fma(int32_t set, int64_t rounds) {
  if (set == BENCH_FMA_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return avx2(rounds);
  if (set == BENCH_FMA_AVX512 && __builtin_cpu_supports("avx512f")) return avx512(rounds);
  return 0;
}

#elif defined(__aarch64__)
#include <arm_neon.h>

// Four units of four cycles each.
#define CHAINS 24

double bench_fma(int32_t set, int64_t rounds) {
  if (set != BENCH_FMA_NEON) return 0;
  volatile float seed = 1.0f;
  float32x4_t x[CHAINS];
  const float32x4_t factor = vdupq_n_f32(0.999999f * seed), term = vdupq_n_f32(1e-7f * seed);
  for (int k = 0; k < CHAINS; k++) x[k] = vdupq_n_f32(seed + (float)k * 1e-3f);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int k = 0; k < CHAINS; k++) x[k] = vfmaq_f32(x[k], factor, term);
  }
  float32x4_t sum = x[0];
  for (int k = 1; k < CHAINS; k++) sum = vaddq_f32(sum, x[k]);
  volatile float sink = vgetq_lane_f32(sum, 0);
  (void)sink;
  return (double)rounds * CHAINS * 4 * 2;
}

#else

double bench_fma(int32_t set, int64_t rounds) {
  (void)set;
  (void)rounds;
  return 0;
}

#endif
