import Drawing
import Environments
import Policies
import RL
import Raster
import Rendering
import Testing

/// Has no picture.
private struct Corridor: Environment {
  static let name = "</script> & corridor"
  let observationSize = 2
  let actionSpace = ActionSpace.multiDiscrete(counts: [2, 3])
  let stepLimit = 5
  private var position: Float = 0

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 0
    observation[1] = 1
  }

  mutating func step(
    _ action: [Float], using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepResult {
    position += 1
    observation[0] = position
    observation[1] = -position
    return StepResult(reward: 0.5)
  }
}

@Suite struct EpisodeFilmTests {
  private func film(_ environment: any Environment.Type) -> EpisodeFilm {
    let specification = EnvironmentSpecification(environment)
    let policy = MLPPolicy(
      observationSize: specification.observationSize, actionSpace: specification.actionSpace,
      configuration: PolicyConfiguration(hidden: [8]))
    let snapshot = PolicySnapshot(
      version: PolicyVersion(3), parameters: policy.initialParameters(seed: 9))
    let replay = EpisodeReplay(
      environment: specification, policy: policy, snapshot: snapshot, seed: 5, slot: 2)
    return EpisodeFilm(
      replay, environment: specification.name, type: environment, seed: 5, transform: .none)
  }

  @Test func `returns are summed up before each step, and the end is named`() {
    let film = film(CartPole.self)
    #expect(film.returns == (0...film.steps.count).map(Double.init))
    #expect(film.ending == "terminated" && film.subtitle == "version 3, slot 2")
    #expect(film.scenes.count == film.steps.count + 1)
    #expect(film.actionNames == ["push left", "push right"])
  }

  @Test(
    "a limit leaves out pictures between, never an end",
    arguments: [2, 3, 4, 7, 10, 500])
  func frames(limit: Int) {
    let film = film(CartPole.self)
    let frames = film.frames(limit: limit)
    #expect(frames.first == 0 && frames.last == film.steps.count && frames.count <= limit)
    #expect(Set(zip(frames, frames.dropFirst()).dropLast().map { $1 - $0 }).count <= 1)
    if limit > film.steps.count { #expect(frames.count == film.scenes.count) }
  }

  @Test(
    "every built-in environment is painted and moves", arguments: BuiltInEnvironments.all.indices)
  func painted(index: Int) {
    let film = film(BuiltInEnvironments.all[index])
    let frame = FilmFrame(film)
    let (first, last) = (frame.canvas(at: 0), frame.canvas(at: film.steps.count))
    #expect(first != last)
    #expect(first.width == 720 && first.height == 400)
  }

  @Test func `an environment without a picture is shown by its observations`() {
    let film = film(Corridor.self)
    #expect(film.scenes.count == 6 && Set(film.scenes).count == 5)
    #expect(film.ending == "truncated" && film.returns.last == 2.5)
    let drawable = film.scenes.allSatisfy { $0.shapes.allSatisfy(\.isDrawable) }
    #expect(drawable)
    #expect(FilmFrame(film).canvas(at: 0) != FilmFrame(film).canvas(at: 4))
  }

  @Test func `a page needs nothing but itself, and no name can end its script`() throws {
    let page = film(Corridor.self).page
    #expect(page.ranges(of: "</script>").count == 2, "of the episode and of the program")
    #expect(!page.contains("src=") && !page.contains("://") && !page.contains("{{"))
    #expect(page.contains("<title>&lt;/script> &amp; corridor, version 3, slot 2</title>"))
    #expect(page.contains(#""kind":"categorical""#))
    let pendulum = film(Pendulum.self).page
    #expect(pendulum.contains(#""kind":"gaussian""#))
  }

  @Test func `a GIF has the pictures that were asked for`() {
    let bytes = film(TwoArms.self).gif(frameLimit: 2)
    #expect(bytes.starts(with: Array("GIF89a".utf8)) && bytes.last == 0x3b)
    let controls = bytes.indices.dropLast(3).count {
      bytes[$0...].starts(with: [0x21, 0xf9, 4, 5])
    }
    #expect(controls == 2)
    // Hundredths of a second: one has to see how it ended.
    let delays = bytes.indices.dropLast(6).filter {
      bytes[$0...].starts(with: [0x21, 0xf9, 4, 5])
    }.map { Int(bytes[$0 + 4]) | Int(bytes[$0 + 5]) << 8 }
    #expect(delays == [4, 150])
  }
}
