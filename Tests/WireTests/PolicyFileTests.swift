import RL
import Testing
import Wire

@Suite struct PolicyFileTests {
  static let layout = [
    ParameterTensor(name: "0.weight", shape: [2, 3], offset: 0),
    ParameterTensor(name: "0.bias", shape: [2], offset: 6),
    ParameterTensor(name: "2.weight", shape: [2, 2], offset: 8),
    ParameterTensor(name: "2.bias", shape: [2], offset: 12),
  ]
  static let architecture = PolicyArchitecture(
    environment: "cartpole", hidden: [2], activation: .tanh, observationSize: 3,
    actionSpace: .discrete(count: 2))
  static let parameters = (0..<14).map { Float($0) / 7 }

  @Test func `a policy is read back`() throws {
    let file = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters)
    let decoded = try PolicyFile(decoding: file.encode())
    #expect(decoded.architecture == Self.architecture)
    #expect(try decoded.parameters(layout: Self.layout) == Self.parameters)
  }

  @Test func `how a policy sees observations is read back, and is part of the file`() throws {
    let normalization = ObservationNormalization(
      means: [0.5, -3, 7], inverseDeviations: [1, 0.1, 100])
    let plain = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters)
    #expect(try PolicyFile(decoding: plain.encode()).normalization(observationSize: 3) == nil)
    let file = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters,
      normalization: normalization)
    #expect(file.encode() != plain.encode())
    let decoded = try PolicyFile(decoding: file.encode())
    #expect(try decoded.normalization(observationSize: 3) == normalization)
    #expect(try decoded.parameters(layout: Self.layout) == Self.parameters)
    #expect(throws: WireError.self) { try decoded.normalization(observationSize: 4) }
  }

  @Test(arguments: [[], [1], [64, 64], [65_536, 1, 7]])
  func `any hidden layers are read back`(hidden: [Int]) throws {
    let architecture = PolicyArchitecture(
      environment: "x", hidden: hidden, activation: .relu, observationSize: 1,
      actionSpace: .discrete(count: 5))
    let file = PolicyFile(architecture: architecture, layout: [], parameters: [])
    #expect(try PolicyFile(decoding: file.encode()).architecture == architecture)
  }

  @Test(
    arguments: [
      .discrete(count: 1 << 24), .multiDiscrete(counts: [3, 1, 70_000]), .multiBinary(count: 17),
      .box(low: [-0.1, -.infinity], high: [0.3, 1e-20]),
    ] as [ActionSpace])
  func `any action space is read back`(space: ActionSpace) throws {
    let architecture = PolicyArchitecture(
      environment: "x", hidden: [], activation: .relu, observationSize: 1, actionSpace: space)
    let file = PolicyFile(architecture: architecture, layout: [], parameters: [])
    #expect(try PolicyFile(decoding: file.encode()).architecture == architecture)
  }

  @Test(
    arguments: [
      .box(low: [1], high: [1]), .box(low: [0, 0], high: [1]), .box(low: [.nan], high: [1]),
      .multiDiscrete(counts: [3, 0]), .multiDiscrete(counts: []), .multiBinary(count: 0),
    ] as [ActionSpace])
  func `a space that offers no choice is refused`(space: ActionSpace) throws {
    let architecture = PolicyArchitecture(
      environment: "x", hidden: [], activation: .relu, observationSize: 1, actionSpace: space)
    let bytes = PolicyFile(architecture: architecture, layout: [], parameters: []).encode()
    #expect(throws: WireError.self) { try PolicyFile(decoding: bytes) }
  }

  @Test func `a policy of another shape is refused by the tensor's name`() throws {
    let file = try PolicyFile(
      decoding: PolicyFile(
        architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters
      ).encode())
    var other = Self.layout
    other[1] = ParameterTensor(name: "0.bias", shape: [2, 1], offset: 6)
    #expect(throws: WireError.self) { try file.parameters(layout: other) }
    #expect(throws: WireError.self) { try file.parameters(layout: Array(Self.layout[..<3])) }
    other = Self.layout + [ParameterTensor(name: "4.bias", shape: [1], offset: 14)]
    #expect(throws: WireError.missing(field: "tensor 4.bias")) {
      try file.parameters(layout: other)
    }
    var broken = Self.parameters
    broken[6] = .nan
    let nan = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: broken)
    #expect(throws: WireError.self) { try nan.parameters(layout: Self.layout) }
  }

  @Test func `a checkpoint is not a policy`() {
    var values = RandomValues(seed: 31)
    #expect(throws: WireError.self) { try PolicyFile(decoding: values.checkpoint().encode()) }
  }
}
