import ArgumentParser
import Cluster
import Learning
import Monitoring
import RL

/// `troupe export`: what a model hub shows and other programs run.
struct ExportCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a policy of a run for PyTorch, ONNX and the Hugging Face Hub.",
    usage: "troupe export <run> --to <directory> [<options>]",
    discussion: """
      Example: troupe export runs/cartpole-seed1 --to exported

      Writes model.safetensors (PyTorch's names and shapes), policy.onnx (opset 17, from observations \
      as the environment gives them), hyperparameters.json (a --config file), results.json (an \
      evaluation, as troupe evaluate plays it), README.md, a model card, and replay.html, a page that plays the \
      episode in the middle of the evaluation; where ffmpeg is installed also replay.mp4, which the Hub \
      shows. Equal runs give equal files.
      """)

  @Argument(help: "Directory of the run, or its name under runs/.", completion: .directory)
  var run: String

  @Option(
    help: ArgumentHelp("Directory to write, which must be new or empty.", valueName: "directory"),
    completion: .directory)
  var to: String

  @OptionGroup var options: OptionArguments<ExportSection>

  func run(in context: CommandContext) throws {
    let resolved = try context.evaluationSettings(of: options)
    let recorded = try RecordedRun(named: run, in: context, hosting: resolved)
    try requireEmpty(to)
    let policy = try context.policy(of: recorded, resolved.settings)
    var export = PolicyExport(
      policy: policy, name: RunGroups.lastComponent(recorded.directory),
      task: PublishedTask(recorded, catalogue: context.catalogue),
      configuration: recorded.settings,
      evaluation: try EvaluationReport(of: policy, recorded, resolved.settings, context))
    do {
      export.episode = try ExportedEpisode(
        of: policy, run: recorded, evaluation: export.evaluation, catalogue: context.catalogue)
    } catch let reason as NoEpisode {
      context.note("\(reason)")
    }
    try reportingFileErrors { () throws(FileError) in try OpenFile.makeDirectories(to) }
    try export.episode?.writeVideo(to: "\(to)/replay.mp4", note: context.note)
    let files = export.files
    try reportingFileErrors { () throws(FileError) in
      for file in files { try AtomicFile.write(file.bytes, to: "\(to)/\(file.name)") }
    }
    let names = files.map(\.name) + (export.episode?.hasVideo == true ? ["replay.mp4"] : [])
    context.output(
      resolved.settings.json
        ? export.results.text : names.map { "wrote \(to)/\($0)" }.joined(separator: "\n"))
  }

  private func requireEmpty(_ path: String) throws(RoleFailure) {
    guard !path.isEmpty else {
      throw RoleFailure(.usage, "--to is empty, but must name a directory to write")
    }
    guard OpenFile.exists(path) else { return }
    let names = try reportingFileErrors { () throws(FileError) in try OpenFile.names(in: path) }
    if let name = names.first {
      throw RoleFailure(
        .usage,
        "\(path) exists and is not empty (\(name) lies in it); nothing is overwritten, so name another "
          + "directory")
    }
  }
}

enum ExportSection: OptionSection {
  /// Those of `evaluate`, without videos, and always of the kinds that the run has.
  static let options: [OptionDescriptor<EvaluationSettings>] =
    EvaluationSection.options.filter { !["sampled", "greedy", "render"].contains($0.name) }
}
