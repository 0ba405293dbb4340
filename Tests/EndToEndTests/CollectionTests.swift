import Foundation
import Glibc
import Testing
import Wire

// Promise 2: who is fast and who is slow leaves the estimate unbiased; and what happens where it does not.
extension EndToEndTests {
  @Suite struct CollectionTests {
    /// The first layer's weights of a run of plain ascent, short arm and long arm.
    private func weights(
      in place: TestPlace, updates: Int, m: Int, learningRate: Double, collection: String,
      actors: [(lanes: Int, priority: Int32)]
    ) throws -> [Float] {
      let name = "\(collection)-\(updates)"
      let run = RunFiles(path: place.file(name))
      let address = "ipc://\(place.file(name)).sock"
      let learner = try place.start([
        "learner", "two-arms", "--seed", "5", "--bind", address, "--run-dir", run.path,
        "--hidden", "none", "--estimator", "total-return", "--baseline", "none", "--discount", "1",
        "--no-normalize-advantages", "--optimizer", "sgd", "--learning-rate", "\(learningRate)",
        "--episodes-per-update", "\(m)", "--updates", "\(updates)",
        "--until-return", "none", "--evaluate-every", "none", "--checkpoint-every", "\(updates)",
        "--collection", collection, "--json", "--log-level", "warning",
      ])
      for (lanes, priority) in actors {
        let actor = try place.start(["actor", "--connect", address, "--lanes", "\(lanes)"])
        _ = setpriority(
          __priority_which_t(PRIO_PROCESS.rawValue), id_t(actor.identity.id), priority)
      }
      let outcome = try learner.outcome(within: .seconds(120))
      let summary = try outcome.summary()
      #expect(summary.onPolicyMismatches == 0)
      #expect(summary.updates == updates)
      #expect(outcome.error.contains("BIASED") == (collection == "first-come"))
      let bytes = try #require(
        FileManager.default.contents(atPath: "\(run.path)/policy.safetensors"))
      let tensor = try #require(try SafeTensors(decoding: Array(bytes)).tensor(named: "0.weight"))
      guard case .float32(let values) = tensor.values else { return [] }
      return values
    }

    /// The mean of the gradients that were collected, towards the long arm: what the parameters moved by,
    /// in steps so small that the policy stays where it is.
    private func meanGradient(
      updates: Int, m: Int, collection: String, actors: [(lanes: Int, priority: Int32)]
    ) throws -> Double {
      let learningRate = 0.08 / Double(updates)
      return try TestPlace.with { place in
        let start = try weights(
          in: place, updates: 1, m: m, learningRate: 0, collection: "every-slot", actors: actors)
        let end = try weights(
          in: place, updates: updates, m: m, learningRate: learningRate, collection: collection,
          actors: actors)
        return Double(end[1] - start[1]) / (learningRate * Double(updates))
      }
    }

    /// The score is ±½, so one episode's gradient is 1 (long arm, pays 2) or −½ (short, pays 1): a mean
    /// of ¼ and a deviation of ¾.
    @Test("the mean of 20,000 collected gradients is the gradient")
    func everySlot() throws {
      let (updates, m) = (125, 160)
      let mean = try meanGradient(
        updates: updates, m: m, collection: "every-slot", actors: [(1, 0), (32, 0), (64, 19)])
      let deviation = 0.75 / Double(m * updates).squareRoot()
      print("mean of \(m * updates) gradients: \(mean), 4σ: \(4 * deviation)")
      #expect(abs(mean - 0.25) < 4 * deviation)
    }

    @Test("taking the first episodes that come turns the gradient round")
    func firstCome() throws {
      let mean = try meanGradient(
        updates: 500, m: 8, collection: "first-come", actors: [(32, 0), (64, 19)])
      print("mean of 500 updates, first come, first served: \(mean)")
      #expect(mean < -0.2)
    }
  }
}
