package import Drawing
package import Raster

/// Paints one moment of an episode: the picture, and beside it return so far, actions and observation.
package struct FilmFrame {
  /// Pixels of each side, even, as video wants them.
  package static let size = (width: 720, height: 400)
  /// Every colour that is painted with.
  package static var palette: [Color.Components] {
    Color.allCases.map(colour) + [card, soft, rule]
  }

  private static let card = Color.Components(red: 0xff, green: 0xff, blue: 0xff)
  private static let soft = Color.Components(red: 0x54, green: 0x5d, blue: 0x6b)
  private static let rule = Color.Components(red: 0xd9, green: 0xdd, blue: 0xe3)
  private static func colour(_ color: Color) -> Color.Components { color.light }

  private let film: EpisodeFilm
  private let scales: [Double]
  private let ranges: [ClosedRange<Double>]
  private static let left = 478.0
  private static let right = 704.0
  private static let rowLimit = 8

  package init(_ film: EpisodeFilm) {
    self.film = film
    scales = film.observationScales
    ranges = film.actionRanges
  }

  /// The picture of a scene of the film.
  package func canvas(at frame: Int) -> Canvas {
    var canvas = Canvas(
      width: Self.size.width, height: Self.size.height, background: Self.card)
    let picture = PixelArea(columns: 16..<456, rows: 44..<354)
    canvas.write(
      film.title, at: Point(16, 29), height: 19, Self.colour(.text), isBold: true)
    let room = 440 - Canvas.width(of: film.title, height: 19) - 12
    canvas.write(
      fitted(film.subtitle, width: room, height: 14), at: Point(456, 29), height: 14, Self.soft,
      alignment: .right)
    canvas.fill(x: 16, y: 44, width: 440, height: 310, Self.colour(.background))
    canvas.draw(film.scenes[frame], in: picture, colours: Self.colour)
    paintProgress(frame, on: &canvas)
    var y = paintReturn(frame, on: &canvas)
    if let step = film.step(at: frame) {
      y = paintAction(step, from: y, on: &canvas)
      paintObservation(step, from: y, on: &canvas)
    }
    return canvas
  }

  private func paintProgress(_ frame: Int, on canvas: inout Canvas) {
    let share = Double(frame) / Double(max(1, film.steps.count))
    canvas.stroke([Point(18, 366), Point(454, 366)], width: 4, Self.rule)
    canvas.stroke([Point(18, 366), Point(18 + 436 * share, 366)], width: 4, Self.colour(.agent))
    let isOver = frame == film.steps.count
    canvas.write(
      "step \(frame) of \(film.steps.count)" + (isOver ? ": \(film.ending)" : ""),
      at: Point(16, 389), height: 14, Self.soft)
  }

  private func heading(_ text: String, at y: Double, on canvas: inout Canvas) {
    canvas.write(text, at: Point(Self.left, y), height: 13, Self.soft)
  }

  /// Gives the place of what comes next.
  private func paintReturn(_ frame: Int, on canvas: inout Canvas) -> Double {
    heading("return so far", at: 28, on: &canvas)
    canvas.write(
      NumberTag.text(film.returns[frame]), at: Point(Self.right, 29), height: 19,
      Self.colour(.text), alignment: .right, isBold: true)
    let (top, bottom) = (44.0, 84.0)
    let low = min(0, film.returns.min() ?? 0)
    let high = max(low + 1e-9, film.returns.max() ?? 0)
    func place(_ index: Int) -> Point {
      Point(
        Self.left + (Self.right - Self.left) * Double(index) / Double(max(1, film.steps.count)),
        bottom - (bottom - top) * (film.returns[index] - low) / (high - low))
    }
    canvas.stroke(
      [Point(Self.left, bottom), Point(Self.right, bottom)], width: 1, Self.rule)
    // No more points than there are pixels.
    let stride = max(1, frame / 240)
    let line = Swift.stride(from: 0, to: frame, by: stride).map(place) + [place(frame)]
    canvas.stroke(line, width: 1.6, Self.colour(.agent))
    canvas.stroke([place(frame)], width: 6, Self.colour(.agent))
    return 108
  }

  private func paintAction(
    _ step: EpisodeFilm.Step, from y: Double, on canvas: inout Canvas
  ) -> Double {
    let rows = ActionBars.rows(of: step, names: film.actionNames, ranges: ranges)
    let isBox = rows.first.map { $0.sample != nil } ?? false
    heading(isBox ? "action: mean, deviation, sample" : "action probabilities", at: y, on: &canvas)
    var y = y + 18
    for row in rows.prefix(6) {
      canvas.write(
        fitted(row.name, width: 96), at: Point(Self.left, y), height: 12.5,
        row.isChosen ? Self.colour(.text) : Self.soft, isBold: row.isChosen)
      let (start, width) = (Self.left + 104, 76.0)
      canvas.fill(x: start, y: y - 9, width: width, height: 10, Self.colour(.background))
      canvas.fill(
        x: start + width * row.bar.lowerBound, y: y - 9,
        width: max(0.5, width * (row.bar.upperBound - row.bar.lowerBound)), height: 10,
        Self.colour(row.isChosen ? .agent : .ground))
      if let sample = row.sample {
        canvas.fill(
          x: start + width * sample - 1, y: y - 11, width: 2, height: 14, Self.colour(.part))
      }
      canvas.write(
        row.text, at: Point(Self.right, y), height: 12.5,
        row.isChosen ? Self.colour(.text) : Self.soft, alignment: .right)
      y += 18
    }
    if rows.count > 6 {
      canvas.write("and \(rows.count - 6) more", at: Point(Self.left, y), height: 12.5, Self.soft)
      y += 18
    }
    return y + 12
  }

  private func paintObservation(
    _ step: EpisodeFilm.Step, from top: Double, on canvas: inout Canvas
  ) {
    heading("observation", at: top, on: &canvas)
    let room = max(1, min(Self.rowLimit, Int((Double(Self.size.height) - 8 - top) / 18)))
    let count = step.observation.count
    let shown = count <= room ? count : room - 1
    var y = top + 18
    for entry in 0..<shown {
      let value = Double(step.observation[entry])
      canvas.write(
        fitted(film.observationNames[entry], width: 112), at: Point(Self.left, y), height: 12.5,
        Self.soft)
      let (middle, half) = (Self.left + 148, 30.0)
      canvas.fill(
        x: middle - half, y: y - 9, width: 2 * half, height: 10, Self.colour(.background))
      let share = scales[entry] > 0 && value.isFinite ? value / scales[entry] : 0
      canvas.fill(
        x: middle + min(0, share * half), y: y - 9, width: abs(share) * half, height: 10,
        Self.colour(.agent))
      canvas.fill(x: middle - 0.5, y: y - 10, width: 1, height: 12, Self.soft)
      canvas.write(
        NumberTag.text(value), at: Point(Self.right, y), height: 12.5, Self.colour(.text),
        alignment: .right)
      y += 18
    }
    if shown < count {
      canvas.write("and \(count - shown) more", at: Point(Self.left, y), height: 12.5, Self.soft)
    }
  }

  /// The text without its unit, or without its middle, where it is too wide: names that begin alike often
  /// end apart.
  private func fitted(_ text: String, width: Double, height: Double = 12.5) -> String {
    func fits(_ text: String) -> Bool { Canvas.width(of: text, height: height) <= width }
    if fits(text) { return text }
    let short = text.firstRange(of: " (").map { String(text[..<$0.lowerBound]) } ?? text
    if fits(short) { return short }
    for count in stride(from: short.count - 1, to: 1, by: -1) {
      let head = short.prefix(count * 2 / 5)
      let cut = head + ".." + short.suffix(count - head.count)
      if fits(String(cut)) { return String(cut) }
    }
    return ".."
  }
}
