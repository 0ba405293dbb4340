internal import CEnvironments
internal import Kernels
public import RL

/// CartPole-v1: keep a pole upright on a cart by pushing left (0) or right (1).
///
/// State in double precision, explicit Euler, no fused multiply-add; reward 1 for each step, the
/// last one included. Observation: position, velocity, angle, angular velocity.
///
/// Source: Barto, Sutton, Anderson 1983, as in Gymnasium 1.4 `CartPole-v1`.
public struct CartPole: Environment {
  public static let name = "cartpole"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "keep a pole upright on a cart", specification: "Gymnasium 1.4, CartPole-v1",
      rewardRange: 1...1,
      observationNames: [
        "position (m)", "velocity (m/s)", "angle (rad)", "angular velocity (rad/s)",
      ],
      actionNames: ["push left", "push right"])
  }

  private var state = CartPoleState()
  /// Whether the pole fell at an earlier step: physics goes on, but lying down pays nothing.
  private var hasFallen = false
  /// Gymnasium's `sutton_barto_reward`: 0 while the pole stands, −1 when it lies.
  package var paysOnlyFailure = false

  public init() {}

  public var observationSize: Int { 4 }
  public var actionSpace: ActionSpace { .discrete(count: 2) }
  public var stepLimit: Int { 500 }
  public var rewardThreshold: Double? { 475 }

  /// Position, velocity, angle (radians) and angular velocity.
  package var physicalState: [Double] {
    get { [state.position[0], state.velocity[0], state.angle[0], state.angularVelocity[0]] }
    set {
      state.position[0] = newValue[0]
      state.velocity[0] = newValue[1]
      state.angle[0] = newValue[2]
      state.angularVelocity[0] = newValue[3]
    }
  }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    state.reset(lane: 0, using: &random)
    hasFallen = false
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    state.step(pushingRight: SIMDMask(repeating: action == 1))
    observe(into: &observation)
    let falls = state.hasFallen[0]
    let reward: Float = paysOnlyFailure ? (falls ? -1 : 0) : (falls && hasFallen ? 0 : 1)
    if falls { hasFallen = true }
    return StepResult(reward: reward, end: falls ? .terminated : nil)
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(state.position[0])
    observation[1] = Float(state.velocity[0])
    observation[2] = Float(state.angle[0])
    observation[3] = Float(state.angularVelocity[0])
  }

  public static func makeLanes(laneCount: Int) -> CartPoleLanes {
    CartPoleLanes(laneCount: laneCount)
  }
}

/// Eight carts side by side; the scalar environment uses the first.
struct CartPoleState: Sendable {
  var position = SIMD8<Double>()
  var velocity = SIMD8<Double>()
  var angle = SIMD8<Double>()
  var angularVelocity = SIMD8<Double>()

  mutating func reset(lane: Int, using random: inout RandomStream) {
    position[lane] = random.uniform(from: -0.05, to: 0.05)
    velocity[lane] = random.uniform(from: -0.05, to: 0.05)
    angle[lane] = random.uniform(from: -0.05, to: 0.05)
    angularVelocity[lane] = random.uniform(from: -0.05, to: 0.05)
  }

  @inline(__always)
  mutating func step(pushingRight: SIMDMask<SIMD8<Int64>>) {
    let gravity = 9.8
    let poleMass = 0.1
    let totalMass = 0.1 + 1.0
    let halfLength = 0.5
    let poleMassLength = 0.1 * 0.5
    let timeStep = 0.02
    let force = SIMD8<Double>(repeating: -10).replacing(with: 10, where: pushingRight)
    let (sine, cosine) = Elementary.sinCos(angle)
    let pushed =
      (force + poleMassLength * (angularVelocity * angularVelocity) * sine) / totalMass
    let angularAcceleration =
      (gravity * sine - cosine * pushed)
      / (halfLength * (4.0 / 3.0 - poleMass * (cosine * cosine) / totalMass))
    let acceleration = pushed - poleMassLength * angularAcceleration * cosine / totalMass
    position += timeStep * velocity
    velocity += timeStep * acceleration
    angle += timeStep * angularVelocity
    angularVelocity += timeStep * angularAcceleration
  }

  /// Whether the cart left the track or the pole leans by more than 12 degrees.
  var hasFallen: SIMDMask<SIMD8<Int64>> {
    let angleLimit = 0.20943951023931953  // 12 × 2π / 360 as Gymnasium computes it
    return (position .< -2.4) .| (position .> 2.4) .| (angle .< -angleLimit)
      .| (angle .> angleLimit)
  }
}

/// CartPole on many lanes, stepped by a C loop that is compiled for each instruction set.
public struct CartPoleLanes: EnvironmentLanes {
  private var position: [Double]
  private var velocity: [Double]
  private var angle: [Double]
  private var angularVelocity: [Double]
  public var observationSize: Int { 4 }

  init(laneCount: Int) {
    let padded = (laneCount + 7) / 8 * 8
    position = Array(repeating: 0, count: padded)
    velocity = position
    angle = position
    angularVelocity = position
  }

  public mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    var state = CartPoleState()
    state.reset(lane: 0, using: &random)
    position[lane] = state.position[0]
    velocity[lane] = state.velocity[0]
    angle[lane] = state.angle[0]
    angularVelocity[lane] = state.angularVelocity[0]
    observations[lane] = Float(position[lane])
    observations[stride + lane] = Float(velocity[lane])
    observations[2 * stride + lane] = Float(angle[lane])
    observations[3 * stride + lane] = Float(angularVelocity[lane])
  }

  public mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    // Lanes beyond laneCount within the last eight are stepped along and never read.
    let padded = (laneCount + 7) / 8 * 8
    precondition(
      padded <= position.count && padded <= actions.count && padded <= rewards.count
        && padded <= ends.count && padded <= stride && observations.count >= 4 * stride,
      "every row has room for the lanes rounded up to a multiple of 8")
    // SAFETY: the loop touches `padded` entries of each array and of four rows `stride` apart, which
    // the precondition established; the arrays are distinct.
    unsafe actions.withUnsafeBufferPointer { actions in
      unsafe observations.withUnsafeMutableBufferPointer { observations in
        unsafe rewards.withUnsafeMutableBufferPointer { rewards in
          unsafe ends.withUnsafeMutableBufferPointer { ends in
            unsafe troupe_cartpole_step(
              &position, &velocity, &angle, &angularVelocity, actions.baseAddress, laneCount,
              observations.baseAddress, stride, rewards.baseAddress, ends.baseAddress)
          }
        }
      }
    }
  }

  public mutating func move(lane source: Int, to destination: Int) {
    position[destination] = position[source]
    velocity[destination] = velocity[source]
    angle[destination] = angle[source]
    angularVelocity[destination] = angularVelocity[source]
  }
}
