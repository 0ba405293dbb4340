import ArgumentParser
import Cluster

/// What a command may use of the process it runs in.
package struct CommandContext {
  let catalogue: EnvironmentCatalogue
  /// What `train`, `learner`, `actor` and `evaluate` call once their options are read.
  let roles: RoleEntryPoints
  /// The process environment.
  let variables: [String: String]
  /// Where runs without a `--run-dir` are made and looked for.
  let runsDirectory: String
  /// Writes to standard output, and ends the line if the text does not.
  package let output: (String) -> Void
  /// Writes one line to standard error.
  package let warn: (String) -> Void
  /// Writes one line about what is being done to standard error.
  package let note: (String) -> Void
}

/// A command that needs to know what it runs in.
protocol ContextualCommand: ParsableCommand {
  func run(in context: CommandContext) throws
}
