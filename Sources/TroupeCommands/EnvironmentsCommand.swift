import ArgumentParser
import RL

/// `troupe environments`: what can be trained.
struct EnvironmentsCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "environments",
    abstract: "List the environments, or describe one.",
    discussion: "Example: troupe environments cartpole")

  @Argument(help: "Describe this environment.")
  var name: String?

  func run(in context: CommandContext) throws {
    if let name {
      context.output(EnvironmentSheet(try context.catalogue.environment(named: name)).text)
      return
    }
    context.output(EnvironmentTable(context.catalogue.types).text)
  }
}

/// All environments, one a line.
struct EnvironmentTable {
  private let types: [any Environment.Type]

  init(_ types: [any Environment.Type]) { self.types = types.sorted { $0.name < $1.name } }

  var text: String {
    let header = ["environment", "observes", "actions", "steps", "reward", "solved"]
    let rows = types.map { type in
      let environment = type.init()
      return [
        type.name, "\(environment.observationSize)", "\(environment.actionSpace)",
        "\(environment.stepLimit)", type.description.rewardText,
        environment.rewardThreshold.map(NumberText.text) ?? "",
      ]
    }
    var text = TextTable.aligned([header] + rows, rightAligned: [1, 3, 5])
    let sources = types.map { [$0.name, $0.description.specification] }.filter { $0[1] != "" }
    if !sources.isEmpty {
      text += "\nRewards are those of one step; a task is solved by the mean of an episode's sum.\n"
      text += "\nWhere the rules come from:\n\n" + TextTable.aligned(sources, rightAligned: [])
    }
    return text
  }
}

/// One environment in full.
struct EnvironmentSheet {
  private let type: any Environment.Type

  init(_ type: any Environment.Type) { self.type = type }

  var text: String {
    let environment = type.init()
    let description = type.description
    var lines = ["name: \(type.name)"]
    if !description.summary.isEmpty { lines.append("task: \(description.summary)") }
    if !description.specification.isEmpty { lines.append("rules: \(description.specification)") }
    lines.append("observation-size: \(environment.observationSize)")
    lines += Self.numbered(description.observationNames)
    lines.append("actions: \(environment.actionSpace)")
    lines += Self.actions(of: environment.actionSpace, names: description.actionNames)
    lines.append("step-limit: \(environment.stepLimit)")
    if description.rewardRange != nil { lines.append("step-reward: \(description.rewardText)") }
    lines.append("solved-at: \(environment.rewardThreshold.map(NumberText.text) ?? "none")")
    for preset in Preset.all where preset.environment == type.name {
      lines.append("preset \(preset.name):")
      for option in RunSettings.options {
        if let value = preset.values[option.name] { lines.append("  \(option.name): \(value)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func numbered(_ names: [String]) -> [String] {
    names.enumerated().map { "  \($0): \($1)" }
  }

  /// What each action does, or what each entry of one is and where it ends.
  private static func actions(of space: ActionSpace, names: [String]) -> [String] {
    guard case .box(let low, let high) = space else { return numbered(names) }
    return low.indices.map { entry in
      let name = names.isEmpty ? "" : "\(names[entry]), "
      return "  \(entry): \(name)\(NumberText.text(of: Double(low[entry]))) to "
        + NumberText.text(of: Double(high[entry]))
    }
  }
}

extension EnvironmentDescription {
  /// The rewards of a step, such as `-16.27 to 0`.
  fileprivate var rewardText: String {
    guard let range = rewardRange else { return "" }
    let (low, high) = (Self.rounded(range.lowerBound), Self.rounded(range.upperBound))
    if range.lowerBound == range.upperBound { return low }
    if range.lowerBound == -.infinity { return "up to \(high)" }
    return range.upperBound == .infinity ? "from \(low)" : "\(low) to \(high)"
  }

  private static func rounded(_ value: Double) -> String {
    NumberText.text(of: abs(value) < 1e6 ? (value * 100).rounded() / 100 : value)
  }
}
