internal import CLinux

/// A processor for each of the threads that share the machine, to wake up on.
///
/// A kernel that finds all processors busy looks for no idle one: it wakes a thread where the thread runs that
/// woke it, and moves it some milliseconds later (measured with Linux 6.18 on two processors: 5 ms of a round
/// of 37 ms with one of them idle). So a thread goes to sleep on a processor of its own. Once awake it may go
/// anywhere, so that it never waits long for one that somebody else keeps busy.
package struct ThreadPlacement: Sendable {
  private let index: Int32

  /// The place of one of `count` threads. Nil unless there are as many processors: with fewer threads others may
  /// have come to the same ones, with more there is nothing to choose.
  package init?(ofThread index: Int, of count: Int) {
    guard count > 1, count == Self.processorCount else { return nil }
    self.index = Int32(index)
  }

  /// How many processors this process may use; 0 where that is not known.
  package static var processorCount: Int { Int(troupe_processor_count()) }

  /// Puts the calling thread on its processor, before it sleeps.
  package func settle() { troupe_settle(index) }

  /// Lets the calling thread go where the kernel wants it, once it is awake.
  package func roam() { troupe_roam() }
}
