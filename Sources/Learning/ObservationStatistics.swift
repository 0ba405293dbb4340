package import RL

/// Mean and spread of every entry of the observations of training rounds, in double precision.
///
/// Determinism: each episode's sums run over its steps, episodes are merged by slot along a tree that
/// depends on their number alone, rounds in order.
///
/// Source: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances", 1979.
package struct ObservationStatistics: Hashable, Sendable {
  /// Steps that were observed.
  package private(set) var stepCount: Double
  package private(set) var means: [Double]
  /// Σ (x − mean)² of each entry.
  package private(set) var squares: [Double]

  /// Of no observation at all.
  package init(observationSize: Int) {
    stepCount = 0
    means = Array(repeating: 0, count: observationSize)
    squares = means
  }

  /// As a checkpoint left them.
  ///
  /// - Precondition: a mean and a sum of squares for each entry.
  package init(stepCount: Double, means: [Double], squares: [Double]) {
    precondition(means.count == squares.count, "two numbers for each entry")
    self.stepCount = stepCount
    self.means = means
    self.squares = squares
  }

  /// As if `stepCount` steps had been measured that make the policy see observations through
  /// `normalization`, bit for bit if the count is a power of two and no deviation is below 10⁻⁴.
  package init(_ normalization: ObservationNormalization, stepCount: Double) {
    self.init(
      stepCount: stepCount, means: normalization.means.map { Double($0) },
      squares: normalization.inverseDeviations.map {
        max(0, 1 / (Double($0) * Double($0)) - 1e-8) * stepCount
      })
  }

  /// Of the steps of one episode.
  init(of trajectory: TrajectoryReference) {
    let (size, steps) = (trajectory.block.observationSize, trajectory.header.stepCount)
    self.init(observationSize: size)
    stepCount = Double(steps)
    for entry in 0..<size {
      let first = trajectory.stepOffset * size + entry * steps
      let values = trajectory.block.observations.span.extracting(first..<first + steps)
      means[entry] = values.orderedSum / stepCount
      squares[entry] = values.orderedSumOfSquares(around: means[entry])
    }
  }

  /// Takes in the steps that `other` was measured on.
  package mutating func merge(_ other: ObservationStatistics) {
    let total = stepCount + other.stepCount
    guard total > 0 else { return }
    let share = other.stepCount / total
    for entry in means.indices {
      let difference = other.means[entry] - means[entry]
      means[entry] += difference * share
      squares[entry] += other.squares[entry] + difference * difference * stepCount * share
    }
    stepCount = total
  }

  /// The statistics of all `parts`, the halves merged first; nil for none.
  static func merged(_ parts: ArraySlice<ObservationStatistics>) -> ObservationStatistics? {
    if parts.count <= 1 { return parts.first }
    let middle = parts.startIndex + (parts.count + 1) / 2
    guard var first = merged(parts[..<middle]), let second = merged(parts[middle...]) else {
      return nil
    }
    first.merge(second)
    return first
  }

  /// How the policy of the next version sees observations.
  package var normalization: ObservationNormalization {
    guard stepCount > 0 else { return .identity(observationSize: means.count) }
    return ObservationNormalization(
      means: means.map { Float($0) },
      inverseDeviations: squares.map { Float(1 / ($0 / stepCount + 1e-8).squareRoot()) })
  }
}
