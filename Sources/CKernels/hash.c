// The hash of fingerprints and policies: whole numbers, the same on every processor.
#include "kernels.h"

static inline uint64_t little_endian_word(const unsigned char *p) {
  uint64_t word;
  __builtin_memcpy(&word, p, 8);
  return word;
}

// Both halves of a 128-bit product folded into one word; `first` also enters by itself, so that a
// zero factor does not forget it.
static inline uint64_t mix(uint64_t first, uint64_t second) {
  unsigned __int128 product = (unsigned __int128)first * second;
  return (uint64_t)product ^ (uint64_t)(product >> 64) ^ (first << 29 | first >> 35);
}

void troupe_hash_bytes(uint64_t *lane0, uint64_t *lane1, const void *bytes, ptrdiff_t count) {
  // The first digits of pi's fraction, made odd.
  const uint64_t secret0 = 0x243f6a8885a308d3, secret1 = 0x13198a2e03707345;
  const unsigned char *p = bytes;
  uint64_t a = *lane0, b = *lane1;
  ptrdiff_t k = 0;
  for (; k + 16 <= count; k += 16) {
    uint64_t first = little_endian_word(p + k), second = little_endian_word(p + k + 8);
    a = mix(a ^ first, second ^ secret0);
    b = mix(b ^ second, first ^ secret1);
  }
  if (k < count) {
    unsigned char rest[16] = {0};
    __builtin_memcpy(rest, p + k, (size_t)(count - k));
    uint64_t first = little_endian_word(rest), second = little_endian_word(rest + 8);
    a = mix(a ^ first, second ^ secret0);
    b = mix(b ^ second, first ^ secret1);
  }
  // The length tells padding from zeros, and one call of two pieces from two calls.
  *lane0 = mix(a ^ (uint64_t)count, 0xa4093822299f31d1);
  *lane1 = mix(b ^ (uint64_t)count, 0x082efa98ec4e6c89);
}
