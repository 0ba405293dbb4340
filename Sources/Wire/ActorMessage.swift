package import Kernels
package import Learning
package import RL

/// One message from an actor to the learner.
package struct ActorMessage: Equatable, Sendable {
  package var actor: ActorID
  /// The run that the actor serves; nil before its first welcome.
  package var run: RunID?
  package var body: Body

  /// Frames of the largest kind of message: an envelope and the arrays of trajectories.
  package static let greatestFrameCount = 1 + Trajectories.greatestArrayCount

  package init(actor: ActorID, run: RunID?, body: Body) {
    self.actor = actor
    self.run = run
    self.body = body
  }

  package enum Body: Equatable, Sendable {
    case join(Join)
    case status(Status)
    case trajectories(Trajectories)
    case returns(Returns)
    case leave(Leave)
  }

  /// Asks for a welcome; repeated until one comes.
  package struct Join: Hashable, Sendable {
    /// Hash of the outputs of the kernels' self-test; equal on every host that may take part, and without
    /// meaning where `arithmetic` is approximate.
    package var numericsDigest: Digest128
    package var hostName: String
    package var processID: UInt32
    /// Episodes the actor steps side by side, at least 1.
    package var laneCount: Int
    /// Of the kernels in use, such as `avx2`; for people only.
    package var instructionSet: String
    package var arithmetic: Arithmetic

    package init(
      numericsDigest: Digest128, hostName: String, processID: UInt32, laneCount: Int,
      instructionSet: String, arithmetic: Arithmetic = .exact
    ) {
      self.numericsDigest = numericsDigest
      self.hostName = hostName
      self.processID = processID
      self.laneCount = laneCount
      self.instructionSet = instructionSet
      self.arithmetic = arithmetic
    }
  }

  /// Whether an actor's log-probabilities equal Troupe's bit for bit.
  package enum Arithmetic: Hashable, Sendable, CaseIterable {
    case exact
    /// Another implementation's; compared within a tolerance, where a learner allows it at all.
    case approximate
  }

  /// Where the actor is: what the learner's picture of it is mended from.
  package struct Status: Hashable, Sendable {
    /// The learner process that the actor listens to.
    package var incarnation: Incarnation
    /// The round of the newest policy, or nil while there is none.
    package var round: RoundID?
    /// Number of the last lease applied in this incarnation, or nil.
    package var appliedLease: UInt64?
    /// Slots of `round` that the actor holds and whose trajectories it has not pushed.
    package var unplayed: SlotSet
    /// Environment steps since the process started.
    package var stepCount: UInt64
    /// Time spent playing them.
    package var playNanoseconds: UInt64

    package init(
      incarnation: Incarnation, round: RoundID?, appliedLease: UInt64?, unplayed: SlotSet,
      stepCount: UInt64, playNanoseconds: UInt64
    ) {
      self.incarnation = incarnation
      self.round = round
      self.appliedLease = appliedLease
      self.unplayed = unplayed
      self.stepCount = stepCount
      self.playNanoseconds = playNanoseconds
    }
  }

  /// Finished episodes of one policy version.
  package struct Trajectories: Equatable, Sendable {
    package var round: RoundID
    /// Of the policy that played them.
    package var policyDigest: Digest128
    /// The last lease applied when the batch was made; for the learner's log only.
    package var leaseNumber: UInt64
    package var actionSpace: ActionSpace
    package var block: TrajectoryBlock

    /// - Precondition: the block is not empty and has the rows that the action space asks for.
    package init(
      round: RoundID, policyDigest: Digest128, leaseNumber: UInt64, actionSpace: ActionSpace,
      block: TrajectoryBlock
    ) {
      precondition(!block.isEmpty, "a message without trajectories says nothing")
      precondition(block.actionSize == actionSpace.actionSize, "rows of the action space")
      self.round = round
      self.policyDigest = policyDigest
      self.leaseNumber = leaseNumber
      self.actionSpace = actionSpace
      self.block = block
    }
  }

  /// Finished episodes of one search round, whose trajectories stay where they are.
  package struct Returns: Equatable, Sendable {
    package var round: RoundID
    /// Of the parameters and the scale of the noise.
    package var policyDigest: Digest128
    /// The last lease applied; for the learner's log only.
    package var leaseNumber: UInt64
    package var outcomes: [CandidateOutcome]

    /// - Precondition: there is an outcome.
    package init(
      round: RoundID, policyDigest: Digest128, leaseNumber: UInt64, outcomes: [CandidateOutcome]
    ) {
      precondition(!outcomes.isEmpty, "a message without outcomes says nothing")
      self.round = round
      self.policyDigest = policyDigest
      self.leaseNumber = leaseNumber
      self.outcomes = outcomes
    }
  }

  /// The actor goes, with everything pushed that it finished.
  package struct Leave: Hashable, Sendable {
    package var reason: String
    /// The round of `unplayed`, or nil if the actor had no policy.
    package var round: RoundID?
    package var unplayed: SlotSet
    /// Where the environment broke its contract in an episode of `round`; `reason` says how.
    package var fault: EnvironmentFault?

    package init(
      reason: String, round: RoundID?, unplayed: SlotSet, fault: EnvironmentFault? = nil
    ) {
      self.reason = reason
      self.round = round
      self.unplayed = unplayed
      self.fault = fault
    }
  }

  package struct EnvironmentFault: Hashable, Sendable {
    /// Nil if it is not known which of several episodes is at fault.
    package var slot: Int?

    package init(slot: Int?) { self.slot = slot }
  }
}
