import Cluster
import Yams

/// A configuration in YAML: one `option: value` per line.
enum ConfigurationFile {
  /// Larger files are no configurations.
  private static let byteLimit = 1 << 20

  /// The values of the file at `path`; `source` makes the source of a value from its line. Throws a
  /// bad-data failure that names file, line and key.
  static func read<Settings>(
    _ path: String, options: [OptionDescriptor<Settings>],
    source: (_ line: Int) -> OptionSource
  ) throws(RoleFailure) -> OptionLayer {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try OpenFile.readAll(path, limit: byteLimit)
    } catch {
      throw RoleFailure(.badData, "\(error)")
    }
    return try parse(bytes, path: path, options: options, source: source)
  }

  static func parse<Settings>(
    _ bytes: [UInt8], path: String, options: [OptionDescriptor<Settings>],
    source: (_ line: Int) -> OptionSource
  ) throws(RoleFailure) -> OptionLayer {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RoleFailure(.badData, "\(path) is not a YAML file: it is not UTF-8 text")
    }
    return try parse(text, path: path, options: options, source: source)
  }

  static func parse<Settings>(
    _ text: String, path: String, options: [OptionDescriptor<Settings>],
    source: (_ line: Int) -> OptionSource
  ) throws(RoleFailure) -> OptionLayer {
    func failure(_ line: Int?, _ problem: String) -> RoleFailure {
      RoleFailure(.badData, line.map { "\(path), line \($0): \(problem)" } ?? "\(path): \(problem)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      let (line, problem) = explain(error, text: text)
      throw failure(line, problem)
    } catch {
      throw failure(nil, "\(error)")
    }
    guard let root, !isNull(root) else { return OptionLayer() }
    guard let mapping = root.mapping else {
      throw failure(root.mark?.line, "expected lines of the form option: value")
    }
    let known = options.filter { $0.purpose != .reading }
    var layer = OptionLayer()
    for (key, value) in mapping {
      let line = key.mark?.line ?? 0
      guard let name = key.scalar?.string else { throw failure(line, "expected option: value") }
      guard let option = known.first(where: { $0.name == name }) else {
        let hint = Suggestion.phrase(for: name, among: known.map(\.name))
        throw failure(line, "unknown option \(name)\(hint)")
      }
      guard let text = self.text(of: value, for: option) else {
        throw failure(line, "\(name) is \(kind(of: value)), but must be \(option.allowed)")
      }
      layer.values[name] = OptionLayer.Value(text: text, source: source(line))
    }
    return layer
  }

  /// The text that would be written on the command line, or nil if the value has the wrong form.
  private static func text<Settings>(
    of node: Node, for option: OptionDescriptor<Settings>
  ) -> String? {
    if isNull(node) { return nil }
    if let scalar = node.scalar { return scalar.string }
    guard let sequence = node.sequence else { return nil }
    switch option.shape {
    case .list, .repeated: break
    case .positional, .value, .flag, .toggle: return nil
    }
    if sequence.isEmpty { return "none" }
    var parts: [String] = []
    for element in sequence {
      guard let scalar = element.scalar, !isNull(element) else { return nil }
      parts.append(scalar.string)
    }
    return parts.joined(separator: ",")
  }

  private static func isNull(_ node: Node) -> Bool { node.scalar != nil && node.null != nil }

  private static func kind(of node: Node) -> String {
    if isNull(node) { return "empty" }
    if node.sequence != nil { return "a list" }
    return node.mapping != nil ? "a mapping" : "an alias"
  }

  static func explain(_ error: YamlError, text: String) -> (line: Int?, problem: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, "this is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      (
        secondLine(of: duplicates.first ?? "", in: text) ?? context.mark.line,
        "\(duplicates.first ?? "a key") is given more than once"
      )
    case .reader(let problem, _, _, _): (nil, "this is not YAML: \(problem)")
    default: (nil, "this is not YAML")
    }
  }

  /// Number of the second line that starts with `key:`.
  private static func secondLine(of key: String, in text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.enumerated().filter { $0.element.hasPrefix("\(key):") }.dropFirst().first
      .map { $0.offset + 1 }
  }
}
