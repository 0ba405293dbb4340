/// How many slots to give to whom: guided self-scheduling (Polychronopoulos and Kuck, 1987), with what
/// lanes ask for on top. Pure arithmetic; nothing here reaches a parameter.
package enum LeasePlan {
  /// Sizes of the first leases of a round, in the order of `weights`, which are relative speeds
  /// above zero.
  ///
  /// All of the round where every slot finds a lane at once, three quarters of it otherwise: the rest
  /// evens out what the speeds did not foretell.
  package static func firstLeases(slotCount: Int, weights: [Double], laneCount: Int) -> [Int] {
    guard !weights.isEmpty else { return [] }
    let covered = max(min(slotCount, laneCount), slotCount - slotCount / 4)
    let total = weights.reduce(0, +)
    // Rounding the running sum, not each share, makes the sizes add up.
    var sizes: [Int] = []
    var sum = 0.0
    var given = 0
    for (i, weight) in weights.enumerated() {
      sum += weight
      let until =
        i == weights.count - 1
        ? covered : min(covered, Int((Double(covered) * sum / total).rounded()))
      sizes.append(max(0, until - given))
      given = max(given, until)
    }
    return sizes
  }

  /// Whether an actor that holds `held` slots is to be topped up: when what it has not started falls
  /// below its lanes, and towards the end of a round only when a lane would stand idle.
  ///
  /// `share` is the actor's part of the speed of all, in 0...1.
  package static func isHungry(held: Int, lanes: Int, open: Int, share: Double) -> Bool {
    held < lanes + min(lanes, Int(Double(open) * share / 2))
  }

  /// The size of the actor's next piece, at least 1 if a slot is open.
  ///
  /// An actor whose speed is not known gets what its lanes start at once, and as much again: the
  /// first to join must not take half of a round that others join a moment later.
  package static func piece(
    held: Int, lanes: Int, open: Int, share: Double, isMeasured: Bool
  ) -> Int {
    let fair = Double(open) * share
    let guided = Int(fair / 2)
    let whole = fair >= Double(lanes) ? lanes : 0
    let idleLanes = max(0, lanes - held)
    let piece = max(1, guided, whole, min(idleLanes, Int(fair.rounded(.up))))
    return min(open, isMeasured ? piece : min(piece, 2 * lanes))
  }
}
