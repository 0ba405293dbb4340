import Cluster
import Environments
import Kernels
import Learning
import Policies
import RL
import Testing
import Wire
import ZeroMQ

/// An actor that says whatever a test wants it to: the sockets and messages of a real one without its
/// honesty.
struct HandMadeActor: ~Copyable {
  let id: ActorID
  /// The run that welcomed it.
  private(set) var run: RunID?
  private(set) var incarnation: Incarnation?
  private let context: Context
  private let subscriber: Socket
  private let sender: Socket

  init(_ id: UInt64, connect address: String, security: SocketSecurity = .none) throws {
    let id = ActorID(id)
    let endpoint = try Endpoint(address)
    let context = try Context()
    let subscriber = try Socket.actorSubscriber(
      in: context, connectedTo: endpoint, security: security)
    try subscriber.subscribe(to: Topic.policy.bytes)
    try subscriber.subscribe(to: Topic.actor(id).bytes)
    sender = try Socket.actorSender(
      in: context, connectedTo: endpoint.pushEndpoint, highWaterMark: 100,
      linger: .milliseconds(200), security: security)
    self.id = id
    self.context = context
    self.subscriber = subscriber
  }

  // MARK: Listening

  /// The next message that `select` takes; others are passed over. `request` is sent again and again
  /// meanwhile, since any message may be lost, such as an answer that was faster than a subscription.
  mutating func next<Value>(
    _ awaited: String, repeating request: ActorMessage.Body? = nil,
    _ select: (LearnerMessage.Body) -> Value?
  ) throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    var poller = Poller()
    _ = poller.add(subscriber, for: .readable)
    while clock.now < end {
      while case .message(let frames) = try subscriber.receive(maximumFrameCount: 3) {
        let message = try LearnerMessage(decoding: frames.map { $0.copyBytes() })
        (run, incarnation) = (message.run, message.incarnation)
        if let value = select(message.body) { return value }
      }
      if let request { try send(request) }
      _ = try poller.wait(atMost: .milliseconds(50))
    }
    throw DeadlinePassed(awaited: awaited)
  }

  /// What has come so far and was not read.
  mutating func heard() throws -> [LearnerMessage.Body] {
    var bodies: [LearnerMessage.Body] = []
    while case .message(let frames) = try subscriber.receive(maximumFrameCount: 3) {
      bodies.append(try LearnerMessage(decoding: frames.map { $0.copyBytes() }).body)
    }
    return bodies
  }

  /// Asks to hear of another topic.
  func subscribe(to topic: [UInt8]) throws { try subscriber.subscribe(to: topic) }

  /// Joins and waits for the policy of the open round and a lease of all its slots.
  mutating func joinAlone(
    arithmetic: ActorMessage.Arithmetic = .exact
  ) throws -> (policy: LearnerMessage.Policy, lease: Lease) {
    var policy: LearnerMessage.Policy?
    let join = ActorMessage.Body.join(HandMadeActor.join(laneCount: 64, arithmetic: arithmetic))
    return try next("a lease of all slots", repeating: join) { body in
      var lease: Lease?
      switch body {
      case .welcome(let welcome): (policy, lease) = (welcome.policy ?? policy, welcome.lease)
      case .lease(let other): lease = other
      case .policy, .goodbye, .refusal: break
      }
      guard let policy, let lease, lease.slots.count == policy.slotCount else { return nil }
      return (policy, lease)
    }
  }

  static func join(
    laneCount: Int, numericsDigest: Digest128 = NumericsDigest.compute(),
    arithmetic: ActorMessage.Arithmetic = .exact
  ) -> ActorMessage.Join {
    ActorMessage.Join(
      numericsDigest: numericsDigest, hostName: "elsewhere", processID: 1, laneCount: laneCount,
      instructionSet: "by hand", arithmetic: arithmetic)
  }

  // MARK: Speaking

  func send(_ body: ActorMessage.Body) throws { try send(body, run: run) }

  func send(_ body: ActorMessage.Body, run: RunID?) throws {
    try send(ActorMessage(actor: id, run: run, body: body).encode())
  }

  func send(_ frames: [WireFrame]) throws {
    var poller = Poller()
    _ = poller.add(sender, for: .writable)
    guard try !poller.wait(atMost: .seconds(20)).isEmpty else {
      throw DeadlinePassed(awaited: "room to send")
    }
    _ = try sender.send(
      frames.map { frame in
        switch frame {
        case .bytes(let bytes): OutgoingFrame(bytes: bytes)
        case .floats(let floats): OutgoingFrame(floats: floats)
        }
      })
  }

  // MARK: Playing

  /// Plays slots of a round with these parameters, which need not be those of the policy.
  static func play(
    _ slots: [Int], of round: RoundID, parameters: [Float]
  ) throws -> TrajectoryBlock {
    FloatingPointMode.establish()
    let environment = CartPole()
    let configuration = try SmallRun.configuration
    let policy = MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: configuration.policy)
    var rollout = Rollout(
      environment: CartPole.self, policy: policy, laneLimit: 8, seed: configuration.seed)
    rollout.begin(round, snapshot: PolicySnapshot(version: round.version, parameters: parameters))
    var block = TrajectoryBlock(observationSize: environment.observationSize, actionSize: 1)
    var waiting = slots[...]
    try rollout.advance(
      while: { _ in true }, nextSlot: { waiting.popFirst() }, finished: { _ in true }, into: &block)
    return block
  }

  /// Plays slots with parameters that differ from the policy's in one bit.
  static func forge(_ slots: [Int], of policy: LearnerMessage.Policy) throws -> TrajectoryBlock {
    var flipped = policy.parameters
    flipped[3] = -flipped[3]
    return try play(slots, of: policy.round, parameters: flipped)
  }

  /// A message that claims to hold trajectories of the policy.
  static func trajectories(
    _ block: TrajectoryBlock, of policy: LearnerMessage.Policy, lease: Lease
  ) -> ActorMessage.Body {
    .trajectories(
      ActorMessage.Trajectories(
        round: policy.round, policyDigest: policy.digest, leaseNumber: lease.number,
        actionSpace: CartPole().actionSpace, block: block))
  }

  /// Says that everything of the lease was played and pushed.
  func sayIdle(after lease: Lease) throws {
    guard let incarnation else { return }
    try send(
      .status(
        ActorMessage.Status(
          incarnation: incarnation, round: lease.round, appliedLease: lease.number,
          unplayed: SlotSet(), stepCount: 1000, playNanoseconds: 1_000_000)))
  }

  /// Goes, so that nobody waits for it.
  func leave() throws {
    try send(.leave(ActorMessage.Leave(reason: "done", round: nil, unplayed: SlotSet())))
  }
}
