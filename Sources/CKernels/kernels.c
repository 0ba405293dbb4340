// Compiles kernels_impl.h for each instruction set and calls the chosen version.
#include "kernels.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define NO_UNROLL _Pragma("clang loop unroll(disable)")
// Rows of the register block for one vector of lanes: enough chains to hide the latency of each.
#define NARROW_UNITS 8
// Units of a layer whose weights are packed: whole vectors of every instruction set.
#define PACKED_UNITS(outputs) (((outputs) + 15) / 16 * 16)

// F(l, x) for every lane l of a vector of `width`.
#define EACH_LANE(width, F, x) EACH_LANE_OF(width, F, x)
#define EACH_LANE_OF(width, F, x) EACH_LANE_##width(F, x)
#define EACH_LANE_4(F, x) F(0, x), F(1, x), F(2, x), F(3, x)
#define EACH_LANE_8(F, x) EACH_LANE_4(F, x), F(4, x), F(5, x), F(6, x), F(7, x)
#define EACH_LANE_16(F, x)                                                                        \
  EACH_LANE_8(F, x), F(8, x), F(9, x), F(10, x), F(11, x), F(12, x), F(13, x), F(14, x), F(15, x)

// The signatures of the header without their prefix.
struct kernel_table {
  __typeof__(troupe_dense_forward) *dense_forward;
  __typeof__(troupe_dense_forward_packed) *dense_forward_packed;
  __typeof__(troupe_dense_backward_inputs) *dense_backward_inputs;
  __typeof__(troupe_dense_accumulate_parameter_gradients) *dense_accumulate_parameter_gradients;
  __typeof__(troupe_categorical_sample) *categorical_sample;
  __typeof__(troupe_categorical_mode) *categorical_mode;
  __typeof__(troupe_categorical_evaluate) *categorical_evaluate;
  __typeof__(troupe_categorical_score) *categorical_score;
  __typeof__(troupe_philox_fill) *philox_fill;
  __typeof__(troupe_discounted_suffix_sums) *discounted_suffix_sums;
  __typeof__(troupe_sum_of_squares) *sum_of_squares;
  __typeof__(troupe_ordered_sum) *ordered_sum;
  __typeof__(troupe_ordered_sum_of_squares) *ordered_sum_of_squares;
  __typeof__(troupe_are_finite) *are_finite;
  __typeof__(troupe_record_ticks) *record_ticks;
  __typeof__(troupe_copy_columns) *copy_columns;
  __typeof__(troupe_normalize_columns) *normalize_columns;
  __typeof__(troupe_accumulate) *accumulate;
  __typeof__(troupe_ascend) *ascend;
  __typeof__(troupe_adam) *adam;
  __typeof__(troupe_rmsprop) *rmsprop;
  __typeof__(troupe_scale) *scale;
  __typeof__(troupe_exp) *exp;
  __typeof__(troupe_log) *log;
  __typeof__(troupe_tanh) *tanh;
};

// ---- One version for each instruction set -----------------------------------------------------

#if defined(__x86_64__)

#define SET(name) baseline_##name
#define WIDTH 4
#define UNITS 4
#define VECTORS 2
#define SMALL_UNITS 1
#define SMALL_VECTORS 4
#define GRADIENT_UNITS 2
#define PACKED_VECTORS 2
#define PACKED_VECTORS_OF_3 2
#define PACKED_VECTORS_OF_4 2
#include "kernels_impl.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define SET(name) avx2_##name
#define WIDTH 8
#define UNITS 6
#define VECTORS 2
#define SMALL_UNITS 3
#define SMALL_VECTORS 4
#define GRADIENT_UNITS 3
#define PACKED_VECTORS 8
#define PACKED_VECTORS_OF_3 4
#define PACKED_VECTORS_OF_4 2
#include "kernels_impl.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define SET(name) avx512_##name
#define WIDTH 16
#define UNITS 8
#define VECTORS 2
#define SMALL_UNITS 1
#define SMALL_VECTORS 2
#define GRADIENT_UNITS 4
#define PACKED_VECTORS 8
#define PACKED_VECTORS_OF_3 8
#define PACKED_VECTORS_OF_4 4
#include "kernels_impl.h"
#pragma clang attribute pop

#elif defined(__aarch64__)

#define SET(name) neon_##name
#define WIDTH 4
#define UNITS 4
#define VECTORS 4
#define SMALL_UNITS 2
#define SMALL_VECTORS 8
#define GRADIENT_UNITS 4
#define PACKED_VECTORS 8
#define PACKED_VECTORS_OF_3 8
#define PACKED_VECTORS_OF_4 4
#include "kernels_impl.h"

#else
#error "Troupe has kernels for x86-64 and arm64"
#endif

// ---- The choice -------------------------------------------------------------------------------

static const struct kernel_table *table_of(int32_t isa) {
  switch (isa) {
#if defined(__x86_64__)
  case TROUPE_ISA_BASELINE: return &baseline_table;
  case TROUPE_ISA_AVX2: return &avx2_table;
  case TROUPE_ISA_AVX512: return &avx512_table;
#else
  case TROUPE_ISA_NEON: return &neon_table;
#endif
  default: return NULL;
  }
}

bool troupe_isa_available(int32_t isa) {
#if defined(__x86_64__)
  // The compiler's runtime also asks whether the operating system saves the wide registers.
  __builtin_cpu_init();
  switch (isa) {
  case TROUPE_ISA_BASELINE: return true;
  case TROUPE_ISA_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case TROUPE_ISA_AVX512:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  default: return false;
  }
#else
  return isa == TROUPE_ISA_NEON;
#endif
}

int32_t troupe_isa_best(void) {
#if defined(__x86_64__)
  if (troupe_isa_available(TROUPE_ISA_AVX512)) return TROUPE_ISA_AVX512;
  if (troupe_isa_available(TROUPE_ISA_AVX2)) return TROUPE_ISA_AVX2;
  return TROUPE_ISA_BASELINE;
#else
  return TROUPE_ISA_NEON;
#endif
}

static int32_t selected = -1;
static _Thread_local int32_t overriding = -1;
static const struct kernel_table *selected_table;
static _Thread_local const struct kernel_table *overriding_table;

void troupe_isa_select(int32_t isa) {
  __atomic_store_n(&selected, isa, __ATOMIC_RELAXED);
  __atomic_store_n(&selected_table, table_of(isa), __ATOMIC_RELEASE);
}

const char *troupe_isa_requested(void) { return getenv("TROUPE_ISA"); }

int32_t troupe_isa_override(int32_t isa) {
  int32_t former = overriding;
  overriding = isa;
  overriding_table = table_of(isa);
  return former;
}

// Kernels called before a choice was made take what TROUPE_ISA asks for if it can be had, else the
// best; all give the same bits.
static const struct kernel_table *choose(void) {
  static const char *const names[] = {"baseline", "avx2", "avx512", "neon"};
  const char *name = troupe_isa_requested();
  int32_t isa = troupe_isa_best();
  for (int32_t k = 0; name && k < 4; k++)
    if (strcmp(name, names[k]) == 0 && troupe_isa_available(k)) isa = k;
  troupe_isa_select(isa);
  return table_of(isa);
}

int32_t troupe_isa_current(void) {
  if (overriding >= 0) return overriding;
  if (__atomic_load_n(&selected_table, __ATOMIC_ACQUIRE) == NULL) choose();
  return __atomic_load_n(&selected, __ATOMIC_RELAXED);
}

static inline const struct kernel_table *current(void) {
  if (__builtin_expect(overriding_table != NULL, false)) return overriding_table;
  const struct kernel_table *table = __atomic_load_n(&selected_table, __ATOMIC_ACQUIRE);
  return __builtin_expect(table != NULL, true) ? table : choose();
}

// ---- Floating-point mode ----------------------------------------------------------------------

#if defined(__x86_64__)
void troupe_establish_float_mode(void) { __builtin_ia32_ldmxcsr(0x1F80); }
// The lowest six bits are the exceptions that happened, not a mode.
bool troupe_float_mode_is_established(void) {
  return (__builtin_ia32_stmxcsr() & ~0x3Fu) == 0x1F80;
}
#else
void troupe_establish_float_mode(void) { __builtin_arm_wsr64("fpcr", 0); }
bool troupe_float_mode_is_established(void) { return __builtin_arm_rsr64("fpcr") == 0; }
#endif

// ---- Calls ------------------------------------------------------------------------------------

void troupe_dense_forward(const float *parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                          int32_t activation, ptrdiff_t lanes, ptrdiff_t stride, const float *x,
                          float *y) {
  current()->dense_forward(parameters, inputs, outputs, activation, lanes, stride, x, y);
}

void troupe_dense_forward_packed(const float *packed, ptrdiff_t inputs, ptrdiff_t outputs,
                                 int32_t activation, ptrdiff_t lanes, const float *x,
                                 ptrdiff_t input_step, ptrdiff_t lane_step, float *y) {
  current()->dense_forward_packed(packed, inputs, outputs, activation, lanes, x, input_step,
                                  lane_step, y);
}

void troupe_dense_backward_inputs(const float *parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                                  int32_t activation, ptrdiff_t lanes, ptrdiff_t stride,
                                  const float *dy, const float *activations, float *dx) {
  current()->dense_backward_inputs(parameters, inputs, outputs, activation, lanes, stride, dy,
                                   activations, dx);
}

void troupe_dense_accumulate_parameter_gradients(ptrdiff_t inputs, ptrdiff_t outputs,
                                                 ptrdiff_t lanes, ptrdiff_t stride, const float *x,
                                                 const float *dy, float *gradient) {
  current()->dense_accumulate_parameter_gradients(inputs, outputs, lanes, stride, x, dy, gradient);
}

void troupe_categorical_sample(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                               const float *logits, const uint32_t *words, float *actions,
                               float *log_probabilities) {
  current()->categorical_sample(count, lanes, stride, logits, words, actions, log_probabilities);
}

void troupe_categorical_mode(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                             const float *logits, float *actions, float *log_probabilities) {
  current()->categorical_mode(count, lanes, stride, logits, actions, log_probabilities);
}

void troupe_categorical_evaluate(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                 const float *logits, const float *actions,
                                 float *log_probabilities, float *entropies) {
  current()->categorical_evaluate(count, lanes, stride, logits, actions, log_probabilities,
                                  entropies);
}

void troupe_categorical_score(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                              const float *logits, const float *actions, const float *weights,
                              float entropy_weight, float *gradients) {
  current()->categorical_score(count, lanes, stride, logits, actions, weights, entropy_weight,
                               gradients);
}

void troupe_philox_fill(uint32_t key0, uint32_t key1, uint32_t version, uint32_t stream,
                        uint32_t block, const uint32_t *slots, const uint32_t *steps,
                        ptrdiff_t lanes, ptrdiff_t stride, uint32_t *words) {
  current()->philox_fill(key0, key1, version, stream, block, slots, steps, lanes, stride, words);
}

void troupe_discounted_suffix_sums(const float *values, ptrdiff_t count, float scale,
                                   float discount, float *sums) {
  current()->discounted_suffix_sums(values, count, scale, discount, sums);
}

double troupe_sum_of_squares(const float *values, ptrdiff_t count) {
  return current()->sum_of_squares(values, count);
}

double troupe_ordered_sum(const float *values, ptrdiff_t count) {
  return current()->ordered_sum(values, count);
}

double troupe_ordered_sum_of_squares(const float *values, ptrdiff_t count, double centre) {
  return current()->ordered_sum_of_squares(values, count, centre);
}

bool troupe_are_finite(const float *values, ptrdiff_t count) {
  return current()->are_finite(values, count);
}

void troupe_copy_columns(const float *x, ptrdiff_t rows, ptrdiff_t lanes, ptrdiff_t x_stride,
                         float *y, ptrdiff_t y_stride) {
  current()->copy_columns(x, rows, lanes, x_stride, y, y_stride);
}

void troupe_normalize_columns(const float *x, ptrdiff_t rows, ptrdiff_t lanes, ptrdiff_t stride,
                              const float *means, const float *inverses, float limit, float *y) {
  current()->normalize_columns(x, rows, lanes, stride, means, inverses, limit, y);
}

void troupe_accumulate(const float *other, ptrdiff_t count, float *sum) {
  current()->accumulate(other, count, sum);
}

void troupe_ascend(const float *gradient, ptrdiff_t count, float learning_rate,
                   float *parameters) {
  current()->ascend(gradient, count, learning_rate, parameters);
}

void troupe_adam(const float *gradient, ptrdiff_t count, float step, float beta1, float beta2,
                 float epsilon, float root_correction, float *first_moment, float *second_moment,
                 float *parameters) {
  current()->adam(gradient, count, step, beta1, beta2, epsilon, root_correction, first_moment,
                  second_moment, parameters);
}

void troupe_rmsprop(const float *gradient, ptrdiff_t count, float learning_rate, float alpha,
                    float epsilon, float *mean_square, float *parameters) {
  current()->rmsprop(gradient, count, learning_rate, alpha, epsilon, mean_square, parameters);
}

void troupe_record_ticks(const float *ticks, ptrdiff_t rows, ptrdiff_t lanes, ptrdiff_t stride,
                         const ptrdiff_t *positions, ptrdiff_t destination_stride,
                         float *destination) {
  current()->record_ticks(ticks, rows, lanes, stride, positions, destination_stride, destination);
}

void troupe_scale(float *values, ptrdiff_t count, float factor) {
  current()->scale(values, count, factor);
}

void troupe_exp(float *values, ptrdiff_t count) { current()->exp(values, count); }
void troupe_log(float *values, ptrdiff_t count) { current()->log(values, count); }
void troupe_tanh(float *values, ptrdiff_t count) { current()->tanh(values, count); }

// ---- The same for all instruction sets --------------------------------------------------------

void troupe_dense_pack(const float *parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                       float *packed) {
  ptrdiff_t pitch = PACKED_UNITS(outputs);
  __builtin_memcpy(packed, parameters + inputs * outputs, (size_t)outputs * sizeof(float));
  // Squares of 16 rows by 16 columns: whole cache lines of both sides.
  for (ptrdiff_t first = 0; first < inputs; first += 16)
    for (ptrdiff_t unit = 0; unit < outputs; unit += 16) {
      ptrdiff_t columns = inputs - first < 16 ? inputs - first : 16;
      ptrdiff_t rows = outputs - unit < 16 ? outputs - unit : 16;
      for (ptrdiff_t k = first; k < first + columns; k++)
        for (ptrdiff_t u = unit; u < unit + rows; u++)
          packed[(k + 1) * pitch + u] = parameters[u * inputs + k];
    }
}

bool troupe_contains_nan(const float *values, ptrdiff_t count) {
  bool found = false;
  for (ptrdiff_t k = 0; k < count; k++) found |= values[k] != values[k];
  return found;
}
