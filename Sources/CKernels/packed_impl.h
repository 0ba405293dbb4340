// Part of kernels_impl.h, which includes it once for each instruction set.

// ---- Dense layers for few lanes ---------------------------------------------------------------

// The other dense kernels fill their vectors with lanes, and a tick of one lane costs as much as one
// of a whole vector. These fill them with units, so that each lane costs its own arithmetic: the weights
// are packed as [input][unit], and each lane's numbers lie side by side. Every output is the same chain
// of fused multiply-adds over the inputs as in dense_forward.

// `vectors` x `lanes` accumulators. All counts are constants after inlining.
INLINE void SET(packed_block)(const int vectors, const int lanes, const float *packed,
                              ptrdiff_t pitch, ptrdiff_t depth, int32_t activation,
                              const float *x, ptrdiff_t depth_step, ptrdiff_t lane_step, float *y) {
  vf sums[8][8];
  UNROLL for (int l = 0; l < lanes; l++)
    UNROLL for (int v = 0; v < vectors; v++) sums[l][v] = LOAD(packed + v * WIDTH);
  const float *weights = packed + pitch;
  for (ptrdiff_t k = 0; k < depth; k++, weights += pitch, x += depth_step) {
    vf row[8];
    UNROLL for (int v = 0; v < vectors; v++) row[v] = LOAD(weights + v * WIDTH);
    UNROLL for (int l = 0; l < lanes; l++) {
      vf number = (vf)(x[l * lane_step]);
      UNROLL for (int v = 0; v < vectors; v++) sums[l][v] = FMA(row[v], number, sums[l][v]);
    }
  }
  UNROLL for (int l = 0; l < lanes; l++)
    UNROLL for (int v = 0; v < vectors; v++)
      STORE(y + l * pitch + v * WIDTH, SET(activate)(sums[l][v], activation));
}

// All units of 1...4 lanes, in blocks of the registers' size and then of halves of it.
INLINE void SET(packed_lanes)(const int lanes, const float *packed, ptrdiff_t pitch,
                              ptrdiff_t depth, ptrdiff_t vectors, int32_t activation,
                              const float *x, ptrdiff_t depth_step, ptrdiff_t lane_step, float *y) {
  const int most = lanes == 1 ? PACKED_VECTORS
                   : lanes < 4 ? PACKED_VECTORS_OF_3
                               : PACKED_VECTORS_OF_4;
#define PACKED_BLOCK(count)                                                                       \
  SET(packed_block)(count, lanes, packed, pitch, depth, activation, x, depth_step, lane_step, y);  \
  packed += count * WIDTH;                                                                        \
  y += count * WIDTH;
  for (; vectors >= most; vectors -= most) { PACKED_BLOCK(most) }
  if (most > 4 && vectors & 4) { PACKED_BLOCK(4) }
  if (most > 2 && vectors & 2) { PACKED_BLOCK(2) }
  if (most > 1 && vectors & 1) { PACKED_BLOCK(1) }
#undef PACKED_BLOCK
}

static void SET(dense_forward_packed)(const float *packed, ptrdiff_t inputs, ptrdiff_t outputs,
                                      int32_t activation, ptrdiff_t lanes, const float *x,
                                      ptrdiff_t input_step, ptrdiff_t lane_step, float *y) {
  ptrdiff_t pitch = PACKED_UNITS(outputs);
  ptrdiff_t vectors = (outputs + WIDTH - 1) / WIDTH;
  // One vector a lane: up to eight lanes at a time, for each is one chain that waits for itself.
#define PACKED_CHAINS(count)                                                                      \
  case count:                                                                                     \
    SET(packed_block)(1, count, packed, pitch, inputs, activation, x, input_step, lane_step, y);   \
    return;
  if (vectors == 1) {
    for (; lanes > 8; lanes -= 8) {
      SET(packed_block)(1, 8, packed, pitch, inputs, activation, x, input_step, lane_step, y);
      x += 8 * lane_step;
      y += 8 * pitch;
    }
    switch (lanes) {
      PACKED_CHAINS(1) PACKED_CHAINS(2) PACKED_CHAINS(3) PACKED_CHAINS(4)
      PACKED_CHAINS(5) PACKED_CHAINS(6) PACKED_CHAINS(7) PACKED_CHAINS(8)
    }
  }
#undef PACKED_CHAINS
#define PACKED_LANES(count)                                                                       \
  SET(packed_lanes)(count, packed, pitch, inputs, vectors, activation, x, input_step, lane_step, y);
  for (; lanes >= 4; lanes -= 4) {
    PACKED_LANES(4)
    x += 4 * lane_step;
    y += 4 * pitch;
  }
  switch (lanes) {
  case 1: PACKED_LANES(1) break;
  case 2: PACKED_LANES(2) break;
  case 3: PACKED_LANES(3) break;
  }
#undef PACKED_LANES
}
