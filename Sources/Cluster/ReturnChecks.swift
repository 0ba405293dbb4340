internal import RL
internal import Wire

/// Which slots of a search round the learner plays again by itself: some that nobody can foresee, and,
/// once one of an actor's did not match, everything that this actor sent.
///
/// The choice comes from the system's randomness and reaches no parameter: an honest round has the same
/// outcome whatever is checked.
struct ReturnChecks {
  /// One slot in so many is checked, rounded up.
  private static let share = 32

  private var chosen: Set<Int> = []
  /// Actors whose every slot is checked in this round.
  private var doubted: Set<ActorID> = []
  /// Slots whose check runs, or ended well.
  private var underway: Set<Int> = []

  init(slotCount: Int) {
    let count = (slotCount + Self.share - 1) / Self.share
    while chosen.count < count { chosen.insert(Int.random(in: 0..<slotCount)) }
  }

  /// Whether the outcome of a slot that arrived is to be checked.
  mutating func isDue(_ slot: Int, from actor: ActorID) -> Bool {
    guard chosen.contains(slot) || doubted.contains(actor) else { return false }
    underway.insert(slot)
    return true
  }

  /// Notes that a slot of `actor` did not match; gives those of its slots in hand, `others`, that are to be
  /// checked now.
  mutating func failed(_ slot: Int, of actor: ActorID, others: [Int]) -> [Int] {
    underway.remove(slot)
    guard doubted.insert(actor).inserted else { return [] }
    let due = others.filter { !underway.contains($0) }
    underway.formUnion(due)
    return due
  }
}
