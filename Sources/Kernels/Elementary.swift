internal import CKernels

/// Elementary functions of Troupe's own: no call into a mathematical library, whose results differ
/// between machines.
///
/// The Float functions are the definition of the vector kernels', bit for bit. Errors are bounds
/// against the exact value; over all 2³² floats the largest were exp 1.05, log 0.88, tanh 5.00 ulp.
public enum Elementary {
  /// eˣ, within 1.1 ulp; 0 below −104, infinite above 88.73.
  public static func exp(_ x: Float) -> Float {
    var x = x > 89 ? 89 : x
    x = x < -104 ? -104 : x
    // 2²³ × 1.5 pushes the fraction out, so the sum's low bits are n = round(x / ln 2).
    let shifted = fma(x, 0x1.715476p+0, 0x1.8p23)
    let n = shifted - 0x1.8p23
    // ln 2 in two parts; |r| <= ln 2 / 2, and eʳ = 1 + r + r² q(r), q minimax to 2⁻²⁶.
    var r = fma(-n, 0x1.62e430p-1, x)
    r = fma(-n, -0x1.05c610p-29, r)
    var q = fma(0x1.6d6524p-10, r, 0x1.122cc6p-7)
    q = fma(q, r, 0x1.5554d4p-5)
    q = fma(q, r, 0x1.5554aap-3)
    q = fma(q, r, 0.5)
    let p = fma(r * r, q, r) + 1
    // 2ⁿ as two factors, each a normal number, so that denormal results are rounded once.
    let whole = Int32(bitPattern: shifted.bitPattern) &- 0x4b40_0000
    let half = whole >> 1
    return p * power(half) * power(whole &- half)
  }

  /// The natural logarithm, within 1 ulp; −∞ at 0, NaN below.
  public static func log(_ x: Float) -> Float {
    let isDenormal = x < 0x1p-126
    let scaled = isDenormal ? x * 0x1p25 : x
    // x = 2ᵉ (1 + f) with 1 + f in [√½, √2): 0x3f3504f3 is √½.
    let bits = Int32(bitPattern: scaled.bitPattern) &- 0x3f35_04f3
    let fraction = Float(bitPattern: UInt32(bitPattern: (bits & 0x007f_ffff) &+ 0x3f35_04f3))
    let e = Float(bits >> 23) - (isDenormal ? 25 : 0)
    let f = fraction - 1
    let s = f * f
    // log(1 + f) = f − f²/2 + f³ q(f), q minimax to 2⁻²⁷.
    var q = fma(-0x1.420850p-4, f, 0x1.07db94p-3)
    q = fma(q, f, -0x1.0cdff6p-3)
    q = fma(q, f, 0x1.226ca4p-3)
    q = fma(q, f, -0x1.54787ep-3)
    q = fma(q, f, 0x1.99a5acp-3)
    q = fma(q, f, -0x1.000220p-2)
    q = fma(q, f, 0x1.55554ap-2)
    var y = (f * s) * q
    y = fma(e, 0x1.7f7d1cp-20, y)
    y = fma(-0.5, s, y)
    y = f + y
    y = fma(e, 0x1.62e400p-1, y)
    y = x == 0 ? -.infinity : y
    y = x < 0 ? .nan : y
    return x < .infinity ? y : x
  }

  /// The hyperbolic tangent, within 5.03 ulp, for |x| < 1 within 2.5; odd to the bit, never beyond ±1, and ±1 from
  /// |x| = 8.04 on.
  public static func tanh(_ x: Float) -> Float {
    // The first argument for which the quotient rounds to 1.
    let saturation: Float = 0x1.0134eap+3
    var x = x > saturation ? saturation : x
    x = x < -saturation ? -saturation : x
    let s = x * x
    // x p(x²) / q(x²), to 2⁻²⁵·⁴: all coefficients are positive, so nothing cancels.
    var p = fma(0x1.fdebe6p-27, s, 0x1.6b03a8p-16)
    p = fma(p, s, 0x1.d22eb4p-9)
    p = fma(p, s, 0x1.131706p-3)
    p = fma(p, x * s, x)
    var q = fma(0x1.c16538p-21, s, 0x1.63183ep-12)
    q = fma(q, s, 0x1.abc232p-6)
    q = fma(q, s, 0x1.dee0d4p-2)
    q = fma(q, s, 1)
    return p / q
  }

  /// The sine of an angle in radians: ``sin(_:)-(Double)``, rounded.
  @inlinable
  public static func sin(_ x: Float) -> Float { Float(sin(Double(x))) }

  /// The cosine of an angle in radians: ``cos(_:)-(Double)``, rounded.
  @inlinable
  public static func cos(_ x: Float) -> Float { Float(cos(Double(x))) }

  private static func fma(_ x: Float, _ y: Float, _ z: Float) -> Float { z.addingProduct(x, y) }

  /// 2ⁿ for −126 <= n <= 127.
  private static func power(_ n: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: (n &+ 127) << 23))
  }
}

/// The vector kernels of the elementary functions, over arrays.
package enum ElementaryKernels {
  /// Replaces every value by its ``Elementary/exp(_:)``.
  package static func exp(_ values: inout MutableSpan<Float>) {
    // SAFETY: the kernel reads and writes values.count floats.
    unsafe values.withUnsafeMutableBufferPointer { unsafe troupe_exp($0.baseAddress, $0.count) }
  }

  /// Replaces every value by its ``Elementary/log(_:)``.
  package static func log(_ values: inout MutableSpan<Float>) {
    // SAFETY: the kernel reads and writes values.count floats.
    unsafe values.withUnsafeMutableBufferPointer { unsafe troupe_log($0.baseAddress, $0.count) }
  }

  /// Replaces every value by its ``Elementary/tanh(_:)``.
  package static func tanh(_ values: inout MutableSpan<Float>) {
    // SAFETY: the kernel reads and writes values.count floats.
    unsafe values.withUnsafeMutableBufferPointer { unsafe troupe_tanh($0.baseAddress, $0.count) }
  }
}
