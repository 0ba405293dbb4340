/// What an XPUB socket hears about its subscribers. A hint that saves time, never the truth: anyone who
/// may connect can send one, and a half-open connection's end is reported after its successor's start.
package struct SubscriptionEvent: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    case unsubscribe = 0
    case subscribe = 1
  }

  package let kind: Kind
  package let topic: [UInt8]

  /// Nil unless the message is one frame of a 0 or a 1 and a topic.
  package init?(_ frames: [Frame]) {
    guard frames.count == 1 else { return nil }
    let bytes = frames[0].copyBytes()
    guard let kind = bytes.first.flatMap(Kind.init(rawValue:)) else { return nil }
    self.kind = kind
    topic = Array(bytes.dropFirst())
  }
}
