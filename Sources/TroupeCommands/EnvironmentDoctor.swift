import Cluster
import FoundationEssentials
import Gymnasium
import Learning
import RL

/// The part of `troupe doctor` that looks at an environment.
struct EnvironmentDoctor {
  private let settings: DoctorSettings
  private let environment: EnvironmentSpecification
  private let context: CommandContext

  /// - Throws: what is wrong with the options; 65 or 69 for an environment that cannot be had.
  init(_ resolved: Resolved<DoctorSettings>, in context: CommandContext) throws(RoleFailure) {
    settings = resolved.settings
    self.context = context
    let run = settings.run
    guard !run.environment.isEmpty else {
      throw RoleFailure(
        .usage,
        "no environment is given; name one of: "
          + context.catalogue.names.sorted().joined(separator: ", ") + ", or gymnasium:NAME")
    }
    let name: String
    do throws(ConfigurationError) {
      name = try run.run().environment
    } catch {
      throw resolved.failure(for: error, of: DoctorSettings.options)
    }
    let found = try context.catalogue.specification(
      named: name, source: resolved.source(of: "environment"), hosting: run.hosting, plays: true)
    guard !found.stepsElsewhere || run.latency.duration == .zero else {
      throw RoleFailure(
        .usage, "--step-latency must be 0 for \(name), whose steps take their own time")
    }
    environment = found.delayed(by: run.latency)
  }

  /// Examines and prints.
  ///
  /// - Throws: exit 65 when the environment fails, or is not reproducible without saying so.
  func examine() throws {
    let report: ExaminationReport
    do {
      report = try examination()
    } catch let fault as RolloutFault {
      throw RoleFailure(.badData, "\(fault)")
    }
    context.output(settings.json ? report.json : report.text)
    if let finding = report.firstDifference, environment.isReproducible {
      throw RoleFailure(.badData, finding)
    }
  }

  private func examination() throws -> ExaminationReport {
    let (policy, seed) = (settings.run.policy, settings.run.seed)
    let counts = environment.stepsElsewhere ? [1, 2, 8, 32, 128] : [1, 32, 64, 128, 256]
    context.note("measuring for \(NumberText.text(of: settings.duration / .seconds(1))) s")
    let measurements = try counts.map { lanes in
      try ActingMeasurement(
        of: environment, policy: policy, lanes: lanes, seed: seed,
        duration: settings.duration / counts.count)
    }
    // 48 episodes in a few seconds.
    let rate = measurements.map(\.stepsPerSecond).reduce(0, max)
    let limit = min(200, max(5, Int(rate * 3 / 48)))
    context.note("comparing episodes")
    return ExaminationReport(
      environment: environment,
      reproducibility: try ReproducibilityExamination(
        of: environment, policy: policy, seed: seed, stepLimit: limit),
      measurements: measurements, coreCount: ProcessInfo.processInfo.activeProcessorCount)
  }
}
