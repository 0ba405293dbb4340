/// The environment variables that Troupe reads.
enum OptionVariables {
  /// Read elsewhere than from an option.
  private static let others = ["TROUPE_ISA", "TROUPE_GOLDEN"]

  static let names: [String] = {
    let names =
      RunSettings.options.map(\.variable) + ActorSettings.options.map(\.variable)
      + RelaySettings.options.map(\.variable) + EvaluationSettings.options.map(\.variable)
      + ReplaySettings.options.map(\.variable) + DoctorSettings.options.map(\.variable) + others
    return Array(Set(names)).sorted()
  }()

  /// Warns of each variable that is nearly, but not quite, the name of an option.
  static func warnOfUnknown(in context: CommandContext) {
    for name in context.variables.keys.sorted()
    where name.hasPrefix("TROUPE_") && !names.contains(name) {
      if let meant = Suggestion.nearest(to: name, among: names),
        Suggestion.editDistance(name, meant) <= 2
      {
        context.warn("\(name) is no option and is ignored; did you mean \(meant)?")
      }
    }
  }
}
