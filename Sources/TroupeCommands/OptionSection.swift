import ArgumentParser

/// A titled group of options, as `--help` shows them.
protocol OptionSection {
  associatedtype Settings: Sendable
  static var options: [OptionDescriptor<Settings>] { get }
}

/// The flags of a section as they stood on the command line, still as text.
///
/// ArgumentParser finds options by reflection over property wrappers; this type offers it wrappers
/// made from the section's descriptors, so that there is no second list of options.
struct OptionArguments<Section: OptionSection>: ParsableArguments, CustomReflectable {
  /// Texts by option name; an option that was not given is absent.
  private(set) var given: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for option in Section.options {
      let key = OptionKey(option.name)
      let text: String? =
        switch option.shape {
        case .positional: try container.decode(Argument<String?>.self, forKey: key).wrappedValue
        case .value, .list: try container.decode(Option<String?>.self, forKey: key).wrappedValue
        case .repeated:
          try container.decode(Option<[String]>.self, forKey: key).wrappedValue
            .joined(separator: ",")
        case .flag: try container.decode(Flag<Bool>.self, forKey: key).wrappedValue ? "true" : nil
        case .toggle:
          try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map { "\($0)" }
        }
      if let text, !(text.isEmpty && option.isRepeated) { given[option.name] = text }
    }
  }

  var customMirror: Mirror {
    Mirror(
      self, children: Section.options.map { (label: $0.name, value: Self.wrapper(for: $0)) },
      displayStyle: .struct)
  }

  /// A capital letter at the beginning, but of an address, and a full stop at the end.
  private static func sentence(_ help: String) -> String {
    let isAddress = help.prefix { $0 != " " }.contains("://")
    return (isAddress ? help.prefix(1) : help.prefix(1).uppercased()[...]) + help.dropFirst() + "."
  }

  private static func wrapper(for option: OptionDescriptor<Section.Settings>) -> any Sendable {
    let name = NameSpecification.customLong(option.name)
    let help = sentence(option.help)
    switch option.shape {
    case .positional(let placeholder):
      return Argument<String?>(help: ArgumentHelp("\(help)", valueName: placeholder))
    case .value(let placeholder), .list(let placeholder):
      // Unconditional, because a value may start with a dash: --until-return -150.
      return Option<String?>(
        name: name, parsing: .unconditional,
        help: ArgumentHelp("\(help)", valueName: placeholder),
        transform: { text in
          guard !text.hasPrefix("--") else { throw ValidationError("that is an option") }
          return text
        })
    case .repeated(let placeholder):
      return Option<[String]>(
        wrappedValue: [], name: name, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("\(help)", valueName: placeholder),
        transform: { text in
          guard !text.hasPrefix("--") else { throw ValidationError("that is an option") }
          return text
        })
    case .flag:
      return Flag<Bool>(wrappedValue: false, name: name, help: ArgumentHelp("\(help)"))
    case .toggle:
      return Flag<Bool?>(
        name: name, inversion: .prefixedNo, exclusivity: .chooseLast,
        help: ArgumentHelp("\(help)"))
    }
  }
}

private struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
