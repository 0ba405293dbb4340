package enum Scatter {
  package static func columns(of source: Span<Float>, rows: Int, laneCount: Int, stride: Int, positions: Span<Int>, destinationStride: Int, into destination: inout MutableSpan<Float>) {}
}
package enum Reductions { package static func areFinite(_: Span<Float>) -> Bool { true }
 package static func sumOfSquares(_: Span<Float>) -> Double { 0 }
 package static func accumulate(_ other: Span<Float>, into sum: inout MutableSpan<Float>) {} }
public enum Elementary { public static func sinCos(_ x: SIMD8<Double>) -> (sin: SIMD8<Double>, cos: SIMD8<Double>) { (x,x) }
 public static func log(_ x: Float) -> Float { x }
 public static func sin(_ x: Float) -> Float { x }
 public static func cos(_ x: Float) -> Float { x } 
 public static func cos(_ x: Double) -> Double { x } }
package struct DenseShape: Sendable, Hashable { package let inputs: Int; package let outputs: Int
  package init(inputs: Int, outputs: Int) { self.inputs = inputs; self.outputs = outputs }
  package var parameterCount: Int { outputs * inputs + outputs } }
package enum Activation: Sendable { case none, tanh, relu }
package enum Dense {
  package static func forward(_ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, inputs: Int, outputs: Int) {}
  package static func backwardInputs(_ shape: DenseShape, parameters: Span<Float>, activation: Activation, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, outputGradients: Int, activations: Int, into inputGradients: Int) {}
  package static func accumulateParameterGradients(_ shape: DenseShape, laneCount: Int, stride: Int, matrices: Span<Float>, inputs: Int, outputGradients: Int, into gradient: inout MutableSpan<Float>) {}
}
package enum Categorical {
  package static func sample(count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int, words: Span<UInt32>, into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>) {}
  package static func mode(count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int, into actions: inout MutableSpan<Float>, logProbabilities: inout MutableSpan<Float>) {}
  package static func evaluate(count: Int, laneCount: Int, stride: Int, matrices: Span<Float>, logits: Int, actions: Span<Float>, into logProbabilities: inout MutableSpan<Float>, entropies: inout MutableSpan<Float>) {}
  package static func score(count: Int, laneCount: Int, stride: Int, matrices: inout MutableSpan<Float>, logits: Int, actions: Span<Float>, weights: Span<Float>, entropyWeight: Float, into logitGradients: Int) {}
}
package enum Scans { package static func discountedSuffixSums(of values: Span<Float>, scale: Float, discount: Float, into sums: inout MutableSpan<Float>) {} }
package enum VectorUpdates {
  package static func ascend(along gradient: Span<Float>, learningRate: Float, parameters: inout MutableSpan<Float>) {}
  package static func adam(gradient: Span<Float>, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, firstCorrection: Float, secondCorrection: Float, firstMoment: inout MutableSpan<Float>, secondMoment: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>) {}
  package static func rmsprop(gradient: Span<Float>, learningRate: Float, alpha: Float, epsilon: Float, meanSquare: inout MutableSpan<Float>, parameters: inout MutableSpan<Float>) {}
  package static func scale(_ values: inout MutableSpan<Float>, by factor: Float) {}
}
package enum FloatingPointMode { package static func establish() {} ; package static var isEstablished: Bool { true } }
