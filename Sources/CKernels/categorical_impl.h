// Part of kernels_impl.h, which includes it once for each instruction set.

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
