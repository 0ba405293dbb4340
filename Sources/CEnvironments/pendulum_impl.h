// Compiled once for each instruction set, with SET naming the version; after cartpole_impl.h.

static void SET(pendulum_step)(
    double *angle, double *velocity, const float *actions, size_t count, float *observations,
    size_t stride, float *rewards) {
  const double pi = 0x1.921fb54442d18p+1, turn = 2 * pi;
  // 2 pi in two parts of 25 bits, so that their products with a number of turns are exact.
  const double turn_high = 0x1.921fb5p+2, turn_low = turn - turn_high;
  const d8 round = splat(0x1.8p52);
  for (size_t lane = 0; lane < count; lane += 8) {
    d8 a = *(const d8_memory *)(angle + lane), v = *(const d8_memory *)(velocity + lane);
    f8 u = *(const f8_memory *)(actions + lane);
    u = u < -2.0f ? (f8)(-2.0f) : u > 2.0f ? (f8)(2.0f) : u;
    // The remainder of angle + pi, exactly, as for the scalar environment.
    d8 x = a + splat(pi);
    d8 magnitude = x < splat(0) ? -x : x;
    d8 turns = (magnitude * splat(1 / turn) + round) - round;
    d8 rest = (magnitude - turns * splat(turn_high)) - turns * splat(turn_low);
    rest = rest < splat(0) ? rest + splat(turn) : rest;
    rest = ((x < splat(0)) & (rest > splat(0))) ? splat(turn) - rest : rest;
    d8 from_upright = rest - splat(pi);
    d8 cost = from_upright * from_upright + splat(0.1) * (v * v) +
              __builtin_convertvector(0.001f * (u * u), d8);
    d8 sine, cosine;
    SET(sin_cos)(a, &sine, &cosine);
    v = v + (splat(15) * sine + __builtin_convertvector(3.0f * u, d8)) * splat(0.05);
    v = v < splat(-8) ? splat(-8) : v > splat(8) ? splat(8) : v;
    a += v * splat(0.05);
    SET(sin_cos)(a, &sine, &cosine);
    *(d8_memory *)(angle + lane) = a;
    *(d8_memory *)(velocity + lane) = v;
    *(f8_memory *)(observations + lane) = __builtin_convertvector(cosine, f8);
    *(f8_memory *)(observations + stride + lane) = __builtin_convertvector(sine, f8);
    *(f8_memory *)(observations + 2 * stride + lane) = __builtin_convertvector(v, f8);
    *(f8_memory *)(rewards + lane) = __builtin_convertvector(-cost, f8);
  }
}

#undef SET
