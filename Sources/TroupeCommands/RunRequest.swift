import Cluster
import Gymnasium
import Learning
import RL

/// What was asked of `train` or `learner`, layer by layer, before it is put together.
struct RunRequest {
  private let flags: OptionLayer
  private let variables: OptionLayer
  private let file: OptionLayer
  /// What a policy file says, under everything that is given.
  private let policy: OptionLayer
  private let catalogue: EnvironmentCatalogue
  /// The given layers alone, without presets and without a resumed run.
  let given: Resolved<RunSettings>

  /// - Throws: a usage or bad-data failure for the first text that stands for no value.
  init(
    flags: OptionLayer, policy: OptionLayer = OptionLayer(), context: CommandContext
  ) throws(RoleFailure) {
    self.flags = flags
    self.policy = policy
    variables = .variables(context.variables, of: RunSettings.options)
    catalogue = context.catalogue
    if let path = flags["config"] ?? variables["config"], path.text != "none" {
      file = try ConfigurationFile.read(
        path.text, options: RunSettings.options,
        source: { .file(path: path.text, line: $0) })
    } else {
      file = OptionLayer()
    }
    var given = Resolved(RunSettings())
    for layer in [policy, file, variables, flags] {
      try given.apply(layer, of: RunSettings.options)
    }
    self.given = given
  }

  /// Puts the layers together, over those of the run that is resumed, if any.
  ///
  /// A resumed run has every value already, so a preset counts only if it is asked for.
  func resolve(over resumed: OptionLayer? = nil) throws(RoleFailure) -> Resolved<RunSettings> {
    let options = RunSettings.options
    var resolved = Resolved(RunSettings())
    if let resumed { try resolved.apply(resumed, of: options) }
    if let preset = try preset(forResumed: resumed != nil) {
      try resolved.apply(.preset(preset), of: options)
      if given.source(of: "environment") == .fallback, resumed == nil,
        let option = options.first(where: { $0.name == "environment" })
      {
        try resolved.set(option, to: preset.environment, source: .preset(preset.name))
      }
    }
    for layer in [policy, file, variables, flags] { try resolved.apply(layer, of: options) }
    if resolved.source(of: "updates").isGiven,
      case .preset = resolved.source(of: "until-return"),
      let option = options.first(where: { $0.name == "until-return" })
    {
      try resolved.set(option, to: "none", source: .implied(by: "updates"))
    }
    return resolved
  }

  /// The environment, after everything that can be wrong with the values was looked at.
  func validate(_ resolved: Resolved<RunSettings>) throws(RoleFailure) -> EnvironmentSpecification {
    let settings = resolved.settings
    guard !settings.environment.isEmpty else {
      throw RoleFailure(
        .usage,
        "no environment is given; name one of: \(catalogue.names.sorted().joined(separator: ", "))")
    }
    let name: String
    do throws(ConfigurationError) {
      name = try settings.run().environment
      if settings.latency.duration > .zero, name.hasPrefix(GymnasiumEnvironment.prefix) {
        throw ConfigurationError(
          key: "step-latency", found: NumberText.text(ofShortTime: settings.latency.duration),
          allowed: "0 for a Gymnasium environment, whose steps take their own time")
      }
      if settings.goal.untilReturn != nil, settings.goal.evaluateEvery == nil {
        throw ConfigurationError(
          key: "evaluate-every", found: "none",
          allowed: "a number of updates, because until-return needs evaluations")
      }
    } catch {
      throw resolved.failure(for: error, of: RunSettings.options)
    }
    let environment = try catalogue.specification(
      named: name, source: resolved.source(of: "environment"), hosting: settings.hosting,
      plays: false)
    do throws(ConfigurationError) {
      _ = try settings.run().wrapped(environment)
    } catch {
      throw resolved.failure(for: error, of: RunSettings.options)
    }
    let security = try LinkSecurity(keys: settings.keys, insecure: settings.insecure)
    if let address = settings.bind {
      try LearnerAddress.checkBind(
        address, security: security, given: resolved, options: RunSettings.options)
    }
    return environment
  }

  private func preset(forResumed isResumed: Bool) throws(RoleFailure) -> Preset? {
    if given.source(of: "preset") == .fallback {
      return isResumed ? nil : Preset.named(given.settings.environment)
    }
    guard let name = given.settings.preset else { return nil }
    guard let preset = Preset.named(name) else {
      let names = Preset.all.map(\.name)
      let hint = Suggestion.phrase(for: name, among: names)
      throw given.failure(
        for: ConfigurationError(
          key: "preset", found: name,
          allowed: "none or one of \(names.joined(separator: ", "))\(hint)"),
        of: RunSettings.options)
    }
    return preset
  }
}

extension RunSettings {
  /// The environment with all that determines it.
  private func environmentName() throws(ConfigurationError) -> String {
    guard environment.hasPrefix(GymnasiumEnvironment.prefix) else {
      for (key, texts) in [("env-arg", environmentArguments), ("import", imports)] {
        if let first = texts.first {
          throw ConfigurationError(
            key: key, found: first, allowed: "none where the environment is not gymnasium:NAME")
        }
      }
      return environment
    }
    do throws(GymnasiumError) {
      return try GymnasiumEnvironment(
        identifier: String(environment.dropFirst(GymnasiumEnvironment.prefix.count)),
        arguments: environmentArguments, imports: imports
      ).name
    } catch {
      throw ConfigurationError(
        key: "env-arg", found: environmentArguments.joined(separator: ","), allowed: "\(error)")
    }
  }

  /// The part that determines the parameters.
  func run() throws(ConfigurationError) -> RunConfiguration {
    try RunConfiguration(
      environment: environmentName(), seed: seed, policy: policy, learner: learner,
      wrappers: wrappers)
  }
}
