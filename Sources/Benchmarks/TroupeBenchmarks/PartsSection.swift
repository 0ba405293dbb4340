import Environments
import Kernels
import RL
import Workloads

/// What the pieces of one step cost by themselves, on one core: where a step's nanoseconds go.
enum PartsSection {
  private static let laneCount = 64
  private static let stride = 64

  static func measure(_ effort: Effort) -> [Figure] {
    func figure(_ name: String, _ body: @escaping () -> Double) -> Figure {
      Figure(
        name,
        (0..<effort.repetitions).map { _ in
          1e9 / Stopwatch.rate(seconds: effort.seconds, body)
        }, "ns/step")
    }
    var numbers = TestNumbers()
    var logits = numbers.floats(4 * stride)
    let weights = numbers.floats(stride)
    var actions = [Float](repeating: 0, count: stride)
    var logProbabilities = actions
    var entropies = actions
    var streams = LaneStreams(
      seed: 1, version: .initial, kind: .training, laneCount: stride)
    for lane in 0..<laneCount { streams.slots[lane] = UInt32(lane) }
    var words = [UInt32](repeating: 0, count: 4 * stride)
    var records = [Float](repeating: 0, count: laneCount * 7 * 576)
    let positions = (0..<laneCount).map { $0 * 7 * 576 }
    let ticks = numbers.floats(TickRecords.tickCount * 7 * stride)
    let rewards = numbers.floats(500)
    var rewardsToGo = rewards
    let calls = 50
    func repeated(_ body: () -> Void) -> Double {
      for _ in 0..<calls { body() }
      return Double(calls * laneCount)
    }
    return [
      figure("random words (64 lanes)") {
        repeated {
          var view = words.mutableSpan
          streams.fill(
            purpose: .action, block: 0, laneCount: laneCount, stride: stride, into: &view)
        }
      },
      figure("sampling of 2 actions (64 lanes)") {
        repeated {
          var matrices = logits.mutableSpan
          var actionView = actions.mutableSpan
          var logView = logProbabilities.mutableSpan
          Categorical.sample(
            count: 2, laneCount: laneCount, stride: stride, matrices: &matrices, logits: 0,
            words: words.span, into: &actionView, logProbabilities: &logView)
        }
      },
      figure("recording of 7 rows (64 lanes)") {
        repeated {
          var view = records.mutableSpan
          TickRecords.move(
            ticks.span, rows: 7, laneCount: laneCount, stride: stride,
            positions: positions.span, destinationStride: 576, into: &view)
        } * Double(TickRecords.tickCount)
      },
      figure("log π and entropy of 2 actions") {
        repeated {
          var logView = logProbabilities.mutableSpan
          var entropyView = entropies.mutableSpan
          Categorical.evaluate(
            count: 2, laneCount: laneCount, stride: stride, matrices: logits.span, logits: 0,
            actions: actions.span, into: &logView, entropies: &entropyView)
        }
      },
      figure("scores of 2 actions") {
        repeated {
          var matrices = logits.mutableSpan
          Categorical.score(
            count: 2, laneCount: laneCount, stride: stride, matrices: &matrices, logits: 0,
            actions: actions.span, weights: weights.span, entropyWeight: 0,
            into: 2 * stride)
        }
      },
      figure("fingerprint of log π (500 steps)") {
        rewardsToGo[0] = Digest128.hash(of: rewards.span) == Digest128.hash(of: logits.span) ? 1 : 0
        return Double(rewards.count + logits.count)
      },
      figure("rewards-to-go (500 steps)") {
        var view = rewardsToGo.mutableSpan
        Scans.discountedSuffixSums(of: rewards.span, scale: 1, discount: 0.99, into: &view)
        return Double(rewards.count)
      },
    ]
  }
}
