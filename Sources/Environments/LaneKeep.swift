internal import Kernels
public import RL

/// LaneKeep-v0: steer a car along a winding lane.
///
/// A kinematic bicycle in road coordinates, wheelbase 2.5 m, 10 m/s, 20 steps a second, explicit
/// Euler in double precision. The wheel turns by up to 0.5 rad; a car that leaves the lane by 2 m, or
/// its direction by a right angle, pays 10. The reward is that of the state a step leads to.
///
/// Source: Troupe's own, after the steering wheel of the Hugging Face course, unit 4.
public struct LaneKeep: Environment {
  public typealias Action = Float

  public static let name = "lanekeep"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "steer a car along a winding lane", specification: "Troupe, LaneKeep-v0",
      rewardRange: -10...1,
      observationNames: [
        "distance from the middle / 2 m", "angle to the lane (rad)", "wheel angle / 0.5 rad",
        "curvature here × 20 m", "curvature 5 m ahead × 20 m", "curvature 10 m ahead × 20 m",
      ],
      actionNames: ["wheel angle / 0.5 rad"])
  }

  /// Where the car is. All in metres and radians.
  package struct State: Hashable, Sendable {
    package var offset = 0.0
    package var heading = 0.0
    /// Along the middle of the lane.
    package var distance = 0.0
    package var wheelAngle = 0.0
    /// Phases of the two sines that the lane's curvature is made of.
    package var phases = SIMD2<Double>()

    package init() {}
  }

  package var state = State()

  public init() {}

  public var observationSize: Int { 6 }
  public var actionSpace: ActionSpace { .box(low: [-1], high: [1]) }
  public var stepLimit: Int { 400 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    state = State()
    state.phases.x = random.uniform(from: 0, to: 2 * Double.pi)
    state.phases.y = random.uniform(from: 0, to: 2 * Double.pi)
    state.offset = random.uniform(from: -0.5, to: 0.5)
    state.heading = random.uniform(from: -0.1, to: 0.1)
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Float, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    let (reward, hasLeft) = advance(action: action)
    observe(into: &observation)
    return StepResult(reward: Float(reward), end: hasLeft ? .terminated : nil)
  }

  package mutating func advance(action: Float) -> (reward: Double, hasLeft: Bool) {
    let wheelAngle = Double(action < -1 ? -1 : action > 1 ? 1 : action) * 0.5
    let (offset, heading) = (state.offset, state.heading)
    let curvature = curvature(at: state.distance)
    let (sine, cosine) = Elementary.sinCos(heading)
    let wheel = Elementary.sinCos(wheelAngle)
    let speed = 10 * cosine / (1 - curvature * offset)
    state.offset += 0.05 * (10 * sine)
    state.heading += 0.05 * (10 * (wheel.sin / wheel.cos) / 2.5 - curvature * speed)
    state.distance += 0.05 * speed
    let turned = (wheelAngle - state.wheelAngle) / 0.5
    state.wheelAngle = wheelAngle
    if abs(state.offset) > 2 || abs(state.heading) > Double.pi / 2 { return (-10, true) }
    let aside = state.offset / 2
    let reward =
      1 - aside * aside - 0.1 * (state.heading * state.heading) - 0.02 * (turned * turned)
    return (reward, false)
  }

  /// Of the lane at a distance along it, 1/m.
  func curvature(at distance: Double) -> Double {
    0.03 * Elementary.sin(2 * Double.pi * distance / 60 + state.phases.x)
      + 0.015 * Elementary.sin(2 * Double.pi * distance / 23 + state.phases.y)
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(state.offset / 2)
    observation[1] = Float(state.heading)
    observation[2] = Float(state.wheelAngle / 0.5)
    observation[3] = Float(20 * curvature(at: state.distance))
    observation[4] = Float(20 * curvature(at: state.distance + 5))
    observation[5] = Float(20 * curvature(at: state.distance + 10))
  }
}
