import Environments
import RL
import Testing
import TroupeCommands

@Suite struct EnvironmentsCommandTests {
  private func output(_ arguments: String...) throws -> String {
    let outcome = try Workplace().run(
      ["environments"] + arguments, environments: BuiltInEnvironments.all)
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    return outcome.output
  }

  @Test func `all environments fit into 80 columns, each with its rules`() throws {
    let lines = try output().split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines { #expect(line.count <= 80 && line.last != " ", "\(line)") }
    for type in BuiltInEnvironments.all {
      #expect(lines.count { $0.hasPrefix("\(type.name) ") } == 2, "\(type.name)")
    }
    #expect(
      lines.contains(
        "cartpole                       4  2 actions             500  1               475"))
    #expect(
      lines.contains("pendulum                       3  1 number in -2...2    200  -16.27 to 0"))
    #expect(lines.contains("acrobot                 Gymnasium 1.4, Acrobot-v1"))
  }

  @Test func `one environment is shown with its observations, actions and preset`() throws {
    #expect(
      try output("cartpole").hasPrefix(
        """
        name: cartpole
        task: keep a pole upright on a cart
        rules: Gymnasium 1.4, CartPole-v1
        observation-size: 4
          0: position (m)
          1: velocity (m/s)
          2: angle (rad)
          3: angular velocity (rad/s)
        actions: 2 actions
          0: push left
          1: push right
        step-limit: 500
        step-reward: 1
        solved-at: 475
        preset cartpole:

        """))
    #expect(
      try output("mountaincar-continuous").contains(
        """
        actions: 1 number in -1...1
          0: force, -1 to 1
        step-limit: 999
        step-reward: up to 100
        solved-at: 90

        """))
  }

  @Test func `an environment that says nothing of itself is listed all the same`() throws {
    let outcome = try Workplace().run(["environments"], environments: [Corridor.self])
    #expect(
      outcome.output == """
        environment  observes  actions    steps  reward  solved
        corridor            1  2 actions    100

        """)
  }
}
