import Foundation
import Testing

// What the documentation tells people to type is typed here.
extension EndToEndTests {
  @Suite struct DocumentedCommandsTests {
    @Test("every command of README.md and docs/ is run, or says why not")
    func run() throws {
      let documentation = try Documentation()
      var (runCount, notRun): (Int, [String]) = (0, [])
      for file in Set(documentation.blocks.map(\.file)).sorted() {
        // A page's commands build on each other.
        try TestPlace.with { place in
          for block in documentation.blocks where block.file == file {
            for command in block.commands where command.hasPrefix("troupe ") {
              try Self.expectKnown(command, at: block.place, in: place)
            }
            if let reason = block.reason {
              notRun += block.commands.map { "\(block.place): \($0)\n    \(reason)" }
              continue
            }
            runCount += try Self.run(block, in: place, notRun: &notRun)
          }
          place.expectNothingLeft()
        }
      }
      print("\(runCount) documented commands were run; not run:")
      for line in notRun { print("  \(line)") }
      #expect(runCount >= 15, "the parser finds the commands")
    }

    @Test("every command and option that the text mentions exists")
    func mentions() throws {
      let mentions = try Documentation().mentions
      #expect(mentions.count >= 10)
      try TestPlace.with { place in
        for (file, command) in mentions { try Self.expectKnown(command, at: file, in: place) }
      }
    }

    @Test("every command's help has an example, whose options it knows")
    func examples() throws {
      try TestPlace.with { place in
        for command in try Self.commands(in: place) {
          let help = try place.run(["help", command]).output
          let examples = help.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .compactMap { line in
              line.firstRange(of: "troupe \(command)").map { String(line[$0.lowerBound...]) }
            }.filter {
              !$0.hasPrefix("troupe \(command) [") && !$0.hasPrefix("troupe \(command) <")
            }
          #expect(help.contains("Example"), "troupe help \(command)")
          #expect(!examples.isEmpty, "troupe help \(command)")
          for example in examples {
            try Self.expectKnown(example, at: "troupe help \(command)", in: place)
          }
        }
      }
    }

    @Test("completions know the commands and their options", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
      try TestPlace.with { place in
        let outcome = try place.run(["--generate-completion-script", shell])
        #expect(outcome.code == 0, "\(outcome.error)")
        for word in ["evaluate", "export", "learning-rate", "episodes-per-update"] {
          #expect(outcome.output.contains(word), "\(word)")
        }
      }
    }

    // MARK: Running

    /// Runs the block's commands in order, a learner beside those that follow it. Returns how many were run.
    private static func run(
      _ block: Documentation.Block, in place: TestPlace, notRun: inout [String]
    ) throws -> Int {
      let port = "\(try LoopbackPort.freePair())"
      var (learners, count): ([(String, TroupeProcess)], Int) = ([], 0)
      for command in block.commands {
        var words = command.split(separator: " ").map { String($0) }
        switch words.removeFirst() {
        case "troupe":
          words = try words.flatMap { try expanded($0, in: place) }.map {
            $0.replacing("5555", with: port)
          }
          count += 1
          let process = try place.start(words)
          if words.first == "learner" {
            learners.append((command, process))
          } else {
            try expectSuccess(process, command, block)
          }
        case "make":
          for target in words where !target.contains("=") {
            #expect(try makefile().contains("\n\(target):"), "\(block.place): make \(target)")
          }
          notRun.append("\(block.place): \(command)\n    a target of the Makefile, which is there")
        case "swift", "export":
          notRun.append("\(block.place): \(command)\n    what this test needed before it began")
        default:
          Issue.record(
            "\(block.place): what runs \(command)? Write <!-- not run: why --> before the block")
        }
      }
      for (command, process) in learners { try expectSuccess(process, command, block) }
      return count
    }

    private static func expectSuccess(
      _ process: TroupeProcess, _ command: String, _ block: Documentation.Block
    ) throws {
      let outcome = try process.outcome()
      #expect(outcome.code == 0, "\(block.place): \(command)\n\(outcome.error)")
    }

    /// A name that ends with `*` as a shell would expand it.
    private static func expanded(_ word: String, in place: TestPlace) throws -> [String] {
      guard word.hasSuffix("*"), let slash = word.lastIndex(of: "/") else { return [word] }
      let (folder, start) = (word[..<slash], word[word.index(after: slash)...].dropLast())
      return try FileManager.default.contentsOfDirectory(atPath: place.file(String(folder)))
        .filter { $0.hasPrefix(start) }.sorted().map { "\(folder)/\($0)" }
    }

    private static func makefile() throws -> String {
      try String(
        contentsOf: Documentation.root.appendingPathComponent("Makefile"), encoding: .utf8)
    }

    // MARK: What there is

    private static func commands(in place: TestPlace) throws -> [String] {
      let lines = try place.run(["--help"]).output.split(separator: "\n")
      let start = try #require(lines.firstIndex { $0.hasPrefix("SUBCOMMANDS:") })
      return lines[(start + 1)...].prefix { !$0.hasPrefix("  See ") }
        .filter { !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first }
        .map { String($0) }
    }

    /// Expects that the help of the command that is written names it and each of its options.
    private static func expectKnown(
      _ written: String, at location: String, in place: TestPlace
    ) throws {
      let words = written.split(separator: " ").dropFirst().map { String($0) }
      guard let command = words.first, !command.hasPrefix("-"), command != "help" else { return }
      let help = try place.run(["help", command])
      #expect(help.code == 0, "\(location): \(written)")
      for word in words.dropFirst() where word.hasPrefix("--") {
        let option = String(word.prefix { $0 != "=" }.prefix { $0 != "," })
        let known =
          help.output.contains(option + " ") || help.output.contains(option + "\n")
          || help.output.contains(option + "/") || help.output.contains(option + "]")
        #expect(known, "\(location): \(option) in \(written)")
      }
    }
  }
}
