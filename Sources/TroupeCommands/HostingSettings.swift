import Gymnasium

/// How Gymnasium environments are hosted on this machine: none of it determines a run.
enum HostingSection: OptionSection {
  static let options: [OptionDescriptor<RunSettings>] = GymnasiumHosting.options.map {
    $0.lifted(to: \.hosting)
  }
}

extension GymnasiumHosting {
  static let options: [OptionDescriptor<GymnasiumHosting>] = [
    .custom(
      "python", \.python, .placing, shape: .value("path"),
      help: "Python with gymnasium, or the directory of a virtual environment",
      allowed: "a path or a name", parse: { $0.isEmpty ? nil : $0 }, text: { $0 }),
    .custom(
      "env-timeout", \.patience, .placing, shape: .value("time"),
      help: "silence after which a Python process is replaced, such as 90s or 10m (default: 60s)",
      allowed: "a time such as 90s, 10m or 2h, above 0",
      parse: { NumberText.duration($0).flatMap { $0 > .zero ? $0 : nil } },
      text: { "\(NumberText.text(of: $0 / .seconds(1)))s" }),
    .choice(
      "env-vector", \.vectorization, .placing, help: "how one process holds several environments"),
    .choice(
      "env-autoreset", \.autoreset, .placing, help: "autoreset mode of a vector environment"),
  ]

  /// What makes an actor of this machine host its environments in the same way.
  var arguments: [String] {
    Self.options.flatMap { ["--\($0.name)", $0.write(self)] }
  }
}
