// The one list entry from which the flag, the environment variable and the YAML key of an option are
// read, and from which its value is written back. A new option is one line in a section's table.

/// How the option looks on the command line.
enum OptionShape: Sendable {
  /// `NAME`, without dashes.
  case positional(String)
  /// `--name <placeholder>`
  case value(String)
  /// `--name 1,2,3`; in YAML also a list.
  case list(String)
  /// `--name one --name two`; in YAML a list.
  case repeated(String)
  /// `--name`
  case flag
  /// `--name` or `--no-name`
  case toggle
}

/// What the value decides, and so where it may be written and whether a resumed run may change it.
enum OptionPurpose: Sendable {
  /// Determines the parameters: recorded, and fixed for the life of the run.
  case run
  /// Recorded, but a resumed run may have another.
  case placing
  /// Belongs to one invocation: may stand in a file, is not recorded with the run.
  case session
  /// Steers the reading of the configuration itself: never in a file.
  case reading
}

/// One option of a command whose values are gathered in `Settings`.
struct OptionDescriptor<Settings: Sendable>: Sendable {
  /// As written after the dashes, and in YAML.
  let name: String
  let shape: OptionShape
  let purpose: OptionPurpose
  let help: String
  /// What is allowed, as it ends the sentence "… is x, but must be".
  let allowed: String
  /// Stores the value that a text stands for; false if the text stands for none.
  let read: @Sendable (String, inout Settings) -> Bool
  /// The text that ``read`` turns into the present value.
  let write: @Sendable (Settings) -> String

  /// Name of the environment variable.
  var variable: String { Self.variable(for: name) }

  static func variable(for name: String) -> String {
    "TROUPE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}

extension OptionDescriptor {
  typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

  /// An option whose values convert to and from text by two functions.
  static func custom<Value: Sendable>(
    _ name: String, _ path: Path<Value>, _ purpose: OptionPurpose, shape: OptionShape, help: String,
    allowed: String, parse: @escaping @Sendable (String) -> Value?,
    text: @escaping @Sendable (Value) -> String
  ) -> Self {
    Self(
      name: name, shape: shape, purpose: purpose, help: help, allowed: allowed,
      read: { written, settings in
        guard let value = parse(written) else { return false }
        settings[keyPath: path] = value
        return true
      },
      write: { text($0[keyPath: path]) })
  }

  /// The same for a value that may be absent, which is written as the word `absent`.
  static func optional<Value: Sendable>(
    _ name: String, _ path: Path<Value?>, _ purpose: OptionPurpose, shape: OptionShape,
    absent: String,
    help: String, allowed: String, parse: @escaping @Sendable (String) -> Value?,
    text: @escaping @Sendable (Value) -> String
  ) -> Self {
    custom(
      name, path, purpose, shape: shape, help: help, allowed: "\(allowed), or \(absent)",
      parse: { written -> Value?? in
        written == absent ? .some(nil) : parse(written).map { .some($0) }
      },
      text: { $0.map(text) ?? absent })
  }

  static func number(_ name: String, _ path: Path<Double>, _ purpose: OptionPurpose, help: String)
    -> Self
  {
    custom(
      name, path, purpose, shape: .value("number"), help: help, allowed: "a decimal number",
      parse: NumberText.decimal, text: NumberText.text(of:))
  }

  static func number(
    _ name: String, _ path: Path<Double?>, _ purpose: OptionPurpose, absent: String, help: String
  ) -> Self {
    optional(
      name, path, purpose, shape: .value("number"), absent: absent, help: help,
      allowed: "a decimal number", parse: NumberText.decimal, text: NumberText.text(of:))
  }

  /// Texts, each given by an option of its own or between commas outside of brackets and quotes.
  static func texts(
    _ name: String, _ path: Path<[String]>, placeholder: String, help: String
  ) -> Self {
    custom(
      name, path, .run, shape: .repeated(placeholder), help: help,
      allowed: "texts between commas, or none",
      parse: { $0 == "none" ? [] : OptionText.elements($0) },
      text: { $0.isEmpty ? "none" : $0.joined(separator: ",") })
  }

  static func count(
    _ name: String, _ path: Path<Int>, _ purpose: OptionPurpose, in range: ClosedRange<Int>,
    help: String
  ) -> Self {
    custom(
      name, path, purpose, shape: .value("count"), help: help, allowed: wholeNumber(in: range),
      parse: { text in NumberText.whole(text).flatMap { range.contains($0) ? $0 : nil } },
      text: { "\($0)" })
  }

  static func count(
    _ name: String, _ path: Path<Int?>, _ purpose: OptionPurpose, in range: ClosedRange<Int>,
    absent: String, help: String
  ) -> Self {
    optional(
      name, path, purpose, shape: .value("count"), absent: absent, help: help,
      allowed: wholeNumber(in: range),
      parse: { text in NumberText.whole(text).flatMap { range.contains($0) ? $0 : nil } },
      text: { "\($0)" })
  }

  private static func wholeNumber(in range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// One of the named cases of an enumeration.
  static func choice<Value>(
    _ name: String, _ path: Path<Value>, _ purpose: OptionPurpose, help: String
  ) -> Self
  where Value: RawRepresentable<String> & CaseIterable & Sendable {
    let names = Value.allCases.map(\.rawValue)
    let allowed = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    return custom(
      name, path, purpose, shape: .value("name"), help: "\(help): \(allowed)", allowed: allowed,
      parse: { Value(rawValue: $0) }, text: { $0.rawValue })
  }

  /// True or false; `shape` is `.flag` or `.toggle`.
  static func boolean(
    _ name: String, _ path: Path<Bool>, _ purpose: OptionPurpose, shape: OptionShape, help: String
  ) -> Self {
    custom(
      name, path, purpose, shape: shape, help: help, allowed: "true or false",
      parse: { $0 == "true" ? true : $0 == "false" ? false : nil }, text: { "\($0)" })
  }

  /// The same option of a larger settings type that holds `Settings` at `path`.
  func lifted<Outer: Sendable>(
    to path: any WritableKeyPath<Outer, Settings> & Sendable
  ) -> OptionDescriptor<Outer> {
    OptionDescriptor<Outer>(
      name: name, shape: shape, purpose: purpose, help: help, allowed: allowed,
      read: { read($0, &$1[keyPath: path]) }, write: { write($0[keyPath: path]) })
  }
}
