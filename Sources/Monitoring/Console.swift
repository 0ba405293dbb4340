import Glibc
import Synchronization

/// Standard error: whole lines, and below them at most one live line that is redrawn in place.
package final class Console: Sendable {
  package let isTerminal: Bool
  package let usesColor: Bool
  /// Whether characters beyond ASCII can be shown.
  package let usesUnicode: Bool
  private let descriptor: Int32
  /// The live line as it is on the screen; empty when there is none.
  private let live = Mutex("")

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
  package var width: Int { terminalWidth(of: descriptor) ?? 80 }

  /// Writes a line above the live line.
  package func write(line: String) {
    live.withLock { live in
      emit(live.isEmpty ? line + "\n" : eraseLine + line + "\n" + live)
    }
  }

  /// Shows this line in the place of the last live line; an empty one erases it.
  ///
  /// - Precondition: on a terminal, and no wider than it.
  package func show(live line: String) {
    live.withLock { live in
      guard line != live else { return }
      emit(eraseLine + line)
      live = line
    }
  }

  /// In one call, so that lines of several processes on one terminal do not mix. An error is ignored:
  /// there is nowhere to report it to.
  private func emit(_ text: String) { _ = writeAll(Array(text.utf8), to: descriptor) }
}

/// To the first column, and clear to the end of the line.
private let eraseLine = "\r\u{1b}[K"
