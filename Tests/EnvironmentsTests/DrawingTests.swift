import Drawing
import Environments
import Glibc
import RL
import Testing

@Suite struct DrawingTests {
  /// Plays an episode of random actions and returns the picture after each step.
  private func scenes<E: Environment>(of type: E.Type, steps: Int) -> [Scene] {
    var environment = E()
    guard environment is any Drawable else { return [] }
    func stream(_ purpose: StreamPurpose, _ step: Int) -> RandomStream {
      RandomStream(
        seed: 5, version: PolicyVersion(0), slot: 0, kind: .training, purpose: purpose,
        step: step)
    }
    var values = [Float](repeating: 0, count: environment.observationSize)
    var observation = values.mutableSpan
    var random = stream(.reset, 0)
    environment.reset(using: &random, observation: &observation)
    let space = environment.actionSpace
    var scenes: [Scene] = []
    for step in 0..<steps {
      scenes += (environment as? any Drawable).map { [$0.scene] } ?? []
      var draws = stream(.action, step)
      let action: Float =
        switch space {
        case .discrete(let count): Float(draws.index(below: count))
        default: Float(draws.uniform(from: -1, to: 1))
        }
      random = stream(.dynamics, step)
      let actions = [action]
      let result = environment.step(
        E.Action.read(actions.span, actionSize: 1, lane: 0, stride: 1), using: &random,
        observation: &observation)
      if result.end != nil { break }
    }
    return scenes + ((environment as? any Drawable).map { [$0.scene] } ?? [])
  }

  @Test(arguments: BuiltInEnvironments.all.indices)
  func `every built-in environment draws each of its states`(index: Int) {
    let type = BuiltInEnvironments.all[index]
    let scenes = scenes(of: type, steps: 60)
    #expect(!scenes.isEmpty, "\(type.name)")
    for scene in scenes {
      let drawable = scene.shapes.allSatisfy { $0.isDrawable }
      #expect(drawable, "\(type.name)")
      let isSameFrame =
        scene.horizontal == scenes[0].horizontal && scene.vertical == scenes[0].vertical
      #expect(isSameFrame, "\(type.name)")
      let showsAgent = scene.shapes.contains { isAgent($0) && overlaps($0, scene) }
      #expect(showsAgent, "\(type.name): the agent is in the picture")
    }
    #expect(Set(scenes).count > 1, "\(type.name): the picture moves")
  }

  private func isAgent(_ shape: Shape) -> Bool {
    switch shape {
    case .polyline(_, let color, _), .polygon(_, let color), .circle(_, _, let color),
      .text(_, _, _, let color, _):
      color == .agent
    }
  }

  private func overlaps(_ shape: Shape, _ scene: Scene) -> Bool {
    let points =
      switch shape {
      case .polyline(let points, _, _), .polygon(let points, _): points
      case .circle(let center, _, _): [center]
      case .text(_, let place, _, _, _): [place]
      }
    return points.contains { scene.horizontal.contains($0.x) && scene.vertical.contains($0.y) }
  }

  @Test func `the pole of CartPole stands where the state says`() {
    var cart = CartPole()
    cart.physicalState = [1, 0, Double.pi / 2, 0]
    let poles = cart.scene.shapes.compactMap { shape -> [Point]? in
      if case .polyline(let points, .part, _) = shape { points } else { nil }
    }
    #expect(poles.count == 1)
    // A quarter turn to the right: it lies along the track, 1 m long.
    #expect(abs(poles[0][1].x - 2) < 1e-6 && abs(poles[0][1].y - poles[0][0].y) < 1e-6)
  }

  /// Source: WCAG 2.1, relative luminance and contrast ratio.
  @Test func `every colour can be told from the background, dark and light`() {
    func luminance(_ color: Color.Components) -> Double {
      func linear(_ value: UInt8) -> Double {
        let share = Double(value) / 255
        return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }
    func contrast(_ a: Color.Components, _ b: Color.Components) -> Double {
      let (x, y) = (luminance(a), luminance(b))
      return (max(x, y) + 0.05) / (min(x, y) + 0.05)
    }
    for color in Color.allCases where color != .background {
      // Areas of ground need not be told apart as fine lines must be.
      let least = color == .text ? 7.0 : color == .ground ? 1.5 : 2.8
      #expect(contrast(color.light, Color.background.light) >= least, "\(color)")
      #expect(contrast(color.dark, Color.background.dark) >= least, "\(color)")
    }
  }

  @Test func `an environment without a picture has none, and one is a few lines`() {
    struct Corridor: Drawable {
      var position = 3
      var scene: Scene {
        Scene(
          horizontal: -1...9, vertical: -1...2,
          shapes: [
            .line(from: Point(0, 0), to: Point(8, 0), .ground, width: 0.1),
            .circle(center: Point(Double(position), 0.5), radius: 0.4, .agent),
          ])
      }
    }
    #expect(Corridor().scene.shapes.count == 2)
    #expect(Color.agent.light.hexadecimal == "#1f5fd0")
  }
}
