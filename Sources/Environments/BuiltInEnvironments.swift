public import RL

/// The environments that come with Troupe.
public enum BuiltInEnvironments {
  public static let all: [any Environment.Type] = [CartPole.self]
}
