// Troupe's vector kernels. One source, kernels_impl.h, is compiled once for each instruction set;
// the functions below call the version chosen at start, and every version gives the same bits,
// those of Sources/Kernels/Reference.swift. Nothing here checks its arguments: the Swift module
// `Kernels` does, once, before each call.
//
// Matrices are `[row][stride]`, lanes contiguous, the stride a multiple of 32. `lanes` may be any
// count; the dense kernels read and write the columns up to the next multiple of 32.
#ifndef TROUPE_KERNELS_H
#define TROUPE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  TROUPE_ISA_BASELINE = 0,
  TROUPE_ISA_AVX2 = 1,
  TROUPE_ISA_AVX512 = 2,
  TROUPE_ISA_NEON = 3,
};

enum {
  /// Ticks that troupe_record_ticks moves at once: a multiple of every vector width.
  TROUPE_RECORDED_TICKS = 16,
};

enum {
  TROUPE_ACTIVATION_NONE = 0,
  TROUPE_ACTIVATION_TANH = 1,
  TROUPE_ACTIVATION_RELU = 2,
};

// Instruction sets.

/// Whether this build has kernels for `isa` and this CPU and operating system can run them.
bool troupe_isa_available(int32_t isa);
/// The fastest available instruction set.
int32_t troupe_isa_best(void);
/// The instruction set of kernels called from this thread.
int32_t troupe_isa_current(void);
/// Sets what the whole process uses; `isa` must be available.
void troupe_isa_select(int32_t isa);
/// Sets what this thread uses whatever the process uses, or gives that up with -1; returns the
/// former value.
int32_t troupe_isa_override(int32_t isa);
/// The value of TROUPE_ISA in the environment, or null.
const char *_Nullable troupe_isa_requested(void);

// Floating-point mode.

/// Round to nearest, keep denormals, raise no traps: MXCSR 0x1F80, FPCR 0.
void troupe_establish_float_mode(void);
bool troupe_float_mode_is_established(void);

// Dense layers.

void troupe_dense_forward(const float *_Nullable parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                          int32_t activation, ptrdiff_t lanes, ptrdiff_t stride,
                          const float *_Nullable x, float *_Nullable y);
/// Lays parameters out as [1 + inputs][outputs rounded up to 16]: the biases, then each input's weights.
/// What pads a row is not written.
void troupe_dense_pack(const float *_Nullable parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                       float *_Nullable packed);
/// The same sums as troupe_dense_forward. Input k of lane l is x[l * lane_step + k * input_step]; y is
/// [lanes][outputs rounded up to 16].
void troupe_dense_forward_packed(const float *_Nullable packed, ptrdiff_t inputs,
                                 ptrdiff_t outputs, int32_t activation, ptrdiff_t lanes,
                                 const float *_Nullable x, ptrdiff_t input_step,
                                 ptrdiff_t lane_step, float *_Nullable y);
void troupe_dense_backward_inputs(const float *_Nullable parameters, ptrdiff_t inputs,
                                  ptrdiff_t outputs, int32_t activation, ptrdiff_t lanes,
                                  ptrdiff_t stride, const float *_Nullable dy,
                                  const float *_Nullable activations, float *_Nullable dx);
void troupe_dense_accumulate_parameter_gradients(ptrdiff_t inputs, ptrdiff_t outputs,
                                                 ptrdiff_t lanes, ptrdiff_t stride,
                                                 const float *_Nullable x,
                                                 const float *_Nullable dy,
                                                 float *_Nullable gradient);

// Categorical distributions.

void troupe_categorical_sample(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                               const float *_Nullable logits, const uint32_t *_Nullable words,
                               float *_Nullable actions, float *_Nullable log_probabilities);
void troupe_categorical_mode(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                             const float *_Nullable logits, float *_Nullable actions,
                             float *_Nullable log_probabilities);
void troupe_categorical_evaluate(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                 const float *_Nullable logits, const float *_Nullable actions,
                                 float *_Nullable log_probabilities, float *_Nullable entropies);
void troupe_categorical_score(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                              const float *_Nullable logits, const float *_Nullable actions,
                              const float *_Nullable weights, float entropy_weight,
                              float *_Nullable gradients);

// Random numbers, scans, reductions, updates, elementary functions.

void troupe_philox_fill(uint32_t key0, uint32_t key1, uint32_t version, uint32_t stream,
                        uint32_t block, const uint32_t *_Nullable slots,
                        const uint32_t *_Nullable steps, ptrdiff_t lanes, ptrdiff_t stride,
                        uint32_t *_Nullable words);
void troupe_discounted_suffix_sums(const float *_Nullable values, ptrdiff_t count, float scale,
                                   float discount, float *_Nullable sums);
double troupe_sum_of_squares(const float *_Nullable values, ptrdiff_t count);
double troupe_ordered_sum(const float *_Nullable values, ptrdiff_t count);
double troupe_ordered_sum_of_squares(const float *_Nullable values, ptrdiff_t count,
                                     double centre);
bool troupe_are_finite(const float *_Nullable values, ptrdiff_t count);
/// `ticks` is [16][rows][stride]: destination[positions[l] + row × destination_stride + t] =
/// ticks[t][row][l].
void troupe_record_ticks(const float *_Nullable ticks, ptrdiff_t rows, ptrdiff_t lanes,
                         ptrdiff_t stride, const ptrdiff_t *_Nullable positions,
                         ptrdiff_t destination_stride, float *_Nullable destination);
/// y[row][l] = x[row][l], for the columns below `lanes`, which alone are read and written.
void troupe_copy_columns(const float *_Nullable x, ptrdiff_t rows, ptrdiff_t lanes,
                         ptrdiff_t x_stride, float *_Nullable y, ptrdiff_t y_stride);
/// y[row][l] = (x[row][l] - means[row]) * inverses[row] between -limit and limit; y may be x.
void troupe_normalize_columns(const float *_Nullable x, ptrdiff_t rows, ptrdiff_t lanes,
                              ptrdiff_t stride, const float *_Nullable means,
                              const float *_Nullable inverses, float limit, float *_Nullable y);
void troupe_accumulate(const float *_Nullable other, ptrdiff_t count, float *_Nullable sum);
void troupe_ascend(const float *_Nullable gradient, ptrdiff_t count, float learning_rate,
                   float *_Nullable parameters);
/// `step` = learning rate / (1 - beta1^t), `root_correction` = sqrt(1 - beta2^t).
void troupe_adam(const float *_Nullable gradient, ptrdiff_t count, float step, float beta1,
                 float beta2, float epsilon, float root_correction, float *_Nullable first_moment,
                 float *_Nullable second_moment, float *_Nullable parameters);
void troupe_rmsprop(const float *_Nullable gradient, ptrdiff_t count, float learning_rate,
                    float alpha, float epsilon, float *_Nullable mean_square,
                    float *_Nullable parameters);
void troupe_scale(float *_Nullable values, ptrdiff_t count, float factor);
void troupe_exp(float *_Nullable values, ptrdiff_t count);
void troupe_log(float *_Nullable values, ptrdiff_t count);
void troupe_tanh(float *_Nullable values, ptrdiff_t count);

// The same for all instruction sets.

/// Mixes `count` bytes into the two lanes of a hash; see Sources/Kernels/MixingHash.swift.
void troupe_hash_bytes(uint64_t *_Nonnull lane0, uint64_t *_Nonnull lane1,
                       const void *_Nullable bytes, ptrdiff_t count);
bool troupe_contains_nan(const float *_Nullable values, ptrdiff_t count);

#endif
