import Kernels
import Learning
import RL
import Wire

/// Messages and files with random content, small enough for every bit of them to be flipped.
struct RandomValues {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }
  mutating func coin() -> Bool { .random(using: &random) }
  mutating func digest() -> Digest128 { Digest128(high: random.next(), low: random.next()) }

  mutating func text() -> String {
    let alphabet: [Character] = ["a", "Z", "0", "\"", "\\", "/", "\n", "\u{1}", "é", "雪", "🐚", " "]
    return String((0..<integer(0...12)).map { _ in alphabet[integer(0...alphabet.count - 1)] })
  }

  mutating func float() -> Float {
    while true {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      if value.isFinite { return value }
    }
  }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

  mutating func doubles(_ count: Int) -> [Double] { (0..<count).map { _ in Double(float()) / 3 } }

  mutating func round() -> RoundID {
    RoundID(
      version: PolicyVersion(coin() ? UInt32(integer(0...3)) : UInt32.max - 1),
      kind: coin() ? .training : .evaluation)
  }

  mutating func slots(below count: Int) -> SlotSet {
    SlotSet((0..<integer(0...8)).map { _ in integer(0...count - 1) })
  }

  // MARK: From actors

  mutating func shape() -> TrajectoryShape {
    TrajectoryShape(observationSize: integer(1...5), actionSpace: actionSpace())
  }

  mutating func actionSpace() -> ActionSpace {
    let counts = [1, 2, 256, 257, 70_000, 1 << 24]
    switch integer(0...5) {
    case 0:
      return .multiDiscrete(
        counts: (0..<integer(1...5)).map { _ in counts[integer(0...integer(0...5))] })
    case 1: return .multiBinary(count: integer(1...5))
    case 2:
      let low = floats(integer(1...20)).map { -max(abs($0), 1) }
      return .box(low: low, high: low.map { coin() ? -$0 : .infinity })
    default: return .discrete(count: counts[integer(0...counts.count - 1)])
    }
  }

  /// Actions of one episode. Shape: `[actionSize][stepCount]`.
  mutating func actions(in space: ActionSpace, stepCount: Int) -> [Float] {
    let rows: [Int?] =
      switch space {
      case .discrete(let count): [count]
      case .multiDiscrete(let counts): counts
      case .multiBinary(let count): Array(repeating: 2, count: count)
      case .box(let low, _): Array(repeating: nil, count: low.count)
      }
    return rows.flatMap { count in
      (0..<stepCount).map { _ in count.map { Float(integer(0...$0 - 1)) } ?? float() }
    }
  }

  mutating func actorMessage(shape: TrajectoryShape) -> ActorMessage {
    let body: ActorMessage.Body =
      switch integer(0...4) {
      case 0: .join(join())
      case 1: .status(status())
      case 2: .leave(leave())
      case 3: .returns(returns())
      default: .trajectories(trajectories(shape: shape))
      }
    return ActorMessage(
      actor: ActorID(random.next()), run: coin() ? RunID(digest()) : nil, body: body)
  }

  mutating func join() -> ActorMessage.Join {
    ActorMessage.Join(
      numericsDigest: digest(), hostName: text(),
      processID: UInt32(truncatingIfNeeded: random.next()), laneCount: integer(1...256),
      instructionSet: text(), arithmetic: coin() ? .exact : .approximate)
  }

  mutating func status() -> ActorMessage.Status {
    let unplayed = slots(below: 1000)
    return ActorMessage.Status(
      incarnation: Incarnation(random.next()), round: coin() || !unplayed.isEmpty ? round() : nil,
      appliedLease: coin() ? random.next() : nil, unplayed: unplayed, stepCount: random.next(),
      playNanoseconds: random.next())
  }

  mutating func leave() -> ActorMessage.Leave {
    let unplayed = slots(below: 1000)
    let fault = coin() ? ActorMessage.EnvironmentFault(slot: coin() ? integer(0...999) : nil) : nil
    return ActorMessage.Leave(
      reason: text(), round: coin() || !unplayed.isEmpty || fault != nil ? round() : nil,
      unplayed: unplayed, fault: fault)
  }

  mutating func returns() -> ActorMessage.Returns {
    ActorMessage.Returns(
      round: round(), policyDigest: digest(), leaseNumber: random.next(),
      outcomes: (0..<integer(1...5)).map { _ in
        CandidateOutcome(
          slot: integer(0...999_999), episodeReturn: Double(float()) / 3,
          stepCount: integer(1...1 << 24), end: coin() ? .terminated : .truncated,
          fingerprint: digest())
      })
  }

  mutating func trajectories(shape: TrajectoryShape) -> ActorMessage.Trajectories {
    let headers = (0..<integer(1...4)).map { _ in
      TrajectoryHeader(
        slot: integer(0...999_999), stepCount: integer(1...6),
        end: coin() ? .terminated : .truncated, fingerprint: digest())
    }
    let stepCount = headers.reduce(0) { $0 + $1.stepCount }
    let space = shape.actionSpace
    return ActorMessage.Trajectories(
      round: round(), policyDigest: digest(), leaseNumber: random.next(),
      actionSpace: shape.actionSpace,
      block: TrajectoryBlock(
        observationSize: shape.observationSize, actionSize: space.actionSize, headers: headers,
        observations: floats(stepCount * shape.observationSize),
        actions: headers.flatMap { actions(in: space, stepCount: $0.stepCount) },
        rewards: floats(stepCount),
        finalObservations: floats(headers.count * shape.observationSize),
        logProbabilities: coin() ? floats(stepCount) : []))
  }

  // MARK: From the learner

  mutating func learnerMessage() -> LearnerMessage {
    let body: LearnerMessage.Body =
      switch integer(0...4) {
      case 0: .policy(policy())
      case 1: .welcome(welcome())
      case 2: .lease(lease())
      case 3: .goodbye(LearnerMessage.Goodbye(reason: text()))
      default:
        .refusal(
          LearnerMessage.Refusal(
            reason: LearnerMessage.RefusalReason.allCases[integer(0...4)], text: text()))
      }
    return LearnerMessage(
      topic: coin() ? .policy : .actor(ActorID(random.next())), run: RunID(digest()),
      incarnation: Incarnation(random.next()), sequence: random.next(), body: body)
  }

  mutating func policy() -> LearnerMessage.Policy {
    let slotCount = integer(1...1000)
    return LearnerMessage.Policy(
      round: round(), slotCount: slotCount, digest: digest(), parameters: floats(integer(0...20)),
      normalization: coin() ? normalization() : nil,
      perturbationScale: coin() ? abs(float()) : nil,
      firstLeases: (0..<integer(0...3)).map { _ in
        LearnerMessage.FirstLease(
          actor: ActorID(random.next()), number: random.next(), slots: slots(below: slotCount))
      })
  }

  mutating func normalization() -> ObservationNormalization {
    let size = integer(1...9)
    return ObservationNormalization(means: floats(size), inverseDeviations: floats(size))
  }

  mutating func wrappers() -> EnvironmentWrappers {
    EnvironmentWrappers(
      stepLimit: coin() ? integer(1...1000) : nil, frameStack: integer(1...4),
      observationScale: (0..<integer(0...2)).map { _ in
        Double.random(in: 0.1...10, using: &random)
      }, normalizesObservations: coin(),
      actionTransform: ActionTransform.allCases[integer(0...2)])
  }

  mutating func lease() -> Lease {
    Lease(number: random.next(), round: round(), slots: slots(below: 1000))
  }

  mutating func welcome() -> LearnerMessage.Welcome {
    LearnerMessage.Welcome(
      configuration: configuration(), policy: coin() ? policy() : nil,
      lease: coin() ? lease() : nil, greatestFrameByteCount: integer(0...Int.max),
      suggestedLaneCount: coin() ? integer(1...256) : nil, host: coin() ? host() : nil)
  }

  mutating func host() -> HostFacts {
    HostFacts(
      instructionSet: text(), zeroMQVersion: text(), sodiumVersion: text(),
      clockNanoseconds: random.next())
  }

  mutating func configuration() -> RunConfiguration {
    while true {
      let learner = LearnerConfiguration(
        episodesPerUpdate: integer(1...1_000_000),
        estimator: Estimator.allCases[integer(0...1)], baseline: Baseline.allCases[integer(0...5)],
        discount: Double.random(in: 0...1, using: &random), weighsByDiscount: coin(),
        normalizeAdvantages: coin(),
        entropyCoefficient: Double.random(in: 0...1, using: &random),
        gradientNormLimit: coin() ? Double.random(in: 0.1...10, using: &random) : nil,
        rewardScale: Double.random(in: 0.1...10, using: &random),
        optimizer: OptimizerRule.allCases[integer(0...2)],
        learningRate: Double.random(in: 0...1, using: &random),
        schedule: LearningRateSchedule.allCases[integer(0...2)],
        scheduleUpdates: coin() ? integer(1...4_294_967_295) : nil,
        value: ValueConfiguration(
          hidden: (0..<integer(0...4)).map { _ in integer(1...65_536) },
          lambda: Double.random(in: 0...1, using: &random),
          learningRate: Double.random(in: 0...1, using: &random), passes: integer(1...1000)),
        method: coin() ? .policyGradient : TrainingMethod.allCases[integer(1...3)],
        collection: coin() ? .everySlot : .firstCome)
      let policy = PolicyConfiguration(
        hidden: (0..<integer(0...4)).map { _ in integer(1...65_536) },
        activation: coin() ? .tanh : .relu, initialization: coin() ? .orthogonal : .pytorch)
      // Some combinations are not allowed; another is drawn.
      if let result = try? RunConfiguration(
        environment: text(), seed: random.next(), policy: policy, learner: learner,
        wrappers: coin() ? wrappers() : EnvironmentWrappers())
      {
        return result
      }
    }
  }

  // MARK: Files

  mutating func checkpoint() -> Checkpoint {
    Checkpoint(
      run: RunID(digest()), version: PolicyVersion(UInt32(truncatingIfNeeded: random.next())),
      configurationDigest: digest(), numericsDigest: digest(), parameters: floats(integer(0...9)),
      moments: Dictionary(
        (0..<integer(0...3)).map { _ in (text(), floats(integer(0...9))) }, uniquingKeysWith: { $1 }
      ),
      value: Dictionary(
        (0..<integer(0...3)).map { _ in (text(), floats(integer(0...9))) }, uniquingKeysWith: { $1 }
      ),
      episodeCount: random.next(), stepCount: random.next(),
      bestEvaluation: coin()
        ? Checkpoint.BestEvaluation(
          version: PolicyVersion(UInt32(integer(0...9))), meanReturn: doubles(1)[0]) : nil,
      texts: Dictionary(
        (0..<integer(0...3)).map { _ in (text(), text()) }, uniquingKeysWith: { $1 }),
      arrays: Dictionary(
        (0..<integer(0...3)).map { _ in (text(), doubles(integer(0...9))) },
        uniquingKeysWith: { $1 }))
  }

  mutating func tensors() -> SafeTensors {
    let tensors = (0..<integer(0...5)).map { i in
      let shape = (0..<integer(0...3)).map { _ in integer(0...4) }
      let count = shape.reduce(1, *)
      let values: SafeTensors.Values =
        switch integer(0...3) {
        case 0: .float32(floats(count))
        case 1: .float64(doubles(count))
        case 2: .int64((0..<count).map { _ in Int64(bitPattern: random.next()) })
        default: .uint8((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
      return SafeTensors.Tensor(name: "\(i)\(text())", shape: shape, values: values)
    }
    return SafeTensors(
      metadata: Dictionary(
        (0..<integer(0...3)).map { _ in (text(), text()) }, uniquingKeysWith: { $1 }),
      tensors: tensors)
  }

  // MARK: Damage

  /// `bytes` with a few random changes: bits flipped, bytes replaced, removed, repeated.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<integer(1...4) {
      let position = result.isEmpty ? 0 : integer(0...result.count - 1)
      switch integer(0...4) {
      case 0 where !result.isEmpty: result[position] ^= 1 << UInt8(integer(0...7))
      case 1 where !result.isEmpty: result[position] = UInt8(truncatingIfNeeded: random.next())
      case 2 where !result.isEmpty: result.remove(at: position)
      case 3: result.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
      default: result.removeLast(min(result.count, integer(0...8)))
      }
    }
    return result
  }
}
