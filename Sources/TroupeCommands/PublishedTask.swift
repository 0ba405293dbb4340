import Learning
import RL

/// The environment as other people know it.
struct PublishedTask: Hashable {
  /// Such as `CartPole-v1`; Troupe's own name where no registry has one.
  let identifier: String
  /// Where its rules come from; empty if nobody said.
  let specification: String

  init(_ run: RecordedRun, catalogue: EnvironmentCatalogue) {
    let name = run.configuration.environment
    let type = catalogue.types.first { $0.name == name }
    specification = type?.description.specification ?? ""
    // "Gymnasium 1.4, CartPole-v1" ends with the identifier; "gymnasium:Name-v1?x=1" has it in its middle.
    let last = specification.split(separator: " ").last.map { String($0) } ?? ""
    if last.contains("-v") {
      identifier = last
    } else {
      let plain = name.split(separator: ":").last ?? ""
      identifier = plain.split(separator: "?").first.map { String($0) } ?? name
    }
  }
}
