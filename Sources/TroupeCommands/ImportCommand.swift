import ArgumentParser
import Cluster
import Gymnasium
import Learning
import Logging
import Monitoring
import RL

/// `troupe import`: a run that begins with a policy from a file.
struct ImportCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract:
      "Begin a run with the policy in a safetensors file, to evaluate it or to train it on.",
    discussion: """
      Example: troupe import exported/model.safetensors --config exported/hyperparameters.json

      What troupe export wrote names its environment and network; everything else comes from the \
      options, as for troupe train. For a file that PyTorch wrote, name the environment and the \
      network: troupe import model.safetensors cartpole --hidden 64,64. Tensors are named and shaped as \
      nn.Sequential of linear layers has them: 0.weight [64, 4], 0.bias [64], 2.weight and so on.
      """)

  @Argument(
    help: "A safetensors file.", completion: .file(extensions: ["safetensors"]))
  var file: String

  @OptionGroup(title: "What determines the run") var run: OptionArguments<RunSection>
  @OptionGroup(title: "Goal") var goal: OptionArguments<GoalSection>
  @OptionGroup(title: "Gymnasium environments") var hosting: OptionArguments<HostingSection>
  @OptionGroup(title: "Run directory and configuration")
  var place: OptionArguments<ImportSection>

  func run(in context: CommandContext) throws {
    let imported = try PolicyImport(path: file)
    let request = try RunRequest(
      flags: .flags(run.given, goal.given, hosting.given, place.given),
      policy: try Self.layer(imported), context: context)
    let plan = try RunPlan(request, runsDirectory: context.runsDirectory)
    let configuration: RunConfiguration
    do throws(ConfigurationError) {
      configuration = try plan.resolved.settings.run()
    } catch {
      throw plan.resolved.failure(for: error, of: RunSettings.options)
    }
    let policy = try imported.policy(for: configuration, environment: plan.environment)
    try plan.withDirectory(context) { directory in
      let (path, role) = (directory.path, try plan.learnerRole(in: directory))
      let digest = try PolicyImport.begin(
        with: policy, role: role, directory: directory, logger: Logger(label: "import"))
      context.output(
        plan.resolved.settings.json
          ? Self.jsonLine(run: path, digest: digest).text
          : """
          imported \(file) as \(path)
            troupe evaluate \(path)
            troupe train --resume --run-dir \(path)
          """)
    }
  }

  /// What the file says about the run.
  private static func layer(_ imported: PolicyImport) throws(RoleFailure) -> OptionLayer {
    var layer = OptionLayer()
    func set(_ name: String, _ text: String) {
      layer.values[name] = OptionLayer.Value(text: text, source: .policy(path: imported.path))
    }
    if imported.normalizesObservations { set("normalize-observations", "true") }
    guard let environment = imported.environment else { return layer }
    do throws(GymnasiumError) {
      if let gymnasium = try GymnasiumEnvironment(name: environment) {
        set("environment", GymnasiumEnvironment.prefix + gymnasium.identifier)
        if !gymnasium.arguments.isEmpty {
          set("env-arg", gymnasium.arguments.map { "\($0.name)=\($0.json)" }.joined(separator: ","))
        }
        if !gymnasium.imports.isEmpty { set("import", gymnasium.imports.joined(separator: ",")) }
      } else {
        set("environment", environment)
      }
    } catch {
      throw RoleFailure(.badData, "\(imported.path): \(error)")
    }
    if let hidden = imported.hidden {
      set("hidden", hidden.isEmpty ? "none" : hidden.map { "\($0)" }.joined(separator: ","))
    }
    if let activation = imported.activation { set("activation", activation.rawValue) }
    set("normalize-observations", "\(imported.normalizesObservations)")
    return layer
  }

  private static func jsonLine(run: String, digest: String) -> JSONLine {
    var line = JSONLine()
    line.add("run", .string(run))
    line.add("parameters_sha256", .string(digest))
    return line
  }
}

/// Where the run lies, and where its options come from.
enum ImportSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] =
    (LearnerSection.options + OutputSection.options).filter {
      ["checkpoint-every", "checkpoints-kept", "run-dir", "preset", "config", "json"]
        .contains($0.name)
    }
}
