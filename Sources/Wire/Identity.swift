public import Kernels

/// The random 128-bit name of a run, drawn once when its directory is made.
public struct RunID: Hashable, Sendable {
  public let rawValue: Digest128
  public init(_ rawValue: Digest128) { self.rawValue = rawValue }
}

/// The random 64-bit name of one actor process, drawn at its start.
public struct ActorID: Hashable, Comparable, Sendable {
  public let rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
  public static func < (left: ActorID, right: ActorID) -> Bool { left.rawValue < right.rawValue }
}

/// The random 64-bit name of one learner process; a resumed run has another incarnation.
public struct Incarnation: Hashable, Sendable {
  public let rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
