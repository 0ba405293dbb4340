// The kernels, for one instruction set: kernels.c includes this file once for each, with
//   SET(name)  the name of a symbol of this set
//   WIDTH      floats in one vector
//   UNITS      rows of the register block of the dense kernels,
//   VECTORS    and its vectors of lanes; SMALL_VECTORS when there are at most SMALL_UNITS rows
//   PACKED_VECTORS  vectors of units in the register block of one lane where weights are packed,
//                   PACKED_VECTORS_OF_3 of two or three, PACKED_VECTORS_OF_4 of four
//   GRADIENT_UNITS  rows of the register block of the parameter gradients (4 columns)
// The definition of each result is the scalar code of Sources/Kernels/Reference.swift. Every output
// element is one chain of operations that does not depend on WIDTH or on the blocks, and every
// fused multiply-add is spelled, so that all sets give the same bits.

typedef float SET(vf) __attribute__((ext_vector_type(WIDTH)));
typedef int32_t SET(vi) __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t SET(vu) __attribute__((ext_vector_type(WIDTH)));
typedef float SET(vf_memory) __attribute__((ext_vector_type(WIDTH), aligned(4)));
typedef uint32_t SET(vu_memory) __attribute__((ext_vector_type(WIDTH), aligned(4)));

#define vf SET(vf)
#define vi SET(vi)
#define vu SET(vu)

#define LOAD(p) (*(const SET(vf_memory) *)(p))
#define STORE(p, v) (*(SET(vf_memory) *)(p) = (v))
#define FMA(a, b, c) __builtin_elementwise_fma((vf)(a), (vf)(b), (vf)(c))
#define BITS(v) __builtin_bit_cast(vi, (v))
#define FLOATS(v) __builtin_bit_cast(vf, (v))

// ---- Partial vectors --------------------------------------------------------------------------

// The first `n` numbers at `p`, 0 in the other lanes, and `v` stored there: what is not whole.
#if WIDTH == 16
#define SOME(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD_PART(p, n) ((vf)_mm512_maskz_loadu_ps(SOME(n), p))
#define LOAD_PART_WORDS(p, n) ((vu)_mm512_maskz_loadu_epi32(SOME(n), p))
#define STORE_PART(p, v, n) _mm512_mask_storeu_ps(p, SOME(n), (__m512)(v))
#define STORE_PART_WORDS(p, v, n) _mm512_mask_storeu_epi32(p, SOME(n), (__m512i)(v))
#elif WIDTH == 8
#define SOME(n) _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define LOAD_PART(p, n) ((vf)_mm256_maskload_ps(p, SOME(n)))
#define LOAD_PART_WORDS(p, n) ((vu)_mm256_maskload_epi32((const int *)(p), SOME(n)))
#define STORE_PART(p, v, n) _mm256_maskstore_ps(p, SOME(n), (__m256)(v))
#define STORE_PART_WORDS(p, v, n) _mm256_maskstore_epi32((int *)(p), SOME(n), (__m256i)(v))
#else
INLINE vf SET(load_part)(const float *p, ptrdiff_t n) {
  vf v = (vf)(0.0f);
  __builtin_memcpy(&v, p, (size_t)n * sizeof(float));
  return v;
}
INLINE vu SET(load_part_words)(const uint32_t *p, ptrdiff_t n) {
  vu v = (vu)(0u);
  __builtin_memcpy(&v, p, (size_t)n * sizeof(uint32_t));
  return v;
}
#define LOAD_PART(p, n) SET(load_part)(p, n)
#define LOAD_PART_WORDS(p, n) SET(load_part_words)(p, n)
#define STORE_PART(p, v, n) __builtin_memcpy(p, &(v), (size_t)(n) * sizeof(float))
#define STORE_PART_WORDS(p, v, n) __builtin_memcpy(p, &(v), (size_t)(n) * sizeof(uint32_t))
#endif

INLINE vf SET(load_some)(const float *p, ptrdiff_t n) {
  return n >= WIDTH ? LOAD(p) : LOAD_PART(p, n);
}
INLINE vu SET(load_some_words)(const uint32_t *p, ptrdiff_t n) {
  return n >= WIDTH ? *(const SET(vu_memory) *)p : LOAD_PART_WORDS(p, n);
}
INLINE void SET(store_some)(float *p, vf v, ptrdiff_t n) {
  if (n >= WIDTH)
    STORE(p, v);
  else
    STORE_PART(p, v, n);
}
INLINE void SET(store_some_words)(uint32_t *p, vu v, ptrdiff_t n) {
  if (n >= WIDTH)
    *(SET(vu_memory) *)p = v;
  else
    STORE_PART_WORDS(p, v, n);
}
#undef SOME
#undef LOAD_PART
#undef LOAD_PART_WORDS
#undef STORE_PART
#undef STORE_PART_WORDS

#include "elementary_impl.h"

#include "categorical_impl.h"
#include "dense_impl.h"
#include "packed_impl.h"
#include "philox_impl.h"
#include "vectors_impl.h"

static const struct kernel_table SET(table) = {
    .dense_forward = SET(dense_forward),
    .dense_forward_packed = SET(dense_forward_packed),
    .dense_backward_inputs = SET(dense_backward_inputs),
    .dense_accumulate_parameter_gradients = SET(dense_accumulate_parameter_gradients),
    .categorical_sample = SET(categorical_sample),
    .categorical_mode = SET(categorical_mode),
    .categorical_evaluate = SET(categorical_evaluate),
    .categorical_score = SET(categorical_score),
    .philox_fill = SET(philox_fill),
    .discounted_suffix_sums = SET(discounted_suffix_sums),
    .sum_of_squares = SET(sum_of_squares),
    .ordered_sum = SET(ordered_sum),
    .ordered_sum_of_squares = SET(ordered_sum_of_squares),
    .are_finite = SET(are_finite),
    .record_ticks = SET(record_ticks),
    .copy_columns = SET(copy_columns),
    .normalize_columns = SET(normalize_columns),
    .accumulate = SET(accumulate),
    .ascend = SET(ascend),
    .adam = SET(adam),
    .rmsprop = SET(rmsprop),
    .scale = SET(scale),
    .exp = SET(exp),
    .log = SET(log),
    .tanh = SET(tanh),
};

#undef vf
#undef vi
#undef vu
#undef LOAD
#undef STORE
#undef FMA
#undef BITS
#undef FLOATS
#undef SET
#undef WIDTH
#undef UNITS
#undef VECTORS
#undef SMALL_UNITS
#undef SMALL_VECTORS
#undef GRADIENT_UNITS
#undef PACKED_VECTORS
#undef PACKED_VECTORS_OF_3
#undef PACKED_VECTORS_OF_4
