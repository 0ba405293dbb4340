/// What a run needs to know of an environment, and how to make lanes of it: the value that roles are
/// handed, whether the environment is a Swift type or lives in another process.
public struct EnvironmentSpecification: Sendable {
  /// What a run records, such as `cartpole`.
  public let name: String
  public let observationSize: Int
  public let actionSpace: ActionSpace
  /// Steps after which the rollout truncates an episode. Range: `1...RandomStream.maximumStepCount`.
  public let stepLimit: Int
  /// The mean return at which the task counts as solved, if its specification names one.
  public let rewardThreshold: Double?
  /// Whether equal random numbers and actions give equal episodes. Where they do not, no slot is played
  /// twice at once, and a run cannot be repeated.
  public let isReproducible: Bool
  /// Whether steps take place in another process; see ``EnvironmentLanes/stepsElsewhere``.
  public let stepsElsewhere: Bool
  private let makeGroups: @Sendable (_ groupCount: Int, _ laneCount: Int) -> [any EnvironmentLanes]
  /// Nil where the environment is not a Swift type, which alone can write where it should not.
  private var findOverrun: (@Sendable (_ start: EpisodeStart) -> ObservationOverrun?)?

  /// The environment that a Swift type is.
  public init(_ type: any Environment.Type) {
    let prototype = type.init()
    self.init(
      name: type.name, observationSize: prototype.observationSize,
      actionSpace: prototype.actionSpace, stepLimit: prototype.stepLimit,
      rewardThreshold: prototype.rewardThreshold, isReproducible: true, stepsElsewhere: false
    ) { groupCount, laneCount in
      // Vectorised lanes take whole registers.
      (0..<groupCount).map { _ in type.makeErasedLanes(laneCount: (laneCount + 31) / 32 * 32) }
    }
    findOverrun = { type.observationOverrun(from: $0) }
  }

  /// An environment known only while the program runs. `makeGroups` makes `groupCount` vectors of
  /// `laneCount` environments each, which are stepped in turn.
  public init(
    name: String, observationSize: Int, actionSpace: ActionSpace, stepLimit: Int,
    rewardThreshold: Double?, isReproducible: Bool, stepsElsewhere: Bool,
    makeGroups: @escaping @Sendable (_ groupCount: Int, _ laneCount: Int) -> [any EnvironmentLanes]
  ) {
    self.name = name
    self.observationSize = observationSize
    self.actionSpace = actionSpace
    self.stepLimit = stepLimit
    self.rewardThreshold = rewardThreshold
    self.isReproducible = isReproducible
    self.stepsElsewhere = stepsElsewhere
    self.makeGroups = makeGroups
  }

  /// The same environment on other lanes, which are made of its own.
  package func with(
    observationSize: Int? = nil, stepLimit: Int? = nil, stepsElsewhere: Bool? = nil,
    makeGroups: @escaping @Sendable (_ groupCount: Int, _ laneCount: Int) -> [any EnvironmentLanes]
  ) -> EnvironmentSpecification {
    var changed = EnvironmentSpecification(
      name: name, observationSize: observationSize ?? self.observationSize,
      actionSpace: actionSpace, stepLimit: stepLimit ?? self.stepLimit,
      rewardThreshold: rewardThreshold, isReproducible: isReproducible,
      stepsElsewhere: stepsElsewhere ?? self.stepsElsewhere, makeGroups: makeGroups)
    changed.findOverrun = findOverrun
    return changed
  }

  /// Whether the first steps of an episode write more than an observation has room for, which would end the process.
  package func observationOverrun(from start: EpisodeStart) -> ObservationOverrun? {
    findOverrun?(start)
  }

  /// `groupCount` vectors of `laneCount` environments each, which are stepped in turn.
  package func makeLanes(groupCount: Int, laneCount: Int) -> [any EnvironmentLanes] {
    makeGroups(groupCount, laneCount)
  }
}

extension Environment {
  fileprivate static func makeErasedLanes(laneCount: Int) -> any EnvironmentLanes {
    makeLanes(laneCount: laneCount)
  }
}
