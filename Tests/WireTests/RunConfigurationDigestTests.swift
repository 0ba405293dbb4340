import Kernels
import Learning
import RL
import Testing
import Wire

@Suite struct RunConfigurationDigestTests {
  @Test func `equal configurations have equal digests, others others`() throws {
    var values = RandomValues(seed: 51)
    for _ in 0..<200 {
      let configuration = values.configuration()
      var copy = configuration
      #expect(copy.digest == configuration.digest)
      copy.seed ^= 1
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.learner.gradientNormLimit = configuration.learner.gradientNormLimit == nil ? 1 : nil
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.learner.discount = configuration.learner.discount.nextDown
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.policy.hidden.append(1)
      #expect(copy.digest != configuration.digest)
      for change in Self.changesOfWrappers {
        copy = configuration
        change(&copy.wrappers)
        #expect(copy.digest != configuration.digest)
      }
      // What describes a value function counts only where there is one.
      for change in Self.changesOfValue {
        copy = configuration
        change(&copy.learner.value)
        #expect((copy.digest != configuration.digest) == (configuration.learner.baseline == .value))
      }
      for change in Self.changesOfSearch {
        copy = configuration
        change(&copy.learner.search)
        #expect((copy.digest != configuration.digest) == configuration.learner.method.isSearch)
      }
    }
  }

  private static var changesOfSearch: [(inout SearchConfiguration) -> Void] {
    [
      { $0.episodesPerCandidate += 1 }, { $0.noise = $0.noise.nextUp },
      { $0.lowestNoise = $0.lowestNoise.nextUp }, { $0.highestNoise = $0.highestNoise.nextUp },
      { $0.temperature = $0.temperature.nextUp }, { $0.cooling = $0.cooling.nextDown },
    ]
  }

  private static var changesOfWrappers: [(inout EnvironmentWrappers) -> Void] {
    [
      { $0.stepLimit = $0.stepLimit == nil ? 9 : nil }, { $0.frameStack += 1 },
      { $0.observationScale.append(1) }, { $0.normalizesObservations.toggle() },
      { $0.actionTransform = $0.actionTransform == .tanh ? .none : .tanh },
    ]
  }

  private static var changesOfValue: [(inout ValueConfiguration) -> Void] {
    [
      { $0.hidden.append(1) }, { $0.lambda = $0.lambda.nextUp }, { $0.passes += 1 },
      { $0.learningRate = $0.learningRate.nextUp },
    ]
  }
}
