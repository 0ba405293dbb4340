import Cluster
import Testing

@Suite struct PlotCommandTests {
  /// Lines of metrics: a run that was resumed after its second update, and whose last line is only begun.
  private static func lines(_ factor: Double) -> String {
    let rows = [(1, 10.0, 100, 5), (2, 20, 200, 5), (3, 5, 300, 10), (4, 30, 400, 10)]
    return rows.map { version, seconds, steps, episodes in
      "{\"version\":\(version),\"elapsed_seconds\":\(seconds),\"environment_steps\":\(steps),"
        + "\"episodes\":\(episodes),\"mean_return\":\(factor * Double(version)),\"entropy\":0.5}\n"
    }.joined() + "{\"version\":5,\"ela"
  }

  private static func runs(in place: Workplace) throws {
    for (seed, factor) in [(1, 10.0), (2, 30)] {
      _ = place.troupe("train", "cartpole", "--seed", "\(seed)", "--until-return", "475")
      try AtomicFile.write(
        lines(factor), to: "\(place.path)/runs/cartpole-seed\(seed)/metrics.jsonl")
    }
  }

  /// The last number at the x axis of a drawing in text.
  private static func end(_ place: Workplace, _ arguments: String...) -> Double? {
    let outcome = place.run(["plot", "cartpole-seed1", "--text"] + arguments)
    #expect(outcome.code == 0, "\(outcome.error)")
    let lines = outcome.output.split(separator: "\n")
    return lines.dropLast().last?.split(separator: " ").last.flatMap { Double($0) }
  }

  @Test func `progress adds up over updates, and over the times that a run was resumed`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    #expect(Self.end(place) == 4)
    #expect(Self.end(place, "--x", "steps") == 1000)
    #expect(Self.end(place, "--x", "episodes") == 30)
    // 20 s before it was stopped, 30 s since.
    #expect(Self.end(place, "--x", "seconds") == 50)
  }

  @Test func `runs that differ in their seed alone are one curve with a band`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    let text = place.troupe("plot", "cartpole-seed1", "cartpole-seed2", "--text").output
    #expect(text.contains("cartpole (median of 2 seeds, lowest to highest)"), "\(text)")
    _ = place.troupe(
      "train", "cartpole", "--discount", "0.5", "--run-dir", "\(place.path)/runs/other")
    try AtomicFile.write(Self.lines(1), to: "\(place.path)/runs/other/metrics.jsonl")
    let both = place.troupe("plot", "cartpole-seed1", "other", "--text").output
    #expect(both.contains("● cartpole-seed1\n") && both.contains("× other\n"), "\(both)")
  }

  @Test func `a goal that the runs share is drawn beside returns, and nothing else`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    #expect(place.troupe("plot", "cartpole-seed1", "--text").output.contains("┄"))
    #expect(
      !place.troupe("plot", "cartpole-seed1", "--text", "--y", "entropy").output.contains("┄"))
  }

  @Test func `a file is of the kind that its name says`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    for (name, head) in [("a.svg", "<svg "), ("a.png", "\u{fffd}PNG")] {
      let path = "\(place.path)/\(name)"
      let outcome = place.troupe("plot", "cartpole-seed1", "--output", path)
      #expect(outcome.output == "wrote \(path)\n")
      #expect(try place.text(name).hasPrefix(head))
    }
    let other = place.troupe("plot", "cartpole-seed1", "--output", "\(place.path)/a.jpg")
    #expect(other.code == 64 && other.error.contains("must end in .svg or .png"))
  }

  @Test func `what cannot be drawn is said`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    let unknown = place.troupe("plot", "cartpole-seed1", "--y", "mean_retrun", "--text")
    #expect(unknown.code == 64 && unknown.error.contains("did you mean mean_return?"))
    let path = "\(place.path)/runs/cartpole-seed1/metrics.jsonl"
    try AtomicFile.write("no metrics\n" + Self.lines(1), to: path)
    let broken = place.troupe("plot", "cartpole-seed1", "--text")
    #expect(broken.code == 65 && broken.error.contains("line 1 of \(path) is no line of metrics"))
    try OpenFile.remove(path)
    #expect(place.troupe("plot", "cartpole-seed1", "--text").code == 65)
  }

  @Test func `without a terminal a run that is over is watched in one line`() throws {
    let place = try Workplace()
    try Self.runs(in: place)
    let watched = place.troupe("watch", "cartpole-seed1")
    #expect(watched.code == 0)
    #expect(watched.output.hasPrefix("update 4/"), "\(watched.output)")
    #expect(watched.output.contains("return 40.0 of 475.0"), "\(watched.output)")
  }
}
