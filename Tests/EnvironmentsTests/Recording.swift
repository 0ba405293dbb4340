import RL
import TestKit

/// One episode of a reference implementation; what the entries mean is in the folder's FORMAT.md.
struct Recording: Decodable {
  struct After: Decodable {
    let a: Double
    let state: [Double]
    let r: Double
    let terminated: Bool
    let truncated: Bool
  }

  /// Digits of a discrete space, numbers of a box.
  struct Actions: Decodable {
    let values: [Float]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let digits = try? container.decode(String.self) {
        values = digits.utf8.map { Float($0) - 48 }
      } else {
        values = try container.decode([Double].self).map { Float($0) }
      }
    }
  }

  let ep: Int
  let policy: String
  let init_state: [Double]?
  let obs0: [Double]
  let actions: Actions
  let states: [Double]?
  let obs: [Double]
  let rewards: [Double]
  let terminated: String
  let truncated: String
  let post: [After]?

  static func episodes(of environment: String) throws -> [Recording] {
    try GoldenFolder.decodeLines(Self.self, from: "environments/\(environment).jsonl.gz")
  }

  var stepCount: Int { actions.values.count }
  var choices: [Int] { actions.values.map { Int($0) } }

  /// The state before step `t`.
  func state(before t: Int) -> [Double] {
    guard let start = init_state, t > 0 else { return init_state ?? [] }
    return Array((states ?? [])[start.count * (t - 1)..<start.count * t])
  }

  /// The observation after step `t`.
  func observation(after t: Int) -> [Float] {
    obs[obs0.count * t..<obs0.count * (t + 1)].map { Float($0) }
  }

  func terminates(at t: Int) -> Bool { Array(terminated.utf8)[t] == UInt8(ascii: "1") }
  func truncates(at t: Int) -> Bool { Array(truncated.utf8)[t] == UInt8(ascii: "1") }
}

/// The greatest difference in units of the greater of 1 and the expected magnitude.
func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
  precondition(found.count == expected.count, "states of one size")
  return zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
}

/// The greatest difference in units of the last place, with 1e-9 as the least unit: near zero a Float is
/// finer than the tolerance of the state that it was rounded from.
func ulps(_ found: [Float], _ expected: [Float]) -> Float {
  precondition(found.count == expected.count, "observations of one size")
  return zip(found, expected).map { abs($0 - $1) / max($1.ulp, 1e-9) }.max() ?? 0
}

extension Environment {
  /// One step with random numbers that nobody looks at.
  mutating func play(_ action: Action) -> (result: StepResult, observation: [Float]) {
    var random = RandomStream(
      seed: 0, version: .initial, slot: 0, kind: .training, purpose: .dynamics)
    var observation = [Float](repeating: .nan, count: observationSize)
    var view = observation.mutableSpan
    let result = step(action, using: &random, observation: &view)
    return (result, observation)
  }
}

/// Returns and lengths of whole episodes, on streams of their own.
struct Episodes {
  var returns: [Double] = []
  var lengths: [Int] = []

  /// Plays `count` episodes; the rule chooses from the observation and a stream.
  init<E: Environment>(
    of type: E.Type, count: Int, discount: Double = 1,
    choosing rule: (E, [Float], inout RandomStream) -> [Float] = { environment, _, random in
      environment.actionSpace.randomAction(using: &random)
    }
  ) {
    var environment = E()
    for slot in 0..<count {
      func stream(_ purpose: StreamPurpose, _ step: Int) -> RandomStream {
        RandomStream(
          seed: 77, version: .initial, slot: slot, kind: .training, purpose: purpose, step: step)
      }
      var observation = [Float](repeating: 0, count: environment.observationSize)
      var random = stream(.reset, 0)
      var view = observation.mutableSpan
      environment.reset(using: &random, observation: &view)
      var (total, weight, step) = (0.0, 1.0, 0)
      while step < environment.stepLimit {
        var choice = stream(.action, step)
        var dynamics = stream(.dynamics, step)
        let row = rule(environment, observation, &choice)
        var view = observation.mutableSpan
        let result = environment.step(
          E.Action.read(row.span, actionSize: row.count, lane: 0, stride: 1), using: &dynamics,
          observation: &view)
        total += weight * Double(result.reward)
        weight *= discount
        step += 1
        if result.end != nil { break }
      }
      returns.append(total)
      lengths.append(step)
    }
  }

  var meanLength: Double { Double(lengths.reduce(0, +)) / Double(lengths.count) }
  var meanReturn: Double { returns.reduce(0, +) / Double(returns.count) }

  /// How many standard errors of the difference the mean return lies from `figure`, a mean of
  /// `episodeCount` episodes if that is known, beyond the figure's own rounding.
  func standardErrors(
    from figure: Double, of episodeCount: Int = .max, rounding: Double = 0
  ) -> Double {
    let mean = meanReturn
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let count = Double(returns.count)
    let variance = squares / (count - 1) * (1 / count + 1 / Double(episodeCount))
    return max(abs(mean - figure) - rounding, 0) / max(variance.squareRoot(), 1e-12)
  }
}
