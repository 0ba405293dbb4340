import ArgumentParser
import Cluster
import Environments
import FoundationEssentials
import Glibc
public import RL
import Wire

/// The whole command line, for programs that bring environments of their own.
///
/// ```swift
/// import RL
/// import TroupeCommands
///
/// TroupeCommand.main(environments: [Corridor.self])
/// ```
public enum TroupeCommand {
  /// Runs the command that the process was started with, for the environments that come with Troupe.
  public static func main() -> Never { main(environments: BuiltInEnvironments.all) }

  /// Runs the command that the process was started with, for these environments, and exits.
  public static func main(environments: [any Environment.Type]) -> Never {
    let code = run(
      Array(CommandLine.arguments.dropFirst()), environments: environments, roles: .cluster,
      variables: ProcessInfo.processInfo.environment, runsDirectory: "runs",
      output: { StandardStream.output.write($0) }, errorOutput: { StandardStream.error.write($0) })
    exit(code)
  }

  /// Runs the command that `arguments` describe and returns its exit code.
  package static func run(
    _ arguments: [String], environments: [any Environment.Type], roles: RoleEntryPoints,
    variables: [String: String], runsDirectory: String,
    output: @escaping (String) -> Void, errorOutput: @escaping (String) -> Void
  ) -> Int32 {
    let context = CommandContext(
      catalogue: EnvironmentCatalogue(types: environments), roles: roles, variables: variables,
      runsDirectory: runsDirectory,
      output: { text in output(text.hasSuffix("\n") ? text : text + "\n") },
      warn: { errorOutput("troupe: warning: \($0)\n") },
      note: { errorOutput("troupe: \($0)\n") })
    do {
      try requireKnownCommand(arguments.first)
      var command = try RootCommand.parseAsRoot(arguments)
      if let contextual = command as? any ContextualCommand {
        // The actors of `troupe train` inherit its variables, and it has warned already.
        if (contextual as? ActorCommand)?.child != true {
          OptionVariables.warnOfUnknown(in: context)
        }
        try contextual.run(in: context)
      } else {
        try command.run()
      }
      return 0
    } catch let failure as RoleFailure {
      errorOutput("troupe: error: \(failure.description)\n")
      return failure.exitCode.rawValue
    } catch {
      let code = RootCommand.exitCode(for: error)
      if code.isSuccess {
        output(RootCommand.fullMessage(for: error) + "\n")
      } else {
        errorOutput("troupe: error: \(sentence(RootCommand.message(for: error)))\n")
      }
      return code.rawValue
    }
  }

  private static func requireKnownCommand(_ name: String?) throws(RoleFailure) {
    let names = RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let name, !name.hasPrefix("-"), !(names + ["help"]).contains(name) else { return }
    throw RoleFailure(
      .usage,
      "unknown command \(OptionText.shown(name))"
        + Suggestion.phrase(for: name, among: names, orElse: ";")
        + " there are: \(names.joined(separator: ", "))")
  }

  /// ArgumentParser's message as one sentence: lower case, on one line, without a full stop.
  private static func sentence(_ message: String) -> String {
    var line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    line = line.replacing(". Did you mean", with: "; did you mean")
    line = line.replacing(". Please provide one of", with: ", but must be one of")
    if line.hasSuffix(".") { line.removeLast() }
    return line.prefix(1).lowercased() + line.dropFirst()
  }
}

/// `troupe`: names the commands, and does nothing by itself.
struct RootCommand: ParsableCommand {
  /// The release, as in `python/pyproject.toml`. Whether two builds play together is the protocol's version.
  static let version = "1.0.0"

  static let configuration = CommandConfiguration(
    commandName: "troupe",
    abstract: "Trains policies with on-policy policy gradients on one machine or many.",
    discussion: """
      Start here: troupe train cartpole

      Every option is also an environment variable (--learning-rate is TROUPE_LEARNING_RATE) and a \
      line of YAML in a file given with --config. Flags win over variables, variables over the \
      file, the file over presets.
      """,
    version: "troupe \(version), protocol \(WireProtocol.version)",
    subcommands: [
      TrainCommand.self, LearnerCommand.self, ActorCommand.self, EvaluateCommand.self,
      CompareCommand.self, ExportCommand.self, ImportCommand.self, ReplayCommand.self,
      PlotCommand.self, WatchCommand.self, EnvironmentsCommand.self, KeygenCommand.self,
      InitCommand.self, DoctorCommand.self, LaunchCommand.self, RelayCommand.self,
    ])
}
