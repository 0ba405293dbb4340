/// Writes settings as the YAML that ``ConfigurationFile`` reads back to the same values.
enum ConfigurationText {
  /// Every effective value with its source, for `--print-config`.
  static func complete<Settings>(
    _ resolved: Resolved<Settings>, options: [OptionDescriptor<Settings>], title: String
  ) -> String {
    let shown = options.filter { option in
      switch option.purpose {
      case .run, .placing: true
      case .session: resolved.source(of: option.name) != .fallback
      case .reading: false
      }
    }
    return render(resolved, options: shown, title: title)
  }

  /// The values that a run directory keeps: what determines the run, its goal and its place.
  static func recorded<Settings>(
    _ resolved: Resolved<Settings>, options: [OptionDescriptor<Settings>], title: String
  ) -> String {
    let kept = options.filter { option in
      switch option.purpose {
      case .run, .placing: true
      case .session, .reading: false
      }
    }
    return render(resolved, options: kept, title: title)
  }

  private static func render<Settings>(
    _ resolved: Resolved<Settings>, options: [OptionDescriptor<Settings>], title: String
  ) -> String {
    let lines = options.map { option in
      let value = value(option.write(resolved.settings), shape: option.shape)
      return (text: "\(option.name): \(value)", note: resolved.source(of: option.name), option.name)
    }
    let width = lines.map(\.text.count).filter { $0 <= 48 }.max() ?? 0
    return "# \(title)\n"
      + lines.map { line in
        let padding = String(repeating: " ", count: max(0, width - line.text.count))
        return "\(line.text)\(padding)  # \(singleLine(line.note.note(for: line.2)))\n"
      }.joined()
  }

  private static func value(_ text: String, shape: OptionShape) -> String {
    if case .list = shape, text != "none" {
      return "[" + text.split(separator: ",").joined(separator: ", ") + "]"
    }
    if case .repeated = shape, text != "none", let elements = OptionText.elements(text) {
      return "[" + elements.map(quoted).joined(separator: ", ") + "]"
    }
    let isPlain =
      text.first.map { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "-" || $0 == "." } ?? false
      && !["null", "Null", "NULL", "-", "--", "---", "..."].contains(text)
      && text.last != ":"
      && text.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
            || "+-./:_".unicodeScalars.contains($0))
      }
    return isPlain ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case let other where other.value < 32 || other.value == 127:
        let hex = String(other.value, radix: 16)
        result += "\\x" + (hex.count < 2 ? "0" : "") + hex
      case let other: result.unicodeScalars.append(other)
      }
    }
    return result + "\""
  }

  private static func singleLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
