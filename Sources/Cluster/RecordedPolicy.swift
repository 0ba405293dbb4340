package import Learning
package import Policies
package import RL
internal import Wire

/// A policy of a run, as its directory keeps it or brings it back: network, parameters, and how it sees
/// observations.
package struct RecordedPolicy: Sendable {
  /// Of the environment within the run's wrappers.
  package let policy: MLPPolicy
  package let parameters: [Float]
  package let normalization: ObservationNormalization?
  /// Name of the environment it was trained for.
  package let environment: String
  /// Nil for the newest, whose file does not say.
  package let version: PolicyVersion?

  package init(
    policy: MLPPolicy, parameters: [Float], normalization: ObservationNormalization?,
    environment: String, version: PolicyVersion? = nil
  ) {
    self.policy = policy
    self.parameters = parameters
    self.normalization = normalization
    self.environment = environment
    self.version = version
  }

  /// Reads the newest one. Nothing is locked: the run may go on meanwhile.
  ///
  /// - Throws: exit 65 if there is none yet, if it cannot be read, or if it is of another environment or
  ///   architecture than the run's.
  package init(
    runDirectory: String, run: RunConfiguration, environment: EnvironmentSpecification
  ) throws(RoleFailure) {
    let path = RunDirectory.policyPath(in: runDirectory)
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try OpenFile.readAll(path, limit: PolicyImport.byteLimit)
    } catch {
      throw RoleFailure(
        .badData, "\(error); a run has a policy once its first checkpoint is written")
    }
    let environment = try wrappedEnvironment(environment, of: run)
    do throws(WireError) {
      self = try RecordedPolicy(PolicyFile(decoding: bytes), of: run, environment: environment)
    } catch {
      throw RoleFailure(.badData, "\(path) is not a policy of this run: \(error)")
    }
  }

  /// What the run `run` makes of a policy file. `environment` is within the run's wrappers.
  ///
  /// - Throws: ``WireError`` for one of another environment, architecture or way to see observations.
  init(
    _ file: PolicyFile, of run: RunConfiguration, environment: EnvironmentSpecification
  ) throws(WireError) {
    policy = MLPPolicy(environment: environment, configuration: run.policy)
    self.environment = run.environment
    try file.architecture.require(
      PolicyArchitecture(environment: run.environment, policy: policy))
    normalization = try file.normalization(observationSize: policy.observationSize)
    guard run.wrappers.normalizesObservations == (normalization != nil) else {
      throw .invalid(
        field: "normalize-observations", found: "\(normalization != nil)",
        allowed: "\(run.wrappers.normalizesObservations), as the run has it")
    }
    parameters = try file.parameters(layout: policy.parameterLayout)
    version = nil
  }

  private var architecture: PolicyArchitecture {
    PolicyArchitecture(environment: environment, policy: policy)
  }

  /// `model.safetensors`: the bytes of a run's `policy.safetensors`.
  package var safetensors: [UInt8] {
    PolicyFile(
      architecture: architecture, layout: policy.parameterLayout, parameters: parameters,
      normalization: normalization
    ).encode()
  }

  /// `policy.onnx`.
  package var onnx: [UInt8] {
    ONNXPolicy(
      architecture: architecture, layout: policy.parameterLayout, parameters: parameters,
      normalization: normalization
    ).encode()
  }
}

extension PolicyArchitecture {
  init(environment: String, policy: MLPPolicy) {
    self.init(
      environment: environment, hidden: policy.configuration.hidden,
      activation: policy.configuration.activation, observationSize: policy.observationSize,
      actionSpace: policy.actionSpace)
  }

  /// - Throws: the first difference from `other`, as ``WireError/invalid(field:found:allowed:)``.
  func require(_ other: PolicyArchitecture) throws(WireError) {
    func layers(_ sizes: [Int]) -> String {
      sizes.isEmpty ? "none" : sizes.map(String.init).joined(separator: ",")
    }
    let pairs = [
      ("environment", environment, other.environment),
      ("observation size", "\(observationSize)", "\(other.observationSize)"),
      ("action space", "\(actionSpace)", "\(other.actionSpace)"),
      ("hidden", layers(hidden), layers(other.hidden)),
      ("activation", activation.rawValue, other.activation.rawValue),
    ]
    for (field, found, allowed) in pairs where found != allowed {
      throw .invalid(field: field, found: found, allowed: "\(allowed), as the run has it")
    }
    guard actionSpace == other.actionSpace else {
      throw .invalid(
        field: "action space", found: "of other bounds", allowed: "\(other.actionSpace)")
    }
  }
}
