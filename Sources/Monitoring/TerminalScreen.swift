import Glibc

/// The whole terminal, drawn on again and again while keys are read one by one. What was there before comes
/// back at the end.
package struct TerminalScreen: ~Copyable {
  private let before: termios

  /// Nil unless standard input and output are a terminal that can be drawn on.
  package init?() {
    var settings = termios()
    // SAFETY: tcgetattr fills exactly this structure.
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1,
      environmentVariable("TERM") != "dumb", unsafe tcgetattr(STDIN_FILENO, &settings) == 0
    else { return nil }
    var single = settings
    single.c_lflag &= ~tcflag_t(ICANON | ECHO)
    // SAFETY: tcsetattr reads exactly this structure.
    guard unsafe tcsetattr(STDIN_FILENO, TCSANOW, &single) == 0 else { return nil }
    before = settings
    // The other screen, without a cursor.
    write("\u{1b}[?1049h\u{1b}[?25l")
  }

  package var size: (columns: Int, rows: Int) { terminalSize(of: STDOUT_FILENO) ?? (80, 24) }

  /// Replaces what is shown; what does not fit is cut off.
  package func show(_ lines: [ScreenLine], usesColor: Bool, usesUnicode: Bool) {
    let (columns, rows) = size
    let texts = lines.prefix(rows).map {
      $0.text(width: columns, usesColor: usesColor, usesUnicode: usesUnicode)
    }
    // Each line is erased behind its end, so that nothing flickers.
    write("\u{1b}[H" + texts.joined(separator: "\u{1b}[K\r\n") + "\u{1b}[K\u{1b}[J")
  }

  /// The next key, or nil after so long or once the other descriptor is readable.
  package func key(within milliseconds: Int32, or other: Int32) -> UInt8? {
    var wanted = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    // SAFETY: the array is ours, and its count is given.
    guard unsafe poll(&wanted, nfds_t(wanted.count), milliseconds) > 0, wanted[0].revents != 0
    else {
      return nil
    }
    var byte: UInt8 = 0
    // SAFETY: one byte is read into one byte of ours. At the end of the input somebody has gone: `q`.
    return unsafe read(STDIN_FILENO, &byte, 1) == 1 ? byte : UInt8(ascii: "q")
  }

  /// Waits until the descriptor is readable, or for so long.
  package static func wait(for descriptor: Int32, milliseconds: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: the structure is ours, and it is one.
    _ = unsafe poll(&wanted, 1, milliseconds)
  }

  private func write(_ text: String) { _ = writeAll(Array(text.utf8), to: STDOUT_FILENO) }

  deinit {
    write("\u{1b}[?25h\u{1b}[?1049l")
    var settings = before
    // SAFETY: tcsetattr reads exactly this structure.
    _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }
}

/// One line of a screen, in parts that may look different.
package struct ScreenLine: Hashable, Sendable {
  package enum Style: Hashable, Sendable {
    case plain, strong, soft, good, bad, line

    fileprivate var code: String {
      switch self {
      case .plain: ""
      case .strong: "1"
      case .soft: "2"
      case .good: "32"
      case .bad: "1;31"
      case .line: "34"
      }
    }
  }

  private var parts: [(text: String, style: Style)] = []

  package init() {}
  package init(_ text: String, _ style: Style = .plain) { add(text, style) }

  package mutating func add(_ text: String, _ style: Style = .plain) {
    parts.append((text, style))
  }

  package var count: Int { parts.reduce(0) { $0 + $1.text.count } }
  package var plainText: String { parts.map(\.text).joined() }

  /// Adds blanks up to a column.
  package mutating func pad(to column: Int) {
    add(String(repeating: " ", count: max(0, column - count)))
  }

  package static func == (a: ScreenLine, b: ScreenLine) -> Bool {
    a.parts.elementsEqual(b.parts) { $0.text == $1.text && $0.style == $1.style }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(plainText) }

  /// The first `width` columns, as a terminal takes them.
  func text(width: Int, usesColor: Bool, usesUnicode: Bool) -> String {
    var result = ""
    var rest = width
    for part in parts where rest > 0 {
      let shown = String(part.text.prefix(rest))
      rest -= shown.count
      let text = usesUnicode ? shown : String(shown.map { Self.plainForms[$0] ?? $0 })
      result +=
        usesColor && part.style != .plain ? "\u{1b}[\(part.style.code)m\(text)\u{1b}[0m" : text
    }
    return result
  }

  /// What ASCII has for the characters of bars and charts.
  private static let plainForms: [Character: Character] = [
    "●": "*", "│": "|", "─": "-", "└": "+", "┄": "-", "█": "#", "▓": "=", "░": ".", "×": "x",
    "…": "~", "·": "-", "±": "+", "–": "-", "−": "-", "▁": "_", "▂": ".", "▃": "-", "▄": "=",
    "▅": "+", "▆": "*", "▇": "#",
  ]
}
