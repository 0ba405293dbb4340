public import Drawing
internal import Kernels

extension Acrobot: Drawable {
  public var scene: Scene {
    let first = Elementary.sinCos(physicalState[0])
    let second = Elementary.sinCos(physicalState[0] + physicalState[1])
    let joint = Point(first.sin, -first.cos)
    let tip = joint + Point(second.sin, -second.cos)
    return Scene(
      horizontal: -2.6...2.6, vertical: -2.2...2.2,
      shapes: [
        .line(from: Point(-2.6, 1), to: Point(2.6, 1), .goal, width: 0.03),
        .line(from: Point(0, 0), to: joint, .agent, width: 0.18),
        .line(from: joint, to: tip, .part, width: 0.18),
        .circle(center: Point(0, 0), radius: 0.07, .detail),
        .circle(center: joint, radius: 0.07, .detail),
        .circle(center: tip, radius: 0.05, .detail),
      ])
  }
}
