/// Numbers that only have to be different, the same in every run.
package struct TestNumbers {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  package init() {}

  package mutating func word() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: state >> 33)
  }

  /// In -0.5..<0.5.
  package mutating func float() -> Float { Float(word() & 0xFFFF) / 65_536 - 0.5 }

  package mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}
