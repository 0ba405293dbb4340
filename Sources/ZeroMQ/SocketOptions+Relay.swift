// The four sockets of a relay. Towards actors they are a learner's, towards the learner an actor's, but for
// what follows from many actors sharing one connection.

extension Socket {
  /// A relay's receiver of what the learner says, for all actors behind it; not yet connected.
  package static func relaySubscriber(
    in context: Context, for endpoint: Endpoint, security: SocketSecurity
  ) throws(ZeroMQError) -> Socket {
    try Socket(
      .xsub, in: context,
      options: [
        // Welcomes and leases of many actors may come at once.
        .receiveHighWaterMark(1000),
        // Subscriptions of many actors, 24 bytes each; all of them are sent again at a reconnection.
        .sendHighWaterMark(100_000),
        // As of an actor's subscriber.
        .maximumFrameByteCount(1 << 30),
      ] + connecting(endpoint, linger: .zero), security: security)
  }

  /// A relay's sender of what actors say; not yet connected.
  package static func relaySender(
    in context: Context, for endpoint: Endpoint, linger: Duration, security: SocketSecurity
  ) throws(ZeroMQError) -> Socket {
    try Socket(
      .push, in: context,
      options: [
        // Batches of 256 KiB, so 32 MiB; beyond it actors wait, as they do for a slow learner.
        .sendHighWaterMark(128), .queuesForCompleteConnectionsOnly(false),
        .maximumFrameByteCount(security.controlFrameByteCount),
      ] + connecting(endpoint, linger: linger), security: security)
  }

  /// A relay's sender to actors.
  package static func relayPublisher(
    in context: Context, boundTo endpoint: Endpoint, linger: Duration, security: SocketSecurity
  ) throws(ZeroMQError) -> Socket {
    let socket = try Socket(
      .xpub, in: context,
      options: [
        // As of a learner's publisher; raised when the size of a policy is known.
        .sendHighWaterMark(PublishingMark.least), .refusesWhenFull(false),
        .maximumFrameByteCount(security.controlFrameByteCount), .receiveHighWaterMark(1000),
        // A topic's first subscriber and its last: each actor has a topic of its own, and more than one
        // subscription to the common one would tell the learner nothing.
        .reportsEverySubscription(false),
      ] + listening(endpoint, linger: linger), security: security)
    try socket.bind(endpoint)
    return socket
  }

  /// A relay's receiver of what actors say.
  package static func relayReceiver(
    in context: Context, boundTo endpoint: Endpoint, security: SocketSecurity
  ) throws(ZeroMQError) -> Socket {
    let socket = try Socket(
      .pull, in: context,
      options: [
        // The learner's own bound stands in its welcomes, which nobody reads here; it holds behind the relay,
        // too, for a frame that is larger ends the relay's connection there.
        .maximumFrameByteCount(security.wireByteCount(ofFrame: 1 << 28)),
        // Batches of 256 KiB: 4 MiB of each actor.
        .receiveHighWaterMark(16),
      ] + listening(endpoint, linger: .zero), security: security)
    try socket.bind(endpoint)
    return socket
  }
}
