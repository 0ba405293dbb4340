import Glibc

/// Longer than anything here takes on a loaded machine; a test that reaches it has failed.
let generous = Duration.seconds(60)

struct DeadlinePassed: Error, CustomStringConvertible {
  let awaited: String
  let limit: Duration
  var description: String { "not within \(limit): \(awaited)" }
}

/// Looks every millisecond until `condition` holds.
///
/// It keeps its thread meanwhile: a task that is suspended instead gets its turn only when some other
/// test leaves a thread free, and a run is over by then.
///
/// - Throws: `DeadlinePassed` when it does not hold in time.
func eventually(
  _ awaited: String, within limit: Duration = generous, _ condition: () throws -> Bool
) throws {
  let end = ContinuousClock.now + limit
  while try !condition() {
    guard ContinuousClock.now < end else { throw DeadlinePassed(awaited: awaited, limit: limit) }
    pause(milliseconds: 1)
  }
}

/// Lets other processes run for so many milliseconds.
func pause(milliseconds: Int) { _ = poll(nil, 0, Int32(milliseconds)) }
