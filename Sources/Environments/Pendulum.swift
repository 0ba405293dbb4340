internal import CEnvironments
internal import Kernels
public import RL

/// Pendulum-v1: swing a pendulum up with too weak a motor, and keep it there.
///
/// State in double precision; the torque's part of the reward in single, as NumPy promotes it.
/// Observation: cosine and sine of the angle from upright, angular velocity. Never terminates.
///
/// Source: Gymnasium 1.4 `Pendulum-v1`.
public struct Pendulum: Environment {
  public typealias Action = Float

  public static let name = "pendulum"
  public static var description: EnvironmentDescription {
    EnvironmentDescription(
      summary: "swing a pendulum up and keep it there", specification: "Gymnasium 1.4, Pendulum-v1",
      // π² + 0.1 × 8² + 0.001 × 2²
      rewardRange: -16.2736045...0,
      observationNames: ["cosine of the angle", "sine of the angle", "angular velocity (rad/s)"],
      actionNames: ["torque (N m)"])
  }

  /// Radians from upright, of any magnitude.
  package var angle = 0.0
  package var angularVelocity = 0.0

  public init() {}

  public var observationSize: Int { 3 }
  public var actionSpace: ActionSpace { .box(low: [-2], high: [2]) }
  public var stepLimit: Int { 200 }

  public mutating func reset(
    using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) {
    angle = random.uniform(from: -Double.pi, to: Double.pi)
    angularVelocity = random.uniform(from: -1, to: 1)
    observe(into: &observation)
  }

  public mutating func step(
    _ action: Float, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    let reward = advance(action: action)
    observe(into: &observation)
    return StepResult(reward: Float(reward))
  }

  /// Applies a torque, clipped to ±2, and returns the reward: of the state before.
  package mutating func advance(action: Float) -> Double {
    let torque = action < -2 ? -2 : action > 2 ? 2 : action
    let fromUpright = Self.normalized(angle)
    let cost =
      fromUpright * fromUpright + 0.1 * (angularVelocity * angularVelocity)
      + Double(Float(0.001) * (torque * torque))
    let gravityTerm = 15 * Elementary.sin(angle)  // 3 g / (2 l)
    let velocity = angularVelocity + (gravityTerm + Double(3 * torque)) * 0.05
    angularVelocity = velocity < -8 ? -8 : velocity > 8 ? 8 : velocity
    angle += angularVelocity * 0.05
    return -cost
  }

  /// The angle in −π..<π: ((angle + π) mod 2π) − π.
  private static func normalized(_ angle: Double) -> Double {
    // The remainder is exact, so that no library can give other bits.
    let remainder = (angle + Double.pi).truncatingRemainder(dividingBy: 2 * Double.pi)
    return (remainder < 0 ? remainder + 2 * Double.pi : remainder) - Double.pi
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    let (sine, cosine) = Elementary.sinCos(angle)
    observation[0] = Float(cosine)
    observation[1] = Float(sine)
    observation[2] = Float(angularVelocity)
  }

  public static func makeLanes(laneCount: Int) -> PendulumLanes {
    PendulumLanes(laneCount: laneCount)
  }
}

/// Pendulum on many lanes, stepped by a C loop that is compiled for each instruction set.
public struct PendulumLanes: EnvironmentLanes {
  private var angle: [Double]
  private var angularVelocity: [Double]
  public var observationSize: Int { 3 }

  init(laneCount: Int) {
    angle = Array(repeating: 0, count: (laneCount + 7) / 8 * 8)
    angularVelocity = angle
  }

  public mutating func reset(
    lane: Int, using random: inout RandomStream, observations: inout MutableSpan<Float>, stride: Int
  ) {
    var pendulum = Pendulum()
    var values = InlineArray<3, Float>(repeating: 0)
    var observation = values.mutableSpan
    pendulum.reset(using: &random, observation: &observation)
    for index in 0..<3 { observations[index * stride + lane] = observation[index] }
    angle[lane] = pendulum.angle
    angularVelocity[lane] = pendulum.angularVelocity
  }

  public mutating func step(
    laneCount: Int, actions: Span<Float>, streams: borrowing LaneStreams,
    observations: inout MutableSpan<Float>, stride: Int, rewards: inout MutableSpan<Float>,
    ends: inout MutableSpan<UInt8>
  ) {
    // Lanes beyond laneCount within the last eight are stepped along and never read.
    let padded = (laneCount + 7) / 8 * 8
    precondition(
      padded <= angle.count && padded <= actions.count && padded <= rewards.count
        && padded <= stride && observations.count >= 3 * stride,
      "every row has room for the lanes rounded up to a multiple of 8")
    // SAFETY: the loop touches `padded` entries of each array and of three rows `stride` apart, which
    // the precondition established; the arrays are distinct.
    unsafe actions.withUnsafeBufferPointer { actions in
      unsafe observations.withUnsafeMutableBufferPointer { observations in
        unsafe rewards.withUnsafeMutableBufferPointer { rewards in
          unsafe troupe_pendulum_step(
            &angle, &angularVelocity, actions.baseAddress, laneCount, observations.baseAddress,
            stride, rewards.baseAddress)
        }
      }
    }
    for lane in 0..<laneCount { ends[lane] = 0 }
  }

  public mutating func move(lane source: Int, to destination: Int) {
    angle[destination] = angle[source]
    angularVelocity[destination] = angularVelocity[source]
  }
}
