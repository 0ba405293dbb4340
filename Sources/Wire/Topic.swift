/// The first frame of what the learner sends: to whom it goes.
///
/// Sockets match topics by prefix, so each ends with a slash and actor ids have a fixed width.
package enum Topic: Hashable, Sendable {
  /// Everyone.
  case policy
  /// One actor.
  case actor(ActorID)

  package var bytes: [UInt8] {
    switch self {
    case .policy: Array("policy/".utf8)
    case .actor(let id): Array("actor/\(id)/".utf8)
    }
  }

  /// - Throws: ``WireError/malformed(field:problem:offset:)`` if the frame is neither topic.
  package init(decoding frame: RawSpan) throws(WireError) {
    guard frame.byteCount <= 23, let topic = Topic(exactly: ArrayCoding.bytes(of: frame)) else {
      throw .malformed(
        field: "topic", problem: "neither policy/ nor actor/<16 digits>/", offset: nil)
    }
    self = topic
  }

  private init?(exactly bytes: [UInt8]) {
    if bytes == Topic.policy.bytes {
      self = .policy
      return
    }
    let prefix = Array("actor/".utf8)
    guard bytes.starts(with: prefix), bytes.count == prefix.count + 17 else { return nil }
    var id: UInt64 = 0
    for byte in bytes[prefix.count..<prefix.count + 16] {
      guard let digit = hexDigitValue(byte) else { return nil }
      id = id << 4 | UInt64(digit)
    }
    guard bytes.last == UInt8(ascii: "/") else { return nil }
    self = .actor(ActorID(id))
  }
}

/// What an XPUB socket reports about a subscriber: a hint, never the truth.
package struct SubscriptionEvent: Hashable, Sendable {
  package let isSubscription: Bool
  package let topic: Topic

  package init(isSubscription: Bool, topic: Topic) {
    self.isSubscription = isSubscription
    self.topic = topic
  }

  /// - Throws: ``WireError/malformed(field:problem:offset:)`` for a frame of any other form.
  package init(decoding frame: RawSpan) throws(WireError) {
    guard frame.byteCount >= 1 else {
      throw .malformed(field: "subscription", problem: "no bytes", offset: nil)
    }
    let flag = ArrayCoding.bytes(of: frame.extracting(first: 1))
    guard flag == [0] || flag == [1] else {
      throw .malformed(field: "subscription", problem: "the first byte is \(flag[0])", offset: 0)
    }
    isSubscription = flag == [1]
    topic = try Topic(decoding: frame.extracting(droppingFirst: 1))
  }
}
