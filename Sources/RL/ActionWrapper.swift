internal import Kernels

/// The bounds of a box, all of them finite.
struct ActionBounds: Hashable, Sendable {
  let low: [Float]
  let high: [Float]

  /// Nil for any other space.
  init?(of space: ActionSpace) {
    guard case .box(let low, let high) = space, (low + high).allSatisfy(\.isFinite) else {
      return nil
    }
    (self.low, self.high) = (low, high)
  }
}

/// Gives an environment numbers within its bounds, whatever a policy samples.
///
/// The policy's distribution, its log-probabilities and its entropy are those of the sampled number u.
/// For `clip` that is the only density there is: clipping piles probability up on the bounds. For `tanh`,
/// a = c + h·tanh(u) has the density π(a) = π(u) / ∏ h·(1 − tanh²u), by the change of variables; the
/// denominator does not depend on θ, so that ∇log π(a) = ∇log π(u): the gradient of the return is
/// the same, and so is the Kullback-Leibler divergence of two policies. Entropies differ, by E[log h·(1 −
/// tanh²u)], which an entropy bonus leaves out.
///
/// Source: Haarnoja et al., "Soft Actor-Critic", ICML 2018, appendix C.
struct TransformedActionLanes<Inner: EnvironmentLanes>: EnvironmentLanes {
  private var inner: Inner
  private let bounds: ActionBounds
  private let transform: ActionTransform
  /// Shape: `[actionSize][stride]`.
  private var transformed: [Float] = []

  init(_ inner: Inner, bounds: ActionBounds, transform: ActionTransform) {
    self.inner = inner
    self.bounds = bounds
    self.transform = transform
  }

  var observationSize: Int { inner.observationSize }
  var stepsElsewhere: Bool { inner.stepsElsewhere }

  mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    inner.reset(lane: lane, using: &random, observations: &observations, stride: stride)
  }

  mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    // Elsewhere, the step has the actions it began with.
    let transformed =
      stepsElsewhere ? [] : withinBounds(actions, laneCount: laneCount, stride: stride)
    inner.step(
      laneCount: laneCount, actions: stepsElsewhere ? actions : transformed.span, streams: streams,
      observations: &observations, stride: stride, rewards: &rewards, ends: &ends)
    if !stepsElsewhere { self.transformed = transformed }
  }

  mutating func begin(laneCount: Int, actions: Span<Float>, stride: Int) {
    let transformed = withinBounds(actions, laneCount: laneCount, stride: stride)
    inner.begin(laneCount: laneCount, actions: transformed.span, stride: stride)
    self.transformed = transformed
  }

  /// What the environment is to see of the actions, in a buffer to be given back.
  private mutating func withinBounds(
    _ actions: Span<Float>, laneCount: Int, stride: Int
  ) -> [Float] {
    // Taken out of self, so that it and the inner lanes can be used at once.
    var transformed: [Float] = []
    swap(&transformed, &self.transformed)
    if transformed.count < actions.count {
      transformed = Array(repeating: 0, count: actions.count)
    }
    for entry in bounds.low.indices {
      let (low, high) = (bounds.low[entry], bounds.high[entry])
      for column in entry * stride..<entry * stride + laneCount {
        let sampled = actions[column]
        transformed[column] = transform.applied(to: sampled, low: low, high: high)
      }
    }
    return transformed
  }

  mutating func beginResets() -> Bool { inner.beginResets() }

  mutating func completeResets(observations: inout MutableSpan<Float>, stride: Int) {
    inner.completeResets(observations: &observations, stride: stride)
  }

  mutating func takeFault() -> LaneFault? { inner.takeFault() }

  mutating func move(lane source: Int, to destination: Int) {
    inner.move(lane: source, to: destination)
  }
}

extension ActionTransform {
  /// What the environment sees of a sampled number.
  @inline(__always)
  fileprivate func applied(to sampled: Float, low: Float, high: Float) -> Float {
    switch self {
    case .none: return sampled
    case .clip: return min(max(sampled, low), high)
    // The sum may be rounded beyond a bound.
    case .tanh:
      let (centre, half) = ((low + high) / 2, (high - low) / 2)
      return min(max(centre + half * Elementary.tanh(sampled), low), high)
    }
  }

  /// What the environment sees of one sampled action.
  package func applied(to action: [Float], in space: ActionSpace) -> [Float] {
    guard let bounds = ActionBounds(of: space) else { return action }
    return action.indices.map {
      applied(to: action[$0], low: bounds.low[$0], high: bounds.high[$0])
    }
  }
}
