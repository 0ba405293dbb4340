// As ActorRow.json and RoundTimeline.json write them.
extension ActorRow: Decodable {
  private enum Key: String, CodingKey {
    case id, host, pid, condition, late, lanes
    case stepsPerSecond = "steps_per_second"
    case shareOfSlots = "share_of_slots"
    case heldSlots = "held_slots"
    case lastHeardSeconds = "last_heard_seconds"
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      id: try fields.decode(String.self, forKey: .id),
      host: try fields.decode(String.self, forKey: .host),
      pid: try fields.decode(UInt32.self, forKey: .pid),
      condition: try fields.decode(String.self, forKey: .condition),
      isLate: try fields.decode(Bool.self, forKey: .late),
      lanes: try fields.decode(Int.self, forKey: .lanes),
      stepsPerSecond: try fields.decode(Double.self, forKey: .stepsPerSecond),
      shareOfSlots: try fields.decode(Double.self, forKey: .shareOfSlots),
      heldSlots: try fields.decode(Int.self, forKey: .heldSlots),
      lastHeardSeconds: try fields.decode(Double.self, forKey: .lastHeardSeconds))
  }
}

extension RoundTimeline: Decodable {
  private enum Key: String, CodingKey {
    case version, seconds, broadcasting, waiting, computing, actors
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      version: try fields.decode(UInt32.self, forKey: .version),
      seconds: try fields.decode(Double.self, forKey: .seconds),
      broadcasting: try fields.decode(Double.self, forKey: .broadcasting),
      waiting: try fields.decode(Double.self, forKey: .waiting),
      computing: try fields.decode(Double.self, forKey: .computing),
      actors: try fields.decode([Share].self, forKey: .actors))
  }
}

extension RoundTimeline.Share: Decodable {
  private enum Key: String, CodingKey {
    case id, last, played, episodes
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      actor: try fields.decode(String.self, forKey: .id),
      lastArrival: try fields.decode(Double.self, forKey: .last),
      played: try fields.decode(Double.self, forKey: .played),
      episodes: try fields.decode(Int.self, forKey: .episodes))
  }
}
