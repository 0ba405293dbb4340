internal import Kernels

/// The four families of episodes (and of numbers that belong to no episode), which never share a
/// random number.
public enum StreamKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Episodes that an update is estimated from.
  case training = 0
  /// Episodes of a run's own evaluation rounds.
  case evaluation = 1
  /// Episodes of `troupe evaluate`.
  case standaloneEvaluation = 2
  /// Initial parameters.
  case initialization = 3
}

/// What a random number is for.
public enum StreamPurpose: UInt8, Hashable, Sendable, CaseIterable {
  /// The environment's start state.
  case reset = 0
  /// The environment's own randomness while it runs.
  case dynamics = 1
  /// The policy's choice.
  case action = 2
  /// Noise on the parameters, for search methods.
  case perturbation = 3
}

/// Random numbers of one purpose at one step of one episode.
///
/// Philox4x32-10 under key = run seed and counter = (policy version, slot, stream, index), where
/// stream = 4 × kind + purpose and index = 16 × step + block. Nothing else enters, neither host, clock
/// nor thread, so an episode draws the same numbers wherever and whenever it is played. A stream
/// gives at most 16 blocks of four words for each step.
///
/// Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable {
  /// Steps an episode may have: the index 16 × step + block has 28 bits of room, 24 are used.
  public static let maximumStepCount = 1 << 24
  /// Blocks of four 32-bit words that one step may draw.
  public static let maximumBlockCount = 16

  let key: SIMD2<UInt32>
  var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var wordIndex = 4
  private var blockCount = 0

  /// The numbers of `purpose` at step `step` of the episode (`version`, `slot`) of kind `kind`.
  ///
  /// - Precondition: `slot` fits in 32 bits, `step` is below `maximumStepCount`.
  public init(
    seed: UInt64, version: PolicyVersion, slot: Int, kind: StreamKind, purpose: StreamPurpose,
    step: Int = 0
  ) {
    precondition(
      step >= 0 && step < Self.maximumStepCount, "an episode has at most 2^24 steps")
    key = Self.key(seed: seed)
    counter = SIMD4(
      version.rawValue, UInt32(slot), Self.streamWord(kind: kind, purpose: purpose),
      UInt32(step) * 16)
  }

  static func key(seed: UInt64) -> SIMD2<UInt32> {
    SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  static func streamWord(kind: StreamKind, purpose: StreamPurpose) -> UInt32 {
    UInt32(kind.rawValue) * 4 + UInt32(purpose.rawValue)
  }

  /// The slot of the episode that the numbers belong to.
  package var slot: Int { Int(counter.y) }

  /// Continues with the numbers of the next step.
  mutating func advance(toStep step: Int) {
    counter.w = UInt32(step) * 16
    wordIndex = 4
    blockCount = 0
  }

  /// The next 32 random bits.
  ///
  /// - Precondition: at most 64 words were drawn at this step.
  public mutating func nextWord() -> UInt32 {
    if wordIndex == 4 {
      precondition(
        blockCount < Self.maximumBlockCount, "a step draws at most 16 blocks of 4 random words")
      var blockCounter = counter
      blockCounter.w += UInt32(blockCount)
      block = Philox.block(key: key, counter: blockCounter)
      blockCount += 1
      wordIndex = 0
    }
    defer { wordIndex += 1 }
    return block[wordIndex]
  }

  /// A number in `0..<1`, a multiple of 2⁻²⁴, from one word.
  public mutating func uniform() -> Float {
    Float(nextWord() >> 8) * 0x1p-24
  }

  /// A number in `0..<1`, a multiple of 2⁻⁵³, from two words, the high one first.
  public mutating func uniformDouble() -> Double {
    let high = UInt64(nextWord() >> 5)
    let low = UInt64(nextWord() >> 6)
    return Double(high << 26 | low) * 0x1p-53
  }

  /// `lowerBound + (upperBound − lowerBound) × u` for `u` of ``uniformDouble()``.
  public mutating func uniform(from lowerBound: Double, to upperBound: Double) -> Double {
    lowerBound + (upperBound - lowerBound) * uniformDouble()
  }

  /// One of `0..<count`, each equally likely.
  ///
  /// Source: Lemire, "Fast Random Integer Generation in an Interval", TOMACS 2019.
  ///
  /// - Precondition: `count` is in `1..<2³²`.
  public mutating func index(below count: Int) -> Int {
    let bound = UInt32(count)
    precondition(bound > 0, "an index needs at least one choice")
    let rejectBelow = (0 &- bound) % bound
    while true {
      let product = nextWord().multipliedFullWidth(by: bound)
      if product.low >= rejectBelow { return Int(product.high) }
    }
  }
}
