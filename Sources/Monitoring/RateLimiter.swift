/// Lets at most one line per interval and key through, and counts the rest.
package struct RateLimiter<Key: Hashable & Sendable>: Sendable {
  private struct Entry {
    var last: ContinuousClock.Instant
    var suppressed = 0
  }

  /// Keys remembered at most; a peer that invents keys costs no more than this.
  private let capacity: Int
  private let interval: Duration
  private var entries: [Key: Entry] = [:]

  /// - Precondition: `capacity` is at least 1.
  package init(interval: Duration, capacity: Int = 1024) {
    precondition(capacity >= 1)
    self.interval = interval
    self.capacity = capacity
  }

  /// How many lines of this key were suppressed since the last one that was let through, if this one
  /// may be; nil if it is suppressed itself.
  package mutating func admit(_ key: Key, now: ContinuousClock.Instant) -> Int? {
    if let entry = entries[key] {
      guard now - entry.last >= interval else {
        entries[key]?.suppressed += 1
        return nil
      }
      entries[key] = Entry(last: now)
      return entry.suppressed
    }
    if entries.count >= capacity {
      entries = entries.filter { now - $0.value.last < interval }
      // All of them are recent: a new key is suppressed uncounted.
      if entries.count >= capacity { return nil }
    }
    entries[key] = Entry(last: now)
    return 0
  }
}
