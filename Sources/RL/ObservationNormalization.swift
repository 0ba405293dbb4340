internal import Kernels

/// How the policy of one version sees an observation: x ↦ clamp((x − mean) × inverse deviation, ±10),
/// entry by entry, in single precision, no operation fused.
///
/// Part of what decides an action, so it travels with the parameters and the policy digest covers it.
/// Trajectories hold observations as they were before it: who has the policy can redo it bit for bit.
public struct ObservationNormalization: Hashable, Sendable {
  public let means: [Float]
  public let inverseDeviations: [Float]

  /// Magnitude that no normalised entry exceeds.
  public static var limit: Float { 10 }

  /// - Precondition: one mean and one inverse deviation for each entry, all finite.
  public init(means: [Float], inverseDeviations: [Float]) {
    precondition(means.count == inverseDeviations.count, "two numbers for each entry")
    self.means = means
    self.inverseDeviations = inverseDeviations
  }

  /// What version 0 sees before anything was measured: the observation itself, within the limit.
  public static func identity(observationSize: Int) -> ObservationNormalization {
    ObservationNormalization(
      means: Array(repeating: 0, count: observationSize),
      inverseDeviations: Array(repeating: 1, count: observationSize))
  }

  public var observationSize: Int { means.count }

  /// Normalises the columns `0..<laneCount`.
  ///
  /// Shape: `observations` `[observationSize][stride]`.
  package func apply(
    to observations: inout MutableSpan<Float>, laneCount: Int, stride: Int
  ) {
    Columns.normalize(
      &observations, means: means.span, inverseDeviations: inverseDeviations.span,
      limit: Self.limit, laneCount: laneCount, stride: stride)
  }

  /// The same from one matrix into another.
  package func apply(
    to observations: Span<Float>, laneCount: Int, stride: Int,
    into normalized: inout MutableSpan<Float>
  ) {
    Columns.normalize(
      observations, means: means.span, inverseDeviations: inverseDeviations.span,
      limit: Self.limit, laneCount: laneCount, stride: stride, into: &normalized)
  }
}
