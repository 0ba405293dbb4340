import ZeroMQ

/// How often each party was refused, and who is out of the run for it.
struct Quarantine {
  private let limit: Int
  private var counts: [Party: Int] = [:]
  /// Of earlier processes of the run, and of this one.
  private(set) var keys: Set<CurvePublicKey> = []

  /// Parties remembered at most. Beyond, those refused less often than the limit are forgotten.
  private static let capacity = 65_536

  init(limit: Int, keys: Set<CurvePublicKey> = []) {
    self.limit = limit
    self.keys = keys
    for key in keys { counts[.key(key)] = limit }
  }

  var isEmpty: Bool { counts.isEmpty }

  func refusalCount(of party: Party) -> Int { counts[party] ?? 0 }

  func contains(_ party: Party) -> Bool { refusalCount(of: party) >= limit }

  /// Counts one more refusal, and gives how many there were.
  mutating func refuse(_ party: Party) -> Int {
    if counts.count >= Self.capacity, counts[party] == nil {
      counts = counts.filter { $0.value >= limit }
    }
    let count = refusalCount(of: party) + 1
    counts[party] = count
    if count >= limit, let key = party.key { keys.insert(key) }
    return count
  }
}
