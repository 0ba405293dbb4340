import Environments
import RL
import TestKit
import Testing

@Suite struct BuiltInEnvironmentsTests {
  @Test(arguments: BuiltInEnvironments.all.indices)
  func `every environment keeps the contract`(index: Int) {
    let type = BuiltInEnvironments.all[index]
    #expect(problems(of: type) == [], "\(type.name)")
  }

  @Test(arguments: BuiltInEnvironments.all.indices)
  func `every environment keeps the contract within wrappers`(index: Int) throws {
    let specification = EnvironmentSpecification(BuiltInEnvironments.all[index])
    let stacked = try specification.wrapped(by: EnvironmentWrappers(stepLimit: 50, frameStack: 2))
    for environment in [specification, stacked] {
      #expect(
        EnvironmentConformance.problems(of: environment, episodeCount: 12) == [],
        "\(environment.name)")
    }
  }

  private func problems<E: Environment>(of type: E.Type) -> [String] {
    EnvironmentConformance.problems(of: type)
  }

  /// Pays 2 where its description says at most 1.
  struct Misdescribed: Environment {
    static let name = "misdescribed"
    static var description: EnvironmentDescription {
      EnvironmentDescription(rewardRange: 0...1)
    }
    var observationSize: Int { 2 }
    var actionSpace: ActionSpace { .multiBinary(count: 100) }
    var stepLimit: Int { 3 }
    typealias Action = [Float]

    mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
      (observation[0], observation[1]) = (0, 0)
    }

    mutating func step(
      _ action: [Float], using random: inout RandomStream, observation: inout MutableSpan<Float>
    ) -> StepResult {
      (observation[0], observation[1]) = (action[0], action[99])
      return StepResult(reward: 2)
    }
  }

  @Test func `a reward beyond the described range is found`() {
    let problems = EnvironmentConformance.problems(of: Misdescribed.self, episodeCount: 1)
    #expect(problems == ["slot 0: step 0 pays 2.0, which is not in 0.0 to 1.0"])
  }

  @Test func `every environment has a name of its own and says what it is`() {
    let names = BuiltInEnvironments.all.map { $0.name }
    #expect(names == names.sorted() && Set(names).count == names.count)
    for type in BuiltInEnvironments.all {
      let description = type.description
      #expect(!description.summary.isEmpty, "\(type.name)")
      #expect(!description.specification.isEmpty, "\(type.name)")
      #expect(description.rewardRange != nil, "\(type.name)")
      #expect(description.observationNames.count == type.init().observationSize, "\(type.name)")
      #expect(!description.actionNames.isEmpty, "\(type.name)")
    }
  }
}
