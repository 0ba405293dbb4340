internal import RL

/// One episode as it was played, by itself, to be compared with the same slot played under other circumstances.
package struct ExaminedEpisode: Sendable {
  package let slot: Int
  package let stepCount: Int
  private let end: EpisodeEnd
  /// What was observed, chosen and paid, each step's numbers one after the other, with their names.
  private let columns: [Column]

  private struct Column: Sendable {
    let name: String
    /// One number for each step; observations have one more.
    let values: [Float]
  }

  /// Where two episodes of a slot first differ.
  package struct Difference: Sendable, CustomStringConvertible {
    /// Nil where all numbers that both have are the same, and one of them has more or ends otherwise.
    let step: Int?
    /// What is how instead of how.
    let what: String

    /// Ends the sentence "slot 3 differs …".
    package var description: String { step.map { "at step \($0): \(what)" } ?? "in \(what)" }
  }

  /// The episodes of a block by slot.
  static func bySlot(_ block: TrajectoryBlock) -> [Int: ExaminedEpisode] {
    var episodes: [Int: ExaminedEpisode] = [:]
    for (index, offset) in block.stepOffsets.enumerated() {
      let episode = ExaminedEpisode(block, index: index, offset: offset)
      episodes[episode.slot] = episode
    }
    return episodes
  }

  /// The first episode of a block.
  init(firstOf block: TrajectoryBlock) { self.init(block, index: 0, offset: 0) }

  private init(_ block: TrajectoryBlock, index: Int, offset: Int) {
    let header = block.headers[index]
    let count = header.stepCount
    (slot, stepCount, end) = (header.slot, count, header.end)
    func rows(_ values: [Float], _ size: Int) -> [[Float]] {
      (0..<size).map { row in
        let first = offset * size + row * count
        return Array(values[first..<first + count])
      }
    }
    // What is observed first follows from the reset, so it is compared before the first action.
    let observations = rows(block.observations, block.observationSize).enumerated().map {
      Column(
        name: "entry \($0) of the observation",
        values: $1 + [block.finalObservations[index * block.observationSize + $0]])
    }
    let actions = rows(block.actions, block.actionSize).map {
      Column(name: "the action", values: $0)
    }
    let rewards = rows(block.rewards, 1).map { Column(name: "the reward", values: $0) }
    columns = observations + actions + rewards
  }

  /// Where the other first differs; nil if it is bit for bit the same.
  package func difference(from other: ExaminedEpisode) -> Difference? {
    for step in 0...max(stepCount, other.stepCount) {
      for (mine, theirs) in zip(columns, other.columns)
      where step < mine.values.count && step < theirs.values.count {
        let (left, right) = (mine.values[step], theirs.values[step])
        if left.bitPattern != right.bitPattern {
          return Difference(step: step, what: "\(mine.name) is \(right) instead of \(left)")
        }
      }
    }
    if stepCount != other.stepCount {
      return Difference(
        step: nil, what: "its length: \(other.stepCount) steps instead of \(stepCount)")
    }
    if end == other.end { return nil }
    return Difference(step: nil, what: "how it ends: \(other.end) instead of \(end)")
  }
}
