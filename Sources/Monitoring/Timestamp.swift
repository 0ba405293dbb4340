import Glibc

/// A moment of the wall clock, for people and log files only: no decision reads it.
package struct Timestamp: Hashable, Sendable {
  /// Since 1970-01-01 00:00 UTC.
  package let seconds: Int64
  /// 0..<1,000,000,000.
  package let nanoseconds: Int64

  package init(seconds: Int64, nanoseconds: Int64 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  package static var now: Timestamp {
    var time = timespec()
    // SAFETY: the structure is ours; CLOCK_REALTIME always exists.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  /// RFC 3339 in UTC with milliseconds: `2026-01-31T12:34:56.789Z`.
  package var utc: String {
    let days = Self.quotient(seconds, 86_400)
    let date = Self.civilDate(daysSince1970: days)
    let clock = Self.clock(secondOfDay: seconds - days * 86_400, milliseconds: milliseconds)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock)Z"
  }

  /// The time of day of this machine's time zone: `12:34:56.789`.
  package var localClock: String {
    var time = time_t(seconds)
    var fields = unsafe tm()
    // SAFETY: both structures are ours; localtime_r keeps nothing of them.
    let offset = unsafe localtime_r(&time, &fields) == nil ? 0 : Int64(fields.tm_gmtoff)
    let local = seconds + offset
    return Self.clock(
      secondOfDay: local - Self.quotient(local, 86_400) * 86_400, milliseconds: milliseconds)
  }

  private var milliseconds: Int64 { nanoseconds / 1_000_000 }

  private static func clock(secondOfDay: Int64, milliseconds: Int64) -> String {
    "\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2)):"
      + "\(padded(secondOfDay % 60, 2)).\(padded(milliseconds, 3))"
  }

  /// Gregorian date; Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  private static func civilDate(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let days = daysSince1970 + 719_468
    let era = quotient(days, 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  /// Rounded down, also below 0.
  private static func quotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value + 1) / divisor - 1
  }
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
