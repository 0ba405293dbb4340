import FoundationEssentials
import Glibc
import Kernels
import Monitoring

/// Something that cannot be measured, in one sentence.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Reads the options, runs the sections, prints their tables and writes all figures to one file.
enum BenchmarkCommand {
  private static let usage = """
    usage: TroupeBenchmarks [--quick] [--only TEXT]… [--output FILE] [--troupe FILE] [--list]

    --quick        short measurements that show that everything runs
    --only TEXT    only the sections whose names contain TEXT; may be repeated
    --output FILE  where the figures go as JSON; by default .build/bench.json
    --troupe FILE  the command to measure; by default the one beside this program
    --list         the sections, and nothing else
    """

  static func run(_ arguments: [String]) throws {
    var output = ".build/bench.json"
    var troupe = try Program.neighbour("troupe")
    var isQuick = false
    var wanted: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--quick": isQuick = true
      case "--only": wanted.append(rest.popFirst() ?? "")
      case "--output": output = rest.popFirst() ?? output
      case "--troupe": troupe = rest.popFirst() ?? troupe
      case "--list":
        for section in Section.all { print(section.name) }
        return
      default:
        print(usage)
        exit(argument == "--help" ? 0 : 64)
      }
    }
    try prepare()
    let effort = Effort(isQuick: isQuick)
    var measured: [(Section, [Figure])] = []
    let start = Stopwatch.wallSeconds
    for section in Section.all
    where wanted.isEmpty || wanted.contains(where: section.name.contains) {
      let figures = try section.measure(effort, troupe)
      if figures.isEmpty { continue }
      print(Table.text(section.name, figures) + "\n")
      fflush(nil)
      measured.append((section, figures))
    }
    try write(measured, isQuick: isQuick, seconds: Stopwatch.wallSeconds - start, to: output)
    summarize(measured.flatMap(\.1))
    print("figures in \(output)")
  }

  private static func prepare() throws {
    FloatingPointMode.establish()
    try InstructionSet.select()
  }

  private static func summarize(_ figures: [Figure]) {
    let judged = figures.filter { $0.goal != nil }
    let missed = judged.filter { $0.isReached == false }
    print("\(judged.count - missed.count) of \(judged.count) goals reached")
    for figure in missed {
      print(
        "  not: \(figure.name): \(shortText(figure.median)) \(figure.unit), \(figure.goal?.text ?? "")"
      )
    }
  }

  private static func write(
    _ measured: [(Section, [Figure])], isQuick: Bool, seconds: Double, to path: String
  ) throws {
    let sections = measured.map { section, figures in
      JSONValue.object([
        .init("section", .string(section.name)), .init("figures", .array(figures.map(\.json))),
      ])
    }
    let document = JSONValue.object([
      .init("quick", .bool(isQuick)), .init("seconds", .number(seconds)),
      .init("instruction_set", .string(InstructionSet.current.rawValue)),
      .init("sections", .array(sections)),
    ])
    let file = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((document.text + "\n").utf8).write(to: file)
  }
}
