internal import Kernels
internal import Learning
internal import RL

extension ActorMessage.Returns {
  var encoded: ProtoReturns {
    var result = ProtoReturns()
    result.round = ProtoRound(round)
    result.policyDigest = ProtoDigest(policyDigest)
    result.lease = leaseNumber
    result.outcomes = outcomes.map { outcome in
      var result = ProtoOutcome()
      result.slot = UInt32(outcome.slot)
      result.stepCount = UInt32(outcome.stepCount)
      result.end = ProtoEpisodeEnd(outcome.end)
      result.episodeReturn = outcome.episodeReturn
      result.fingerprint = ProtoDigest(outcome.fingerprint)
      return result
    }
    return result
  }

  init(decoding returns: ProtoReturns, limits: DecodingLimits) throws(WireError) {
    guard returns.hasRound else { throw .missing(field: "returns.round") }
    guard returns.hasPolicyDigest else { throw .missing(field: "returns.policy_digest") }
    guard !returns.outcomes.isEmpty else { throw .missing(field: "returns.outcomes") }
    var outcomes: [CandidateOutcome] = []
    outcomes.reserveCapacity(returns.outcomes.count)
    for (i, outcome) in returns.outcomes.enumerated() {
      var field: String { "returns.outcomes[\(i)]" }
      guard outcome.hasFingerprint else { throw .missing(field: "\(field).fingerprint") }
      guard outcome.episodeReturn.isFinite else {
        throw .invalid(
          field: "\(field).episode_return", found: "\(outcome.episodeReturn)",
          allowed: "a finite number")
      }
      outcomes.append(
        CandidateOutcome(
          slot: try ActorMessage.Trajectories.slot(outcome.slot, field, limits),
          episodeReturn: outcome.episodeReturn,
          stepCount: try ActorMessage.Trajectories.stepCount(outcome.stepCount, field, limits),
          end: try outcome.end.value(field), fingerprint: outcome.fingerprint.value))
    }
    self.init(
      round: try returns.round.value("returns.round"), policyDigest: returns.policyDigest.value,
      leaseNumber: returns.lease, outcomes: outcomes)
  }
}
