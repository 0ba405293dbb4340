package import RL

/// The architecture of a policy and the environment it was trained for.
package struct PolicyArchitecture: Hashable, Sendable {
  package let environment: String
  package let hidden: [Int]
  package let activation: Nonlinearity
  package let observationSize: Int
  package let actionSpace: ActionSpace

  package init(
    environment: String, hidden: [Int], activation: Nonlinearity, observationSize: Int,
    actionSpace: ActionSpace
  ) {
    self.environment = environment
    self.hidden = hidden
    self.activation = activation
    self.observationSize = observationSize
    self.actionSpace = actionSpace
  }
}

/// `policy.safetensors`: parameters under the names and shapes of PyTorch, and the architecture.
///
/// Names neither run nor time, so that equal parameters give an equal file.
package struct PolicyFile: Equatable, Sendable {
  package let architecture: PolicyArchitecture
  private let content: SafeTensors

  private static let meansName = "observation_mean"
  private static let inverseDeviationsName = "observation_inverse_std"

  /// - Precondition: `layout` covers `parameters` exactly.
  package init(
    architecture: PolicyArchitecture, layout: [ParameterTensor], parameters: [Float],
    normalization: ObservationNormalization? = nil
  ) {
    precondition(
      layout.reduce(0) { $0 + $1.count } == parameters.count, "a layout of these parameters")
    self.architecture = architecture
    var tensors = layout.map { tensor in
      let values = Array(parameters[tensor.offset..<tensor.offset + tensor.count])
      return SafeTensors.Tensor(
        name: tensor.name, shape: tensor.shape, values: .float32(values))
    }
    var metadata = architecture.metadata
    if let normalization {
      metadata["observation_limit"] = "\(ObservationNormalization.limit)"
      for (name, values) in [
        (Self.meansName, normalization.means),
        (Self.inverseDeviationsName, normalization.inverseDeviations),
      ] {
        tensors.append(
          SafeTensors.Tensor(name: name, shape: [values.count], values: .float32(values)))
      }
    }
    content = SafeTensors(metadata: metadata, tensors: tensors)
  }

  /// How the policy sees observations: clamp((x − mean) × inverse deviation, ±`observation_limit`).
  ///
  /// Nil for as they are.
  ///
  /// - Throws: ``WireError`` unless the numbers are finite, one of each kind for an entry.
  package func normalization(
    observationSize: Int
  ) throws(WireError) -> ObservationNormalization? {
    let names = [Self.meansName, Self.inverseDeviationsName]
    if names.allSatisfy({ content.tensor(named: $0) == nil }) { return nil }
    let layout = names.enumerated().map {
      ParameterTensor(name: $1, shape: [observationSize], offset: $0 * observationSize)
    }
    let numbers = try values(of: layout)
    return ObservationNormalization(
      means: Array(numbers[..<observationSize]),
      inverseDeviations: Array(numbers[observationSize...]))
  }

  package func encode() -> [UInt8] { content.encode() }

  /// Reads any bytes into a file of a known architecture or an error. Where the file does not say what it
  /// is, as one that PyTorch wrote, it counts as of the architecture `assumed`.
  package init(decoding bytes: [UInt8], assuming assumed: PolicyArchitecture? = nil)
    throws(WireError)
  {
    content = try SafeTensors(decoding: bytes)
    if let assumed, !PolicyArchitecture.isStated(in: content.metadata) {
      architecture = assumed
    } else {
      architecture = try PolicyArchitecture(decoding: content.metadata)
    }
  }

  /// What a file says about itself without being told anything.
  package struct Statement: Equatable, Sendable {
    /// Nil where it does not say, as in a file that PyTorch wrote.
    package let architecture: PolicyArchitecture?
    package let normalizesObservations: Bool

    /// - Throws: ``WireError`` for bytes that are no safetensors file, or the file of something else.
    package init(decoding bytes: [UInt8]) throws(WireError) {
      let content = try SafeTensors(decoding: bytes)
      architecture =
        PolicyArchitecture.isStated(in: content.metadata)
        ? try PolicyArchitecture(decoding: content.metadata) : nil
      normalizesObservations = content.tensor(named: PolicyFile.meansName) != nil
    }
  }

  /// The flat parameters, in the order of `layout`: what the architecture makes of the file.
  ///
  /// - Throws: ``WireError`` naming the tensor unless the file holds exactly those of the layout, all
  ///   of them finite.
  package func parameters(layout: [ParameterTensor]) throws(WireError) -> [Float] {
    let others = [Self.meansName, Self.inverseDeviationsName]
    for tensor in content.tensors
    where !others.contains(tensor.name) && !layout.contains(where: { $0.name == tensor.name }) {
      throw .invalid(
        field: "tensor", found: tensor.name, allowed: "one of the policy's architecture")
    }
    return try values(of: layout)
  }

  private func values(of layout: [ParameterTensor]) throws(WireError) -> [Float] {
    // First every shape, so that the memory asked for is no more than the file's.
    var found: [[Float]] = []
    for tensor in layout {
      guard let stored = content.tensor(named: tensor.name) else {
        throw .missing(field: "tensor \(tensor.name)")
      }
      guard case .float32(let values) = stored.values, stored.shape == tensor.shape else {
        throw .invalid(
          field: "shape of \(tensor.name)",
          found: "\(stored.values.elementType.rawValue) \(stored.shape)",
          allowed: "F32 \(tensor.shape)")
      }
      guard allFinite(values) else {
        throw .invalid(
          field: "tensor \(tensor.name)", found: "not finite", allowed: "finite numbers")
      }
      found.append(values)
    }
    var parameters = [Float](repeating: 0, count: found.reduce(0) { $0 + $1.count })
    for (tensor, values) in zip(layout, found) {
      parameters.replaceSubrange(tensor.offset..<tensor.offset + values.count, with: values)
    }
    return parameters
  }
}

extension PolicyArchitecture {
  private static let format = "troupe-policy"

  fileprivate var metadata: [String: String] {
    var texts = [
      "format": Self.format, "format_version": "1", "environment": environment,
      "hidden": hidden.map(String.init).joined(separator: ","), "activation": activation.rawValue,
      "observation_size": "\(observationSize)",
    ]
    switch actionSpace {
    case .discrete(let count): texts["action_count"] = "\(count)"
    case .multiDiscrete(let counts): texts["action_counts"] = Self.list(counts)
    case .multiBinary(let count): texts["action_switches"] = "\(count)"
    case .box(let low, let high):
      texts["action_low"] = Self.list(low)
      texts["action_high"] = Self.list(high)
    }
    return texts
  }

  /// Whether a file says what it is; those of PyTorch say `pt` or nothing.
  fileprivate static func isStated(in metadata: [String: String]) -> Bool {
    ![nil, "pt"].contains(metadata["format"])
  }

  fileprivate init(decoding metadata: [String: String]) throws(WireError) {
    let texts = FileMetadata(metadata)
    try texts.require(format: Self.format, version: "1")
    environment = try texts.text("environment")
    var hidden: [Int] = []
    for units in try texts.text("hidden").split(separator: ",", omittingEmptySubsequences: false) {
      if units.isEmpty && metadata["hidden"] == "" { break }
      hidden.append(try texts.integer("hidden", from: units, in: 1...65_536))
    }
    guard hidden.count <= 16 else {
      throw .exceedsLimit(field: "hidden", limit: 16, found: UInt64(hidden.count))
    }
    self.hidden = hidden
    guard let activation = Nonlinearity(rawValue: try texts.text("activation")) else {
      throw .invalid(
        field: "activation", found: try texts.text("activation"),
        allowed: Nonlinearity.allCases.map(\.rawValue).joined(separator: " or "))
    }
    self.activation = activation
    observationSize = try texts.integer("observation_size", in: 1...1 << 24)
    actionSpace = try Self.actionSpace(texts, keys: metadata.keys)
    if let problem = actionSpace.problem {
      throw .invalid(field: "action space", found: problem, allowed: "something to choose from")
    }
  }

  /// One of the spaces, told by its key.
  private static func actionSpace(
    _ texts: FileMetadata, keys: Dictionary<String, String>.Keys
  ) throws(WireError) -> ActionSpace {
    if keys.contains("action_counts") {
      return .multiDiscrete(counts: try texts.integers("action_counts", in: 1...1 << 24))
    }
    if keys.contains("action_switches") {
      return .multiBinary(count: try texts.integer("action_switches", in: 1...1 << 24))
    }
    if keys.contains("action_low") {
      return .box(low: try texts.floats("action_low"), high: try texts.floats("action_high"))
    }
    return .discrete(count: try texts.integer("action_count", in: 1...1 << 24))
  }

  private static func list<T>(_ values: [T]) -> String {
    values.map { "\($0)" }.joined(separator: ",")
  }
}
