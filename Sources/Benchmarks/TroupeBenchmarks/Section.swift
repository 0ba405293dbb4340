/// One subject, measured by itself.
struct Section: Sendable {
  let name: String
  /// `troupe` is the path of the command, for the sections that run whole trainings.
  let measure: @Sendable (_ effort: Effort, _ troupe: String) throws -> [Figure]

  static let all: [Section] =
    [
      Section(name: "kernels") { effort, _ in KernelSection.measure(effort) },
      Section(name: "parts of a step") { effort, _ in PartsSection.measure(effort) },
      Section(name: "environments") { effort, _ in EnvironmentSection.measure(effort) },
      Section(name: "rollout") { effort, _ in try RolloutSection.measure(effort) },
      Section(name: "gradient") { effort, _ in try GradientSection.measure(effort) },
      Section(name: "wire") { effort, _ in try WireSection.measure(effort) },
      Section(name: "transport") { effort, _ in try TransportSection.measure(effort) },
      Section(name: "coordination") { effort, _ in try CoordinationSection.measure(effort) },
    ]
    + TrainingCase.all.map { training in
      Section(name: "training \(training.name)") { effort, troupe in
        try training.measure(effort, troupe: troupe)
      }
    } + [
      Section(name: "solving", measure: SolvingSection.measure),
      Section(name: "start-up", measure: StartUpSection.measure),
      Section(name: "metrics", measure: MetricsSection.measure),
      Section(name: "pixelcopter", measure: PixelcopterSection.measure),
    ]
}
