internal import Kernels
public import RL

/// Acrobot-v1: swing the tip of a two-link arm above a line by a motor in its middle joint.
///
/// Dynamics of Sutton and Barto's book, one Runge-Kutta step of 0.2 s, in double precision; reward −1
/// for each step but the last. Observation: cosine and sine of both angles, both angular velocities.
///
/// Source: Sutton 1996, as in Gymnasium 1.4 `Acrobot-v1`.
public struct Acrobot: Environment {
  public static let name = "acrobot"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "swing the tip of a two-link arm above a line",
      specification: "Gymnasium 1.4, Acrobot-v1", rewardRange: -1...0,
      observationNames: [
        "cosine of the first angle", "sine of the first angle", "cosine of the second angle",
        "sine of the second angle", "first angular velocity (rad/s)",
        "second angular velocity (rad/s)",
      ],
      actionNames: ["torque -1 N m", "no torque", "torque +1 N m"])
  }

  /// Both angles (the first from hanging down, the second relative to the first) and velocities.
  package var physicalState = SIMD4<Double>()

  public init() {}

  public var observationSize: Int { 6 }
  public var actionSpace: ActionSpace { .discrete(count: 3) }
  public var stepLimit: Int { 500 }
  public var rewardThreshold: Double? { -100 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    for index in 0..<4 {
      physicalState[index] = Double(Float(random.uniform(from: -0.1, to: 0.1)))
    }
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    advance(torque: Double(action - 1))
    observe(into: &observation)
    let height =
      -Elementary.cos(physicalState[0]) - Elementary.cos(physicalState[1] + physicalState[0])
    let isAbove = height > 1
    return StepResult(reward: isAbove ? 0 : -1, end: isAbove ? .terminated : nil)
  }

  private mutating func advance(torque: Double) {
    let start = physicalState
    let (step, half) = (0.2, 0.2 / 2)
    let k1 = Self.derivative(start, torque: torque)
    let k2 = Self.derivative(start + half * k1, torque: torque)
    let k3 = Self.derivative(start + half * k2, torque: torque)
    let k4 = Self.derivative(start + step * k3, torque: torque)
    let end = start + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    physicalState = SIMD4(
      Self.wrapped(end[0]), Self.wrapped(end[1]), Self.clipped(end[2], 4 * Double.pi),
      Self.clipped(end[3], 9 * Double.pi))
  }

  /// Time derivatives. Both links: mass 1, length 1, centre of mass at 0.5, moment of inertia 1.
  private static func derivative(_ state: SIMD4<Double>, torque: Double) -> SIMD4<Double> {
    let (angle1, angle2, velocity1, velocity2) = (state[0], state[1], state[2], state[3])
    let gravity = 9.8
    let (sine2, cosine2) = Elementary.sinCos(angle2)
    let d1 = 0.25 + (1 + 0.25 + cosine2) + 2
    let d2 = 0.25 + 0.5 * cosine2 + 1
    let phi2 = 0.5 * gravity * Elementary.cos(angle1 + angle2 - Double.pi / 2)
    let phi1 =
      -0.5 * (velocity2 * velocity2) * sine2 - velocity2 * velocity1 * sine2
      + 1.5 * gravity * Elementary.cos(angle1 - Double.pi / 2) + phi2
    let acceleration2 =
      (torque + d2 / d1 * phi1 - 0.5 * (velocity1 * velocity1) * sine2 - phi2)
      / (0.25 + 1 - d2 * d2 / d1)
    let acceleration1 = -(d2 * acceleration2 + phi1) / d1
    return SIMD4(velocity1, velocity2, acceleration1, acceleration2)
  }

  private static func wrapped(_ angle: Double) -> Double {
    var angle = angle
    while angle > Double.pi { angle -= 2 * Double.pi }
    while angle < -Double.pi { angle += 2 * Double.pi }
    return angle
  }

  private static func clipped(_ velocity: Double, _ limit: Double) -> Double {
    min(max(velocity, -limit), limit)
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    let (sine1, cosine1) = Elementary.sinCos(physicalState[0])
    let (sine2, cosine2) = Elementary.sinCos(physicalState[1])
    observation[0] = Float(cosine1)
    observation[1] = Float(sine1)
    observation[2] = Float(cosine2)
    observation[3] = Float(sine2)
    observation[4] = Float(physicalState[2])
    observation[5] = Float(physicalState[3])
  }
}
