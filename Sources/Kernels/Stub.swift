public struct Digest128: Hashable, Sendable {
  public let high: UInt64
  public let low: UInt64
  public init(high: UInt64, low: UInt64) { self.high = high; self.low = low }
  package static func hash(of values: Span<Float>) -> Digest128 { Digest128(high: 0, low: 0) }
}
package enum Philox {
  package static func block(key: SIMD2<UInt32>, counter: SIMD4<UInt32>) -> SIMD4<UInt32> { counter }
  package static func fill(
    key: SIMD2<UInt32>, version: UInt32, stream: UInt32, block: UInt32, slots: Span<UInt32>,
    steps: Span<UInt32>, laneCount: Int, stride: Int, into words: inout MutableSpan<UInt32>
  ) {}
}
