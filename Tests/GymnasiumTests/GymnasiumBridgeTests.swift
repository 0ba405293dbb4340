import Foundation
import Gymnasium
import Kernels
import Policies
import RL
import TestKit
import Testing

/// The bridge against Gymnasium itself. Each test starts Python processes of its own.
@Suite(
  .enabled(if: GymnasiumPython.path != nil, "no Python with gymnasium; make interop installs one"),
  .serialized)
struct GymnasiumBridgeTests {
  private static let seed: UInt64 = 7

  private static var hosting: GymnasiumHosting {
    // SAFETY: both strings are copied; the tests of the suite run one after the other.
    _ = unsafe setenv("PYTHONPATH", GymnasiumPython.folder, 1)
    var hosting = GymnasiumHosting()
    hosting.python = GymnasiumPython.path ?? ""
    return hosting
  }

  private func specification(
    _ identifier: String, _ arguments: [String] = [], imports: [String] = ["odd_environments"],
    hosting: GymnasiumHosting = hosting
  ) throws -> EnvironmentSpecification {
    try GymnasiumEnvironment(identifier: identifier, arguments: arguments, imports: imports)
      .specification(hosting, plays: true, warn: { _ in })
  }

  /// Plays the slots `0..<slotCount` with a fresh policy, as an actor does.
  private func play(
    _ environment: EnvironmentSpecification, slotCount: Int = 12, lanes: Int = 6
  ) throws -> TrajectoryBlock {
    FloatingPointMode.establish()
    var configuration = PolicyConfiguration()
    configuration.hidden = [8]
    let policy = MLPPolicy(
      observationSize: environment.observationSize, actionSpace: environment.actionSpace,
      configuration: configuration)
    var rollouts = Rollout.sharing(
      environment: environment, policy: policy, laneLimit: lanes, seed: Self.seed)
    var block = TrajectoryBlock(
      observationSize: environment.observationSize, actionSize: policy.actionSpace.actionSize)
    let snapshot = PolicySnapshot(
      version: .initial, parameters: policy.initialParameters(seed: Self.seed))
    for i in rollouts.indices {
      rollouts[i].begin(RoundID(version: .initial, kind: .training), snapshot: snapshot)
    }
    var (next, count) = (0, 0)
    while count < slotCount {
      for i in rollouts.indices {
        try rollouts[i].advance(
          takingTurns: true, while: { _ in true },
          nextSlot: {
            defer { next += 1 }
            return next < slotCount ? next : nil
          },
          finished: { _ in
            count += 1
            return true
          }, into: &block)
      }
    }
    return block
  }

  /// Everything of each episode, by slot.
  private func episodes(_ block: TrajectoryBlock) -> [Int: [Float]] {
    var result: [Int: [Float]] = [:]
    for (i, (header, offset)) in zip(block.headers, block.stepOffsets).enumerated() {
      let end = offset + header.stepCount
      let (o, a) = (block.observationSize, block.actionSize)
      result[header.slot] =
        [Float(header.end.rawValue)] + block.observations[offset * o..<end * o]
        + block.actions[offset * a..<end * a] + block.rewards[offset..<end]
        + block.finalObservations[i * o..<(i + 1) * o]
    }
    return result
  }

  private func resetSeed(slot: Int) -> UInt32 {
    var random = RandomStream(
      seed: Self.seed, version: .initial, slot: slot, kind: .training, purpose: .reset)
    return random.nextWord()
  }

  private struct DirectEpisode: Decodable {
    let observations: [[Float]]
    let rewards: [Float]
    let flags: [[Bool]]
  }

  @Test(arguments: ["CartPole-v1", "Pendulum-v1", "Acrobot-v1"])
  func `trajectories equal those of Gymnasium driven directly`(identifier: String) throws {
    let environment = try specification(identifier, imports: [])
    let block = try play(environment, slotCount: identifier == "CartPole-v1" ? 12 : 3)
    #expect(environment.isReproducible)
    let isBox = if case .box = environment.actionSpace { true } else { false }
    var requests: [String] = []
    for (header, offset) in zip(block.headers, block.stepOffsets) {
      let actions = block.actions[offset..<offset + header.stepCount].map {
        isBox ? "[\($0)]" : "\(Int($0))"
      }
      requests.append("[\(resetSeed(slot: header.slot)),[\(actions.joined(separator: ","))]]")
    }
    let output = try #require(
      GymnasiumPython.run(
        GymnasiumPython.path ?? "", [GymnasiumPython.folder + "/direct.py"],
        input: "[\"\(identifier)\",[\(requests.joined(separator: ","))]]"))
    let direct = try JSONDecoder().decode([DirectEpisode].self, from: output)
    let size = block.observationSize
    for (i, (header, offset)) in zip(block.headers, block.stepOffsets).enumerated() {
      let steps = header.stepCount
      for feature in 0..<size {
        let start = offset * size + feature * steps
        let row = Array(block.observations[start..<start + steps])
        #expect(row == direct[i].observations.dropLast().map { $0[feature] })
      }
      let last = direct[i].observations.last ?? []
      #expect(Array(block.finalObservations[i * size..<(i + 1) * size]) == last)
      #expect(Array(block.rewards[offset..<offset + steps]) == direct[i].rewards)
      #expect(direct[i].flags.dropLast().allSatisfy { $0 == [false, false] })
      #expect(direct[i].flags.last?[header.end == .terminated ? 0 : 1] == true)
    }
  }

  @Test func `lanes, vector APIs and autoreset modes change no trajectory`() throws {
    let expected = episodes(try play(try specification("CartPole-v1", imports: [])))
    #expect(expected.count == 12)
    let few = try play(try specification("CartPole-v1", imports: []), lanes: 1)
    #expect(episodes(few) == expected)
    for vectorization in [GymnasiumHosting.Vectorization.sync, .async] {
      for autoreset in GymnasiumHosting.Autoreset.allCases {
        var hosting = Self.hosting
        (hosting.vectorization, hosting.autoreset) = (vectorization, autoreset)
        let block = try play(
          try specification("CartPole-v1", imports: [], hosting: hosting), lanes: 4)
        #expect(episodes(block) == expected, "\(vectorization) \(autoreset)")
      }
    }
  }

  private struct RecordedVectors: Decodable {
    let mode: String
    let environments: Int
    let transitions: Int
    let ends: Int
    let differences: [String]
  }

  @Test func `recorded vectors are repeated in every autoreset mode`() throws {
    let bridge = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Gymnasium/bridge.py").standardized.path
    let recording = GoldenFolder.url.appending(path: "environments/vector_autoreset.jsonl.gz").path
    let output = try #require(
      GymnasiumPython.run(
        GymnasiumPython.path ?? "",
        [GymnasiumPython.folder + "/recorded_vectors.py", bridge, recording]))
    let runs = try JSONDecoder().decode([RecordedVectors].self, from: output)
    #expect(Set(runs.map(\.mode)) == ["NextStep", "SameStep", "Disabled"])
    for run in runs {
      #expect(run.differences.isEmpty, "\(run.mode)")
      #expect(run.ends >= run.environments, "each environment ends an episode at least")
      #expect(run.transitions > run.ends)
    }
  }

  @Test(arguments: ["crash", "exit"])
  func `a Python process that dies is replaced, and nothing changes`(fault: String) throws {
    let marker = NSTemporaryDirectory() + "troupe-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: marker) }
    let calm = try play(try specification("Misbehaving-v0", ["chance=0.3"]))
    let stormy = try play(
      try specification("Misbehaving-v0", ["chance=0.3", "fault=\(fault)", "once=\(marker)"]))
    #expect(FileManager.default.fileExists(atPath: marker), "it died")
    #expect(episodes(stormy) == episodes(calm))
  }

  @Test func `a Python process that hangs is replaced, and nothing changes`() throws {
    let marker = NSTemporaryDirectory() + "troupe-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: marker) }
    var hosting = Self.hosting
    hosting.patience = .seconds(5)
    let calm = try play(try specification("Misbehaving-v0"))
    let stormy = try play(
      try specification("Misbehaving-v0", ["fault=hang", "once=\(marker)"], hosting: hosting))
    #expect(FileManager.default.fileExists(atPath: marker), "it hung")
    #expect(episodes(stormy) == episodes(calm))
  }

  @Test func `an episode that always kills its process is named`() throws {
    let environment = try specification("Misbehaving-v0", ["fault=crash"])
    let fault = #expect(throws: RolloutFault.self) { try play(environment, slotCount: 1) }
    #expect(fault?.slot == 0)
    #expect(fault?.problem.contains("was killed by signal 9") == true)
    #expect(fault?.problem.contains("\(resetSeed(slot: 0))") == true)
  }

  @Test(arguments: [
    ("raise", "raised RuntimeError: out of cheese"),
    ("shape", "raised ValueError: the environment returned an observation of shape (3,)"),
  ])
  func `an exception arrives with traceback, slot and seed`(fault: String, text: String) throws {
    let environment = try specification("Misbehaving-v0", ["fault=\(fault)"])
    let thrown = #expect(throws: RolloutFault.self) { try play(environment, slotCount: 1) }
    let description = thrown?.description ?? ""
    #expect(description.contains("environment gymnasium:Misbehaving-v0?fault=\"\(fault)\""))
    #expect(description.contains(text))
    #expect(description.contains("slot 0"))
    #expect(description.contains("reset with seed \(resetSeed(slot: 0))"))
    if fault == "raise" {
      #expect(description.contains("Traceback"))
      #expect(description.contains("odd_environments.py"))
      #expect(thrown?.step == 4)
    }
  }

  @Test(arguments: ["nan", "nan-reward"])
  func `a number that is not finite is refused`(fault: String) throws {
    let environment = try specification("Misbehaving-v0", ["fault=\(fault)"])
    let thrown = #expect(throws: RolloutFault.self) { try play(environment, slotCount: 1) }
    #expect(thrown?.problem.contains("nan") == true)
    #expect(thrown?.slot == 0)
  }

  @Test(arguments: [
    ("discrete", 3, ActionSpace.discrete(count: 3)),
    ("box", 4, .box(low: [-2, -2, -2, -2], high: [2, 2, 2, 2])),
    ("box64", 2, .box(low: [-2, -2], high: [2, 2])),
    ("multi-discrete", 6, .multiDiscrete(counts: [2, 4])),
    ("multi-binary", 3, .multiBinary(count: 3)),
    ("dict", 4, .multiDiscrete(counts: [2, 2, 2])),
    ("tuple", 3, .box(low: [-1, 0, 0], high: [1, 3, 3])),
  ])
  func `every kind of space is played`(kind: String, size: Int, actions: ActionSpace) throws {
    let environment = try specification("Spaced-v0", ["observes=\(kind)", "acts=\(kind)"])
    #expect(environment.observationSize == size)
    #expect(environment.actionSpace == actions)
    let block = try play(environment, slotCount: 4)
    #expect(block.stepCount == 16)
    #expect(block.headers.allSatisfy { $0.end == .truncated })
  }

  @Test(arguments: [("image", 6), ("nested", 6)])
  func `images are scaled, nested spaces flattened`(kind: String, size: Int) throws {
    let environment = try specification("Spaced-v0", ["observes=\(kind)", "acts=discrete"])
    #expect(environment.observationSize == size)
    let block = try play(environment, slotCount: 4)
    #expect(block.observations.allSatisfy { (-1...1).contains($0) })
    #expect(block.observations.contains { $0 != $0.rounded() })
  }

  @Test(arguments: [
    (["observes=text", "acts=discrete"], "the observation space is a Text"),
    (["observes=graph", "acts=discrete"], "the observation space is a Graph"),
    (["observes=box", "acts=sequence"], "the action space is a Sequence"),
    (["observes=box", "acts=integers"], "the action space is a Box of int32"),
    (["observes=box", "acts=mixed"], "mixes boxes and choices"),
  ])
  func `other spaces are refused by name`(arguments: [String], text: String) {
    let error = #expect(throws: GymnasiumError.self) { try specification("Spaced-v0", arguments) }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test(.enabled(if: GymnasiumPython.hasMoviePy, "no moviepy; make interop installs it"))
  func `what an environment draws is recorded, and no trajectory changes`() throws {
    let folder = NSTemporaryDirectory() + "troupe-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var hosting = Self.hosting
    hosting.videoFolder = folder
    let recorded = try play(try specification("Drawn-v0", hosting: hosting), slotCount: 4, lanes: 2)
    let plain = try play(try specification("Drawn-v0"), slotCount: 4, lanes: 2)
    #expect(episodes(recorded) == episodes(plain))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    for slot in 0..<4 {
      let name = "seed-\(resetSeed(slot: slot))-episode-"
      let file = try #require(files.first { $0.hasPrefix(name) && $0.hasSuffix(".mp4") })
      let data = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
      #expect(data.dropFirst(4).starts(with: Data("ftyp".utf8)), "an MPEG-4 file")
    }
    hosting.vectorization = .sync
    let error = #expect(throws: GymnasiumError.self) {
      try specification("Drawn-v0", hosting: hosting)
    }
    #expect(error?.description.contains("--env-vector none") == true)
  }

  @Test func `what cannot be made is said in one sentence`() {
    let unknown = #expect(throws: GymnasiumError.self) { try specification("CartPoll-v1") }
    #expect(unknown?.description.contains("CartPole") == true)
    let endless = #expect(throws: GymnasiumError.self) { try specification("Endless-v0") }
    #expect(endless?.description.contains("--env-arg max_episode_steps=1000") == true)
    var hosting = Self.hosting
    hosting.python = "/nowhere/python"
    let missing = #expect(throws: GymnasiumError.self) {
      try specification("CartPole-v1", imports: [], hosting: hosting)
    }
    #expect(missing?.description.contains("cannot start /nowhere/python") == true)
  }
}

@Suite struct GymnasiumEnvironmentTests {
  @Test func `a name holds all that determines the environment`() throws {
    let environment = try GymnasiumEnvironment(
      identifier: "LunarLander-v3", arguments: ["wind=true", "gravity=-9.8", "note=a&b%"],
      imports: ["mypackage"])
    #expect(
      environment.name
        == "gymnasium:LunarLander-v3?gravity=-9.8&note=\"a%26b%25\"&wind=true&import=mypackage")
    #expect(try GymnasiumEnvironment(name: environment.name) == environment)
    #expect(try GymnasiumEnvironment(name: "cartpole") == nil)
  }

  @Test(arguments: [["gravity"], ["=3"], ["a=1", "a=2"]])
  func `arguments that cannot be are refused`(arguments: [String]) {
    #expect(throws: GymnasiumError.self) {
      try GymnasiumEnvironment(identifier: "X-v0", arguments: arguments, imports: [])
    }
  }
}
