import Cluster
import Learning

/// Where an option's value came from; later cases win over earlier ones.
enum OptionSource: Hashable, Sendable {
  case fallback
  case preset(String)
  /// Follows from another option, such as `updates`.
  case implied(by: String)
  case resumedRun(path: String, line: Int)
  /// Read off a policy file.
  case policy(path: String)
  case file(path: String, line: Int)
  case variable
  case flag

  /// Whether a user chose the value for this invocation.
  var isGiven: Bool {
    switch self {
    case .file, .variable, .flag: true
    case .fallback, .preset, .implied, .resumedRun, .policy: false
    }
  }

  /// As the comment of a configuration line says it.
  func note(for name: String) -> String {
    switch self {
    case .fallback: "default"
    case .preset(let preset): "preset \(preset)"
    case .implied(let other): "because \(other) was given"
    case .resumedRun(let path, _), .policy(let path): path
    case .file(let path, let line): "\(path), line \(line)"
    case .variable: OptionDescriptor<RunSettings>.variable(for: name)
    case .flag: "command line"
    }
  }
}

/// Values of one source, still as text.
struct OptionLayer: Sendable {
  struct Value: Sendable {
    let text: String
    let source: OptionSource
  }

  var values: [String: Value] = [:]

  subscript(name: String) -> Value? { values[name] }

  static func flags(_ given: [String: String]...) -> OptionLayer {
    var layer = OptionLayer()
    for (name, text) in given.joined() { layer.values[name] = Value(text: text, source: .flag) }
    return layer
  }

  static func preset(_ preset: Preset) -> OptionLayer {
    OptionLayer(
      values: preset.values.mapValues { Value(text: $0, source: .preset(preset.name)) })
  }

  /// Values of the process environment; an empty variable counts as unset.
  static func variables<Settings>(
    _ variables: [String: String], of options: [OptionDescriptor<Settings>]
  ) -> OptionLayer {
    var layer = OptionLayer()
    for option in options {
      if let text = variables[option.variable], !text.isEmpty {
        layer.values[option.name] = Value(text: text, source: .variable)
      }
    }
    return layer
  }
}

/// Settings, and where each value came from.
struct Resolved<Settings: Sendable>: Sendable {
  var settings: Settings
  private var sources: [String: OptionSource] = [:]

  init(_ settings: Settings) { self.settings = settings }

  func source(of name: String) -> OptionSource { sources[name] ?? .fallback }

  /// Replaces the values that the layer has.
  mutating func apply(
    _ layer: OptionLayer, of options: [OptionDescriptor<Settings>]
  ) throws(RoleFailure) {
    for option in options {
      guard let value = layer[option.name] else { continue }
      try set(option, to: value.text, source: value.source)
    }
  }

  mutating func set(
    _ option: OptionDescriptor<Settings>, to text: String, source: OptionSource
  ) throws(RoleFailure) {
    guard option.read(text, &settings) else {
      throw Resolved.failure(
        for: ConfigurationError(key: option.name, found: text, allowed: option.allowed),
        source: source, isPositional: option.isPositional)
    }
    sources[option.name] = source
  }

  /// The sentence and exit code for a value that is out of range, naming where it was written.
  func failure(
    for error: ConfigurationError, of options: [OptionDescriptor<Settings>]
  ) -> RoleFailure {
    let option = options.first { $0.name == error.key }
    return Resolved.failure(
      for: error, source: source(of: error.key), isPositional: option?.isPositional ?? false)
  }

  private static func failure(
    for error: ConfigurationError, source: OptionSource, isPositional: Bool
  ) -> RoleFailure {
    let rest = "is \(OptionText.shown(error.found)), but must be \(error.allowed)"
    switch source {
    case .flag where !isPositional: return RoleFailure(.usage, "--\(error.key) \(rest)")
    case .variable:
      return RoleFailure(.usage, "\(OptionDescriptor<Settings>.variable(for: error.key)) \(rest)")
    case .file(let path, let line), .resumedRun(let path, let line):
      return RoleFailure(.badData, "\(path), line \(line): \(error.key) \(rest)")
    case .policy(let path): return RoleFailure(.badData, "\(path): \(error.key) \(rest)")
    case .flag, .fallback, .preset, .implied: return RoleFailure(.usage, "\(error.key) \(rest)")
    }
  }
}

extension OptionDescriptor {
  var isPositional: Bool {
    switch shape {
    case .positional: true
    case .value, .list, .repeated, .flag, .toggle: false
    }
  }
}

extension OptionDescriptor {
  var isRepeated: Bool { if case .repeated = shape { true } else { false } }
}

enum OptionText {
  /// The parts of a list: commas within brackets, braces and quotes divide nothing.
  static func elements(_ text: String) -> [String]? {
    var (elements, depth, isQuoted) = ([""], 0, false)
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "[", "{": if !isQuoted { depth += 1 }
      case "]", "}": if !isQuoted { depth -= 1 }
      default: break
      }
      if character == ",", depth == 0, !isQuoted {
        elements.append("")
      } else {
        elements[elements.count - 1].append(character)
      }
    }
    return elements.contains("") ? nil : elements
  }

  /// A user's text within a sentence: visible, on one line, of sensible length.
  static func shown(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.isASCII && (33...126).contains($0.value) }
    guard text.isEmpty || !isPlain || text.utf8.count > 80 else { return text }
    let start = text.unicodeScalars.prefix(80).map { $0.escaped(asASCII: false) }.joined()
    return "\"\(start)\"" + (text.unicodeScalars.count > 80 ? "…" : "")
  }
}
