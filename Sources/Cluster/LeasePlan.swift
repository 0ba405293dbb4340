/// How many slots to give to whom: guided self-scheduling (Polychronopoulos and Kuck, 1987), with what
/// lanes ask for on top. Pure arithmetic; nothing here reaches a parameter.
enum LeasePlan {
  /// Sizes of the first leases of a round, in the order of `weights`, which are relative speeds.
  ///
  /// All of the round where every slot finds a lane at once, three quarters of it otherwise: the rest
  /// evens out what the speeds did not foretell.
  static func firstLeases(slotCount: Int, weights: [Double], laneCount: Int) -> [Int] {
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
  static func isHungry(held: Int, lanes: Int, open: Int, actorCount: Int) -> Bool {
    held < lanes + min(lanes, open / (2 * actorCount))
  }

  /// The size of the next piece for one of `actorCount` actors.
  static func piece(held: Int, lanes: Int, open: Int, actorCount: Int) -> Int {
    let guided = open / (2 * actorCount)
    let fairShare = (open + actorCount - 1) / actorCount
    let idleLanes = max(0, lanes - held)
    let whole = open >= lanes * actorCount ? lanes : 0
    return min(open, max(1, guided, whole, min(idleLanes, fairShare)))
  }
}
