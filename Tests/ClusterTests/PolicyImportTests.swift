import Cluster
import Environments
import Learning
import Logging
import Policies
import RL
import Testing
import Wire

@Suite struct PolicyImportTests {
  private static let environment = EnvironmentSpecification(CartPole.self)

  private static func run(
    hidden: [Int] = [16], normalizes: Bool = false, baseline: Baseline = .leaveOneOutPerStep
  ) throws -> RunConfiguration {
    var learner = LearnerConfiguration()
    learner.baseline = baseline
    return try RunConfiguration(
      environment: "cartpole", seed: 3, policy: PolicyConfiguration(hidden: hidden),
      learner: learner, wrappers: EnvironmentWrappers(normalizesObservations: normalizes))
  }

  private static func role(_ run: RunConfiguration, _ path: String) -> LearnerRole {
    LearnerRole(
      run: run, goal: RunGoal(updates: 1, untilReturn: nil, evaluateEvery: nil),
      bind: "tcp://127.0.0.1:5555", runDirectory: path, resume: false, checkpointEvery: 1,
      checkpointsKept: 1, threads: 1)
  }

  /// A policy with parameters that no run with seed 3 begins with.
  private static func policy(_ run: RunConfiguration) throws -> RecordedPolicy {
    let network = MLPPolicy(
      observationSize: 4, actionSpace: .discrete(count: 2), configuration: run.policy)
    return RecordedPolicy(
      policy: network, parameters: network.initialParameters(seed: 77),
      normalization: run.wrappers.normalizesObservations
        ? ObservationNormalization(
          means: [0.1, -3e-5, 7, 0], inverseDeviations: [0.3, 9_999.5, 1e-3, 1]) : nil,
      environment: "cartpole")
  }

  @Test(arguments: [(false, Baseline.leaveOneOutPerStep), (true, .mean), (false, .value)])
  func `what is imported is what was exported, bit for bit`(
    normalizes: Bool, baseline: Baseline
  ) throws {
    let place = try TemporaryDirectory()
    let run = try Self.run(normalizes: normalizes, baseline: baseline)
    let exported = try Self.policy(run)
    try AtomicFile.write(exported.safetensors, to: "\(place.path)/model.safetensors")

    let file = try PolicyImport(path: "\(place.path)/model.safetensors")
    #expect(file.environment == "cartpole")
    #expect(file.hidden == [16])
    #expect(file.activation == .tanh)
    #expect(file.normalizesObservations == normalizes)
    let imported = try file.policy(for: run, environment: Self.environment)
    let path = "\(place.path)/run"
    let digest = try PolicyImport.begin(
      with: imported, role: Self.role(run, path), directory: RunDirectory(beginning: path),
      logger: Logger(label: "test"))
    let written = try OpenFile.readAll(RunDirectory.policyPath(in: path), limit: 1 << 20)
    #expect(written == exported.safetensors)
    #expect(digest == SHA256.hexDigest(of: written))

    // The learner that replays and resumes goes on from there.
    let learner = try RunReplay(
      runDirectory: path, run: run, environment: Self.environment, threads: 1
    ).learner(at: .initial, note: { _ in })
    #expect(learner.snapshot.version == .initial)
    #expect(learner.snapshot.parameters == exported.parameters)
    #expect(learner.snapshot.normalization == exported.normalization)
  }

  @Test func `what PyTorch wrote counts as the network that the run has`() throws {
    let place = try TemporaryDirectory()
    let run = try Self.run()
    let exported = try Self.policy(run)
    let tensors = try SafeTensors(decoding: exported.safetensors).tensors
    let path = "\(place.path)/torch.safetensors"
    try AtomicFile.write(
      SafeTensors(metadata: ["format": "pt"], tensors: tensors).encode(), to: path)
    let file = try PolicyImport(path: path)
    #expect(file.environment == nil)
    #expect(file.hidden == nil)
    #expect(
      try file.policy(for: run, environment: Self.environment).parameters == exported.parameters)
  }

  private static func refusal(
    _ bytes: [UInt8], _ run: RunConfiguration, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> RoleFailure {
    let place = try TemporaryDirectory()
    try AtomicFile.write(bytes, to: "\(place.path)/x")
    do {
      _ = try PolicyImport(path: "\(place.path)/x").policy(for: run, environment: environment)
    } catch {
      #expect(error.exitCode == .badData, sourceLocation: sourceLocation)
      return error
    }
    throw RoleFailure(.badData, "nothing was refused")
  }

  @Test func `another network, a missing tensor and broken bytes are named`() throws {
    let run = try Self.run()
    let bytes = try Self.policy(run).safetensors
    let wide = try Self.refusal(bytes, Self.run(hidden: [64, 64]))
    #expect("\(wide)".contains("hidden is 16, but must be 64,64, as the run has it"), "\(wide)")
    let normalized = try Self.refusal(bytes, Self.run(normalizes: true))
    #expect("\(normalized)".contains("normalize-observations is false"), "\(normalized)")

    let content = try SafeTensors(decoding: bytes)
    func changed(_ change: (SafeTensors.Tensor) -> SafeTensors.Tensor?) -> [UInt8] {
      SafeTensors(metadata: content.metadata, tensors: content.tensors.compactMap(change)).encode()
    }
    let missing = try Self.refusal(changed { $0.name == "2.bias" ? nil : $0 }, run)
    #expect("\(missing)".contains("tensor 2.bias is missing"), "\(missing)")
    let flat = try Self.refusal(
      changed {
        $0.name == "2.weight"
          ? SafeTensors.Tensor(name: $0.name, shape: [32], values: $0.values) : $0
      }, run)
    #expect("\(flat)".contains("shape of 2.weight is F32 [32], but must be F32 [2, 16]"), "\(flat)")
    let foreign = try Self.refusal(
      changed {
        $0.name == "2.bias"
          ? SafeTensors.Tensor(name: "actor.bias", shape: $0.shape, values: $0.values) : $0
      }, run)
    #expect("\(foreign)".contains("tensor is actor.bias"), "\(foreign)")
    for count in [0, 7, 8, 200, bytes.count - 1] {
      _ = try Self.refusal(Array(bytes[..<count]), run)
    }
    _ = try Self.refusal(Array("no safetensors at all".utf8), run)
  }

  @Test func `deviations that no run can have are refused`() throws {
    let run = try Self.run(normalizes: true)
    let policy = try Self.policy(run)
    let broken = RecordedPolicy(
      policy: policy.policy, parameters: policy.parameters,
      normalization: ObservationNormalization(
        means: [0, 0, 0, 0], inverseDeviations: [1, 1, 20_000, 1]), environment: "cartpole")
    let failure = try Self.refusal(broken.safetensors, run)
    #expect("\(failure)".contains("observation_inverse_std"), "\(failure)")
  }
}
