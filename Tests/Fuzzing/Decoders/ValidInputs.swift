import RL
import Wire

/// Valid inputs of every decoder, from one seed, and damage to them.
package struct ValidInputs {
  var values: RandomValues

  package init(seed: UInt64) { values = RandomValues(seed: seed) }

  /// `bytes` with a few random changes: bits flipped, bytes replaced, removed, repeated.
  package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] { values.mutated(bytes) }

  mutating func policyFile() -> [UInt8] {
    let (inputs, hidden, outputs) = (
      values.integer(1...3), values.integer(1...3), values.integer(2...3)
    )
    var layout: [ParameterTensor] = []
    var offset = 0
    for (name, shape) in [
      ("0.weight", [hidden, inputs]), ("0.bias", [hidden]), ("2.weight", [outputs, hidden]),
      ("2.bias", [outputs]),
    ] {
      layout.append(ParameterTensor(name: name, shape: shape, offset: offset))
      offset += shape.reduce(1, *)
    }
    let normalization =
      values.coin()
      ? ObservationNormalization(
        means: values.floats(inputs), inverseDeviations: values.floats(inputs)) : nil
    return PolicyFile(
      architecture: PolicyArchitecture(
        environment: values.text(), hidden: [hidden], activation: values.coin() ? .tanh : .relu,
        observationSize: inputs, actionSpace: .discrete(count: outputs)),
      layout: layout, parameters: values.floats(offset), normalization: normalization
    ).encode()
  }

  mutating func configuration() -> [UInt8] {
    let lines = [
      "environment: cartpole", "seed: \(values.random.next())", "hidden: [16, 8]  # two layers",
      "learning-rate: 0.01", "discount: 0.99", "bind: \"tcp://127.0.0.1:5555\"",
      "normalize-advantages: true", "updates: 100", "until-return: none", "entropy: 1e-3",
      "observation-scale:\n  - 0.5", "baseline: value", "episodes-per-update: 64",
      "keys: &keys /tmp/keys\nrun-dir: *keys",
    ]
    let chosen = lines.filter { _ in values.coin() }
    return Array((chosen.joined(separator: "\n") + "\n").utf8)
  }

  mutating func request() -> [UInt8] {
    let paths = ["/", "/metrics", "/api/updates?after=12", "/events?after=3&x=y", "/nowhere"]
    let path = paths[values.integer(0...paths.count - 1)]
    let hosts = ["localhost:8080", "127.0.0.1", "elsewhere.example"]
    let host = hosts[values.integer(0...hosts.count - 1)]
    let method = values.coin() ? "GET" : "HEAD"
    return Array("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nAccept: */*\r\n\r\n".utf8)
  }
}
