import Foundation

/// The commands that README.md and the pages of docs/ show.
struct Documentation {
  /// A fenced block of commands: one without a language, one marked `sh`, or `console`, where the commands
  /// follow a `$`.
  struct Block {
    let file: String
    /// Of the fence.
    let line: Int
    /// Why nothing of it is run, as `<!-- not run: … -->` before the fence says; nil if all of it is.
    let reason: String?
    let commands: [String]

    var place: String { "\(file), line \(line)" }
  }

  let blocks: [Block]
  /// What stands between backquotes in the text and starts with `troupe`.
  let mentions: [(place: String, command: String)]

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  init() throws {
    let docs = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("docs").path
    ).filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    var (blocks, mentions): ([Block], [(String, String)]) = ([], [])
    for file in ["README.md"] + docs {
      let text = try String(
        contentsOf: Self.root.appendingPathComponent(file), encoding: .utf8)
      var page = Page(file: file)
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        page.read(String(line), number: index + 1)
      }
      blocks += page.blocks
      mentions += page.mentions
    }
    self.blocks = blocks
    self.mentions = mentions
  }

  /// One file, read line by line.
  private struct Page {
    let file: String
    var blocks: [Block] = []
    private var text = ""
    private var reason: String?
    private var open: (line: Int, language: String, commands: [String])?

    init(file: String) { self.file = file }

    var mentions: [(String, String)] {
      // A mention may go on in the next line.
      text.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap {
        $0.offset % 2 == 1 && $0.element.hasPrefix("troupe ")
          ? (file, String($0.element).replacing("\n", with: " ")) : nil
      }
    }

    mutating func read(_ line: String, number: Int) {
      if line.hasPrefix("```") {
        if let (line, language, commands) = open {
          if ["", "sh", "console"].contains(language) {
            blocks.append(Block(file: file, line: line, reason: reason, commands: commands))
          }
          (open, reason) = (nil, nil)
        } else {
          open = (number, String(line.dropFirst(3)), [])
        }
      } else if let language = open?.language {
        if let command = Self.command(line, language: language) { open?.commands.append(command) }
      } else if line.hasPrefix("<!-- not run: "), line.hasSuffix(" -->") {
        reason = String(line.dropFirst("<!-- not run: ".count).dropLast(" -->".count))
      } else {
        text += line + "\n"
        if !line.isEmpty { reason = nil }
      }
    }

    private static func command(_ line: String, language: String) -> String? {
      var command = line
      if language == "console" {
        guard line.hasPrefix("$ ") else { return nil }
        command = String(line.dropFirst(2))
      }
      if let comment = command.firstRange(of: " # ") {
        command = String(command[..<comment.lowerBound])
      }
      command = String(command.reversed().drop { $0 == " " }.reversed())
      return command.isEmpty ? nil : command
    }
  }
}
