internal import Kernels

// One step on every lane: the policy chooses, the environments step, both are recorded.
//
// Arrays that several calls look at are taken out of self meanwhile: spans of two stored properties cannot
// be alive at once, and a copy costs two atomic operations.
extension PlayingLanes {
  /// One step on every lane.
  mutating func tick() {
    choose()
    step()
  }

  private mutating func choose() {
    var (observations, actions, logProbabilities): ([Float], [Float], [Float]) = ([], [], [])
    swap(&observations, &self.observations)
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
    var actionView = actions.mutableSpan
    var logProbabilityView = logProbabilities.mutableSpan
    if let normalization {
      var seen: [Float] = []
      swap(&seen, &normalized)
      var view = seen.mutableSpan
      normalization.apply(
        to: observations.span, laneCount: count, stride: stride, into: &view)
      act(on: seen.span, actions: &actionView, logProbabilities: &logProbabilityView)
      swap(&seen, &normalized)
    } else {
      act(on: observations.span, actions: &actionView, logProbabilities: &logProbabilityView)
    }
    recorder.recordChoice(
      observations: observations.span, actions: actions.span,
      logProbabilities: logProbabilities.span, laneCount: count, stride: stride)
    swap(&observations, &self.observations)
    swap(&actions, &self.actions)
    swap(&logProbabilities, &self.logProbabilities)
  }

  private mutating func act(
    on seen: Span<Float>, actions: inout MutableSpan<Float>,
    logProbabilities: inout MutableSpan<Float>
  ) {
    var parameters: [Float] = []
    swap(&parameters, &self.parameters)
    policy.act(
      on: seen, laneCount: count, stride: stride, parameters: parameters.span, streams: streams,
      greedy: greedy, workspace: &workspace, into: &actions, logProbabilities: &logProbabilities)
    swap(&parameters, &self.parameters)
  }

  private mutating func step() {
    stepCount += count
    var (observations, actions, rewards): ([Float], [Float], [Float]) = ([], [], [])
    var ends: [UInt8] = []
    swap(&observations, &self.observations)
    swap(&actions, &self.actions)
    swap(&rewards, &self.rewards)
    swap(&ends, &self.ends)
    var observationView = observations.mutableSpan
    var rewardView = rewards.mutableSpan
    var endView = ends.mutableSpan
    environments.step(
      laneCount: count, actions: actions.span, streams: streams, observations: &observationView,
      stride: stride, rewards: &rewardView, ends: &endView)
    recorder.recordReward(rewards.span, laneCount: count, stride: stride)
    streams.countStep(laneCount: count)
    longest += 1
    hasEnds = ends.span.extracting(first: count).containsNonZero
    swap(&observations, &self.observations)
    swap(&actions, &self.actions)
    swap(&rewards, &self.rewards)
    swap(&ends, &self.ends)
  }
}

/// What was begun in another process and not completed.
enum WorkElsewhere { case nothing, resets, step }

// Where steps take place in another process, the policy chooses for one rollout while another steps.
extension PlayingLanes {
  /// Starts what is next: the resets that were noted, or else, having chosen for every lane, a step.
  mutating func launch() {
    if environments.beginResets() {
      underWay = .resets
    } else {
      choose()
      let actions = self.actions
      environments.begin(laneCount: count, actions: actions.span, stride: stride)
      underWay = .step
    }
  }

  /// Waits for what ``launch()`` started, if there is something.
  mutating func completeWork() {
    switch underWay {
    case .nothing: return
    case .resets: completeResets()
    case .step: step()
    }
    underWay = .nothing
    noteFault()
  }

  private mutating func completeResets() {
    var observations: [Float] = []
    swap(&observations, &self.observations)
    var view = observations.mutableSpan
    environments.completeResets(observations: &view, stride: stride)
    swap(&observations, &self.observations)
  }

  /// Starts every episode under way again if the environments were replaced. What they failed with is kept
  /// for whoever may throw it.
  private mutating func noteFault() {
    switch environments.takeFault() {
    case nil: break
    case .replaced:
      for lane in 0..<count { start(slot(of: lane), lane: lane) }
      hasEnds = false
    case .failed(let slot, let problem, let detail):
      let lane = (0..<count).first { self.slot(of: $0) == slot }
      fault = RolloutFault(
        environment: environmentName, round: round, slot: slot,
        // The step that failed was counted, a reset is before all steps.
        step: lane.map { max(0, Int(streams.steps[$0]) - 1) }, problem: problem, detail: detail)
    }
  }
}

extension Span<UInt8> {
  fileprivate var containsNonZero: Bool {
    var bits: UInt8 = 0
    for index in 0..<count { bits |= self[index] }
    return bits != 0
  }
}
