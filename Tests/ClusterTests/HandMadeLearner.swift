import Cluster
import Kernels
import RL
import Testing
import Wire
import ZeroMQ

/// A learner that answers every join with one welcome of a test's choice, and nothing else.
struct HandMadeLearner: ~Copyable {
  private let context: Context
  private let publisher: Socket
  private let receiver: Socket

  init(bind address: String) throws {
    let endpoint = try Endpoint(address)
    let context = try Context()
    let publisher = try Socket.learnerPublisher(in: context, boundTo: endpoint, linger: .zero)
    receiver = try Socket.learnerReceiver(
      in: context, boundTo: endpoint.pushEndpoint, maximumFrameByteCount: 1 << 20,
      highWaterMark: 10)
    self.context = context
    self.publisher = publisher
  }

  /// Answers until somebody who was welcomed leaves.
  ///
  /// `host` is called for each welcome.
  func serve(host: () -> HostFacts?) throws {
    let end = ContinuousClock.now + .seconds(20)
    var poller = Poller()
    _ = poller.add(receiver, for: .readable)
    _ = poller.add(publisher, for: .readable)
    var sequence: UInt64 = 0
    while ContinuousClock.now < end {
      // A subscription has to be read before what is sent reaches it.
      while try publisher.receive(maximumFrameCount: 1) != nil {}
      while case .message(let frames) = try receiver.receive(maximumFrameCount: 9) {
        let message = try ActorMessage(
          decoding: frames.map { $0.copyBytes() },
          shape: TrajectoryShape(observationSize: 4, actionSpace: .discrete(count: 2)))
        if case .leave = message.body { return }
        sequence += 1
        let welcome = LearnerMessage(
          topic: .actor(message.actor), run: RunID(Digest128(high: 1, low: 1)),
          incarnation: Incarnation(1), sequence: sequence,
          body: .welcome(
            LearnerMessage.Welcome(
              configuration: try SmallRun.configuration, policy: nil, lease: nil,
              greatestFrameByteCount: 1 << 20, suggestedLaneCount: nil, host: host())))
        _ = try publisher.send(
          welcome.encode().map { frame in
            switch frame {
            case .bytes(let bytes): OutgoingFrame(bytes: bytes)
            case .floats(let floats): OutgoingFrame(floats: floats)
            }
          })
      }
      _ = try poller.wait(atMost: .milliseconds(20))
    }
    throw DeadlinePassed(awaited: "a leave")
  }
}
