// The kernels, for one instruction set: kernels.c includes this file once for each, with
//   SET(name)  the name of a symbol of this set
//   WIDTH      floats in one vector
//   UNITS      rows of the register block of the dense kernels,
//   VECTORS    and its vectors of lanes; SMALL_VECTORS when there are at most SMALL_UNITS rows
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

// The first `n` floats at `p`, 0 in the other lanes.
INLINE vf SET(load_some)(const float *p, ptrdiff_t n) {
  if (n >= WIDTH) return LOAD(p);
  float lanes[WIDTH] = {0};
  for (ptrdiff_t l = 0; l < n; l++) lanes[l] = p[l];
  return LOAD(lanes);
}

INLINE vu SET(load_some_words)(const uint32_t *p, ptrdiff_t n) {
  if (n >= WIDTH) return *(const SET(vu_memory) *)p;
  uint32_t lanes[WIDTH] = {0};
  for (ptrdiff_t l = 0; l < n; l++) lanes[l] = p[l];
  return *(const SET(vu_memory) *)lanes;
}

INLINE void SET(store_some)(float *p, vf v, ptrdiff_t n) {
  if (n >= WIDTH) {
    STORE(p, v);
    return;
  }
  float lanes[WIDTH];
  STORE(lanes, v);
  for (ptrdiff_t l = 0; l < n; l++) p[l] = lanes[l];
}

INLINE void SET(store_some_words)(uint32_t *p, vu v, ptrdiff_t n) {
  if (n >= WIDTH) {
    *(SET(vu_memory) *)p = v;
    return;
  }
  uint32_t lanes[WIDTH];
  *(SET(vu_memory) *)lanes = v;
  for (ptrdiff_t l = 0; l < n; l++) p[l] = lanes[l];
}

#include "elementary_impl.h"

#include "categorical_impl.h"
#include "dense_impl.h"
#include "philox_impl.h"
#include "vectors_impl.h"

static const struct kernel_table SET(table) = {
    .dense_forward = SET(dense_forward),
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
