/// The nonlinearity between the layers of a network.
public enum Nonlinearity: String, Hashable, Sendable, CaseIterable {
  case tanh
  case relu
}

/// How the parameters of version 0 are drawn.
public enum Initialization: String, Hashable, Sendable, CaseIterable {
  /// Orthogonal weights of gain √2, those of the output layer of gain 0.01, and zero biases.
  case orthogonal
  /// PyTorch's default for linear layers: everything uniform in ±1/√inputs.
  case pytorch
}

/// The architecture of a multilayer perceptron apart from what the environment fixes.
public struct PolicyConfiguration: Hashable, Sendable {
  /// Units of each hidden layer; empty for a linear policy.
  public var hidden: [Int]
  public var activation: Nonlinearity
  public var initialization: Initialization
  /// log σ of version 0, for action spaces that are boxes.
  public var initialLogDeviation: Double

  public init(
    hidden: [Int] = [16], activation: Nonlinearity = .tanh,
    initialization: Initialization = .orthogonal, initialLogDeviation: Double = 0
  ) {
    self.hidden = hidden
    self.activation = activation
    self.initialization = initialization
    self.initialLogDeviation = initialLogDeviation
  }
}
