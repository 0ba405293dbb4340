internal import Kernels
package import RL

/// The place of a number in a trajectory that is not finite.
package struct NonFiniteValue: Hashable, Sendable, CustomStringConvertible {
  package enum Quantity: String, Sendable {
    case observation
    case reward
  }

  package let quantity: Quantity
  package let slot: Int
  /// Counted from 0 within the episode; the number of its steps for the final observation.
  package let step: Int

  package init(quantity: Quantity, slot: Int, step: Int) {
    self.quantity = quantity
    self.slot = slot
    self.step = step
  }

  package var description: String { "the \(quantity.rawValue) of slot \(slot), step \(step)" }
}

extension TrajectoryBlock {
  /// The first number that is not finite: of the first such episode its observations before its
  /// rewards, and the final observation last.
  ///
  /// Complexity: one vectorised pass; nothing is allocated.
  package var firstNonFinite: NonFiniteValue? {
    if allFinite(observations), allFinite(rewards), allFinite(finalObservations) { return nil }
    var offset = 0
    for (index, header) in headers.enumerated() {
      let first = offset * observationSize
      for i in first..<first + observationSize * header.stepCount where !observations[i].isFinite {
        return NonFiniteValue(
          quantity: .observation, slot: header.slot, step: (i - first) % header.stepCount)
      }
      for step in 0..<header.stepCount where !rewards[offset + step].isFinite {
        return NonFiniteValue(quantity: .reward, slot: header.slot, step: step)
      }
      let last = finalObservations[index * observationSize..<(index + 1) * observationSize]
      if !last.allSatisfy(\.isFinite) {
        return NonFiniteValue(quantity: .observation, slot: header.slot, step: header.stepCount)
      }
      offset += header.stepCount
    }
    return nil
  }
}

/// Whether no value is infinite or not a number.
func allFinite(_ values: [Float]) -> Bool { Reductions.areFinite(values.span) }
