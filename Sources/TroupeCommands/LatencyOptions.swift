import Cluster

extension StepLatency {
  /// How a slow simulator is imitated: none of it determines a run.
  static let options: [OptionDescriptor<StepLatency>] = [
    .custom(
      "step-latency", \.duration, .placing, shape: .value("time"),
      help: "for benchmarks: time that a step takes, such as 1ms or 20us (default: 0)",
      allowed: "a time such as 1ms, 20us or 0, at most 60s", parse: NumberText.shortTime,
      text: NumberText.text(ofShortTime:)),
    .choice(
      "step-latency-per", \.unit, .placing,
      help: "what takes that time, the steps of lanes in turn or one tick of all lanes"),
  ]

  /// What makes an actor of this machine just as slow.
  var arguments: [String] {
    duration == .zero ? [] : Self.options.flatMap { ["--\($0.name)", $0.write(self)] }
  }
}
