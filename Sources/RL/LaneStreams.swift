internal import Kernels

/// The random identity of every lane: which episode it plays and at which step it is.
public struct LaneStreams: Sendable {
  public let seed: UInt64
  public let version: PolicyVersion
  public let kind: StreamKind
  /// The slot that each lane plays.
  package var slots: [UInt32]
  /// Steps that each lane's episode has taken so far.
  package var steps: [UInt32]

  package init(seed: UInt64, version: PolicyVersion, kind: StreamKind, laneCount: Int) {
    self.seed = seed
    self.version = version
    self.kind = kind
    slots = Array(repeating: 0, count: laneCount)
    steps = Array(repeating: 0, count: laneCount)
  }

  /// Notes that the lanes `0..<laneCount` took a step.
  mutating func countStep(laneCount: Int) {
    var view = steps.mutableSpan
    for lane in 0..<laneCount { view[lane] &+= 1 }
  }

  /// The most steps that one of the lanes `0..<laneCount` has taken.
  func longest(laneCount: Int) -> Int {
    let view = steps.span
    var longest: UInt32 = 0
    for lane in 0..<laneCount { longest = max(longest, view[lane]) }
    return Int(longest)
  }

  /// The numbers of `purpose` at the step where `lane` is now.
  public func stream(lane: Int, purpose: StreamPurpose) -> RandomStream {
    RandomStream(
      seed: seed, version: version, slot: Int(slots[lane]), kind: kind, purpose: purpose,
      step: Int(steps[lane]))
  }

  /// Fills one Philox block per lane: the numbers that `stream(lane:purpose:)` would draw as its
  /// block `block`.
  ///
  /// Shape: `words` `[4][stride]`, lanes contiguous.
  package func fill(
    purpose: StreamPurpose, block: Int, laneCount: Int, stride: Int,
    into words: inout MutableSpan<UInt32>
  ) {
    precondition(block >= 0 && block < RandomStream.maximumBlockCount, "16 blocks a step")
    Philox.fill(
      key: RandomStream.key(seed: seed), version: version.rawValue,
      stream: RandomStream.streamWord(kind: kind, purpose: purpose), block: UInt32(block),
      slots: slots.span, steps: steps.span, laneCount: laneCount, stride: stride, into: &words)
  }
}
