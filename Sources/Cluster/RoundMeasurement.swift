internal import Learning
internal import Monitoring
internal import RL
internal import Wire

/// Times and counts of one round.
struct RoundMeasurement {
  /// When the policy went out first, on the learner's clock.
  private(set) var start = Duration.zero
  /// When its last trajectory was found right.
  private(set) var end = Duration.zero
  private(set) var broadcasting = Duration.zero
  /// How long the learner's loop had nothing to do.
  private(set) var waiting = Duration.zero
  /// From the round's end to the next parameters.
  private(set) var computing = Duration.zero
  /// The most messages that waited when the learner looked.
  private(set) var waitingMessages = 0
  /// Of all actors together.
  private(set) var playedNanoseconds: UInt64 = 0
  private(set) var approximateEpisodes = 0
  private(set) var greatestDeviation: Float = 0
  /// Kept only where somebody looks.
  private var shares: [ActorID: RoundTimeline.Share] = [:]
  private let keepsShares: Bool

  init(keepsShares: Bool) { self.keepsShares = keepsShares }

  /// From the broadcast to the next parameters.
  var duration: Duration { end - start + computing }

  mutating func begin(now: Duration) {
    self = RoundMeasurement(keepsShares: keepsShares)
    start = now
    end = now
  }

  mutating func broadcast(now: Duration) { broadcasting = now - start }

  mutating func waited(_ duration: Duration) { waiting += duration }

  mutating func ended(now: Duration) { end = now }

  mutating func computed(_ duration: Duration) { computing = duration }

  /// So many messages had come when the learner looked.
  mutating func found(messageCount: Int) { waitingMessages = max(waitingMessages, messageCount) }

  /// Trajectories of an actor entered the round.
  mutating func accepted(_ count: Int, from actor: ActorID, now: Duration) {
    guard keepsShares else { return }
    shares[actor, default: Self.noShare(of: actor)].episodes += count
    shares[actor]?.lastArrival = (now - start).seconds
  }

  mutating func played(_ nanoseconds: UInt64, by actor: ActorID) {
    playedNanoseconds += nanoseconds
    guard keepsShares, nanoseconds > 0 else { return }
    shares[actor, default: Self.noShare(of: actor)].played += Double(nanoseconds) / 1e9
  }

  mutating func verified(_ deviations: [Int: LogProbabilityDeviation]) {
    for deviation in deviations.values {
      approximateEpisodes += 1
      greatestDeviation = max(greatestDeviation, deviation.greatest)
    }
  }

  /// The share of the round in which so many actors did not play.
  func actorWaitingShare(actorCount: Int) -> Double {
    guard actorCount > 0, duration > .zero else { return 0 }
    let played = Duration.nanoseconds(Int64(clamping: playedNanoseconds))
    return max(0, 1 - played / (duration * actorCount))
  }

  func timeline(of report: UpdateReport) -> RoundTimeline {
    RoundTimeline(
      version: report.version.rawValue, seconds: report.roundSeconds,
      broadcasting: broadcasting.seconds, waiting: waiting.seconds, computing: computing.seconds,
      actors: shares.values.sorted { $0.actor < $1.actor })
  }

  private static func noShare(of actor: ActorID) -> RoundTimeline.Share {
    RoundTimeline.Share(actor: "\(actor)", lastArrival: 0, played: 0, episodes: 0)
  }
}
