import RL
import Testing
import Wire

/// The fields of a protobuf message, as far as an ONNX file has them.
private struct Fields {
  private(set) var numbers: [Int: [UInt64]] = [:]
  private(set) var contents: [Int: [[UInt8]]] = [:]

  init(_ bytes: [UInt8]) throws {
    var position = 0
    func varint() throws -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while true {
        try #require(position < bytes.count)
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        shift += 7
        if byte < 0x80 { return value }
      }
    }
    while position < bytes.count {
      let key = try varint()
      let field = Int(key >> 3)
      switch key & 7 {
      case 0: numbers[field, default: []].append(try varint())
      case 2:
        let count = Int(try varint())
        try #require(position + count <= bytes.count)
        contents[field, default: []].append(Array(bytes[position..<position + count]))
        position += count
      default: Issue.record("wire type \(key & 7)")
      }
    }
  }

  func texts(_ field: Int) -> [String] {
    (contents[field] ?? []).map { String(decoding: $0, as: UTF8.self) }
  }

  func messages(_ field: Int) throws -> [Fields] { try (contents[field] ?? []).map(Fields.init) }
}

@Suite struct ONNXPolicyTests {
  private static func graph(_ bytes: [UInt8]) throws -> Fields {
    let model = try Fields(bytes)
    #expect(model.numbers[1] == [8])
    let operators = try #require(try model.messages(8).first)
    #expect(operators.numbers[2] == [UInt64(ONNXPolicy.opset)])
    return try #require(try model.messages(7).first)
  }

  @Test func `a network is a chain of Gemm and activation over its parameters`() throws {
    let bytes = ONNXPolicy(
      architecture: PolicyFileTests.architecture, layout: PolicyFileTests.layout,
      parameters: PolicyFileTests.parameters, normalization: nil
    ).encode()
    let graph = try Self.graph(bytes)
    let nodes = try graph.messages(1)
    #expect(nodes.flatMap { $0.texts(4) } == ["Gemm", "Tanh", "Gemm"])
    #expect(nodes[0].texts(1) == ["observation", "0.weight", "0.bias"])
    #expect(nodes[1].texts(1) == nodes[0].texts(2))
    #expect(nodes[2].texts(1) == nodes[1].texts(2) + ["2.weight", "2.bias"])
    #expect(nodes[2].texts(2) == ["logits"])
    for node in nodes where node.texts(4) == ["Gemm"] {
      // PyTorch's weights are [outputs, inputs].
      let attribute = try #require(try node.messages(5).first)
      #expect(attribute.texts(1) == ["transB"] && attribute.numbers[3] == [1])
    }
    let tensors = try graph.messages(5)
    #expect(tensors.flatMap { $0.texts(8) } == PolicyFileTests.layout.map(\.name))
    #expect(tensors.map { $0.numbers[1] ?? [] } == [[2, 3], [2], [2, 2], [2]])
    let raw = tensors.flatMap { $0.contents[9]?.first ?? [] }
    let expected = PolicyFileTests.parameters.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    #expect(raw == expected)
    #expect(try graph.messages(11).flatMap { $0.texts(1) } == ["observation"])
    #expect(try graph.messages(12).flatMap { $0.texts(1) } == ["logits"])
    #expect(try graph.messages(11).map(Self.shape) == [[nil, 3]])
    #expect(try graph.messages(12).map(Self.shape) == [[nil, 2]])
  }

  /// Sizes of a ValueInfoProto's dimensions; nil for a name.
  private static func shape(_ value: Fields) throws -> [UInt64?] {
    let tensor = try #require(try value.messages(2).first?.messages(1).first)
    return try #require(try tensor.messages(2).first).messages(1).map { $0.numbers[1]?.first }
  }

  private static func floats(_ tensor: Fields) -> [Float] {
    let bytes = tensor.contents[9]?.first ?? []
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(
        bitPattern: bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
  }

  @Test func `normaliser, ReLU and the deviations of a box are part of the graph`() throws {
    let layout = PolicyFileTests.layout + [ParameterTensor(name: "log_std", shape: [2], offset: 14)]
    let bytes = ONNXPolicy(
      architecture: PolicyArchitecture(
        environment: "x", hidden: [2], activation: .relu, observationSize: 3,
        actionSpace: .box(low: [-1, -1], high: [1, 1])),
      layout: layout, parameters: PolicyFileTests.parameters + [0.5, 0.25],
      normalization: ObservationNormalization(means: [1, 2, 3], inverseDeviations: [4, 5, 6])
    ).encode()
    let graph = try Self.graph(bytes)
    #expect(
      try graph.messages(1).flatMap { $0.texts(4) }
        == ["Sub", "Mul", "Clip", "Gemm", "Relu", "Gemm", "Identity"])
    #expect(try graph.messages(12).flatMap { $0.texts(1) } == ["mean", "log_std"])
    let names = try graph.messages(5).flatMap { $0.texts(8) }
    #expect(try graph.messages(12).map(Self.shape) == [[nil, 2], [2]])
    let values = try graph.messages(5).suffix(4).map(Self.floats)
    let limit = ObservationNormalization.limit
    #expect(values == [[1, 2, 3], [4, 5, 6], [-limit], [limit]])
    // Each input of a node is the graph's, another node's, or a tensor.
    let made = try graph.messages(1).flatMap { $0.texts(2) }
    for input in try graph.messages(1).flatMap({ $0.texts(1) }) {
      #expect(([("observation")] + names + made).contains(input), "\(input)")
    }
    #expect(Set(names).intersection(made).isEmpty)
  }
}
