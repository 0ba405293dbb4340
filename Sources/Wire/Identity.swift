public import Kernels

/// The random 128-bit name of a run, drawn once when its directory is made.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Digest128
  public init(_ rawValue: Digest128) { self.rawValue = rawValue }
  /// 32 lowercase hexadecimal digits.
  public var description: String { hexadecimal(rawValue) }
}

/// The random 64-bit name of one actor process, drawn at its start.
public struct ActorID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
  public static func < (left: ActorID, right: ActorID) -> Bool { left.rawValue < right.rawValue }
  /// 16 lowercase hexadecimal digits, as in the actor's topic.
  public var description: String { hexadecimal(rawValue) }
}

/// The random 64-bit name of one learner process; a resumed run has another incarnation.
public struct Incarnation: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
  /// 16 lowercase hexadecimal digits.
  public var description: String { hexadecimal(rawValue) }
}
