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
      context.output(describe(try context.catalogue.environment(named: name)))
      return
    }
    let types = context.catalogue.types.sorted { $0.name < $1.name }
    let width = types.map { $0.name.count }.max() ?? 0
    for type in types {
      let padding = String(repeating: " ", count: width - type.name.count)
      context.output("\(type.name)\(padding)  \(summary(of: type))\n")
    }
  }

  private func summary(of type: any Environment.Type) -> String {
    let environment = type.init()
    return "observations of \(environment.observationSize), \(environment.actionSpace), "
      + "at most \(environment.stepLimit) steps"
      + (environment.rewardThreshold.map { ", solved at \($0)" } ?? "")
  }

  private func describe(_ type: any Environment.Type) -> String {
    let environment = type.init()
    var lines = [
      "name: \(type.name)",
      "observation-size: \(environment.observationSize)",
      "actions: \(environment.actionSpace)",
      "step-limit: \(environment.stepLimit)",
      "solved-at: \(environment.rewardThreshold.map { "\($0)" } ?? "none")",
    ]
    for preset in Preset.all where preset.environment == type.name {
      lines.append("preset \(preset.name):")
      for option in RunSettings.options {
        if let value = preset.values[option.name] { lines.append("  \(option.name): \(value)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
