import Dashboard
import RL
import TroupeCommands
import Wire

/// Everything in Troupe that reads bytes which somebody else wrote, one case for each kind of message or file.
///
/// A decoder is total: any bytes are a value or an error in words. What it accepts is written again and
/// read back to the same value.
package enum Decoder: String, CaseIterable, Sendable {
  // From actors.
  case join, status, trajectories, returns, leave, subscription
  // From the learner.
  case policy, welcome, lease, goodbye, refusal
  // Files.
  case checkpoint, safetensors
  case policyFile = "policy-file"
  case configuration
  // From browsers.
  case httpRequest = "http-request"

  /// Reads the bytes.
  ///
  /// - Precondition: the decoder keeps its promises.
  /// - Returns: whether they are a value.
  package func accepts(_ bytes: [UInt8]) -> Bool {
    do {
      switch self {
      case .join, .status, .trajectories, .returns, .leave: try Self.readActorMessage(bytes)
      case .policy, .welcome, .lease, .goodbye, .refusal: try Self.readLearnerMessage(bytes)
      case .subscription:
        _ = try [bytes].withFrame(0) { (frame) throws(WireError) in
          try SubscriptionEvent(decoding: frame)
        }
      case .checkpoint: _ = try Checkpoint(decoding: bytes).encode()
      case .safetensors: _ = try SafeTensors(decoding: bytes).encode()
      case .policyFile: _ = try PolicyFile(decoding: bytes).encode()
      case .configuration: _ = try ConfigurationBytes.run(bytes)
      case .httpRequest: return try HTTPRequest.parse(bytes) != nil
      }
      return true
    } catch {
      precondition(!"\(error)".isEmpty, "an error says what is wrong")
      return false
    }
  }

  /// The shape of the run's trajectories, chosen by the first byte.
  private static let shapes = [
    TrajectoryShape(observationSize: 4, actionSpace: .discrete(count: 2)),
    TrajectoryShape(observationSize: 1, actionSpace: .discrete(count: 70_000)),
    TrajectoryShape(observationSize: 3, actionSpace: .multiDiscrete(counts: [2, 300, 5])),
    TrajectoryShape(observationSize: 2, actionSpace: .multiBinary(count: 3)),
    TrajectoryShape(observationSize: 5, actionSpace: .box(low: [-1, -2], high: [1, .infinity])),
  ]

  private static func readActorMessage(_ bytes: [UInt8]) throws(WireError) {
    let shape = shapes[Int(bytes.first ?? 0) % shapes.count]
    let message = try ActorMessage(
      decoding: FramedInput.frames(of: bytes.dropFirst()), shape: shape)
    // What is not finite equals nothing, not even itself.
    if case .trajectories(let trajectories) = message.body {
      if trajectories.block.firstNonFinite != nil { return }
      if trajectories.block.logProbabilities.contains(where: \.isNaN) { return }
    }
    let again = try ActorMessage(decoding: message.encode().bytes, shape: shape)
    precondition(again == message, "what was accepted survives being written")
  }

  private static func readLearnerMessage(_ bytes: [UInt8]) throws(WireError) {
    let message = try LearnerMessage(decoding: FramedInput.frames(of: bytes[...]))
    let again = try LearnerMessage(decoding: message.encode().bytes)
    precondition(again == message, "what was accepted survives being written")
  }
}

extension Decoder {
  /// A valid input, drawn from `random`.
  package func valid(using random: inout ValidInputs) -> [UInt8] {
    switch self {
    case .join, .status, .trajectories, .returns, .leave:
      let index = random.values.integer(0...Self.shapes.count - 1)
      while true {
        let message = random.values.actorMessage(shape: Self.shapes[index])
        guard Self(message.body) == self else { continue }
        return [UInt8(index)] + FramedInput.bytes(of: message.encode().bytes)
      }
    case .policy, .welcome, .lease, .goodbye, .refusal:
      while true {
        let message = random.values.learnerMessage()
        guard Self(message.body) == self else { continue }
        return FramedInput.bytes(of: message.encode().bytes)
      }
    case .subscription:
      let topic =
        random.values.coin() ? Topic.policy : .actor(ActorID(random.values.random.next()))
      return [random.values.coin() ? 1 : 0] + topic.bytes
    case .checkpoint: return random.values.checkpoint().encode()
    case .safetensors: return random.values.tensors().encode()
    case .policyFile: return random.policyFile()
    case .configuration: return random.configuration()
    case .httpRequest: return random.request()
    }
  }

  private init(_ body: ActorMessage.Body) {
    self =
      switch body {
      case .join: .join
      case .status: .status
      case .trajectories: .trajectories
      case .returns: .returns
      case .leave: .leave
      }
  }

  private init(_ body: LearnerMessage.Body) {
    self =
      switch body {
      case .policy: .policy
      case .welcome: .welcome
      case .lease: .lease
      case .goodbye: .goodbye
      case .refusal: .refusal
      }
  }
}
