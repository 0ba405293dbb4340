import Testing

/// The run whose bits every test of this target holds against: CartPole, 4→16→2, 50 updates. All that
/// determines it is written out, so that no preset and no default can change it.
enum FixedRun {
  static let updateCount = 50

  /// SHA-256 of its `policy.safetensors`. A change means that the arithmetic changed somewhere: the
  /// commit says in its subject that the golden hash changes, and in its body which sum and why.
  static let policyDigest = "0e6bd6a53ed1fcc2919620ae7a617469d856237be4eb020fc113f5202911a008"

  /// What follows `troupe train` or `troupe learner`.
  static let arguments = [
    "cartpole", "--seed", "1", "--hidden", "16", "--activation", "tanh", "--initialization",
    "orthogonal", "--estimator", "reward-to-go", "--baseline", "leave-one-out-per-step",
    "--discount", "0.99", "--normalize-advantages", "--entropy", "0", "--gradient-norm-limit",
    "none", "--reward-scale", "1", "--optimizer", "adam", "--learning-rate", "0.03", "--schedule",
    "constant", "--episodes-per-update", "32", "--updates", "\(updateCount)", "--until-return",
    "none", "--evaluate-every", "none", "--json",
  ]

  /// The same with eight times as many episodes, for tests that have to do something in its middle.
  static let longArguments = arguments + ["--episodes-per-update", "256"]

  /// Expects that a run ended with all its updates, proven to be on-policy, and these parameters.
  static func expect(
    _ outcome: TroupeProcess.Outcome, in run: RunFiles, digest: String = policyDigest,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let summary = try outcome.summary(sourceLocation: sourceLocation)
    #expect(try run.policyDigest() == digest, sourceLocation: sourceLocation)
    #expect(summary.parametersDigest == digest, sourceLocation: sourceLocation)
    #expect(summary.updates == updateCount, sourceLocation: sourceLocation)
    #expect(summary.onPolicyMismatches == 0, sourceLocation: sourceLocation)
    let updates = try run.updates()
    #expect(updates.map(\.version) == Array(1...updateCount), sourceLocation: sourceLocation)
    #expect(updates.allSatisfy { $0.onPolicyMismatches == 0 }, sourceLocation: sourceLocation)
    #expect(run.address == nil, sourceLocation: sourceLocation)
  }
}
