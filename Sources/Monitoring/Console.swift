import Glibc
import Synchronization

/// Standard error: whole lines, and below them live lines that are redrawn in place.
package final class Console: Sendable {
  package let isTerminal: Bool
  package let usesColor: Bool
  /// Whether characters beyond ASCII can be shown.
  package let usesUnicode: Bool
  private let descriptor: Int32
  /// The live lines as they are on the screen.
  private let live = Mutex<[String]>([])

  package init(descriptor: Int32, isTerminal: Bool, usesColor: Bool, usesUnicode: Bool) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal
    self.usesColor = usesColor
    self.usesUnicode = usesUnicode
  }

  /// Standard error with what the environment says about it: `NO_COLOR`, `TERM`, the locale.
  package static func standardError() -> Console {
    let isTerminal = isatty(STDERR_FILENO) == 1 && environmentVariable("TERM") != "dumb"
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environmentVariable).first ?? ""
    let encoding = locale.uppercased()
    return Console(
      descriptor: STDERR_FILENO, isTerminal: isTerminal,
      usesColor: isTerminal && environmentVariable("NO_COLOR") == nil,
      usesUnicode: encoding.hasSuffix("UTF-8") || encoding.hasSuffix("UTF8"))
  }

  /// Columns; 80 where the terminal does not say.
  package var width: Int { terminalSize(of: descriptor)?.columns ?? 80 }

  /// Writes a line above the live lines.
  package func write(line: String) {
    live.withLock { live in
      emit(Self.erasing(live) + line + "\n" + live.joined(separator: "\n"))
    }
  }

  /// Shows these lines in the place of the last live lines; none erases them.
  ///
  /// - Precondition: on a terminal, and no line wider than it.
  package func show(live lines: [String]) {
    live.withLock { live in
      guard lines != live else { return }
      emit(Self.erasing(live) + lines.joined(separator: "\n"))
      live = lines
    }
  }

  /// To the first column of the first live line, and clear to the end of the screen.
  private static func erasing(_ live: [String]) -> String {
    guard live.count > 1 else { return live.isEmpty ? "" : "\r\u{1b}[J" }
    return "\r\u{1b}[\(live.count - 1)A\u{1b}[J"
  }

  /// In one call, so that lines of several processes on one terminal do not mix. An error is ignored:
  /// there is nowhere to report it to.
  private func emit(_ text: String) { _ = writeAll(Array(text.utf8), to: descriptor) }
}
