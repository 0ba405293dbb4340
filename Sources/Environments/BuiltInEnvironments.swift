public import RL

/// The environments that come with Troupe.
public enum BuiltInEnvironments {
  public static let all: [any Environment.Type] = [
    Acrobot.self, CartPole.self, HamsterVacuum.self, LaneKeep.self, MountainCarContinuous.self,
    Pendulum.self, Pixelcopter.self, TruncatingPixelcopter.self, TwoArms.self,
  ]
}
