// Part of kernels_impl.h, which includes it once for each instruction set.

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
