/// How badly a simulated cluster is treated.
struct FaultProfile: CustomStringConvertible {
  enum Hints { case truthful, none, chaotic }

  var description: String
  /// Share of messages lost, each direction.
  var loss = 0.0
  var duplication = 0.0
  /// Units: microseconds.
  var delay = 50...300
  /// Messages to one actor may overtake each other.
  var reordersBroadcasts = false
  var hints = Hints.truthful
  /// Probabilities for each step of the walk.
  var cut = 0.0
  var kill = 0.0
  var pause = 0.0
  var learnerRestart = 0.0
  var leave = 0.0
  /// Share of trajectories sent along that must not be accepted.
  var poison = 0.0
  /// The first actor computes wrong log-probabilities in this share of its episodes.
  var wrongArithmetic = 0.0
  var actorCount = 4
  var slotCounts = [1, 8, 24, 40]
  /// Lanes of one actor after the other.
  var lanes = [1, 2, 8, 32]
  /// Episodes that may be started for each one that is needed; nil where a restarted learner throws
  /// whole rounds away.
  var startLimit: Double? = 2
  /// What a round may take at most.
  var roundLimit = Duration.seconds(20)

  static let calm = FaultProfile(
    description: "calm", startLimit: 1, roundLimit: .milliseconds(100))
  static let manyLeases = FaultProfile(
    description: "calm, many leases", slotCounts: [120, 64], lanes: [4, 2, 8], startLimit: 1,
    roundLimit: .milliseconds(400))
  static let slowLine = FaultProfile(
    description: "200 ms of delay", delay: 100_000...200_000, startLimit: 1,
    roundLimit: .seconds(2))
  static let lossy = FaultProfile(
    description: "20 % loss", loss: 0.2, duplication: 0.05, hints: .none, lanes: [4, 2])
  static let reordered = FaultProfile(
    description: "overtaking", loss: 0.05, duplication: 0.2, delay: 50...50_000,
    reordersBroadcasts: true, hints: .chaotic)
  static let mortal = FaultProfile(
    description: "actors die and are born", hints: .truthful, cut: 0.002, kill: 0.004, pause: 0.002,
    leave: 0.002)
  static let deaf = FaultProfile(
    description: "actors die, no hints", loss: 0.02, hints: .none, cut: 0.002, kill: 0.002,
    pause: 0.002)
  static let reborn = FaultProfile(
    description: "the learner restarts", loss: 0.02, hints: .chaotic, kill: 0.001,
    learnerRestart: 0.003, startLimit: nil)
  static let hostile = FaultProfile(
    description: "everything at once", loss: 0.1, duplication: 0.1, delay: 50...20_000,
    reordersBroadcasts: true, hints: .chaotic, cut: 0.002, kill: 0.002, pause: 0.002,
    learnerRestart: 0.0007, leave: 0.001, poison: 0.1, wrongArithmetic: 0.1,
    lanes: [1, 4, 2, 8], startLimit: nil)

  static let all = [calm, manyLeases, slowLine, lossy, reordered, mortal, deaf, reborn, hostile]

  /// The same cluster once its faults stop; the line stays as slow as it is.
  var healed: FaultProfile {
    FaultProfile(
      description: "\(description), healed", delay: delay, hints: .none, actorCount: actorCount,
      slotCounts: slotCounts, lanes: lanes, startLimit: nil)
  }
}
