// Part of kernels_impl.h, which includes it once for each instruction set.

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

// tanh(x) = x p(x^2) / q(x^2), p and q of degree 4, 2^-25.4 relative up to the first x for which this quotient
// rounds to 1; further out all x are taken for that one. One division, which runs beside the multiply-adds of
// the layer.
INLINE vf SET(tanh_of)(vf x) {
  x = x > 0x1.0134eap+3f ? (vf)(0x1.0134eap+3f) : x;
  x = x < -0x1.0134eap+3f ? (vf)(-0x1.0134eap+3f) : x;
  vf s = x * x;
  vf p = FMA(0x1.fdebe6p-27f, s, 0x1.6b03a8p-16f);
  p = FMA(p, s, 0x1.d22eb4p-9f);
  p = FMA(p, s, 0x1.131706p-3f);
  p = FMA(p, x * s, x);
  vf q = FMA(0x1.c16538p-21f, s, 0x1.63183ep-12f);
  q = FMA(q, s, 0x1.abc232p-6f);
  q = FMA(q, s, 0x1.dee0d4p-2f);
  q = FMA(q, s, 1.0f);
  return p / q;
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
