import Cluster
import Kernels
import RL
import Synchronization
import Testing
import Wire

@Suite struct CheckpointWriterTests {
  /// What a version leaves on disk: its number is its only parameter.
  private func saved(
    _ version: UInt32, best: UInt32? = nil, isEvaluationDue: Bool = false
  ) -> SavedVersion {
    let parameters = [Float(version)]
    let checkpoint = Checkpoint(
      run: RunID(Digest128(high: 1, low: 2)), version: PolicyVersion(version),
      configurationDigest: Digest128(high: 3, low: 4),
      numericsDigest: Digest128(high: 5, low: 6), parameters: parameters, moments: [:],
      episodeCount: 0, stepCount: 0,
      bestEvaluation: best.map {
        Checkpoint.BestEvaluation(version: PolicyVersion($0), meanReturn: 1)
      })
    let policy = PolicyFile(
      architecture: PolicyArchitecture(
        environment: "cartpole", hidden: [], activation: .tanh, observationSize: 1,
        actionSpace: .discrete(count: 1)),
      layout: [ParameterTensor(name: "0.bias", shape: [1], offset: 0)], parameters: parameters)
    return SavedVersion(
      checkpoint: checkpoint, policy: policy, isEvaluationDue: isEvaluationDue)
  }

  private func writer(_ place: TemporaryDirectory) throws -> CheckpointWriter {
    CheckpointWriter(
      try CheckpointStore(directory: "\(place.path)/checkpoints", kept: 2),
      policyPath: "\(place.path)/policy.safetensors")
  }

  private func versions(_ place: TemporaryDirectory) throws -> [UInt32] {
    try CheckpointStore.versions(in: "\(place.path)/checkpoints").map(\.rawValue)
  }

  @Test("versions are written one after the other, and all are there when it is finished")
  func order() throws {
    let place = try TemporaryDirectory()
    let writer = try writer(place)
    for version in UInt32(1)...20 {
      writer.begin(saved(version, best: version < 7 ? nil : 7)) { error in
        Issue.record("\(error)")
      }
    }
    writer.finish()
    #expect(try versions(place) == [7, 19, 20])
    #expect(writer.newestVersion == PolicyVersion(20))
    let policy = try OpenFile.readAll("\(place.path)/policy.safetensors", limit: 1 << 20)
    #expect(policy == saved(20).policy.encode())
  }

  @Test("a version that cannot be written is told of, and the next one is written")
  func failure() throws {
    let place = try TemporaryDirectory()
    let writer = try writer(place)
    writer.begin(saved(1)) { error in Issue.record("\(error)") }
    writer.finish()
    // What is to be removed before a checkpoint can be written under this name.
    let obstacle = "\(place.path)/checkpoints/00000002.safetensors.tmp"
    try OpenFile.makeDirectories(obstacle)
    let failures = Mutex<[String]>([])
    writer.begin(saved(2)) { error in failures.withLock { $0.append("\(error)") } }
    writer.begin(saved(3)) { error in failures.withLock { $0.append("\(error)") } }
    writer.finish()
    let told = failures.withLock { $0 }
    #expect(told.count == 1 && told.first?.contains("00000002.safetensors") == true, "\(told)")
    #expect(try versions(place) == [1, 3])
    #expect(writer.newestVersion == PolicyVersion(3))
  }

  @Test("a version whose evaluation is due is to be written once more")
  func evaluationIsDue() throws {
    let place = try TemporaryDirectory()
    let writer = try writer(place)
    writer.begin(saved(5, isEvaluationDue: true)) { error in Issue.record("\(error)") }
    writer.finish()
    #expect(writer.newestVersion == nil)
    writer.begin(saved(5, best: 5)) { error in Issue.record("\(error)") }
    writer.finish()
    #expect(writer.newestVersion == PolicyVersion(5))
    #expect(try versions(place) == [5])
  }
}
