package import Drawing

// Letters made of lines, so that one small table serves every size and any direction. The table is Hershey's
// Roman Simplex in James Hurt's format; its own first lines say whose it is. A font file and what reads one
// would be larger than everything else here.

/// Draws text with Hershey's letters.
enum StrokeFont {
  private struct Glyph {
    let advance: Double
    /// y upwards from the baseline; capitals are 21 high.
    let lines: [[Point]]
  }

  private static let capitalHeight = 21.0
  /// Height of capitals by the height of a line of text, as usual fonts have it.
  private static let capitalShare = 0.71

  private static let letters: [Glyph] = {
    let text = String(decoding: PackageResources.hershey_simplex_txt, as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let numbers = line.utf8.map { Double($0) - Double(UInt8(ascii: "R")) }
      let (left, right) = (numbers[0], numbers[1])
      var lines: [[Point]] = [[]]
      for index in stride(from: 2, to: numbers.count - 1, by: 2) {
        let (x, y) = (numbers[index], numbers[index + 1])
        // A blank before R lifts the pen.
        if x == Double(UInt8(ascii: " ")) - Double(UInt8(ascii: "R")), y == 0 {
          lines.append([])
        } else {
          lines[lines.count - 1].append(Point(x - left, 9 - y))
        }
      }
      return Glyph(advance: right - left, lines: lines.filter { !$0.isEmpty })
    }
  }()

  /// What stands for characters that the font has not.
  private static let replacements: [Character: String] = [
    "×": "x", "·": "-", "–": "-", "—": "-", "−": "-", "±": "+/-", "…": "...", "≥": ">=", "≤": "<=",
    "°": "deg", "²": "2", "π": "pi", "θ": "theta", "σ": "sigma", "µ": "u", "“": "\"", "”": "\"",
    "’": "'",
  ]

  private static func glyphs(of text: String) -> [Glyph] {
    text.flatMap { replacements[$0] ?? String($0) }.map { character in
      let code = character.asciiValue.map(Int.init) ?? 0
      return letters[letters.indices.contains(code - 32) ? code - 32 : Int(UInt8(ascii: "?")) - 32]
    }
  }

  private static func scale(height: Double) -> Double { height * capitalShare / capitalHeight }

  static func width(of text: String, height: Double) -> Double {
    glyphs(of: text).reduce(0) { $0 + $1.advance } * scale(height: height)
  }

  /// The text's lines, x to the right from its beginning and y downwards from the baseline.
  static func lines(of text: String, height: Double) -> [[Point]] {
    let scale = scale(height: height)
    var start = 0.0
    var lines: [[Point]] = []
    for glyph in glyphs(of: text) {
      lines += glyph.lines.map { line in
        line.map { Point((start + $0.x) * scale, -$0.y * scale) }
      }
      start += glyph.advance
    }
    return lines
  }
}

extension Canvas {
  /// Width of one line of text of this height.
  package static func width(of text: String, height: Double) -> Double {
    StrokeFont.width(of: text, height: height)
  }

  /// Writes one line of text of this height, with its baseline at a place; `isTurned`, upwards.
  ///
  /// Characters that the font lacks are written in others, or as question marks.
  package mutating func write(
    _ text: String, at place: Point, height: Double, _ colour: Colour,
    alignment: Shape.Alignment = .left, isBold: Bool = false, isTurned: Bool = false
  ) {
    let width = StrokeFont.width(of: text, height: height)
    let shift =
      switch alignment {
      case .left: 0.0
      case .center: -width / 2
      case .right: -width
      }
    let lines = StrokeFont.lines(of: text, height: height).map { line in
      line.map { point in
        let x = point.x + shift
        return place + (isTurned ? Point(point.y, -x) : Point(x, point.y))
      }
    }
    stroke(lines, width: max(1, height * (isBold ? 0.125 : 0.085)), colour)
  }
}
