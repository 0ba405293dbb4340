import ArgumentParser
import Cluster
import Learning
import Monitoring
import Plotting

/// `troupe plot`: learning curves of runs, as a picture or in the terminal.
struct PlotCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw learning curves of runs.",
    usage: "troupe plot <run> ... [<options>]",
    discussion: """
      Examples:
        troupe plot cartpole-seed1 --text
        troupe plot runs/cartpole-seed* runs/cartpole-wide-seed* --x steps --output curves.png

      Runs that differ in their seed alone become one curve: the median with a band around it, from \
      the lowest to the highest of two or three seeds, the middle half of more.
      """)

  @Argument(
    help: ArgumentHelp("Directories of runs, or their names under runs/.", valueName: "run"),
    completion: .directory)
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "What the x axis counts: updates, steps, episodes or seconds.", valueName: "progress"))
  var x = RunHistory.Progress.updates

  @Option(help: ArgumentHelp("What is drawn: a name in metrics.jsonl.", valueName: "metric"))
  var y = MetricName.meanReturn.rawValue

  @Option(
    help: ArgumentHelp(
      "Where the picture goes, a file that ends in .svg or .png.", valueName: "file"),
    completion: .file(extensions: ["svg", "png"]))
  var output = "learning-curve.svg"

  @Flag(help: "Draw in the terminal instead.")
  var text = false

  func run(in context: CommandContext) throws {
    guard text || output.hasSuffix(".svg") || output.hasSuffix(".png") else {
      throw RoleFailure(
        .usage,
        "--output is \(OptionText.shown(output)), but must end in .svg or .png, which is what is "
          + "written")
    }
    let chart = try chart(in: context)
    if text { return context.output(TextChart(chart).text) }
    let bytes =
      output.hasSuffix(".png") ? PNGChart(chart).bytes : Array(SVGChart(chart).text.utf8)
    do throws(FileError) {
      try AtomicFile.write(bytes, to: output)
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
    context.output("wrote \(output)")
  }

  private func chart(in context: CommandContext) throws(RoleFailure) -> Chart {
    var groups: [(key: RunConfiguration, label: String, series: [Series])] = []
    var goals: Set<Double?> = []
    for name in runs {
      let run = try RecordedRun(named: name, in: context)
      var key = run.configuration
      key.seed = 0
      goals.insert(run.settings.goal.untilReturn)
      let series = try RunHistory(runDirectory: run.directory).series(of: y, over: x)
      if let index = groups.firstIndex(where: { $0.key == key }) {
        groups[index].label = RunGroups.withoutSeed(groups[index].label)
        groups[index].series.append(series)
      } else {
        groups.append((key, RunGroups.lastComponent(run.directory), [series]))
      }
    }
    let curves = groups.map { Curve(label: $0.label, runs: $0.series) }
    guard curves.contains(where: { !$0.points.isEmpty }) else {
      throw RoleFailure(
        .badData, "there is no \(y) to draw yet in \(runs.joined(separator: ", "))")
    }
    let shared = goals.count == 1 ? goals.first.flatMap(\.self) : nil
    return Chart(
      xLabel: x.label, yLabel: y.replacing("_", with: " "), curves: curves,
      goal: y == MetricName.meanReturn.rawValue ? shared : nil)
  }
}

extension RunHistory.Progress: ExpressibleByArgument {}
