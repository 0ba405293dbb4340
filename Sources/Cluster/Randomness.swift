internal import Kernels
internal import Wire

/// Names that only have to differ, from the system's randomness, because no number of a run depends on them.
/// What else comes from there, for nobody may foresee it: the audit key and the checks of a search.
enum FreshName {
  static func actor() -> ActorID { ActorID(word()) }
  static func incarnation() -> Incarnation { Incarnation(word()) }
  static func run() -> RunID { RunID(Digest128(high: word(), low: word())) }

  private static func word() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
