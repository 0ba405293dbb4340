package import RL

/// `policy.onnx`: the network as a graph, from observations as the environment gives them to logits or means.
///
/// Input: `observation`, float `[batch, observation size]`. Outputs: `logits`, float `[batch, choices]`,
/// one choice after the other; for a box `mean`, float `[batch, numbers]`, and `log_std`, float
/// `[numbers]`. What normalises observations is part of the graph.
///
/// Opset 17, IR version 8. Equal policies give equal bytes.
///
/// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3, whose field numbers these are.
package struct ONNXPolicy {
  package static let opset = 17
  private static let irVersion = 8

  private let architecture: PolicyArchitecture
  private let layout: [ParameterTensor]
  private let parameters: [Float]
  private let normalization: ObservationNormalization?

  /// - Precondition: `layout` is that of a perceptron of the architecture, and covers `parameters`.
  package init(
    architecture: PolicyArchitecture, layout: [ParameterTensor], parameters: [Float],
    normalization: ObservationNormalization?
  ) {
    self.architecture = architecture
    self.layout = layout
    self.parameters = parameters
    self.normalization = normalization
  }

  package func encode() -> [UInt8] {
    var model = ProtobufWriter()
    model.add(1, Self.irVersion)
    model.add(2, "troupe")
    model.add(7) { write(graph: &$0) }
    model.add(8) {
      $0.add(1, "")
      $0.add(2, Self.opset)
    }
    return model.bytes
  }

  private var isBox: Bool { if case .box = architecture.actionSpace { true } else { false } }

  // MARK: Graph

  private func write(graph: inout ProtobufWriter) {
    for node in nodes { graph.add(1) { node.write(to: &$0) } }
    graph.add(2, "policy")
    for tensor in initializers { graph.add(5) { tensor.write(to: &$0) } }
    graph.add(11) {
      Self.write(
        value: "observation", shape: [.name("batch"), .size(architecture.observationSize)], to: &$0)
    }
    let outputCount = layerNames.last.flatMap { name in
      layout.first { $0.name == "\(name).bias" }?.count
    }
    graph.add(12) {
      Self.write(
        value: isBox ? "mean" : "logits", shape: [.name("batch"), .size(outputCount ?? 0)], to: &$0)
    }
    if isBox {
      graph.add(12) {
        Self.write(value: "log_std", shape: [.size(architecture.actionSpace.actionSize)], to: &$0)
      }
    }
  }

  /// `0`, `2` and so on, as `nn.Sequential` numbers its linear layers.
  private var layerNames: [Substring] {
    layout.compactMap { $0.name.hasSuffix(".weight") ? $0.name.dropLast(".weight".count) : nil }
  }

  private var nodes: [Node] {
    var nodes: [Node] = []
    var value = "observation"
    if normalization != nil {
      nodes += [
        Node("Sub", [value, "observation_mean"], "centred"),
        Node("Mul", ["centred", "observation_inverse_std"], "scaled"),
        Node("Clip", ["scaled", "observation_low", "observation_high"], "normalized"),
      ]
      value = "normalized"
    }
    let activation =
      switch architecture.activation {
      case .tanh: "Tanh"
      case .relu: "Relu"
      }
    for (index, name) in layerNames.enumerated() {
      let isLast = index == layerNames.count - 1
      let output = isLast ? (isBox ? "mean" : "logits") : "linear_\(name)"
      // PyTorch's weights are [outputs, inputs].
      nodes.append(
        Node("Gemm", [value, "\(name).weight", "\(name).bias"], output, transposesWeights: true))
      if !isLast {
        value = "hidden_\(name)"
        nodes.append(Node(activation, [output], value))
      }
    }
    if isBox { nodes.append(Node("Identity", ["parameter_log_std"], "log_std")) }
    return nodes
  }

  private var initializers: [Tensor] {
    var tensors = layout.map { tensor in
      Tensor(
        name: tensor.name == "log_std" ? "parameter_log_std" : tensor.name, shape: tensor.shape,
        values: Array(parameters[tensor.offset..<tensor.offset + tensor.count]))
    }
    if let normalization {
      let size = normalization.observationSize
      let limit = ObservationNormalization.limit
      tensors += [
        Tensor(name: "observation_mean", shape: [size], values: normalization.means),
        Tensor(
          name: "observation_inverse_std", shape: [size], values: normalization.inverseDeviations),
        Tensor(name: "observation_low", shape: [], values: [-limit]),
        Tensor(name: "observation_high", shape: [], values: [limit]),
      ]
    }
    return tensors
  }

  private enum Dimension {
    case name(String)
    case size(Int)
  }

  /// ValueInfoProto of an array of floats.
  private static func write(
    value name: String, shape: [Dimension], to writer: inout ProtobufWriter
  ) {
    writer.add(1, name)
    writer.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, Tensor.floatType)
        tensor.add(2) { shapes in
          for dimension in shape {
            shapes.add(1) {
              switch dimension {
              case .size(let count): $0.add(1, count)
              case .name(let name): $0.add(2, name)
              }
            }
          }
        }
      }
    }
  }
}

/// NodeProto.
private struct Node {
  let operation: String
  let inputs: [String]
  let output: String
  let transposesWeights: Bool

  init(
    _ operation: String, _ inputs: [String], _ output: String, transposesWeights: Bool = false
  ) {
    self.operation = operation
    self.inputs = inputs
    self.output = output
    self.transposesWeights = transposesWeights
  }

  func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.add(1, input) }
    writer.add(2, output)
    writer.add(3, "\(operation)_\(output)")
    writer.add(4, operation)
    if transposesWeights {
      writer.add(5) {
        $0.add(1, "transB")
        $0.add(3, 1)
        $0.add(20, 2)  // AttributeProto.INT
      }
    }
  }
}

/// TensorProto of floats.
private struct Tensor {
  static let floatType = 1

  let name: String
  /// Row-major; empty for a single number.
  let shape: [Int]
  let values: [Float]

  func write(to writer: inout ProtobufWriter) {
    for size in shape { writer.add(1, size) }
    writer.add(2, Self.floatType)
    writer.add(8, name)
    var bytes: [UInt8] = []
    ArrayCoding.append(values, to: &bytes)
    writer.add(9, bytes)
  }
}
