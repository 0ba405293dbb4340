import RL

/// What is shown of an action and of the distribution it was drawn from.
package enum ActionBars {
  package struct Row {
    package let name: String
    /// The bar's two ends: 0 to a probability, or a mean plus and minus its deviation; 0 to 1.
    package let bar: ClosedRange<Double>
    /// Where the sample lies, of a continuous action.
    package let sample: Double?
    package let isChosen: Bool
    package let text: String
  }

  /// One row for each alternative of a discrete action, otherwise one for each entry.
  package static func rows(
    of step: EpisodeFilm.Step, names: [String], ranges: [ClosedRange<Double>]
  ) -> [Row] {
    switch step.distribution {
    case .categorical(let choices) where choices.count == 1:
      return choices[0].indices.map { alternative in
        probability(
          choices[0][alternative], named: name(alternative, names),
          isChosen: Int(step.action[0]) == alternative)
      }
    case .categorical(let choices):
      return choices.indices.map { entry in
        let chosen = Int(step.action[entry])
        return probability(
          choices[entry][chosen], named: "\(name(entry, names)) = \(chosen)", isChosen: true)
      }
    case .bernoulli(let switches):
      return switches.indices.map { entry in
        probability(
          switches[entry], named: name(entry, names), isChosen: step.action[entry] > 0.5)
      }
    case .gaussian(let means, let deviations):
      return means.indices.map { entry in
        let range = ranges[entry]
        func share(_ value: Double) -> Double {
          let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
          return share.isFinite ? min(max(share, 0), 1) : 0
        }
        let (mean, deviation) = (Double(means[entry]), Double(deviations[entry]))
        let low = share(mean - deviation)
        return Row(
          name: name(entry, names), bar: low...max(low, share(mean + deviation)),
          sample: share(Double(step.action[entry])), isChosen: false,
          text: NumberTag.text(Double(step.action[entry])))
      }
    }
  }

  private static func name(_ index: Int, _ names: [String]) -> String {
    index < names.count ? names[index] : "action \(index)"
  }

  private static func probability(_ value: Float, named name: String, isChosen: Bool) -> Row {
    let share = min(max(Double(value), 0), 1)
    let tenths = Int((share * 1000).rounded())
    return Row(
      name: name, bar: 0...share, sample: nil, isChosen: isChosen,
      text: "\(tenths / 10).\(tenths % 10)%")
  }
}

/// Numbers as a picture has room for them.
package enum NumberTag {
  /// At most three places after the point.
  package static func text(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e7 else { return "\(value)" }
    let places =
      value.magnitude >= 1000 ? 0 : value.magnitude >= 100 ? 1 : value.magnitude >= 10 ? 2 : 3
    let scale = [1.0, 10, 100, 1000][places]
    let scaled = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    // Whole numbers stay whole: returns mostly are.
    if value == value.rounded() { return "\(sign)\(Int(value.magnitude))" }
    let fraction = "\(scaled % Int(scale))"
    return "\(sign)\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count)
      + fraction
  }
}
