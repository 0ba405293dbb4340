extension EnvironmentSpecification {
  /// The environment within wrappers, as policy and rollout see it; without any, itself.
  ///
  /// The step limit is the rollout's business, normalisation that of policy and learner: trajectories hold
  /// observations as they were before it.
  ///
  /// - Throws: the first wrapper that this environment cannot have.
  public func wrapped(
    by wrappers: EnvironmentWrappers
  ) throws(WrapperProblem) -> EnvironmentSpecification {
    if let problem = wrappers.problem { throw problem }
    let scales = wrappers.observationScale.count
    if scales > 1, scales != observationSize {
      throw WrapperProblem(
        option: "observation-scale", found: "\(scales) numbers",
        allowed: "one number, or \(observationSize) for \(name)")
    }
    if wrappers.actionTransform != .none, ActionBounds(of: actionSpace) == nil {
      throw WrapperProblem(
        option: "action-transform", found: wrappers.actionTransform.rawValue,
        allowed: "none for \(name), whose actions are not numbers within finite bounds")
    }
    return with(
      observationSize: observationSize * wrappers.frameStack,
      stepLimit: min(stepLimit, wrappers.stepLimit ?? stepLimit)
    ) { groupCount, laneCount in
      makeLanes(groupCount: groupCount, laneCount: laneCount).map {
        wrappers.around($0, actionSpace: actionSpace)
      }
    }
  }
}

extension EnvironmentWrappers {
  /// These lanes within the wrappers; without any, the lanes themselves.
  fileprivate func around(
    _ lanes: any EnvironmentLanes, actionSpace: ActionSpace
  ) -> any EnvironmentLanes {
    var lanes = lanes
    if actionTransform != .none, let bounds = ActionBounds(of: actionSpace) {
      lanes = transformingActions(of: lanes, within: bounds)
    }
    if !observationScale.isEmpty { lanes = scaling(lanes) }
    if frameStack > 1 { lanes = stacking(lanes) }
    return lanes
  }

  private func transformingActions(
    of lanes: some EnvironmentLanes, within bounds: ActionBounds
  ) -> any EnvironmentLanes {
    TransformedActionLanes(lanes, bounds: bounds, transform: actionTransform)
  }

  private func scaling(_ lanes: some EnvironmentLanes) -> any EnvironmentLanes {
    ScaledObservationLanes(lanes, scale: observationScale)
  }

  private func stacking(_ lanes: some EnvironmentLanes) -> any EnvironmentLanes {
    FrameStackLanes(lanes, frameCount: frameStack)
  }
}

/// The lanes whose episode was begun where steps take place elsewhere, and whose first observation is to
/// come.
struct PendingResets: Sendable {
  private var lanes: Set<Int> = []

  mutating func insert(_ lane: Int) { lanes.insert(lane) }

  mutating func swapAt(_ source: Int, _ destination: Int) {
    let (first, second) = (lanes.remove(source) != nil, lanes.remove(destination) != nil)
    if first { lanes.insert(destination) }
    if second { lanes.insert(source) }
  }

  mutating func takeAll() -> Set<Int> {
    defer { lanes.removeAll(keepingCapacity: true) }
    return lanes
  }
}
