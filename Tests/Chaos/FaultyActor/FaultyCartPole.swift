import Environments
import Glibc
import RL

/// CartPole that goes wrong on one host: after so many steps of this process, in the way that
/// `TROUPE_FAULTY_STEP` says (`hangs`, `traps`, `eats-memory`, `nan-observation`, `nan-reward`). When it does, it makes
/// the file that `TROUPE_FAULTY_MARK` names. Until then it gives CartPole's bits.
struct FaultyCartPole: Environment {
  static let name = CartPole.name
  private var honest = CartPole()
  var observationSize: Int { honest.observationSize }
  var actionSpace: ActionSpace { honest.actionSpace }
  var stepLimit: Int { honest.stepLimit }
  var rewardThreshold: Double? { honest.rewardThreshold }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    honest.reset(using: &random, observation: &observation)
  }

  mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    var result = honest.step(action, using: &random, observation: &observation)
    guard let fault = StepFault.dueNow() else { return result }
    switch fault {
    case .hangs: while true { _ = pause() }
    case .traps: fatalError("the environment is broken")
    case .eatsMemory:
      var hoard: [[UInt8]] = []
      while true { hoard.append([UInt8](repeating: UInt8(hoard.count & 0xff), count: 1 << 20)) }
    case .nanObservation: observation[0] = .nan
    case .nanReward: result.reward = .nan
    }
    return result
  }
}
