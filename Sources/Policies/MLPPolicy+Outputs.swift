package import RL

extension MLPPolicy {
  /// What the last layer gives for each observation, logits or means: what other programs that run the
  /// network are compared with.
  ///
  /// Shape: `observations` `[laneCount][observationSize]`, the result `[laneCount][outputs]`.
  package func outputs(
    at observations: [[Float]], parameters: [Float], normalization: ObservationNormalization? = nil
  ) -> [[Float]] {
    var workspace = makeWorkspace(laneCapacity: observations.count)
    let stride = MLPWorkspace.padded(observations.count)
    var columns = [Float](repeating: 0, count: observationSize * stride)
    for (lane, observation) in observations.enumerated() {
      for (row, value) in observation.enumerated() { columns[row * stride + lane] = value }
    }
    if let normalization {
      var view = columns.mutableSpan
      normalization.apply(to: &view, laneCount: observations.count, stride: stride)
    }
    return networkOutputs(
      at: columns.span, laneCount: observations.count, stride: stride,
      parameters: parameters.span, workspace: &workspace)
  }
}
