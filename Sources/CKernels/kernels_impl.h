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

// ---- Elementary functions ---------------------------------------------------------------------

// exp(x) = 2^n (1 + r + r^2 q(r)) with n = round(x / ln 2), |r| <= ln 2 / 2; q is a minimax
// polynomial, 2^-26 relative.
INLINE vf SET(exp_of)(vf x) {
  x = x > 89.0f ? (vf)(89.0f) : x;
  x = x < -104.0f ? (vf)(-104.0f) : x;
  vf shifted = FMA(x, 0x1.715476p+0f, 0x1.8p23f);
  vf n = shifted - 0x1.8p23f;
  vf r = FMA(-n, 0x1.62e430p-1f, x);
  r = FMA(-n, -0x1.05c610p-29f, r);
  vf q = FMA(0x1.6d6524p-10f, r, 0x1.122cc6p-7f);
  q = FMA(q, r, 0x1.5554d4p-5f);
  q = FMA(q, r, 0x1.5554aap-3f);
  q = FMA(q, r, 0.5f);
  vf p = FMA(r * r, q, r) + 1.0f;
  // 2^n as two factors, each a normal number, so that denormal results are rounded once.
  vi whole = BITS(shifted) - 0x4b400000;
  vi half = whole >> 1;
  vf first = FLOATS((half + 127) << 23);
  vf second = FLOATS((whole - half + 127) << 23);
  return p * first * second;
}

// log(x) = e ln 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt(2));
// log(1 + f) = f - f^2/2 + f^3 q(f), q a minimax polynomial.
INLINE vf SET(log_of)(vf x) {
  vi is_denormal = x < 0x1p-126f;
  vf scaled = is_denormal ? x * 0x1p25f : x;
  // The exponent such that the fraction lies in [sqrt(1/2), sqrt(2)): 0x3f3504f3 is sqrt(1/2).
  vi bits = BITS(scaled) - 0x3f3504f3;
  vi exponent = bits >> 23;
  vf fraction = FLOATS((bits & 0x007fffff) + 0x3f3504f3);
  vf e = __builtin_convertvector(exponent, vf) - (is_denormal ? (vf)(25.0f) : (vf)(0.0f));
  vf f = fraction - 1.0f;
  vf s = f * f;
  vf q = FMA(-0x1.420850p-4f, f, 0x1.07db94p-3f);
  q = FMA(q, f, -0x1.0cdff6p-3f);
  q = FMA(q, f, 0x1.226ca4p-3f);
  q = FMA(q, f, -0x1.54787ep-3f);
  q = FMA(q, f, 0x1.99a5acp-3f);
  q = FMA(q, f, -0x1.000220p-2f);
  q = FMA(q, f, 0x1.55554ap-2f);
  vf y = (f * s) * q;
  y = FMA(e, 0x1.7f7d1cp-20f, y);
  y = FMA(-0.5f, s, y);
  y = f + y;
  y = FMA(e, 0x1.62e400p-1f, y);
  y = x == 0.0f ? (vf)(-__builtin_inff()) : y;
  y = x < 0.0f ? (vf)(__builtin_nanf("")) : y;
  return x < __builtin_inff() ? y : x;
}

// tanh(|x|) = h / (h + 1), h = expm1(2|x|) / 2 = 2^n (r + r^2 q(r)) + (2^n - 1) / 2, where
// r = |x| - n ln 2 / 2: the polynomial of exp at 2r. Beyond 10 the quotient rounds to 1.
INLINE vf SET(tanh_of)(vf x) {
  vf a = FLOATS(BITS(x) & 0x7fffffff);
  a = a > 10.0f ? (vf)(10.0f) : a;
  vf shifted = FMA(a, 0x1.715476p+1f, 0x1.8p23f);
  vf n = shifted - 0x1.8p23f;
  vf r = FMA(-n, 0x1.62e430p-2f, a);
  r = FMA(-n, -0x1.05c610p-30f, r);
  vf q = FMA(0x1.6d6524p-5f, r, 0x1.122cc6p-3f);
  q = FMA(q, r, 0x1.5554d4p-2f);
  q = FMA(q, r, 0x1.5554aap-1f);
  q = FMA(q, r, 1.0f);
  vf p = FMA(r * r, q, r);
  vf power = FLOATS((BITS(shifted) << 23) + 0x3f800000);
  vf h = FMA(power, p, FMA(power, 0.5f, -0.5f));
  vf y = h / (h + 1.0f);
  return FLOATS(BITS(y) | (BITS(x) & INT32_MIN));
}

#define ELEMENTWISE(name)                                                                         \
  static void SET(name)(float *values, ptrdiff_t count) {                                         \
    for (ptrdiff_t k = 0; k < count; k += WIDTH)                                                  \
      SET(store_some)(values + k, SET(name##_of)(SET(load_some)(values + k, count - k)),          \
                      count - k);                                                                 \
  }
ELEMENTWISE(exp)
ELEMENTWISE(log)
ELEMENTWISE(tanh)
#undef ELEMENTWISE

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

static void SET(dense_forward)(const float *parameters, ptrdiff_t inputs, ptrdiff_t outputs,
                               int32_t activation, ptrdiff_t lanes, ptrdiff_t stride,
                               const float *x, float *y) {
  const float *bias = parameters + inputs * outputs;
  for (ptrdiff_t l = 0; l < lanes; l += 32)
    for (ptrdiff_t o = 0; o < outputs; o += UNITS)
      SET(forward_rows)(outputs - o < UNITS ? outputs - o : UNITS, parameters + o * inputs,
                        bias + o, inputs, x + l, stride, activation, y + o * stride + l);
}

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
    GRADIENT_CASES(1) GRADIENT_CASES(2) GRADIENT_CASES(3)
    GRADIENT_CASES(4) GRADIENT_CASES(5) GRADIENT_CASES(6)
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

// ---- Categorical distributions ----------------------------------------------------------------

// exp(z - max) of so many actions is kept between the passes over the actions, the others' computed
// again.
#define KEPT 16

typedef struct {
  vf maximum;
  vf sum;
  vf kept[KEPT];
} SET(softmax);

INLINE void SET(normalize)(SET(softmax) *s, const float *z, ptrdiff_t count, ptrdiff_t stride) {
  vf maximum = LOAD(z);
  for (ptrdiff_t a = 1; a < count; a++) {
    vf logit = LOAD(z + a * stride);
    maximum = logit > maximum ? logit : maximum;
  }
  vf sum = (vf)(0.0f);
  for (ptrdiff_t a = 0; a < count; a++) {
    vf e = SET(exp_of)(LOAD(z + a * stride) - maximum);
    if (a < KEPT) s->kept[a] = e;
    sum += e;
  }
  s->maximum = maximum;
  s->sum = sum;
}

INLINE vf SET(exponential)(const SET(softmax) *s, const float *z, ptrdiff_t a, ptrdiff_t stride) {
  return a < KEPT ? s->kept[a] : SET(exp_of)(LOAD(z + a * stride) - s->maximum);
}

static void SET(categorical_sample)(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                    const float *logits, const uint32_t *words, float *actions,
                                    float *log_probabilities) {
  for (ptrdiff_t l = 0; l < lanes; l += WIDTH) {
    const float *z = logits + l;
    SET(softmax) s;
    SET(normalize)(&s, z, count, stride);
    vu word = SET(load_some_words)(words + l, lanes - l) >> 8;
    vf threshold =
        __builtin_convertvector(__builtin_bit_cast(vi, word), vf) * 0x1p-24f * s.sum;
    // Running sums never decrease, so the first above the threshold follows all that are not.
    vf running = (vf)(0.0f);
    vf action = (vf)(0.0f);
    vf logit = LOAD(z);
    for (ptrdiff_t a = 0; a + 1 < count; a++) {
      running += SET(exponential)(&s, z, a, stride);
      vi is_found = running > threshold;
      logit = is_found ? logit : LOAD(z + (a + 1) * stride);
      action += is_found ? (vf)(0.0f) : (vf)(1.0f);
    }
    SET(store_some)(actions + l, action, lanes - l);
    SET(store_some)(log_probabilities + l, (logit - s.maximum) - SET(log_of)(s.sum), lanes - l);
  }
}

static void SET(categorical_mode)(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                  const float *logits, float *actions, float *log_probabilities) {
  for (ptrdiff_t l = 0; l < lanes; l += WIDTH) {
    const float *z = logits + l;
    SET(softmax) s;
    SET(normalize)(&s, z, count, stride);
    vf maximum = LOAD(z);
    vf action = (vf)(0.0f);
    for (ptrdiff_t a = 1; a < count; a++) {
      vf logit = LOAD(z + a * stride);
      vi is_above = logit > maximum;
      maximum = is_above ? logit : maximum;
      action = is_above ? (vf)((float)a) : action;
    }
    SET(store_some)(actions + l, action, lanes - l);
    SET(store_some)(log_probabilities + l, (maximum - s.maximum) - SET(log_of)(s.sum), lanes - l);
  }
}

static void SET(categorical_evaluate)(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                      const float *logits, const float *actions,
                                      float *log_probabilities, float *entropies) {
  for (ptrdiff_t l = 0; l < lanes; l += WIDTH) {
    const float *z = logits + l;
    SET(softmax) s;
    SET(normalize)(&s, z, count, stride);
    vf log_sum = SET(log_of)(s.sum);
    vf inverse = 1.0f / s.sum;
    vf action = SET(load_some)(actions + l, lanes - l);
    vf chosen = (vf)(0.0f);
    vf entropy = (vf)(0.0f);
    for (ptrdiff_t a = 0; a < count; a++) {
      vf log_probability = (LOAD(z + a * stride) - s.maximum) - log_sum;
      vf probability = SET(exponential)(&s, z, a, stride) * inverse;
      chosen = action == (float)a ? log_probability : chosen;
      entropy = FMA(-probability, log_probability, entropy);
    }
    SET(store_some)(log_probabilities + l, chosen, lanes - l);
    SET(store_some)(entropies + l, entropy, lanes - l);
  }
}

static void SET(categorical_score)(ptrdiff_t count, ptrdiff_t lanes, ptrdiff_t stride,
                                   const float *logits, const float *actions, const float *weights,
                                   float entropy_weight, float *gradients) {
  float first_lanes[WIDTH];
  for (int k = 0; k < WIDTH; k++) first_lanes[k] = (float)k;
  vf lane = LOAD(first_lanes);
  ptrdiff_t padded = (lanes + 31) / 32 * 32;
  for (ptrdiff_t l = 0; l < padded; l += WIDTH) {
    const float *z = logits + l;
    float *dz = gradients + l;
    if (l >= lanes) {
      for (ptrdiff_t a = 0; a < count; a++) STORE(dz + a * stride, (vf)(0.0f));
      continue;
    }
    SET(softmax) s;
    SET(normalize)(&s, z, count, stride);
    vf log_sum = SET(log_of)(s.sum);
    vf inverse = 1.0f / s.sum;
    vf entropy = (vf)(0.0f);
    for (ptrdiff_t a = 0; a < count; a++) {
      vf log_probability = (LOAD(z + a * stride) - s.maximum) - log_sum;
      entropy = FMA(-(SET(exponential)(&s, z, a, stride) * inverse), log_probability, entropy);
    }
    vf action = SET(load_some)(actions + l, lanes - l);
    vf weight = SET(load_some)(weights + l, lanes - l);
    vi is_lane = lane < (float)(lanes - l < WIDTH ? lanes - l : WIDTH);
    for (ptrdiff_t a = 0; a < count; a++) {
      vf log_probability = (LOAD(z + a * stride) - s.maximum) - log_sum;
      vf probability = SET(exponential)(&s, z, a, stride) * inverse;
      vf indicator = action == (float)a ? (vf)(1.0f) : (vf)(0.0f);
      vf slope = -probability * (log_probability + entropy);
      vf d = FMA(entropy_weight, slope, weight * (indicator - probability));
      STORE(dz + a * stride, is_lane ? d : (vf)(0.0f));
    }
  }
}
#undef KEPT

// ---- Random numbers ---------------------------------------------------------------------------

typedef uint64_t SET(vw) __attribute__((ext_vector_type(WIDTH / 2)));

// The high and the low half of each product with `factor`.
INLINE void SET(multiply)(vu v, uint32_t factor, vu *high, vu *low) {
  SET(vw) pairs = __builtin_bit_cast(SET(vw), v);
  SET(vw) even = (pairs & 0xffffffff) * (uint64_t)factor;
  SET(vw) odd = (pairs >> 32) * (uint64_t)factor;
  *high = __builtin_bit_cast(vu, (even >> 32) | (odd & 0xffffffff00000000));
  *low = __builtin_bit_cast(vu, (even & 0xffffffff) | (odd << 32));
}

static void SET(philox_fill)(uint32_t key0, uint32_t key1, uint32_t version, uint32_t stream,
                             uint32_t block, const uint32_t *slots, const uint32_t *steps,
                             ptrdiff_t lanes, ptrdiff_t stride, uint32_t *words) {
  for (ptrdiff_t l = 0; l < lanes; l += WIDTH) {
    vu c0 = (vu)(version);
    vu c1 = SET(load_some_words)(slots + l, lanes - l);
    vu c2 = (vu)(stream);
    vu c3 = SET(load_some_words)(steps + l, lanes - l) * 16u + block;
    uint32_t k0 = key0, k1 = key1;
    for (int round = 0; round < 10; round++) {
      vu high0, low0, high1, low1;
      SET(multiply)(c0, 0xD2511F53u, &high0, &low0);
      SET(multiply)(c2, 0xCD9E8D57u, &high1, &low1);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    SET(store_some_words)(words + l, c0, lanes - l);
    SET(store_some_words)(words + stride + l, c1, lanes - l);
    SET(store_some_words)(words + 2 * stride + l, c2, lanes - l);
    SET(store_some_words)(words + 3 * stride + l, c3, lanes - l);
  }
}

// ---- Scans and reductions ---------------------------------------------------------------------

static void SET(discounted_suffix_sums)(const float *values, ptrdiff_t count, float scale,
                                        float discount, float *sums) {
  float sum = 0;
  for (ptrdiff_t t = count - 1; t >= 0; t--) {
    sum = __builtin_fmaf(discount, sum, values[t] * scale);
    sums[t] = sum;
  }
}

typedef double SET(vd16) __attribute__((ext_vector_type(16)));
typedef float SET(vf16_memory) __attribute__((ext_vector_type(16), aligned(4)));

static double SET(sum_of_squares)(const float *values, ptrdiff_t count) {
  SET(vd16) sums = (SET(vd16))(0.0);
  ptrdiff_t k = 0;
  for (; k + 16 <= count; k += 16) {
    SET(vd16) x = __builtin_convertvector(*(const SET(vf16_memory) *)(values + k), SET(vd16));
    sums += x * x;
  }
  for (int lane = 0; k + lane < count; lane++) {
    double x = values[k + lane];
    sums[lane] += x * x;
  }
  double total[16];
  for (int lane = 0; lane < 16; lane++) total[lane] = sums[lane];
  for (int half = 8; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) total[lane] += total[lane + half];
  return total[0];
}

static bool SET(are_finite)(const float *values, ptrdiff_t count) {
  vi found = (vi)(0);
  for (ptrdiff_t k = 0; k < count; k += WIDTH)
    found |= (BITS(SET(load_some)(values + k, count - k)) & 0x7f800000) == 0x7f800000;
  int32_t any = 0;
  for (int lane = 0; lane < WIDTH; lane++) any |= found[lane];
  return any == 0;
}

// ---- Elementwise updates ----------------------------------------------------------------------

static void SET(accumulate)(const float *other, ptrdiff_t count, float *sum) {
  for (ptrdiff_t k = 0; k < count; k += WIDTH) {
    ptrdiff_t n = count - k;
    SET(store_some)(sum + k, SET(load_some)(sum + k, n) + SET(load_some)(other + k, n), n);
  }
}

static void SET(scale)(float *values, ptrdiff_t count, float factor) {
  for (ptrdiff_t k = 0; k < count; k += WIDTH)
    SET(store_some)(values + k, SET(load_some)(values + k, count - k) * factor, count - k);
}

static void SET(ascend)(const float *gradient, ptrdiff_t count, float learning_rate,
                        float *parameters) {
  for (ptrdiff_t k = 0; k < count; k += WIDTH) {
    ptrdiff_t n = count - k;
    vf g = SET(load_some)(gradient + k, n);
    SET(store_some)(parameters + k, FMA(learning_rate, g, SET(load_some)(parameters + k, n)), n);
  }
}

static void SET(adam)(const float *gradient, ptrdiff_t count, float step, float beta1, float beta2,
                      float epsilon, float root_correction, float *first_moment,
                      float *second_moment, float *parameters) {
  float rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;
  for (ptrdiff_t k = 0; k < count; k += WIDTH) {
    ptrdiff_t n = count - k;
    vf g = SET(load_some)(gradient + k, n);
    vf m = SET(load_some)(first_moment + k, n);
    vf v = SET(load_some)(second_moment + k, n);
    m = FMA(rest1, g - m, m);
    v = FMA(rest2 * g, g, beta2 * v);
    vf root = __builtin_elementwise_sqrt(v) / root_correction + epsilon;
    vf p = FMA(step, m / root, SET(load_some)(parameters + k, n));
    SET(store_some)(first_moment + k, m, n);
    SET(store_some)(second_moment + k, v, n);
    SET(store_some)(parameters + k, p, n);
  }
}

static void SET(rmsprop)(const float *gradient, ptrdiff_t count, float learning_rate, float alpha,
                         float epsilon, float *mean_square, float *parameters) {
  float rest = 1.0f - alpha;
  for (ptrdiff_t k = 0; k < count; k += WIDTH) {
    ptrdiff_t n = count - k;
    vf g = SET(load_some)(gradient + k, n);
    vf s = FMA(rest * g, g, alpha * SET(load_some)(mean_square + k, n));
    vf root = __builtin_elementwise_sqrt(s) + epsilon;
    vf p = FMA(learning_rate, g / root, SET(load_some)(parameters + k, n));
    SET(store_some)(mean_square + k, s, n);
    SET(store_some)(parameters + k, p, n);
  }
}

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
    .are_finite = SET(are_finite),
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
