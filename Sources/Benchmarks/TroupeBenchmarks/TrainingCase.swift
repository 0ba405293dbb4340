import Kernels
import Workloads

/// Whole training, sockets and processes included, at a learning rate that has reached 0: the policy
/// stays as it is, and rounds of about 131,000 steps follow each other.
struct TrainingCase {
  let name: String
  /// Units of every layer, the first the observation's.
  let sizes: [Int]
  let isTanh: Bool
  let arguments: [String]
  /// Updates until the learning rate is 0.
  let warmUp: Int
  /// Updates that are measured, and how many the short version measures.
  let measured: Int
  let quickMeasured: Int
  /// How many times as long as its arithmetic training may take.
  let arithmeticGoal: Double?
  /// Whether only the long version runs it.
  var isLong = false

  private static let common = [
    "cartpole", "--schedule", "linear", "--until-return", "none", "--evaluate-every", "none",
  ]

  static let all = [
    TrainingCase(
      name: "4→16→2 course", sizes: [4, 16, 2], isTanh: false,
      arguments: [
        "--hidden", "16", "--activation", "relu", "--baseline", "standardize",
        "--no-normalize-advantages", "--episodes-per-update", "320",
      ], warmUp: 40, measured: 400, quickMeasured: 60, arithmeticGoal: nil),
    TrainingCase(
      name: "4→16→2 preset", sizes: [4, 16, 2], isTanh: true,
      arguments: ["--episodes-per-update", "280"], warmUp: 40, measured: 400, quickMeasured: 60,
      arithmeticGoal: nil),
    TrainingCase(
      name: "4→64→64→2", sizes: [4, 64, 64, 2], isTanh: true,
      arguments: [
        "--hidden", "64,64", "--learning-rate", "0.01", "--episodes-per-update", "262",
      ], warmUp: 25, measured: 80, quickMeasured: 10, arithmeticGoal: 1.4),
    TrainingCase(
      name: "4→256→256→2", sizes: [4, 256, 256, 2], isTanh: true,
      arguments: [
        "--hidden", "256,256", "--learning-rate", "0.003", "--episodes-per-update", "262",
      ], warmUp: 25, measured: 15, quickMeasured: 5, arithmeticGoal: nil),
    TrainingCase(
      name: "4→16→2 in rounds of a million", sizes: [4, 16, 2], isTanh: true,
      arguments: ["--episodes-per-update", "2300"], warmUp: 40, measured: 40, quickMeasured: 10,
      arithmeticGoal: nil, isLong: true),
  ]

  func measure(_ effort: Effort, troupe: String) throws -> [Figure] {
    if isLong && effort.isQuick { return [] }
    let count = effort.isQuick ? quickMeasured : measured
    let run = try TrainingRun(
      troupe,
      Self.common + arguments
        + ["--schedule-updates", "\(warmUp)", "--updates", "\(warmUp + count)"],
      interval: 0.1, watchesUsage: true)
    let rates = run.stepRates(from: warmUp, pieces: 5)
    let last = run.updates[warmUp...]
    let length = last.reduce(0) { $0 + $1.meanLength } / Double(last.count)
    let steps = last.reduce(0) { $0 + $1.steps } / Double(last.count)
    var figures = [
      Figure(
        "end to end", rates, "steps/s",
        note: "rounds of \(shortText(steps)) steps, episodes of \(shortText(length))")
    ]
    if let used = run.nanosecondsPerStep(from: warmUp) {
      figures.append(Figure("processor time, learner", [used.learner], "ns/step"))
      figures.append(Figure("processor time, actors", [used.actors], "ns/step"))
    }
    figures.append(
      Figure(
        "learner's loop waits", last.map { $0.waitingShare * 100 }, "% of a round",
        note: "while actors play and its threads compute"))
    let arithmetic = arithmeticSeconds(effort)
    figures.append(
      Figure(
        "time by arithmetic at kernel speed on 2 cores",
        rates.map { 2 / $0 / arithmetic }, "times", goal: arithmeticGoal.map { .atMost($0) },
        note: "\(shortText(arithmetic * 1e9)) ns of kernels a step"))
    let trajectoryBytes = steps * 24
    figures.append(
      Figure(
        "memory, learner", [Double(run.learnerPeakBytes) / 1e6], "MB",
        goal: .atMost(((60e6 + trajectoryBytes) / 1e6).rounded()),
        note: "60 MB and the round's \(shortText(trajectoryBytes / 1e6))"))
    figures.append(
      Figure("memory, an actor", [Double(run.actorPeakBytes) / 1e6], "MB", goal: .atMost(30)))
    return figures
  }

  /// One core's seconds for the multiply-adds and activations of one step, each at the speed of its kernel:
  /// forward at the actor, forward and backward at the learner.
  private func arithmeticSeconds(_ effort: Effort) -> Double {
    var seconds = 0.0
    for (index, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let shape = DenseShape(inputs: inputs, outputs: outputs)
      let isLast = index == sizes.count - 2
      let forward: DenseLayer.Operation =
        isLast ? .forward : isTanh ? .forwardTanh : .forwardReLU
      var operations = [forward, forward, .parameterGradients]
      if index > 0 { operations.append(.backwardInputs) }
      for operation in operations {
        let rates = (0..<effort.repetitions).map { _ in
          KernelSection.rate(shape, operation, seconds: effort.seconds)
        }
        seconds += 2 * Double(inputs * outputs) / median(rates)
      }
    }
    return seconds
  }
}
