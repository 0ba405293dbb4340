/// An episode that cannot enter an update, because the environment broke its contract.
public struct RolloutFault: Error, Hashable, CustomStringConvertible {
  public let environment: String
  public let round: RoundID
  /// Nil if it is not known which of several episodes is at fault.
  public let slot: Int?
  /// Steps of the episode before the one at fault; nil if that is not known.
  public let step: Int?
  public let problem: String
  /// More for people, such as a traceback; may be empty.
  public let detail: String

  package init(
    environment: String, round: RoundID, slot: Int?, step: Int?, problem: String, detail: String
  ) {
    self.environment = environment
    self.round = round
    self.slot = slot
    self.step = step
    self.problem = problem
    self.detail = detail
  }

  public var description: String {
    let place = slot.map { slot in
      (step.map { " at step \($0) of" } ?? " in") + " slot \(slot), \(round)"
    }
    return "environment \(environment) \(problem)\(place ?? " in \(round)")"
      + (detail.isEmpty ? "" : "\n" + detail)
  }
}
