// Sine and cosine in double precision, for environments: scalar, and eight at once with the same
// bits. Plain multiplications and additions, which Swift does not contract, so that a client's
// vectorised environment inlines them for whatever instruction set it is compiled.

extension Elementary {
  /// The sine of an angle in radians.
  ///
  /// Absolute error at most 1e-15 for |x| < 1e5; it grows as |x| × 2⁻⁵² beyond, and from 2³⁰ on the
  /// result is NaN.
  @inlinable
  public static func sin(_ x: Double) -> Double { sinCos(x).sin }

  /// The cosine of an angle in radians; errors as for ``sin(_:)-(Double)``.
  @inlinable
  public static func cos(_ x: Double) -> Double { sinCos(x).cos }

  /// Sine and cosine together.
  @inlinable
  public static func sinCos(_ x: Double) -> (sin: Double, cos: Double) {
    // n = round(x 2/π); adding and subtracting 1.5 × 2⁵² rounds to the nearest integer.
    let n = (x * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52
    // π/2 in three parts, the first two of 33 bits: their products with n are exact for |n| < 2²⁰.
    let r = ((x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69
    let s = r * r
    let sine = r * (1 + s * sinePolynomial(s))
    let cosine = 1 - 0.5 * s + s * s * cosinePolynomial(s)
    // The quadrant, n mod 4 as −2...2.
    let quadrant = n - ((n * 0.25 + 0x1.8p52) - 0x1.8p52) * 4
    let isOdd = quadrant * quadrant == 1
    let sineSign: Double = quadrant * quadrant == 4 || quadrant == -1 ? -1 : 1
    let cosineSign: Double = quadrant * quadrant == 4 || quadrant == 1 ? -1 : 1
    let isKnown = x < 0x1p30 && x > -0x1p30
    return (
      sin: isKnown ? (isOdd ? cosine : sine) * sineSign : .nan,
      cos: isKnown ? (isOdd ? sine : cosine) * cosineSign : .nan
    )
  }

  /// Sines and cosines of eight angles, the same bits as one by one.
  @inlinable
  public static func sinCos(_ x: SIMD8<Double>) -> (sin: SIMD8<Double>, cos: SIMD8<Double>) {
    let n = (x * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52
    let r = ((x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69
    let s = r * r
    let sine = r * (1 + s * sinePolynomial(s))
    let cosine = 1 - 0.5 * s + s * s * cosinePolynomial(s)
    let quadrant = n - ((n * 0.25 + 0x1.8p52) - 0x1.8p52) * 4
    let square = quadrant * quadrant
    let isOdd = square .== 1
    let one = SIMD8<Double>(repeating: 1)
    let sineSign = one.replacing(with: -1, where: (square .== 4) .| (quadrant .== -1))
    let cosineSign = one.replacing(with: -1, where: (square .== 4) .| (quadrant .== 1))
    let isUnknown = .!((x .< 0x1p30) .& (x .> -0x1p30))
    return (
      sin: (sine.replacing(with: cosine, where: isOdd) * sineSign).replacing(
        with: .nan, where: isUnknown),
      cos: (cosine.replacing(with: sine, where: isOdd) * cosineSign).replacing(
        with: .nan, where: isUnknown)
    )
  }

  // Coefficients: fdlibm's k_sin.c and k_cos.c, minimax on ±π/4, errors below 2⁻⁵⁸.

  @inlinable
  static func sinePolynomial(_ s: Double) -> Double {
    var p = 1.58969099521155010221e-10 * s - 2.50507602534068634195e-08
    p = p * s + 2.75573137070700676789e-06
    p = p * s - 1.98412698298579493134e-04
    p = p * s + 8.33333333332248946124e-03
    return p * s - 1.66666666666666324348e-01
  }

  @inlinable
  static func sinePolynomial(_ s: SIMD8<Double>) -> SIMD8<Double> {
    var p = 1.58969099521155010221e-10 * s - 2.50507602534068634195e-08
    p = p * s + 2.75573137070700676789e-06
    p = p * s - 1.98412698298579493134e-04
    p = p * s + 8.33333333332248946124e-03
    return p * s - 1.66666666666666324348e-01
  }

  @inlinable
  static func cosinePolynomial(_ s: Double) -> Double {
    var p = -1.13596475577881948265e-11 * s + 2.08757232129817482790e-09
    p = p * s - 2.75573143513906633035e-07
    p = p * s + 2.48015872894767294178e-05
    p = p * s - 1.38888888888741095749e-03
    return p * s + 4.16666666666666019037e-02
  }

  @inlinable
  static func cosinePolynomial(_ s: SIMD8<Double>) -> SIMD8<Double> {
    var p = -1.13596475577881948265e-11 * s + 2.08757232129817482790e-09
    p = p * s - 2.75573143513906633035e-07
    p = p * s + 2.48015872894767294178e-05
    p = p * s - 1.38888888888741095749e-03
    return p * s + 4.16666666666666019037e-02
  }
}
