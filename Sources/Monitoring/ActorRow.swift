/// What people are told of one actor.
package struct ActorRow: Hashable, Sendable {
  /// 16 hexadecimal digits.
  package var id: String
  package var host: String
  package var pid: UInt32
  /// `live`, `suspect` or `quarantined`.
  package var condition: String
  package var isLate: Bool
  /// Its arithmetic is not the learner's.
  package var isApproximate: Bool
  package var lanes: Int
  package var stepsPerSecond: Double
  package var shareOfSlots: Double
  package var heldSlots: Int
  package var lastHeardSeconds: Double

  package init(
    id: String, host: String, pid: UInt32, condition: String, isLate: Bool,
    isApproximate: Bool = false, lanes: Int, stepsPerSecond: Double, shareOfSlots: Double,
    heldSlots: Int, lastHeardSeconds: Double
  ) {
    self.id = id
    self.host = host
    self.pid = pid
    self.condition = condition
    self.isLate = isLate
    self.isApproximate = isApproximate
    self.lanes = lanes
    self.stepsPerSecond = stepsPerSecond
    self.shareOfSlots = shareOfSlots
    self.heldSlots = heldSlots
    self.lastHeardSeconds = lastHeardSeconds
  }

  package func number(of name: ActorMetricName) -> Double {
    switch name {
    case .stepsPerSecond: stepsPerSecond
    case .shareOfSlots: shareOfSlots
    case .lastHeardSeconds: lastHeardSeconds
    case .heldSlots: Double(heldSlots)
    }
  }

  package var json: JSONValue {
    .object([
      .init("id", .string(id)), .init("host", .string(host)), .init("pid", .integer(Int(pid))),
      .init("condition", .string(condition)), .init("late", .bool(isLate)),
      .init("approximate", .bool(isApproximate)),
      .init("lanes", .integer(lanes)), .init("steps_per_second", .number(stepsPerSecond)),
      .init("share_of_slots", .number(shareOfSlots)), .init("held_slots", .integer(heldSlots)),
      .init("last_heard_seconds", .number(lastHeardSeconds)),
    ])
  }
}

/// Who did what in one round, in seconds from its beginning.
package struct RoundTimeline: Hashable, Sendable {
  package struct Share: Hashable, Sendable {
    package var actor: String
    /// When the last trajectory that it sent arrived.
    package var lastArrival: Double
    /// Seconds that it played within the round.
    package var played: Double
    package var episodes: Int

    package init(actor: String, lastArrival: Double, played: Double, episodes: Int) {
      self.actor = actor
      self.lastArrival = lastArrival
      self.played = played
      self.episodes = episodes
    }
  }

  package var version: UInt32
  package var seconds: Double
  package var broadcasting: Double
  package var waiting: Double
  package var computing: Double
  package var actors: [Share]

  package init(
    version: UInt32, seconds: Double, broadcasting: Double, waiting: Double, computing: Double,
    actors: [Share]
  ) {
    self.version = version
    self.seconds = seconds
    self.broadcasting = broadcasting
    self.waiting = waiting
    self.computing = computing
    self.actors = actors
  }

  package var json: JSONValue {
    .object([
      .init("version", .unsigned(UInt64(version))), .init("seconds", .number(seconds)),
      .init("broadcasting", .number(broadcasting)), .init("waiting", .number(waiting)),
      .init("computing", .number(computing)),
      .init(
        "actors",
        .array(
          actors.map {
            .object([
              .init("id", .string($0.actor)), .init("last", .number($0.lastArrival)),
              .init("played", .number($0.played)), .init("episodes", .integer($0.episodes)),
            ])
          })),
    ])
  }
}
