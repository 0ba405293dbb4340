/// What names an episode's random streams.
package struct EpisodeStart: Hashable, Sendable {
  package let seed: UInt64
  package let round: RoundID
  package let slot: Int

  package init(seed: UInt64, round: RoundID, slot: Int) {
    self.seed = seed
    self.round = round
    self.slot = slot
  }
}

/// An environment wrote an entry that its observations do not have.
package struct ObservationOverrun: Hashable, Sendable {
  /// Steps before the one that did; 0 also for the reset.
  package let step: Int
  package let entry: Int
}

extension Environment {
  /// Steps that are looked at; who misjudges the size does so at once.
  private static var examinedStepCount: Int { 4 }
  private static var spareEntryCount: Int { 8 }

  /// Plays the first steps with room for more entries than there should be.
  static func observationOverrun(from start: EpisodeStart) -> ObservationOverrun? {
    var environment = Self()
    let size = environment.observationSize
    let spare = size..<size + spareEntryCount
    var observation = [Float](repeating: .nan, count: spare.upperBound)
    func overrun(step: Int) -> ObservationOverrun? {
      // Whoever fills whatever it is handed, fills all of them.
      let written = spare.filter { !observation[$0].isNaN }
      guard let entry = written.first, written.count < spare.count else { return nil }
      return ObservationOverrun(step: step, entry: entry)
    }
    func stream(_ purpose: StreamPurpose, step: Int) -> RandomStream {
      RandomStream(
        seed: start.seed, version: start.round.version, slot: start.slot, kind: start.round.kind,
        purpose: purpose, step: step)
    }
    var random = stream(.reset, step: 0)
    var view = observation.mutableSpan
    environment.reset(using: &random, observation: &view)
    if let overrun = overrun(step: 0) { return overrun }
    let row = environment.actionSpace.someAction
    for step in 0..<min(examinedStepCount, environment.stepLimit) {
      var random = stream(.dynamics, step: step)
      var view = observation.mutableSpan
      let action = Action.read(row.span, actionSize: row.count, lane: 0, stride: 1)
      let end = environment.step(action, using: &random, observation: &view).end
      if let overrun = overrun(step: step) { return overrun }
      if end != nil { return nil }
    }
    return nil
  }
}

extension ActionSpace {
  /// One action of the space, as rows hold it.
  fileprivate var someAction: [Float] {
    switch self {
    case .discrete: [0]
    case .multiDiscrete(let counts): counts.map { _ in 0 }
    case .multiBinary(let count): Array(repeating: 0, count: count)
    case .box(let low, let high): zip(low, high).map { min(max(0, $0), $1) }
    }
  }
}
