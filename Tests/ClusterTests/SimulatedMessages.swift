import Cluster
import Kernels
import RL
import Wire

struct SimulatedTrajectory {
  var terms: RoundTerms
  var slot: Int
  var fingerprint: Digest128
}

/// What an actor pushes.
enum Upstream {
  case join(lanes: Int, identityKey: String)
  case status(StatusReport)
  case trajectories([SimulatedTrajectory])
  case leave
}

/// What the learner publishes.
struct Downstream {
  enum Body {
    case welcome(RoundTerms, Lease?)
    case policy(RoundTerms, [FirstLease])
    case lease(Lease)
    case goodbye
    case refusal(identityKey: String?)
  }
  var origin: MessageOrigin
  var body: Body
}

/// The digest that the policy of `version` has in every incarnation.
func digest(of version: PolicyVersion) -> Digest128 {
  Digest128(high: 0xd16e57, low: UInt64(version.rawValue) &* 0x9e37_79b9_7f4a_7c15)
}

/// The log-probabilities that an episode has wherever it is played.
func fingerprint(of slot: Int, in round: RoundID) -> Digest128 {
  Digest128(
    high: UInt64(round.version.rawValue) << 8 | UInt64(round.kind.rawValue),
    low: UInt64(bitPattern: Int64(slot)))
}
