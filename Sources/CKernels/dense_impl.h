// Part of kernels_impl.h, which includes it once for each instruction set.

// ---- Dense layers -----------------------------------------------------------------------------

INLINE vf SET(activate)(vf z, int32_t activation) {
  switch (activation) {
  case TROUPE_ACTIVATION_TANH: return SET(tanh_of)(z);
  case TROUPE_ACTIVATION_RELU: return z > 0.0f ? z : (vf)(0.0f);
  default: return z;
  }
}

// d times the derivative of the activation, in terms of its output y.
INLINE vf SET(differentiate)(vf d, vf y, int32_t activation) {
  switch (activation) {
  case TROUPE_ACTIVATION_TANH: return d * FMA(-y, y, 1.0f);
  case TROUPE_ACTIVATION_RELU: return y > 0.0f ? d : (vf)(0.0f);
  default: return d;
  }
}

// `units` x `vectors` accumulators: chain over k of fma(w[u * unit_step + k * depth_step], x[k]),
// from bias[u], or from 0 without a bias. All counts of the block are constants after inlining.
INLINE void SET(dense_block)(const int units, const int vectors, const float *w,
                             const ptrdiff_t unit_step, const ptrdiff_t depth_step,
                             const float *bias, const ptrdiff_t depth, const float *x,
                             const ptrdiff_t stride, const int32_t activation,
                             const float *activations, float *y) {
  vf sums[UNITS][SMALL_VECTORS];
  UNROLL for (int u = 0; u < units; u++)
    UNROLL for (int v = 0; v < vectors; v++) sums[u][v] = bias ? (vf)(bias[u]) : (vf)(0.0f);
  for (ptrdiff_t k = 0; k < depth; k++) {
    vf lanes[SMALL_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) lanes[v] = LOAD(x + k * stride + v * WIDTH);
    UNROLL for (int u = 0; u < units; u++) {
      vf weight = (vf)(w[u * unit_step + k * depth_step]);
      UNROLL for (int v = 0; v < vectors; v++) sums[u][v] = FMA(weight, lanes[v], sums[u][v]);
    }
  }
  UNROLL for (int u = 0; u < units; u++)
    UNROLL for (int v = 0; v < vectors; v++) {
      vf result = bias ? SET(activate)(sums[u][v], activation)
                       : SET(differentiate)(
                             sums[u][v],
                             activation ? LOAD(activations + u * stride + v * WIDTH) : (vf)(0.0f),
                             activation);
      STORE(y + u * stride + v * WIDTH, result);
    }
}

#define ROWS_CASE(rows)                                                                           \
  case rows:                                                                                      \
    if (rows > UNITS) __builtin_unreachable();                                                    \
    for (int v = 0; v < 32 / WIDTH; v += rows <= SMALL_UNITS ? SMALL_VECTORS : VECTORS)           \
      SET(dense_block)(rows <= UNITS ? rows : UNITS, rows <= SMALL_UNITS ? SMALL_VECTORS          \
                       : VECTORS, w, BLOCK_UNIT_STEP, BLOCK_DEPTH_STEP, bias, depth,              \
                       x + v * WIDTH, stride, activation,                                         \
                       BLOCK_ACTIVATIONS, y + v * WIDTH);                                         \
    break;

// One block of 1...UNITS units by 32 lanes.
#define BLOCK_UNIT_STEP depth
#define BLOCK_DEPTH_STEP 1
#define BLOCK_ACTIVATIONS NULL
static void SET(forward_rows)(ptrdiff_t rows, const float *w, const float *bias, ptrdiff_t depth,
                              const float *x, ptrdiff_t stride, int32_t activation, float *y) {
  switch (rows) {
    ROWS_CASE(1) ROWS_CASE(2) ROWS_CASE(3) ROWS_CASE(4)
    ROWS_CASE(5) ROWS_CASE(6) ROWS_CASE(7) ROWS_CASE(8)
  }
}
#undef BLOCK_UNIT_STEP
#undef BLOCK_DEPTH_STEP
#undef BLOCK_ACTIVATIONS

#define BLOCK_UNIT_STEP 1
#define BLOCK_DEPTH_STEP row_step
#define BLOCK_ACTIVATIONS activations ? activations + v * WIDTH : NULL
static void SET(backward_rows)(ptrdiff_t rows, const float *w, ptrdiff_t row_step, ptrdiff_t depth,
                               const float *x, ptrdiff_t stride, int32_t activation,
                               const float *activations, float *y) {
  const float *bias = NULL;
  switch (rows) {
    ROWS_CASE(1) ROWS_CASE(2) ROWS_CASE(3) ROWS_CASE(4)
    ROWS_CASE(5) ROWS_CASE(6) ROWS_CASE(7) ROWS_CASE(8)
  }
}
#undef BLOCK_UNIT_STEP
#undef BLOCK_DEPTH_STEP
#undef BLOCK_ACTIVATIONS
#undef ROWS_CASE

// The block of at most NARROW_LANES lanes. Fewer still are played with packed weights: packed_impl.h.
#define NARROW_LANES (WIDTH < 8 ? 8 : WIDTH)
#define NARROW_CASE(rows)                                                                         \
  case rows:                                                                                      \
    SET(narrow_block)(rows, w, bias, depth, x, stride, activation, y);                            \
    break;
INLINE void SET(narrow_block)(const int units, const float *w, const float *bias,
                              const ptrdiff_t depth, const float *x, const ptrdiff_t stride,
                              const int32_t activation, float *y) {
  enum { PARTS = NARROW_LANES / WIDTH };
  vf sums[NARROW_UNITS][PARTS];
  UNROLL for (int u = 0; u < units; u++)
    UNROLL for (int v = 0; v < PARTS; v++) sums[u][v] = (vf)(bias[u]);
  for (ptrdiff_t k = 0; k < depth; k++)
    UNROLL for (int v = 0; v < PARTS; v++) {
      vf lanes = LOAD(x + k * stride + v * WIDTH);
      UNROLL for (int u = 0; u < units; u++)
        sums[u][v] = FMA((vf)(w[u * depth + k]), lanes, sums[u][v]);
    }
  UNROLL for (int u = 0; u < units; u++)
    UNROLL for (int v = 0; v < PARTS; v++)
      STORE(y + u * stride + v * WIDTH, SET(activate)(sums[u][v], activation));
}

static void SET(narrow_forward)(const float *w, const float *bias, ptrdiff_t inputs,
                                ptrdiff_t outputs, int32_t activation, ptrdiff_t stride,
                                const float *x, float *y) {
  for (ptrdiff_t o = 0; o < outputs; o += NARROW_UNITS) {
    ptrdiff_t depth = inputs;
    switch (outputs - o < NARROW_UNITS ? outputs - o : NARROW_UNITS) {
      NARROW_CASE(1) NARROW_CASE(2) NARROW_CASE(3) NARROW_CASE(4)
      NARROW_CASE(5) NARROW_CASE(6) NARROW_CASE(7) NARROW_CASE(8)
    }
    w += NARROW_UNITS * inputs;
    bias += NARROW_UNITS;
    y += NARROW_UNITS * stride;
  }
}
#undef NARROW_CASE

static void SET(dense_forward)(const float *parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                               int32_t activation, ptrdiff_t lanes, ptrdiff_t stride,
                               const float *x, float *y) {
  const float *bias = parameters + inputs * outputs;
  ptrdiff_t l = 0;
  for (; lanes - l > NARROW_LANES; l += 32)
    for (ptrdiff_t o = 0; o < outputs; o += UNITS)
      SET(forward_rows)(outputs - o < UNITS ? outputs - o : UNITS, parameters + o * inputs,
                        bias + o, inputs, x + l, stride, activation, y + o * stride + l);
  if (l >= lanes) return;
  SET(narrow_forward)(parameters, bias, inputs, outputs, activation, stride, x + l, y + l);
}
#undef NARROW_LANES

static void SET(dense_backward_inputs)(const float *parameters, ptrdiff_t inputs,
                                       ptrdiff_t outputs, int32_t activation, ptrdiff_t lanes,
                                       ptrdiff_t stride, const float *dy,
                                       const float *activations, float *dx) {
  for (ptrdiff_t l = 0; l < lanes; l += 32)
    for (ptrdiff_t i = 0; i < inputs; i += UNITS)
      SET(backward_rows)(inputs - i < UNITS ? inputs - i : UNITS, parameters + i, inputs, outputs,
                         dy + l, stride, activation,
                         activations ? activations + i * stride + l : NULL, dx + i * stride + l);
}

// The sums of four sets of 16 accumulators, each (k) + (k + 8), then + 4, + 2, + 1.
typedef float SET(v4) __attribute__((ext_vector_type(4)));
typedef float SET(v4_memory) __attribute__((ext_vector_type(4), aligned(4)));

INLINE SET(v4) SET(fold_to_four)(const vf *parts) {
#if WIDTH == 16
  typedef float v8 __attribute__((ext_vector_type(8)));
  v8 eight = parts[0].lo + parts[0].hi;
  return eight.lo + eight.hi;
#elif WIDTH == 8
  vf eight = parts[0] + parts[1];
  return eight.lo + eight.hi;
#else
  return (parts[0] + parts[2]) + (parts[1] + parts[3]);
#endif
}

INLINE SET(v4) SET(fold_four)(SET(v4) a, SET(v4) b, SET(v4) c, SET(v4) d) {
#define SHUFFLE __builtin_shufflevector
  SET(v4) ab = SHUFFLE(a, b, 0, 1, 4, 5) + SHUFFLE(a, b, 2, 3, 6, 7);
  SET(v4) cd = SHUFFLE(c, d, 0, 1, 4, 5) + SHUFFLE(c, d, 2, 3, 6, 7);
  return SHUFFLE(ab, cd, 0, 2, 4, 6) + SHUFFLE(ab, cd, 1, 3, 5, 7);
#undef SHUFFLE
}

#if WIDTH == 16
// The sums of a square of accumulators: the same additions as above, of several sums at once. Of the two
// operands of an addition one is a blend, which both vector ports can do, and one a shuffle, which only one of
// them can. Row o of the square is quarter o of the result, but for rows 1 and 2, which change places.
INLINE vf SET(fold_square)(vf sums[4][4][1]) {
#define SHUFFLE __builtin_shufflevector
  vf columns[4];
  UNROLL for (int i = 0; i < 4; i++) {
    vf a = sums[0][i][0], b = sums[1][i][0], c = sums[2][i][0], d = sums[3][i][0];
    vf ab = SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31) +
            SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
    vf cd = SHUFFLE(c, d, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31) +
            SHUFFLE(c, d, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
    columns[i] = SHUFFLE(ab, cd, 0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31) +
                 SHUFFLE(ab, cd, 4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 24, 25, 26, 27);
  }
  vf pairs[2];
  UNROLL for (int i = 0; i < 2; i++) {
    vf a = columns[i], b = columns[i + 2];
    pairs[i] = SHUFFLE(a, b, 0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31) +
               SHUFFLE(a, b, 2, 3, 16, 17, 6, 7, 20, 21, 10, 11, 24, 25, 14, 15, 28, 29);
  }
  vf a = pairs[0], b = pairs[1];
  return SHUFFLE(a, b, 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31) +
         SHUFFLE(a, b, 1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30);
#undef SHUFFLE
}
#endif

// gradient[o][i] += sum over lanes of dy[o] * x[i] for a block of `units` x `columns`; accumulator
// k of each sum runs over the lanes k, k + 16, ...
INLINE void SET(gradient_block)(const int units, const int columns, ptrdiff_t lanes,
                                ptrdiff_t stride, const float *x, const float *dy, float *gradient,
                                ptrdiff_t row_step) {
  enum { PARTS = 16 / WIDTH };
  vf sums[GRADIENT_UNITS][4][PARTS];
  // One part at a time, not unrolled: only so are all its accumulators kept in registers.
  NO_UNROLL for (int part = 0; part < PARTS; part++) {
    vf running[GRADIENT_UNITS][4];
    UNROLL for (int o = 0; o < units; o++)
      UNROLL for (int i = 0; i < columns; i++) running[o][i] = (vf)(0.0f);
    for (ptrdiff_t l = part * WIDTH; l < lanes; l += 16) {
      vf deltas[GRADIENT_UNITS];
      UNROLL for (int o = 0; o < units; o++) deltas[o] = LOAD(dy + o * stride + l);
      UNROLL for (int i = 0; i < columns; i++) {
        vf column = LOAD(x + i * stride + l);
        UNROLL for (int o = 0; o < units; o++)
          running[o][i] = FMA(deltas[o], column, running[o][i]);
      }
    }
    UNROLL for (int o = 0; o < units; o++)
      UNROLL for (int i = 0; i < columns; i++) sums[o][i][part] = running[o][i];
  }
#if WIDTH == 16
  if (units == 4 && columns == 4) {
    vf square = SET(fold_square)(sums);
    SET(v4) totals[4] = {square.lo.lo, square.hi.lo, square.lo.hi, square.hi.hi};
    UNROLL for (int o = 0; o < 4; o++) {
      SET(v4_memory) *row = (SET(v4_memory) *)(gradient + o * row_step);
      *row = *row + totals[o];
    }
    return;
  }
#endif
  UNROLL for (int o = 0; o < units; o++) {
    SET(v4) folded[4];
    UNROLL for (int i = 0; i < 4; i++)
      folded[i] = i < columns ? SET(fold_to_four)(sums[o][i]) : (SET(v4))(0.0f);
    SET(v4) totals = SET(fold_four)(folded[0], folded[1], folded[2], folded[3]);
    float *row = gradient + o * row_step;
    if (columns == 4)
      *(SET(v4_memory) *)row = *(SET(v4_memory) *)row + totals;
    else
      UNROLL for (int i = 0; i < columns; i++) row[i] += totals[i];
  }
}

#define GRADIENT_CASE(rows, columns)                                                              \
  case rows * 4 + columns - 1:                                                                    \
    if (rows > GRADIENT_UNITS) __builtin_unreachable();                                           \
    SET(gradient_block)(rows <= GRADIENT_UNITS ? rows : GRADIENT_UNITS, columns, lanes, stride,   \
                        x, dy, gradient, row_step);                                               \
    break;
#define GRADIENT_CASES(rows)                                                                      \
  GRADIENT_CASE(rows, 1) GRADIENT_CASE(rows, 2) GRADIENT_CASE(rows, 3) GRADIENT_CASE(rows, 4)

static void SET(gradient_rows)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t lanes,
                               ptrdiff_t stride, const float *x, const float *dy, float *gradient,
                               ptrdiff_t row_step) {
  switch (rows * 4 + columns - 1) {
    GRADIENT_CASES(1) GRADIENT_CASES(2) GRADIENT_CASES(3) GRADIENT_CASES(4)
  }
}
#undef GRADIENT_CASES
#undef GRADIENT_CASE

// The sum over lanes of one row, in the order of the parameter gradients.
INLINE SET(v4) SET(row_to_four)(const float *dy, ptrdiff_t lanes) {
  enum { PARTS = 16 / WIDTH };
  vf parts[PARTS];
  UNROLL for (int part = 0; part < PARTS; part++) parts[part] = (vf)(0.0f);
  for (ptrdiff_t l = 0; l < lanes; l += 16)
    UNROLL for (int part = 0; part < PARTS; part++) parts[part] += LOAD(dy + l + part * WIDTH);
  return SET(fold_to_four)(parts);
}

static void SET(dense_accumulate_parameter_gradients)(ptrdiff_t inputs, ptrdiff_t outputs,
                                                      ptrdiff_t lanes, ptrdiff_t stride,
                                                      const float *x, const float *dy,
                                                      float *gradient) {
  // As many rows of x at a time as half of a first-level cache of 32 KiB holds.
  ptrdiff_t group = 4096 / (lanes + 1) / 4 * 4;
  if (group < 4) group = 4;
  for (ptrdiff_t first = 0; first < inputs; first += group) {
    ptrdiff_t end = inputs - first < group ? inputs : first + group;
    for (ptrdiff_t o = 0; o < outputs; o += GRADIENT_UNITS) {
      ptrdiff_t rows = outputs - o < GRADIENT_UNITS ? outputs - o : GRADIENT_UNITS;
      for (ptrdiff_t i = first; i < end; i += 4)
        SET(gradient_rows)(rows, end - i < 4 ? end - i : 4, lanes, stride, x + i * stride,
                           dy + o * stride, gradient + o * inputs + i, inputs);
    }
  }
  float *bias = gradient + inputs * outputs;
  ptrdiff_t o = 0;
  for (; o + 4 <= outputs; o += 4) {
    const float *row = dy + o * stride;
    SET(v4) totals = SET(fold_four)(
        SET(row_to_four)(row, lanes), SET(row_to_four)(row + stride, lanes),
        SET(row_to_four)(row + 2 * stride, lanes), SET(row_to_four)(row + 3 * stride, lanes));
    *(SET(v4_memory) *)(bias + o) = *(SET(v4_memory) *)(bias + o) + totals;
  }
  for (; o < outputs; o++) {
    SET(v4) total = SET(row_to_four)(dy + o * stride, lanes);
    bias[o] += SET(fold_four)(total, total, total, total)[0];
  }
}
