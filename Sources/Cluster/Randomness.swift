internal import Kernels
internal import Wire

/// Names that only have to differ. The one place where the system's randomness is used, because no
/// number of a run depends on them.
enum FreshName {
  static func actor() -> ActorID { ActorID(word()) }
  static func incarnation() -> Incarnation { Incarnation(word()) }
  static func run() -> RunID { RunID(Digest128(high: word(), low: word())) }

  private static func word() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
