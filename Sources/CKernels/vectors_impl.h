// Part of kernels_impl.h, which includes it once for each instruction set.

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

typedef double SET(vd8) __attribute__((ext_vector_type(8)));
typedef float SET(vf8_memory) __attribute__((ext_vector_type(8), aligned(4)));

// The sum over k of (values[k] - centre)^2, or of values[k]: eight chains, then + 4, + 2, + 1.
INLINE double SET(sum_of_chains)(const float *values, ptrdiff_t count, const bool squares,
                                 double centre) {
  SET(vd8) sums = (SET(vd8))(0.0), last = (SET(vd8))(0.0);
  ptrdiff_t k = 0;
  for (; k + 8 <= count; k += 8) {
    SET(vd8) x = __builtin_convertvector(*(const SET(vf8_memory) *)(values + k), SET(vd8));
    sums += squares ? (x - centre) * (x - centre) : x;
  }
  for (int lane = 0; k + lane < count; lane++) {
    double x = values[k + lane];
    last[lane] = squares ? (x - centre) * (x - centre) : x;
  }
  sums += last;
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

static double SET(ordered_sum)(const float *values, ptrdiff_t count) {
  return SET(sum_of_chains)(values, count, false, 0);
}

static double SET(ordered_sum_of_squares)(const float *values, ptrdiff_t count, double centre) {
  return SET(sum_of_chains)(values, count, true, centre);
}

static bool SET(are_finite)(const float *values, ptrdiff_t count) {
  vi found = (vi)(0);
  for (ptrdiff_t k = 0; k < count; k += WIDTH)
    found |= (BITS(SET(load_some)(values + k, count - k)) & 0x7f800000) == 0x7f800000;
  int32_t any = 0;
  for (int lane = 0; lane < WIDTH; lane++) any |= found[lane];
  return any == 0;
}

// ---- Columns of matrices ----------------------------------------------------------------------

static void SET(copy_columns)(const float *x, ptrdiff_t rows, ptrdiff_t lanes, ptrdiff_t x_stride,
                              float *y, ptrdiff_t y_stride) {
  for (ptrdiff_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
    for (ptrdiff_t l = 0; l < lanes; l += WIDTH)
      SET(store_some)(y + l, SET(load_some)(x + l, lanes - l), lanes - l);
}

static void SET(normalize_columns)(const float *x, ptrdiff_t rows, ptrdiff_t lanes,
                                   ptrdiff_t stride, const float *means, const float *inverses,
                                   float limit, float *y) {
  for (ptrdiff_t row = 0; row < rows; row++, x += stride, y += stride)
    for (ptrdiff_t l = 0; l < lanes; l += WIDTH) {
      vf value = (SET(load_some)(x + l, lanes - l) - means[row]) * inverses[row];
      // What is not a number stays so.
      value = value <= -limit ? (vf)(-limit) : value;
      value = value > limit ? (vf)(limit) : value;
      SET(store_some)(y + l, value, lanes - l);
    }
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

// ---- Records ----------------------------------------------------------------------------------

// Where lane l of the upper and of the lower of two rows comes from, `half` rows apart.
#define UPPER(l, half) ((l) & (half) ? WIDTH + (l) - (half) : (l))
#define LOWER(l, half) (((l) & (half) ? WIDTH + (l) : (l) + (half)) % (2 * WIDTH))
#define EXCHANGE(half)                                                                            \
  UNROLL for (int row = 0; row < WIDTH; row++) {                                                  \
    if (row & (half)) continue;                                                                   \
    vf upper = matrix[row], lower = matrix[row + (half)];                                         \
    matrix[row] = __builtin_shufflevector(upper, lower, EACH_LANE(WIDTH, UPPER, half));           \
    matrix[row + (half)] = __builtin_shufflevector(upper, lower, EACH_LANE(WIDTH, LOWER, half));  \
  }

// Transposes WIDTH vectors in place: the off-diagonal quarters change places, then the same within
// each quarter.
INLINE void SET(transpose)(vf *matrix) {
  if (WIDTH > 8) { EXCHANGE(8 % WIDTH) }
  if (WIDTH > 4) { EXCHANGE(4 % WIDTH) }
  EXCHANGE(2)
  EXCHANGE(1)
}

static void SET(record_ticks)(const float *ticks, ptrdiff_t rows, ptrdiff_t lanes,
                              ptrdiff_t stride, const ptrdiff_t *positions,
                              ptrdiff_t destination_stride, float *destination) {
  for (ptrdiff_t row = 0; row < rows; row++)
    for (ptrdiff_t lane = 0; lane < lanes; lane += WIDTH) {
      ptrdiff_t count = lanes - lane < WIDTH ? lanes - lane : WIDTH;
      for (ptrdiff_t tick = 0; tick < TROUPE_RECORDED_TICKS; tick += WIDTH) {
        vf matrix[WIDTH];
        UNROLL for (int t = 0; t < WIDTH; t++)
          matrix[t] = LOAD(ticks + ((tick + t) * rows + row) * stride + lane);
        SET(transpose)(matrix);
        float *place = destination + row * destination_stride + tick;
        // The lines that come next: records are larger than a second-level cache, and stores that
        // miss wait for each other.
        if (tick == 0)
          for (ptrdiff_t l = 0; l < count; l++)
            __builtin_prefetch(place + positions[lane + l] + 2 * TROUPE_RECORDED_TICKS - 1, 1);
        if (count == WIDTH) {
          UNROLL for (int l = 0; l < WIDTH; l++) STORE(place + positions[lane + l], matrix[l]);
        } else {
          for (ptrdiff_t l = 0; l < count; l++) STORE(place + positions[lane + l], matrix[l]);
        }
      }
    }
}

#undef UPPER
#undef LOWER
#undef EXCHANGE
