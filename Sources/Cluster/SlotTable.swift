import Kernels
import Wire

/// The state of every slot of a round: open → leased → received → verified.
///
/// Complexity: every operation on one slot is O(1), amortised over the round.
struct SlotTable {
  enum Phase: UInt8 { case open, leased, received, verified }

  /// Actors are named by their index in the roster, which is fixed within a round.
  struct Entry {
    /// Of the copy in hand.
    var fingerprint = Digest128(high: 0, low: 0)
    /// Who sent the copy in hand, or, once refused, the copy last refused.
    var sender = ActorID(0)
    /// The actor from which the slot was last taken away may hold it again only after it
    /// acknowledged a lease with a greater number, one that does not list the slot: until then it
    /// takes the slot for one that it has played and pushed.
    var revokedAt: UInt64 = 0
    var revokedFrom: Int32 = -1
    var holder: Int32 = -1
    /// Holds a backup copy.
    var backup: Int32 = -1
    var phase = Phase.open
    var wasRefused = false
    /// Two actors play it, and the copies are compared.
    var isAudited = false
    /// The first of the two copies is in hand; `sender` and `fingerprint` are its.
    var hasFirstCopy = false

    func isHeld(by actor: Int) -> Bool { holder == Int32(actor) || backup == Int32(actor) }
  }

  private(set) var entries: [Entry]
  private(set) var openCount: Int
  private(set) var receivedCount = 0
  private(set) var verifiedCount = 0
  /// Slots of which the first of two copies is in hand, and the second is not.
  private(set) var firstCopyCount = 0
  /// Stack of ranges that contain each open slot at least once, and others that are skipped when
  /// their turn comes.
  private var pool: [Range<Int>]

  init(slotCount: Int) {
    entries = Array(repeating: Entry(), count: slotCount)
    openCount = slotCount
    pool = slotCount > 0 ? [0..<slotCount] : []
  }

  /// Has a slot played by two actors.
  ///
  /// - Precondition: nothing of the slot was received.
  mutating func audit(_ slot: Int) { entries[slot].isAudited = true }

  subscript(slot: Int) -> Entry { entries[slot] }
  var slotCount: Int { entries.count }

  /// Leases an open slot.
  mutating func lease(_ slot: Int, to actor: Int) {
    precondition(entries[slot].phase == .open, "only an open slot is leased")
    entries[slot].phase = .leased
    entries[slot].holder = Int32(actor)
    openCount -= 1
  }

  /// Leases a slot a second time.
  mutating func leaseBackup(_ slot: Int, to actor: Int) {
    precondition(
      entries[slot].phase == .leased && entries[slot].backup < 0, "at most two copies of a slot")
    entries[slot].backup = Int32(actor)
  }

  /// Takes a slot from one of its holders; it is open again if that was the only one.
  mutating func revoke(_ slot: Int, from actor: Int, at leaseNumber: UInt64) {
    precondition(entries[slot].isHeld(by: actor), "a slot is taken from its holder")
    if entries[slot].holder == Int32(actor) { entries[slot].holder = entries[slot].backup }
    entries[slot].backup = -1
    bar(slot, from: actor, at: leaseNumber)
    if entries[slot].holder < 0 { open(slot) }
  }

  /// Keeps the slot from `actor` until it has acknowledged a lease after `leaseNumber`.
  mutating func bar(_ slot: Int, from actor: Int, at leaseNumber: UInt64) {
    entries[slot].revokedFrom = Int32(actor)
    entries[slot].revokedAt = leaseNumber
  }

  /// Takes the first copy in, ending all leases of the slot.
  mutating func receive(_ slot: Int, from sender: ActorID, fingerprint: Digest128) {
    if entries[slot].phase == .open { openCount -= 1 }
    dropFirstCopy(slot)
    entries[slot].phase = .received
    entries[slot].holder = -1
    entries[slot].backup = -1
    entries[slot].sender = sender
    entries[slot].fingerprint = fingerprint
    receivedCount += 1
  }

  /// Keeps the first copy of an audited slot, ends all its leases, and opens it for the second.
  mutating func holdFirstCopy(_ slot: Int, from sender: ActorID, fingerprint: Digest128) {
    precondition(!entries[slot].hasFirstCopy && entries[slot].isAudited, "the first of two copies")
    if entries[slot].phase == .leased { open(slot) }
    entries[slot].holder = -1
    entries[slot].backup = -1
    entries[slot].sender = sender
    entries[slot].fingerprint = fingerprint
    entries[slot].hasFirstCopy = true
    firstCopyCount += 1
  }

  /// Ends the wait for the second copy of a slot, which was received or will never be.
  private mutating func dropFirstCopy(_ slot: Int) {
    guard entries[slot].hasFirstCopy else { return }
    entries[slot].hasFirstCopy = false
    firstCopyCount -= 1
  }

  /// Says whose copy of a received slot counts.
  mutating func attribute(_ slot: Int, to sender: ActorID) { entries[slot].sender = sender }

  mutating func verify(_ slot: Int) {
    precondition(entries[slot].phase == .received, "only a received slot is verified")
    entries[slot].phase = .verified
    verifiedCount += 1
  }

  /// Throws the copy in hand away.
  mutating func refuse(_ slot: Int) {
    precondition(entries[slot].phase == .received, "only a received slot is refused")
    entries[slot].wasRefused = true
    receivedCount -= 1
    open(slot)
  }

  /// Leases up to `count` open slots that satisfy `isAllowed` to `actor` and returns them, in ascending
  /// order within each range of the pool, the most recently opened range first.
  mutating func take(
    _ count: Int, for actor: Int, where isAllowed: (Entry) -> Bool
  ) -> [Int] {
    var taken: [Int] = []
    var passedOver: [Range<Int>] = []
    while taken.count < count, let range = pool.popLast() {
      var slot = range.lowerBound
      while slot < range.upperBound, taken.count < count {
        if entries[slot].phase == .open {
          if isAllowed(entries[slot]) {
            lease(slot, to: actor)
            taken.append(slot)
          } else {
            Self.append(slot, to: &passedOver)
          }
        }
        slot += 1
      }
      if slot < range.upperBound { pool.append(slot..<range.upperBound) }
    }
    pool.append(contentsOf: passedOver.reversed())
    return taken
  }

  private mutating func open(_ slot: Int) {
    entries[slot].phase = .open
    openCount += 1
    Self.append(slot, to: &pool)
  }

  private static func append(_ slot: Int, to ranges: inout [Range<Int>]) {
    if let last = ranges.last, last.upperBound == slot {
      ranges[ranges.count - 1] = last.lowerBound..<slot + 1
    } else {
      ranges.append(slot..<slot + 1)
    }
  }
}
