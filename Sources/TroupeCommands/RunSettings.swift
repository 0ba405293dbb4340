import Cluster
import Dashboard
import Gymnasium
import Learning
import RL

/// Everything that the options of `train` and `learner` decide.
struct RunSettings: Hashable, Sendable {
  // What determines the run.
  var environment = ""
  /// Of a Gymnasium environment: `name=value`, and modules to import.
  var environmentArguments: [String] = []
  var imports: [String] = []
  var seed: UInt64 = 1
  var policy = PolicyConfiguration()
  var learner = LearnerConfiguration()
  var wrappers = EnvironmentWrappers()

  var goal = RunGoal(updates: 1000, untilReturn: nil, evaluateEvery: 10)

  // Where it takes place; nil leaves the choice to the program.
  var actors: Int?
  var lanes: Int?
  var latency = StepLatency()
  var hosting = GymnasiumHosting()
  var threads: Int?
  var bind: String?
  var keys: String?
  var allowsApproximateActors = false
  var checkpointEvery = 10
  var checkpointsKept = 3
  /// Share of all slots that are played twice.
  var audit = 0.0

  // This invocation.
  var runDirectory: String?
  var resume = false
  var insecure = false
  var logs = LogSettings()
  var json = false
  var http: HTTPAddress?
  var preset: String?
  var configurationFile: String?
  var printsConfiguration = false
  var explains = false
}

/// What determines the parameters of every policy version.
enum RunSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] = [
    .custom(
      "environment", \.environment, .run, shape: .positional("environment"),
      help: "name of the environment, such as cartpole or gymnasium:LunarLander-v3",
      allowed: "the name of an environment", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .texts(
      "env-arg", \.environmentArguments, placeholder: "name=value",
      help: "argument of a Gymnasium environment, such as gravity=-9.8; may be repeated"),
    .texts(
      "import", \.imports, placeholder: "module",
      help: "Python module that registers Gymnasium environments; may be repeated"),
    .custom(
      "seed", \.seed, .run, shape: .value("number"),
      help: "the only source of randomness, 0 to 2^64 - 1",
      allowed: "a whole number from 0 to \(UInt64.max)", parse: NumberText.unsigned,
      text: { "\($0)" }),
    .custom(
      "hidden", \.policy.hidden, .run, shape: .list("sizes"),
      help: "units of each hidden layer, such as 64,64; none for a linear policy",
      allowed: "layer sizes from 1 to 65536, such as 64,64, or none", parse: layerSizes,
      text: text(ofLayerSizes:)),
    .count(
      "step-limit", \.wrappers.stepLimit, .run, in: 1...RandomStream.maximumStepCount,
      absent: "none",
      help: "cut episodes off after so many steps, before the environment's own limit"),
    .count(
      "frame-stack", \.wrappers.frameStack, .run, in: 1...64,
      help: "observations that the policy sees at once, the newest and those before it"),
    .custom(
      "observation-scale", \.wrappers.observationScale, .run, shape: .list("factors"),
      help: "factors on the entries of an observation, one for all or one for each, or none",
      allowed: "decimal numbers, such as 0.1,1,0.5, or none", parse: factors,
      text: text(ofFactors:)),
    .boolean(
      "normalize-observations", \.wrappers.normalizesObservations, .run, shape: .toggle,
      help: "centre and scale observations by the statistics of the rounds before"),
    .choice(
      "action-transform", \.wrappers.actionTransform, .run,
      help: "what becomes of a sampled number before the environment sees it"),
    .choice("activation", \.policy.activation, .run, help: "nonlinearity between layers"),
    .choice(
      "initialization", \.policy.initialization, .run, help: "how the first parameters are drawn"),
    .number(
      "initial-log-std", \.policy.initialLogDeviation, .run,
      help: "log of the first standard deviation, where actions are a box"),
    .choice("method", \.learner.method, .run, help: "what makes new parameters of episodes"),
    .count(
      "episodes-per-candidate", \.learner.search.episodesPerCandidate, .run, in: 1...1_000_000,
      help: "episodes that each candidate of a search plays"),
    .number(
      "noise", \.learner.search.noise, .run,
      help: "standard deviation of the noise on the parameters in a search, at first"),
    .number(
      "noise-low", \.learner.search.lowestNoise, .run, help: "least noise of hill climbing"),
    .number(
      "noise-high", \.learner.search.highestNoise, .run, help: "greatest noise of hill climbing"),
    .number(
      "temperature", \.learner.search.temperature, .run,
      help: "of annealing at first: how much worse a candidate may be"),
    .number(
      "cooling", \.learner.search.cooling, .run, help: "factor on the temperature at each update"),
    .choice("estimator", \.learner.estimator, .run, help: "weight of each step's score"),
    .choice("baseline", \.learner.baseline, .run, help: "what is subtracted from the weight"),
    .number(
      "gae-lambda", \.learner.value.lambda, .run,
      help: "lambda of the advantages over a learned value function, 0 to 1"),
    .custom(
      "value-hidden", \.learner.value.hidden, .run, shape: .list("sizes"),
      help: "units of each hidden layer of the value function, or none",
      allowed: "layer sizes from 1 to 65536, such as 64,64, or none", parse: layerSizes,
      text: text(ofLayerSizes:)),
    .number(
      "value-learning-rate", \.learner.value.learningRate, .run,
      help: "size of one step of the value function"),
    .count(
      "value-passes", \.learner.value.passes, .run, in: 1...1000,
      help: "steps of the value function at each update"),
    .number("discount", \.learner.discount, .run, help: "discount factor, 0 to 1"),
    .boolean(
      "weigh-by-discount", \.learner.weighsByDiscount, .run, shape: .toggle,
      help: "multiply the weight of step t by discount^t"),
    .boolean(
      "normalize-advantages", \.learner.normalizeAdvantages, .run, shape: .toggle,
      help: "divide advantages by their standard deviation"),
    .number("entropy", \.learner.entropyCoefficient, .run, help: "weight of the entropy bonus"),
    .number(
      "gradient-norm-limit", \.learner.gradientNormLimit, .run, absent: "none",
      help: "largest norm of the gradient, or none"),
    .number("reward-scale", \.learner.rewardScale, .run, help: "factor on every reward"),
    .choice("optimizer", \.learner.optimizer, .run, help: "turns gradients into parameters"),
    .number("learning-rate", \.learner.learningRate, .run, help: "size of an update's step"),
    .choice("schedule", \.learner.schedule, .run, help: "course of the learning rate"),
    .count(
      "schedule-updates", \.learner.scheduleUpdates, .run, in: 1...Int(UInt32.max), absent: "none",
      help: "updates after which the schedule reaches 0"),
    .custom(
      "episodes-per-update", \.learner.episodesPerUpdate, .run, shape: .value("count"),
      help: "complete episodes that make one update",
      allowed: "a whole number from 1 to 1000000", parse: NumberText.whole, text: { "\($0)" }),
    .choice(
      "collection", \.learner.collection, .run,
      help: "which episodes make an update; first-come is biased, for teaching only"),
  ]

  /// `64,64`, `[64, 64]` as YAML writes it, or `none`.
  private static let layerSizes: @Sendable (String) -> [Int]? = { text in
    if text == "none" { return [] }
    var sizes: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let size = NumberText.whole(String(part)), (1...65_536).contains(size) else {
        return nil
      }
      sizes.append(size)
    }
    return sizes
  }

  /// `0.1,1`, `[0.1, 1]` as YAML writes it, or `none`.
  private static let factors: @Sendable (String) -> [Double]? = { text in
    if text == "none" { return [] }
    var factors: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let factor = NumberText.decimal(String(part)) else { return nil }
      factors.append(factor)
    }
    return factors
  }

  @Sendable private static func text(ofFactors factors: [Double]) -> String {
    factors.isEmpty ? "none" : factors.map(NumberText.text(of:)).joined(separator: ",")
  }

  @Sendable private static func text(ofLayerSizes sizes: [Int]) -> String {
    sizes.isEmpty ? "none" : sizes.map { "\($0)" }.joined(separator: ",")
  }
}

/// When the run is over, and when it is looked at.
enum GoalSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] = [
    .count(
      "updates", \.goal.updates, .placing, in: 1...Int(UInt32.max), absent: "none",
      help: "stop after so many updates; alone it replaces a preset's until-return"),
    .number(
      "until-return", \.goal.untilReturn, .placing, absent: "none",
      help: "stop when an evaluation's mean return reaches this"),
    .count(
      "evaluate-every", \.goal.evaluateEvery, .placing, in: 1...Int(UInt32.max), absent: "none",
      help: "updates between evaluations"),
    .count(
      "evaluation-episodes", \.goal.evaluationEpisodes, .placing, in: 1...1_000_000,
      help: "episodes of one evaluation"),
  ]
}

/// Where the learner works and what it keeps.
enum LearnerSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] = [
    .count(
      "threads", \.threads, .placing, in: 1...1024, absent: "auto",
      help: "threads that compute the gradient"),
    .optional(
      "bind", \.bind, .placing, shape: .value("address"), absent: "auto",
      help: "where actors connect, tcp://HOST:PORT (they push to the next port) or ipc://PATH "
        + "(default: \(LearnerAddress.defaultBind) for learner, a private path for train)",
      allowed: LearnerAddress.allowed, parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .optional(
      "keys", \.keys, .placing, shape: .value("directory"), absent: "none",
      help: "encrypt, and let only keys of DIR/allowed connect; see troupe keygen",
      allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .boolean(
      "insecure", \.insecure, .session, shape: .flag,
      help: "listen where other machines reach it without keys, for everybody to use"),
    .boolean(
      "allow-approximate-actors", \.allowsApproximateActors, .placing, shape: .toggle,
      help: "let actors join that compute otherwise, such as Python ones; the run loses its bits"),
    .custom(
      "audit", \.audit, .placing, shape: .value("share"),
      help: "share of all episodes that a second actor plays, too, and that are compared, 0 to 1",
      allowed: "a decimal number from 0 to 1",
      parse: { text in NumberText.decimal(text).flatMap { (0...1).contains($0) ? $0 : nil } },
      text: NumberText.text(of:)),
    .count(
      "checkpoint-every", \.checkpointEvery, .placing, in: 1...Int(UInt32.max),
      help: "updates between checkpoints"),
    .count(
      "checkpoints-kept", \.checkpointsKept, .placing, in: 1...1_000_000,
      help: "newest checkpoints kept beside the best"),
    .optional(
      "run-dir", \.runDirectory, .session, shape: .value("directory"), absent: "auto",
      help: "directory of the run; a new one under runs/ unless given",
      allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .optional(
      "http", \.http, .session, shape: .value("port"), absent: "none",
      help:
        "serve the dashboard and Prometheus metrics at this port of this machine, or at ADDRESS:PORT",
      allowed: "a port such as 8080, or an address such as 0.0.0.0:8080",
      parse: { HTTPAddress($0) }, text: { $0.description }),
    .boolean(
      "resume", \.resume, .session, shape: .flag,
      help: "go on from the newest checkpoint, if there is one"),
  ]
}

/// The actor processes that `train` starts.
enum LocalActorsSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] =
    [
      .count(
        "actors", \.actors, .placing, in: 1...1024, absent: "auto",
        help: "actor processes on this machine; one per core unless given"),
      .count(
        "lanes", \.lanes, .placing, in: 1...65_536, absent: "auto",
        help: "environments that one actor steps side by side"),
    ] + StepLatency.options.map { $0.lifted(to: \.latency) }
}

/// What is shown, and where else values come from.
enum OutputSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] =
    LogSettings.options.map { $0.lifted(to: \.logs) } + [
      .boolean(
        "json", \.json, .session, shape: .flag,
        help: "print the summary as one JSON object on standard output"),
      .optional(
        "preset", \.preset, .session, shape: .value("name"), absent: "none",
        help: "start from the values of a preset; the environment's own unless given",
        allowed: "the name of a preset", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .optional(
        "config", \.configurationFile, .reading, shape: .value("file"), absent: "none",
        help: "read options from a YAML file",
        allowed: "a path", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
      .boolean(
        "print-config", \.printsConfiguration, .reading, shape: .flag,
        help: "print every value and its source as YAML, and stop"),
      .boolean(
        "explain", \.explains, .reading, shape: .flag,
        help: "print what exactly an update estimates and whether it is unbiased, and stop"),
    ]
}

extension RunSettings {
  /// All options, in the order in which a configuration is written.
  static let options =
    RunSection.options + GoalSection.options + LocalActorsSection.options + HostingSection.options
    + LearnerSection.options + OutputSection.options
}
