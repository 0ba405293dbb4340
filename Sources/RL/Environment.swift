/// How an episode stopped.
public enum EpisodeEnd: UInt8, Hashable, Sendable {
  /// The environment reached a terminal state: nothing would have followed.
  case terminated = 1
  /// The step limit cut the episode off: more would have followed.
  case truncated = 2
}

/// What one step gives back.
public struct StepResult: Hashable, Sendable {
  public var reward: Float
  /// Nil while the episode goes on.
  public var end: EpisodeEnd?

  public init(reward: Float, end: EpisodeEnd? = nil) {
    self.reward = reward
    self.end = end
  }
}

/// A simulator: scalar and simple to write; the rollout steps many of them side by side on lanes.
///
/// An implementation takes all randomness from the stream it is handed and every transcendental
/// function from `Kernels.Elementary`, so that an episode depends on nothing but the stream and the
/// actions. It never reads a clock, a file or a global.
public protocol Environment: Sendable {
  /// What users type and what a run records, such as `cartpole`.
  static var name: String { get }

  /// For people: what the task is and where its rules come from. Empty unless implemented.
  static var description: EnvironmentDescription { get }

  /// The vector of environments the rollout steps; built-in environments may offer a vectorised one
  /// with equal bits.
  associatedtype Lanes: EnvironmentLanes = ScalarLanes<Self>

  /// Int for a discrete space, Float for a box of one entry, `[Float]` for the others.
  associatedtype Action: EnvironmentAction = Int

  init()

  /// Length of one observation.
  var observationSize: Int { get }

  /// What the policy may choose from; one value of it is an ``Action``.
  var actionSpace: ActionSpace { get }

  /// Steps after which the rollout truncates an episode that has not ended by itself.
  ///
  /// Range: `1...RandomStream.maximumStepCount`.
  var stepLimit: Int { get }

  /// The mean return at which the task counts as solved, if its specification names one.
  var rewardThreshold: Double? { get }

  /// Starts an episode and writes its first observation, all `observationSize` entries.
  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>)

  /// Applies one action and writes the next observation, also when the episode ends.
  ///
  /// The rollout never steps an ended episode, and counts steps itself: an environment reports
  /// `.truncated` only for limits of its own.
  mutating func step(
    _ action: Action, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult

  /// A vector of environments for `laneCount` lanes.
  static func makeLanes(laneCount: Int) -> Lanes

  /// Steps each of the first `laneCount` environments; not meant to be implemented by hand.
  static func step(
    lanes environments: inout [Self], laneCount: Int, actions: Span<Float>,
    streams: borrowing LaneStreams, scratch: inout [Float],
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>)
}

extension Environment {
  public static var description: EnvironmentDescription { EnvironmentDescription() }
  public var rewardThreshold: Double? { nil }
}

extension Environment where Lanes == ScalarLanes<Self> {
  public static func makeLanes(laneCount: Int) -> ScalarLanes<Self> {
    ScalarLanes(laneCount: laneCount)
  }
}
