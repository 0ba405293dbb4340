import Drawing
import Environments
import Monitoring
import Policies
import RL
import Rendering
import Testing

@Suite struct EpisodePicturesTests {
  private func replay(
    _ environment: any Environment.Type, wrappers: EnvironmentWrappers = EnvironmentWrappers()
  ) throws -> (EpisodeReplay<MLPPolicy>, [Scene]) {
    let specification = try EnvironmentSpecification(environment).wrapped(by: wrappers)
    let policy = MLPPolicy(
      observationSize: specification.observationSize, actionSpace: specification.actionSpace,
      configuration: PolicyConfiguration(hidden: [8]))
    let snapshot = PolicySnapshot(
      version: PolicyVersion(3), parameters: policy.initialParameters(seed: 9))
    let replay = EpisodeReplay(
      environment: specification, policy: policy, snapshot: snapshot, seed: 5, slot: 2)
    let scenes = EpisodePictures.scenes(
      of: environment, seed: 5, round: replay.round, slot: 2,
      actions: replay.map(\.action), transform: wrappers.actionTransform)
    return (replay, try #require(scenes))
  }

  /// The cart's middle: of its four corners.
  private func cart(_ scene: Scene) -> Double? {
    for case .polygon(let corners, .agent) in scene.shapes {
      return corners.map(\.x).reduce(0, +) / 4
    }
    return nil
  }

  @Test func `the pictures are of the very episode`() throws {
    let (replay, scenes) = try replay(CartPole.self)
    #expect(scenes.count == replay.stepCount + 1)
    for step in replay {
      let x = try #require(cart(scenes[step.index]))
      #expect(abs(x - Double(step.observation[0])) < 1e-6)
    }
  }

  @Test(arguments: [ActionTransform.none, .clip, .tanh])
  func `actions are drawn as the environment saw them`(transform: ActionTransform) throws {
    let (replay, scenes) = try replay(
      Pendulum.self, wrappers: EnvironmentWrappers(actionTransform: transform))
    for step in replay {
      let tips = scenes[step.index].shapes.compactMap { shape -> Point? in
        if case .circle(let center, _, .part) = shape { center } else { nil }
      }
      #expect(abs(tips[0].y - Double(step.observation[0])) < 1e-6)
      #expect(abs(-tips[0].x - Double(step.observation[1])) < 1e-6)
    }
  }

  @Test func `an environment that is not drawable has no pictures`() {
    struct Plain: Environment {
      static let name = "plain"
      let observationSize = 1
      let actionSpace = ActionSpace.discrete(count: 2)
      let stepLimit = 2
      mutating func reset(
        using random: inout RandomStream, observation: inout MutableSpan<Float>
      ) { observation[0] = 0 }
      mutating func step(
        _ action: Int, using random: inout RandomStream, observation: inout MutableSpan<Float>
      ) -> StepResult { StepResult(reward: 0) }
    }
    let scenes = EpisodePictures.scenes(
      of: Plain.self, seed: 1, round: RoundID(version: PolicyVersion(0), kind: .training), slot: 0,
      actions: [[0]])
    #expect(scenes == nil)
  }

  @Test func `shapes are short lists of rounded numbers`() {
    let line = Shape.line(from: Point(0, 0.12345), to: Point(2, -1), .ground, width: 0.1)
    #expect(EpisodePictures.json(line).text == #"["line","ground",0.1,0,0.123,2,-1]"#)
    let text = Shape.text("?", at: Point(1, 2), height: 0.5, .guide)
    #expect(EpisodePictures.json(text).text == #"["text","guide",1,2,0.5,"center","?"]"#)
  }
}
