public import Kernels
internal import RL

extension RunConfiguration {
  /// Hash of every field: two configurations have equal digests only if they determine the same run.
  ///
  /// The encoding is this file's own, one field after the other with its name, because the bytes of
  /// YAML or protobuf may change without the configuration. A field that is added later enters only
  /// where it differs from what runs did before, so that older runs can be resumed.
  public var digest: Digest128 {
    var encoding = CanonicalEncoding(title: "troupe run configuration 1")
    encoding.add("environment", environment)
    encoding.add("seed", seed)
    encoding.add("hidden", policy.hidden.count)
    for units in policy.hidden { encoding.add("units", units) }
    encoding.add("activation", policy.activation.rawValue)
    encoding.add("initialization", policy.initialization.rawValue)
    if policy.initialLogDeviation != 0 {
      encoding.add("initial-log-std", policy.initialLogDeviation)
    }
    encoding.add("episodes-per-update", learner.episodesPerUpdate)
    encoding.add("estimator", learner.estimator.rawValue)
    encoding.add("baseline", learner.baseline.rawValue)
    encoding.add("discount", learner.discount)
    encoding.add("normalize-advantages", learner.normalizeAdvantages ? 1 as Int : 0)
    encoding.add("entropy", learner.entropyCoefficient)
    encoding.add("gradient-norm-limit", learner.gradientNormLimit)
    encoding.add("reward-scale", learner.rewardScale)
    encoding.add("optimizer", learner.optimizer.rawValue)
    encoding.add("learning-rate", learner.learningRate)
    encoding.add("schedule", learner.schedule.rawValue)
    encoding.add("schedule-updates", learner.scheduleUpdates)
    if learner.baseline == .value {
      encoding.add("value-hidden", learner.value.hidden.count)
      for units in learner.value.hidden { encoding.add("units", units) }
      encoding.add("gae-lambda", learner.value.lambda)
      encoding.add("value-learning-rate", learner.value.learningRate)
      encoding.add("value-passes", learner.value.passes)
    }
    if learner.method.isSearch {
      encoding.add("method", learner.method.rawValue)
      encoding.add("episodes-per-candidate", learner.search.episodesPerCandidate)
      encoding.add("noise", learner.search.noise)
      encoding.add("noise-low", learner.search.lowestNoise)
      encoding.add("noise-high", learner.search.highestNoise)
      encoding.add("temperature", learner.search.temperature)
      encoding.add("cooling", learner.search.cooling)
    }
    if learner.weighsByDiscount { encoding.add("weigh-by-discount", 1 as Int) }
    if learner.collection != .everySlot {
      encoding.add("collection", learner.collection.rawValue)
    }
    encoding.add(wrappers)
    var hash = MixingHash()
    hash.combine(encoding.bytes.span)
    return hash.finalize()
  }
}

extension CanonicalEncoding {
  fileprivate mutating func add(_ wrappers: EnvironmentWrappers) {
    if let limit = wrappers.stepLimit { add("step-limit", limit) }
    if wrappers.frameStack != 1 { add("frame-stack", wrappers.frameStack) }
    if !wrappers.observationScale.isEmpty {
      add("observation-scale", wrappers.observationScale.count)
      for factor in wrappers.observationScale { add("factor", factor) }
    }
    if wrappers.normalizesObservations { add("normalize-observations", 1 as Int) }
    if wrappers.actionTransform != .none {
      add("action-transform", wrappers.actionTransform.rawValue)
    }
  }
}

/// Names and values as bytes that no other sequence of names and values gives: each text is preceded
/// by its length, each value by a letter for its type. Numbers are 64 bits, little-endian.
private struct CanonicalEncoding {
  private(set) var bytes: [UInt8] = []

  init(title: String) { append(title) }

  mutating func add(_ name: String, _ value: String) {
    append(name, type: "s")
    append(value)
  }

  mutating func add(_ name: String, _ value: UInt64) {
    append(name, type: "u")
    append(value)
  }

  mutating func add(_ name: String, _ value: Int) {
    append(name, type: "i")
    append(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ name: String, _ value: Double) {
    append(name, type: "d")
    append(value.bitPattern)
  }

  mutating func add(_ name: String, _ value: Int?) {
    if let value { add(name, value) } else { append(name, type: "-") }
  }

  mutating func add(_ name: String, _ value: Double?) {
    if let value { add(name, value) } else { append(name, type: "-") }
  }

  private mutating func append(_ name: String, type: Unicode.Scalar) {
    append(name)
    bytes.append(UInt8(ascii: type))
  }

  private mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func append(_ word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }
}
