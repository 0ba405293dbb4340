import CLinux
import Environments
import TroupeCommands

// One program: the benchmarks, the senders that they start, and the command line itself, for the one-step
// environment is played by real learners and actors. All of them use memory as the roles do.

troupe_keep_freed_memory()

switch CommandLine.arguments.dropFirst().first {
case "train", "learner", "actor":
  TroupeCommand.main(environments: BuiltInEnvironments.all + [OneStep.self])
case Pushing.rawCommand, Pushing.command:
  try Pushing.run(CommandLine.arguments.dropFirst())
case ChartCommand.name:
  try ChartCommand.run(Array(CommandLine.arguments.dropFirst(2)))
default:
  try BenchmarkCommand.run(Array(CommandLine.arguments.dropFirst()))
}
