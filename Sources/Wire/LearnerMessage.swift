package import Kernels
package import Learning
package import RL

/// One message from the learner to all actors or to one.
package struct LearnerMessage: Equatable, Sendable {
  package var topic: Topic
  package var run: RunID
  package var incarnation: Incarnation
  /// Counts the learner's messages within the incarnation; an actor ignores older ones.
  package var sequence: UInt64
  package var body: Body

  /// Topic, envelope, parameters, normalisation.
  package static let greatestFrameCount = 4

  package init(
    topic: Topic, run: RunID, incarnation: Incarnation, sequence: UInt64, body: Body
  ) {
    self.topic = topic
    self.run = run
    self.incarnation = incarnation
    self.sequence = sequence
    self.body = body
  }

  package enum Body: Equatable, Sendable {
    case policy(Policy)
    case welcome(Welcome)
    case lease(Lease)
    case goodbye(Goodbye)
    case refusal(Refusal)
  }

  /// Opens a round.
  package struct Policy: Equatable, Sendable {
    package var round: RoundID
    /// m, the number of slots of the round.
    package var slotCount: Int
    /// Of everything that decides an action; what ``RL/PolicySnapshot/digest`` must give.
    package var digest: Digest128
    /// θ, flat; all finite.
    package var parameters: [Float]
    /// How the policy sees observations; nil for as they are. All finite.
    package var normalization: ObservationNormalization?
    /// σ of the noise on the parameters; nil unless the run is a search.
    package var perturbationScale: Float?
    /// In ascending order of actors, each at most once.
    package private(set) var firstLeases: [FirstLease]

    /// - Precondition: no actor has two first leases.
    package init(
      round: RoundID, slotCount: Int, digest: Digest128, parameters: [Float],
      normalization: ObservationNormalization? = nil, perturbationScale: Float? = nil,
      firstLeases: [FirstLease]
    ) {
      self.perturbationScale = perturbationScale
      self.round = round
      self.slotCount = slotCount
      self.digest = digest
      self.parameters = parameters
      self.normalization = normalization
      self.firstLeases = firstLeases.sorted { $0.actor < $1.actor }
      for (left, right) in zip(self.firstLeases, self.firstLeases.dropFirst()) {
        precondition(left.actor != right.actor, "one first lease for each actor")
      }
    }

    /// The lease that opens the round for `actor`, if it has one.
    package func firstLease(of actor: ActorID) -> Lease? {
      firstLeases.first { $0.actor == actor }.map {
        Lease(number: $0.number, round: round, slots: $0.slots)
      }
    }
  }

  /// A lease that travels with the policy it is for.
  package struct FirstLease: Hashable, Sendable {
    package var actor: ActorID
    package var number: UInt64
    package var slots: SlotSet

    package init(actor: ActorID, number: UInt64, slots: SlotSet) {
      self.actor = actor
      self.number = number
      self.slots = slots
    }
  }

  /// Everything that an actor needs to take part.
  package struct Welcome: Equatable, Sendable {
    package var configuration: RunConfiguration
    /// The open round, if there is one.
    package var policy: Policy?
    package var lease: Lease?
    /// Largest frame that the learner accepts; a larger one disconnects without a word.
    package var greatestFrameByteCount: Int
    package var suggestedLaneCount: Int?
    /// Nil from a learner that tells nothing of itself.
    package var host: HostFacts?

    package init(
      configuration: RunConfiguration, policy: Policy?, lease: Lease?, greatestFrameByteCount: Int,
      suggestedLaneCount: Int?, host: HostFacts? = nil
    ) {
      self.configuration = configuration
      self.policy = policy
      self.lease = lease
      self.greatestFrameByteCount = greatestFrameByteCount
      self.suggestedLaneCount = suggestedLaneCount
      self.host = host
    }
  }

  /// The run is over.
  package struct Goodbye: Hashable, Sendable {
    package var reason: String
    package init(reason: String) { self.reason = reason }
  }

  /// One actor may not take part.
  package struct Refusal: Hashable, Sendable {
    package var reason: RefusalReason
    package var text: String
    /// Host and process number of the one that is meant, where two processes have one id.
    package var identityKey: String?

    package init(reason: RefusalReason, text: String, identityKey: String? = nil) {
      self.reason = reason
      self.text = text
      self.identityKey = identityKey
    }
  }

  /// Why an actor may not take part.
  package enum RefusalReason: Hashable, Sendable, CaseIterable {
    case protocolVersion
    /// Another build or another floating-point mode: its arithmetic gives other bits.
    case numericsDigest
    /// Another process joined with the same id before.
    case duplicateActor
    /// Its arithmetic is not Troupe's, and this learner compares bits.
    case approximate
    /// Three of its episodes were refused.
    case quarantined
    /// It serves another run.
    case otherRun
  }
}
