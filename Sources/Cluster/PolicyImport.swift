internal import Kernels
package import Learning
package import Logging
internal import Policies
package import RL
internal import Wire

/// A policy file from anywhere, on its way into a run of its own.
package struct PolicyImport: Sendable {
  package let path: String
  private let bytes: [UInt8]
  private let statement: PolicyFile.Statement

  /// Larger files are no policies.
  package static let byteLimit = 1 << 31
  /// As if so many steps had been measured: what the statistics of observations weigh against those of the
  /// rounds to come.
  private static let observationStepCount = 65_536.0

  /// Reads a safetensors file: data only, every size checked before it is believed.
  ///
  /// - Throws: exit 65 if it cannot be read, or is a safetensors file of something else.
  package init(path: String) throws(RoleFailure) {
    self.path = path
    do throws(FileError) {
      bytes = try OpenFile.readAll(path, limit: Self.byteLimit)
    } catch {
      throw RoleFailure(.badData, "\(error)")
    }
    do throws(WireError) {
      statement = try PolicyFile.Statement(decoding: bytes)
    } catch {
      throw RoleFailure(.badData, "\(path) is no policy: \(error)")
    }
  }

  /// What the file says of itself; nil where it says nothing, as one that PyTorch wrote.
  package var environment: String? { statement.architecture?.environment }
  package var hidden: [Int]? { statement.architecture?.hidden }
  package var activation: Nonlinearity? { statement.architecture?.activation }
  package var normalizesObservations: Bool { statement.normalizesObservations }

  /// The policy as one of a run.
  ///
  /// - Throws: exit 65, naming the first name, shape or number that does not fit.
  package func policy(
    for run: RunConfiguration, environment: EnvironmentSpecification
  ) throws(RoleFailure) -> RecordedPolicy {
    let environment = try wrappedEnvironment(environment, of: run)
    let expected = PolicyArchitecture(
      environment: run.environment,
      policy: MLPPolicy(environment: environment, configuration: run.policy))
    do throws(WireError) {
      let file = try PolicyFile(decoding: bytes, assuming: expected)
      let policy = try RecordedPolicy(file, of: run, environment: environment)
      if let normalization = policy.normalization,
        Self.statistics(of: normalization).normalization != normalization
      {
        throw .invalid(
          field: "tensor observation_inverse_std", found: "out of range",
          allowed: "above 0, up to 10000")
      }
      return policy
    } catch {
      throw RoleFailure(.badData, "\(path) does not fit the run: \(error)")
    }
  }

  /// Begins a run with `policy` as its version 0, and ends before the first update.
  ///
  /// - Returns: SHA-256 of the run's policy file.
  /// - Throws: exit 69 or 75 if nothing can be written.
  package static func begin(
    with policy: RecordedPolicy, role: LearnerRole, directory: consuming RunDirectory,
    logger: Logger
  ) throws(RoleFailure) -> String {
    try prepareArithmetic()
    let queue = WorkQueue(threadCount: 1)
    let fresh = Learner(
      policy: policy.policy, configuration: role.run.learner, seed: role.run.seed, queue: queue,
      valueFunction: MLPValueFunction(policy.policy, role.run),
      normalizesObservations: policy.normalization != nil)
    let statistics = policy.normalization.map(statistics(of:))
    let learner = Learner(
      policy: policy.policy, configuration: role.run.learner,
      snapshot: PolicySnapshot(
        version: .initial, parameters: policy.parameters,
        normalization: statistics?.normalization, perturbation: fresh.search?.perturbation),
      optimizer: fresh.optimizer, queue: queue, valueBaseline: fresh.valueBaseline,
      search: fresh.search, statistics: statistics)
    let store = try RunStore(
      directory: directory, role: role, policy: policy.policy, logger: logger)
    do throws(FileError) {
      try store.write(learner)
    } catch {
      throw error.roleFailure
    }
    return store.fingerprint(of: learner.snapshot)
  }

  private static func statistics(
    of normalization: ObservationNormalization
  ) -> ObservationStatistics {
    ObservationStatistics(normalization, stepCount: observationStepCount)
  }
}
