import Cluster
import Monitoring
import RL

/// What `troupe doctor ENVIRONMENT` prints.
struct ExaminationReport {
  let environment: EnvironmentSpecification
  let reproducibility: ReproducibilityExamination
  /// In ascending order of lanes; never empty.
  let measurements: [ActingMeasurement]
  /// Of this machine.
  let coreCount: Int

  /// The fewest lanes with which an actor is nearly as fast as with any number.
  var suggested: ActingMeasurement {
    let best = measurements.map(\.stepsPerSecond).reduce(0, max)
    return measurements.first { $0.stepsPerSecond >= 0.95 * best } ?? measurements[0]
  }

  /// As many actors as keep the cores busy, and no more than 256.
  var suggestedActors: Int {
    let cores = environment.stepsElsewhere ? suggested.cores : 1
    return min(256, max(1, Int((Double(coreCount) / max(cores, 0.001)).rounded())))
  }

  /// The sentence that says how the environment is not reproducible; nil if it is.
  var firstDifference: String? {
    guard let finding = reproducibility.findings.first(where: { $0.difference != nil }) else {
      return nil
    }
    return "\(environment.name) is not reproducible: with \(finding.circumstance) "
      + "\(finding.difference ?? ""); take all randomness from the reset's seed and keep nothing from "
      + "episode to episode, or let the registration say nondeterministic=True"
  }

  var text: String {
    var lines = [
      "\(environment.name): observes \(environment.observationSize), \(environment.actionSpace), "
        + "at most \(environment.stepLimit) steps",
      "", verdict,
    ]
    lines += reproducibility.findings.map { finding in
      "  \(finding.circumstance): \(finding.difference ?? "equal, bit for bit")"
    }
    let waits = environment.stepsElsewhere ? "waits" : "environment"
    lines += ["", Self.row("lanes", "steps/s", waits, "policy, rest", "cores, actor", "simulator")]
    lines += measurements.map { measurement in
      Self.row(
        "\(measurement.lanes)", "\(Int(measurement.stepsPerSecond.rounded()))",
        Self.percent(measurement.environmentShare), Self.percent(1 - measurement.environmentShare),
        Self.hundredths(measurement.ownCores), Self.hundredths(measurement.simulatorCores))
    }
    lines += ["", bottleneck]
    if suggested.queueShare > 0.05 {
      lines.append(
        "Other programs had the cores \(Self.percent(suggested.queueShare)) of the time: on an idle machine "
          + "all is faster.")
    }
    lines += ["", "suggested: \(suggestion)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var verdict: String {
    let played = "\(reproducibility.episodeCount) episodes, \(reproducibility.stepCount) steps"
    if reproducibility.isReproducible {
      return "reproducible as far as \(played) show"
        + (environment.isReproducible ? "" : ", although its registration says that it is not")
    }
    return "NOT reproducible (\(played))"
      + (environment.isReproducible
        ? ""
        : ", as its registration says: no slot is played twice at once, no run can be repeated")
  }

  var suggestion: String { "--lanes \(suggested.lanes) --actors \(suggestedActors)" }

  /// Where the time of an actor goes, with as many lanes as are suggested.
  private var bottleneck: String {
    let at = suggested
    let share = Self.percent(at.environmentShare)
    guard environment.stepsElsewhere else {
      return
        "An actor spends \(share) of its time in the environment, the rest on the policy and on\n"
        + "recording; it keeps one core busy, so there is one for each core."
    }
    if at.environmentShare < 0.5 {
      return
        "An actor waits for the simulator only \(share) of its time: the policy is what takes it,\n"
        + "and more actors help as long as there are cores."
    }
    if at.simulatorComputes {
      return
        "The simulator computes, and the actor waits \(share) of its time: what limits is the\n"
        + "simulator's core. More lanes do not help, more actors do as long as there are cores."
    }
    return
      "The simulator does not compute, and the actor waits \(share) of its time: both are idle, and\n"
      + "throughput grows with the number of actors far beyond that of cores."
  }

  var json: String {
    var line = JSONLine()
    line.add("environment", .string(environment.name))
    line.add("reproducible", .bool(reproducibility.isReproducible))
    line.add("declared_reproducible", .bool(environment.isReproducible))
    line.add(
      "findings",
      .array(
        reproducibility.findings.map {
          .object([
            .init("circumstance", .string($0.circumstance)),
            .init("difference", $0.difference.map { .string($0) } ?? .null),
          ])
        }))
    line.add(
      "measurements",
      .array(
        measurements.map {
          .object([
            .init("lanes", .integer($0.lanes)),
            .init("steps_per_second", .number($0.stepsPerSecond)),
            .init("environment_share", .number($0.environmentShare)),
            .init("actor_cores", .number($0.ownCores)),
            .init("simulator_cores", .number($0.simulatorCores)),
          ])
        }))
    line.add("suggested_lanes", .integer(suggested.lanes))
    line.add("suggested_actors", .integer(suggestedActors))
    return line.text
  }

  private static func row(_ cells: String...) -> String {
    let widths = [5, 10, 13, 14, 14, 11]
    return zip(cells, widths).map { cell, width in
      String(repeating: " ", count: max(0, width - cell.count)) + cell
    }.joined()
  }

  private static func percent(_ share: Double) -> String {
    "\(Int((max(0, min(1, share)) * 100).rounded())) %"
  }

  private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
