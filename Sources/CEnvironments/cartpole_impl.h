// Compiled once for each instruction set, with SET naming the version.

// The order of operations is that of Elementary.sinCos in Swift.
INLINE void SET(sin_cos)(d8 x, d8 *sine_result, d8 *cosine_result) {
  const d8 round = splat(0x1.8p52);
  d8 n = (x * splat(0x1.45f306dc9c883p-1) + round) - round;
  d8 r = ((x - n * splat(0x1.921fb544p+0)) - n * splat(0x1.0b4611a6p-34)) -
         n * splat(0x1.3198a2e037073p-69);
  d8 s = r * r;
  d8 p = splat(1.58969099521155010221e-10) * s - splat(2.50507602534068634195e-08);
  p = p * s + splat(2.75573137070700676789e-06);
  p = p * s - splat(1.98412698298579493134e-04);
  p = p * s + splat(8.33333333332248946124e-03);
  p = p * s - splat(1.66666666666666324348e-01);
  d8 sine = r * (splat(1) + s * p);
  d8 q = splat(-1.13596475577881948265e-11) * s + splat(2.08757232129817482790e-09);
  q = q * s - splat(2.75573143513906633035e-07);
  q = q * s + splat(2.48015872894767294178e-05);
  q = q * s - splat(1.38888888888741095749e-03);
  q = q * s + splat(4.16666666666666019037e-02);
  d8 cosine = splat(1) - splat(0.5) * s + s * s * q;
  d8 quadrant = n - ((n * splat(0.25) + round) - round) * splat(4);
  d8 square = quadrant * quadrant;
  l8 odd = square == splat(1);
  l8 negative_sine = (square == splat(4)) | (quadrant == splat(-1));
  l8 negative_cosine = (square == splat(4)) | (quadrant == splat(1));
  l8 known = (x < splat(0x1p30)) & (x > splat(-0x1p30));
  d8 none = splat(__builtin_nan(""));
  *sine_result = known ? (odd ? cosine : sine) * (negative_sine ? splat(-1) : splat(1)) : none;
  *cosine_result = known ? (odd ? sine : cosine) * (negative_cosine ? splat(-1) : splat(1)) : none;
}

static void SET(cartpole_step)(
    double *position, double *velocity, double *angle, double *angular_velocity,
    const float *actions, size_t count, float *observations, size_t stride, float *rewards,
    uint8_t *ends) {
  const double total_mass = 0.1 + 1.0, half_length = 0.5, pole_mass_length = 0.1 * 0.5;
  const double angle_limit = 0.20943951023931953;
  for (size_t lane = 0; lane < count; lane += 8) {
    d8 x = *(const d8_memory *)(position + lane), xd = *(const d8_memory *)(velocity + lane);
    d8 a = *(const d8_memory *)(angle + lane), ad = *(const d8_memory *)(angular_velocity + lane);
    d8 action = __builtin_convertvector(*(const f8_memory *)(actions + lane), d8);
    d8 force = action == splat(1) ? splat(10) : splat(-10);
    d8 sine, cosine;
    SET(sin_cos)(a, &sine, &cosine);
    d8 pushed = (force + splat(pole_mass_length) * (ad * ad) * sine) / splat(total_mass);
    d8 angular_acceleration =
        (splat(9.8) * sine - cosine * pushed) /
        (splat(half_length) *
         (splat(4.0 / 3.0) - splat(0.1) * (cosine * cosine) / splat(total_mass)));
    d8 acceleration =
        pushed - splat(pole_mass_length) * angular_acceleration * cosine / splat(total_mass);
    x += splat(0.02) * xd;
    xd += splat(0.02) * acceleration;
    a += splat(0.02) * ad;
    ad += splat(0.02) * angular_acceleration;
    *(d8_memory *)(position + lane) = x;
    *(d8_memory *)(velocity + lane) = xd;
    *(d8_memory *)(angle + lane) = a;
    *(d8_memory *)(angular_velocity + lane) = ad;
    *(f8_memory *)(observations + lane) = __builtin_convertvector(x, f8);
    *(f8_memory *)(observations + stride + lane) = __builtin_convertvector(xd, f8);
    *(f8_memory *)(observations + 2 * stride + lane) = __builtin_convertvector(a, f8);
    *(f8_memory *)(observations + 3 * stride + lane) = __builtin_convertvector(ad, f8);
    *(f8_memory *)(rewards + lane) = (f8)(1.0f);
    l8 fallen = (x < splat(-2.4)) | (x > splat(2.4)) | (a < splat(-angle_limit)) |
                (a > splat(angle_limit));
    *(b8_memory *)(ends + lane) = __builtin_convertvector(fallen & 1, b8);
  }
}
