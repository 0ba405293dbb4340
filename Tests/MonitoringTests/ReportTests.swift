import Logging
import Monitoring
import RL
import Testing

@Suite struct ReportTests {
  var report: UpdateReport {
    var report = UpdateReport(
      version: PolicyVersion(12), returns: [1, 2, 3, 4], environmentSteps: 100)
    report.elapsedSeconds = 3
    report.roundSeconds = 0.5
    report.entropy = 0.69
    report.kl = 0.001
    report.gradientNorm = .nan
    report.learningRate = 0.03
    report.actors = 2
    report.learnerWaitingShare = 0.25
    report.actorWaitingShare = 0.125
    report.receivedBytes = 1234
    report.gradientSignalToNoise = 2.5
    report.learnerComputingShare = 0.5
    report.slotsLeasedAgain = 7
    return report
  }

  @Test("a metrics line has every metric, in a fixed order")
  func metricsLine() {
    #expect(
      report.jsonText
        == #"{"version":12,"elapsed_seconds":3.0,"round_seconds":0.5,"episodes":4,"#
        + #""environment_steps":100,"steps_per_second":200.0,"episodes_per_second":8.0,"mean_return":2.5,"#
        + #""mean_return_error":\#(1.96 * (5.0 / 3).squareRoot() / 2),"#
        + #""std_return":\#((5.0 / 3).squareRoot()),"min_return":1.0,"max_return":4.0,"#
        + #""mean_length":25.0,"entropy":0.69,"kl":0.001,"gradient_norm":null,"#
        + #""gradient_signal_to_noise":2.5,"baseline_variance_cut":null,"#
        + #""explained_variance":null,"value_error":null,"learning_rate":0.03,"evaluation_mean_return":null,"#
        + #""evaluation_std_return":null,"evaluation_episodes":null,"actors":2,"#
        + #""learner_waiting_share":0.25,"learner_computing_share":0.5,"#
        + #""learner_broadcasting_share":0.0,"actor_waiting_share":0.125,"received_bytes":1234,"#
        + #""bytes_per_step":12.34,"waiting_messages":0,"slots_leased_again":7,"#
        + #""backup_leases":0,"resent_leases":0,"approximate_episodes":0,"#
        + #""log_probability_error":null,"#
        + #""on_policy_mismatches":0,"stale_trajectories":0,"duplicate_trajectories":0,"#
        + #""refused_trajectories":0}"#)
  }

  @Test("every metric has a unit and a meaning of its own")
  func documented() {
    #expect(Set(MetricName.allCases.map(\.meaning)).count == MetricName.allCases.count)
    #expect(MetricName.allCases.allSatisfy { !$0.unit.isEmpty })
  }

  @Test("a single episode has no spread, and its numbers are finite")
  func single() {
    let report = UpdateReport(version: PolicyVersion(1), returns: [5], environmentSteps: 3)
    #expect(report.meanReturn == 5 && report.stdReturn == 0 && report.meanReturnError == 0)
    #expect(report.stepsPerSecond == 0)
  }

  @Test("the log line names trouble only where there is some")
  func metadata() {
    var report = report
    #expect(report.metadata[MetricName.staleTrajectories.rawValue] == nil)
    #expect(report.metadata[MetricName.evaluationMeanReturn.rawValue] == nil)
    report.staleTrajectories = 3
    report.evaluation = .init(episodes: 10, meanReturn: 7, stdReturn: 1)
    #expect(report.metadata[MetricName.staleTrajectories.rawValue]?.description == "3")
    #expect(report.metadata[MetricName.evaluationMeanReturn.rawValue]?.description == "7.0")
    #expect(report.jsonText.contains(#""evaluation_mean_return":7.0,"#))
  }

  @Test("the same key in log and metrics means the same")
  func keys() {
    for key in LogKey.allCases {
      guard let metric = MetricName(rawValue: key.rawValue) else { continue }
      #expect([.version, .episodes, .actors].contains(metric))
    }
  }
}

@Suite struct NumberTextTests {
  @Test(
    "factors are thousands", arguments: [(999.0, "999"), (1000, "1.00k"), (1_023_999, "1.02M")])
  func scaled(value: Double, text: String) { #expect(NumberText.scaled(value) == text) }
}

@Suite struct RunSummaryTests {
  let summary = RunSummary(
    runDirectory: "runs/cart pole", updates: 120, episodes: 3840, environmentSteps: 1_234_567,
    wallSeconds: 251.4, stepsPerSecond: 4910.7, meanReturn: 487.25, stdReturn: 12.5,
    bestMeanReturn: 487.25, bestVersion: 120, solved: true, parametersSHA256: "00ff", actors: 2,
    onPolicyMismatches: 0, staleTrajectories: 1,
    duplicateTrajectories: 0, refusedTrajectories: 0, ended: "until-return")

  @Test("the object has the documented keys")
  func json() {
    #expect(
      summary.jsonLine.text
        == #"{"updates":120,"episodes":3840,"environment_steps":1234567,"wall_seconds":251.4,"#
        + #""steps_per_second":4910.7,"mean_return":487.25,"std_return":12.5,"#
        + #""best_mean_return":487.25,"best_version":120,"solved":true,"#
        + #""parameters_sha256":"00ff","run_dir":"runs/cart pole","actors":2,"approximate_episodes":0,"#
        + #""on_policy_mismatches":0,"stale_trajectories":1,"duplicate_trajectories":0,"#
        + #""refused_trajectories":0,"ended":"until-return"}"#)
  }

  @Test("the block is aligned")
  func text() {
    #expect(
      summary.text == """
        solved                yes
        mean return           487.3 ± 12.5
        updates               120
        episodes              3,840
        environment steps     1,234,567
        time                  4 min 11 s
        steps per second      4,911
        actors                2
        on-policy mismatches  0
        stale trajectories    1
        parameters            00ff
        run                   runs/cart pole
        """)
  }

  @Test("a version that did better than the last is named, with the way to it")
  func better() {
    var summary = summary
    summary.bestMeanReturn = 491.5
    summary.bestVersion = 1100
    #expect(
      summary.text.contains(
        """
        mean return           487.3 ± 12.5
        best evaluation       491.5 at update 1,100; evaluate --policy best
        updates               120
        """), "\(summary.text)")
  }

  @Test("what is not known is null in the object and absent from the block")
  func unknown() {
    var summary = summary
    summary.meanReturn = nil
    summary.stdReturn = nil
    summary.bestMeanReturn = nil
    summary.bestVersion = nil
    summary.solved = nil
    #expect(
      summary.jsonLine.text.contains(
        #""mean_return":null,"std_return":null,"best_mean_return":null,"best_version":null,"solved":null"#
      ))
    #expect(summary.text.hasPrefix("updates "))
  }
}
