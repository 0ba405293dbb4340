import Cluster
import Foundation
import Learning
import Policies
import RL
import Testing
import TroupeCommands

/// A policy that other programs run on the same observations.
struct ExportedCase: CustomStringConvertible, Sendable {
  let name: String
  let observationSize: Int
  let space: ActionSpace
  let configuration: PolicyConfiguration
  var normalizes = false

  var description: String { name }

  static let all = [
    ExportedCase(
      name: "categorical-tanh", observationSize: 4, space: .discrete(count: 2),
      configuration: PolicyConfiguration(hidden: [16], initialization: .pytorch)),
    ExportedCase(
      name: "categorical-relu", observationSize: 7, space: .discrete(count: 5),
      configuration: PolicyConfiguration(
        hidden: [64, 128], activation: .relu, initialization: .pytorch)),
    ExportedCase(
      name: "gaussian-tanh", observationSize: 3, space: .box(low: [-2, -1], high: [2, 1]),
      configuration: PolicyConfiguration(
        hidden: [64, 64], initialization: .pytorch, initialLogDeviation: -0.5)),
    ExportedCase(
      name: "multi-discrete-tanh", observationSize: 6, space: .multiDiscrete(counts: [3, 2, 4]),
      configuration: PolicyConfiguration(hidden: [32], initialization: .pytorch)),
    ExportedCase(
      name: "multi-binary-relu", observationSize: 5, space: .multiBinary(count: 3),
      configuration: PolicyConfiguration(
        hidden: [32], activation: .relu, initialization: .pytorch)),
    ExportedCase(
      name: "normalized-tanh", observationSize: 8, space: .discrete(count: 3),
      configuration: PolicyConfiguration(hidden: [64, 64], initialization: .pytorch),
      normalizes: true),
    ExportedCase(
      name: "linear", observationSize: 4, space: .discrete(count: 2),
      configuration: PolicyConfiguration(hidden: [], initialization: .pytorch)),
  ]

  var policy: RecordedPolicy {
    let network = MLPPolicy(
      observationSize: observationSize, actionSpace: space, configuration: configuration)
    return RecordedPolicy(
      policy: network, parameters: network.initialParameters(seed: 11),
      normalization: normalizes
        ? ObservationNormalization(
          means: (0..<observationSize).map { Float($0) - 3.25 },
          inverseDeviations: (0..<observationSize).map { 0.1 * Float($0 * $0 + 1) }) : nil,
      environment: name)
  }

  /// Never played.
  var specification: EnvironmentSpecification {
    EnvironmentSpecification(
      name: name, observationSize: observationSize, actionSpace: space, stepLimit: 1,
      rewardThreshold: nil, isReproducible: true, stepsElsewhere: false, makeGroups: { _, _ in [] })
  }

  /// Numbers from −3 to 3; where they are normalised, beyond what is clipped too.
  func observations(_ count: Int) -> [[Float]] {
    (0..<count).map { slot in
      (0..<observationSize).map { entry in
        var stream = RandomStream(
          seed: 5, version: .initial, slot: slot, kind: .training, purpose: .reset, step: entry)
        return stream.uniform() * 6 - 3
      }
    }
  }
}

private let exportPython = ProcessInfo.processInfo.environment["TROUPE_EXPORT_PYTHON"]

/// The real torch, safetensors and onnxruntime, with the Python that `TROUPE_EXPORT_PYTHON` names: part of
/// `make interop-export`.
@Suite(.enabled(if: exportPython != nil)) struct ExportInteropTests {
  private static func bytes(_ rows: [[Float]]) -> [UInt8] {
    rows.joined().flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  @Test(arguments: ExportedCase.all)
  func `torch and onnxruntime compute the same numbers, and torch's file is imported bit for bit`(
    exported: ExportedCase
  ) throws {
    let place = try Workplace()
    let (policy, observations) = (exported.policy, exported.observations(1_000))
    let outputs = policy.policy.outputs(
      at: observations, parameters: policy.parameters, normalization: policy.normalization)
    for (name, bytes) in [
      ("model.safetensors", policy.safetensors), ("policy.onnx", policy.onnx),
      ("snippet.py", Array(PolicySnippet(policy).text.utf8)),
      ("observations.f32", Self.bytes(observations)), ("outputs.f32", Self.bytes(outputs)),
    ] {
      try AtomicFile.write(bytes, to: "\(place.path)/\(name)")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(exportPython))
    process.arguments = [
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Interop/exported_policy.py").path, place.path, exported.name,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)

    // What torch loaded and saved again, without a word about what it is.
    let run = try RunConfiguration(
      environment: exported.name, seed: 1, policy: exported.configuration,
      learner: LearnerConfiguration(),
      wrappers: EnvironmentWrappers(normalizesObservations: exported.normalizes))
    let resaved = try PolicyImport(path: "\(place.path)/resaved.safetensors")
    #expect(resaved.environment == nil)
    let imported = try resaved.policy(for: run, environment: exported.specification)
    #expect(imported.safetensors == policy.safetensors)
  }
}
