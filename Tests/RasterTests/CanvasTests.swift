import Drawing
import Raster
import Testing

private let white = Color.Components(red: 255, green: 255, blue: 255)
private let black = Color.Components(red: 0, green: 0, blue: 0)

extension Canvas {
  /// A white picture.
  fileprivate init(_ width: Int, _ height: Int) {
    self.init(width: width, height: height, background: white)
  }

  /// How much black there is, in pixels.
  fileprivate var ink: Double {
    pixels.reduce(0) { $0 + 1 - Double($1 & 255) / 255 }
  }
}

@Suite struct CanvasTests {
  @Test func `a rectangle on pixel borders fills these pixels and no other`() {
    var canvas = Canvas(4, 3)
    canvas.fill(x: 1, y: 1, width: 2, height: 1, black)
    #expect(canvas.pixels.indices.filter { canvas.pixels[$0] == 0 } == [5, 6])
    #expect(canvas.ink == 2)
  }

  @Test func `a pixel that is half covered is half painted`() {
    var canvas = Canvas(2, 1)
    canvas.fill(x: 0.5, y: 0, width: 0.5, height: 1, black)
    #expect(canvas.pixels == [0x808080, 0xffffff])
    canvas = Canvas(1, 1)
    canvas.fill(x: 0, y: 0, width: 1, height: 1, black, opacity: 0.25)
    #expect(canvas.pixels == [0xbfbfbf])
  }

  @Test func `areas are right to a hundredth`() {
    var disc = Canvas(60, 60)
    disc.stroke([Point(30.3, 29.6)], width: 40, black)
    #expect(abs(disc.ink / (.pi * 400) - 1) < 0.01)
    var triangle = Canvas(60, 60)
    triangle.fill([Point(3, 5), Point(50, 11), Point(20, 57)], black)
    #expect(abs(triangle.ink / 1171 - 1) < 0.01, "half of |47 · 52 − 17 · 6|")
    var line = Canvas(100, 100)
    line.stroke([Point(10, 10), Point(70, 90)], width: 4, black)
    #expect(abs(line.ink / (400 + .pi * 4) - 1) < 0.01)
  }

  @Test func `lines that cross are painted once there`() {
    var canvas = Canvas(20, 20)
    canvas.stroke(
      [[Point(2, 10), Point(18, 10)], [Point(2, 10), Point(18, 10)]], width: 1, black)
    var once = Canvas(20, 20)
    once.stroke([Point(2, 10), Point(18, 10)], width: 1, black)
    #expect(canvas == once)
  }

  @Test func `windings that cancel out leave a hole`() {
    var canvas = Canvas(10, 10)
    canvas.fill(
      [
        Point(0, 0), Point(10, 0), Point(10, 10), Point(0, 10), Point(0, 0), Point(2, 2),
        Point(2, 8), Point(8, 8), Point(8, 2), Point(2, 2),
      ], black)
    #expect(canvas.ink == 64)
  }

  @Test func `nothing is painted outside of the limits or of the picture`() {
    var canvas = Canvas(8, 8)
    canvas.within(PixelArea(columns: 2..<4, rows: 0..<8)) { canvas in
      canvas.fill(x: -1e12, y: -3, width: 2e12, height: 30, black)
      canvas.stroke([Point(-1e6, 4), Point(1e6, 4)], width: 3, black)
    }
    #expect(canvas.ink == 16)
    canvas.stroke([Point(.nan, 4), Point(3, .infinity)], width: 3, black)
    canvas.fill([Point(0, 0), Point(.infinity, 0), Point(0, 5)], black)
    #expect(canvas.ink == 16, "what is not finite is not drawn")
  }

  @Test func `a scene keeps its proportions, in the middle`() {
    let scene = Scene(
      horizontal: 0...2, vertical: 0...1,
      shapes: [.rectangle(horizontal: 0...1, vertical: 0...1, .agent)])
    var canvas = Canvas(40, 40)
    canvas.draw(scene, in: PixelArea(columns: 0..<40, rows: 0..<40)) { _ in black }
    #expect(canvas.ink == 400)
    #expect(canvas.pixels[10 * 40] == 0 && canvas.pixels[9 * 40] == 0xffffff)
    #expect(canvas.pixels[29 * 40 + 19] == 0 && canvas.pixels[29 * 40 + 20] == 0xffffff)
  }
}

@Suite struct TextTests {
  private func ink(_ text: String) -> Double {
    var canvas = Canvas(80, 60)
    canvas.write(text, at: Point(20, 40), height: 30, black)
    return canvas.ink
  }

  @Test func `every character of ASCII is drawn, and hardly any like another`() {
    let characters = (33...126).map { String(UnicodeScalar(UInt8($0))) }
    var seen: Set<Canvas> = []
    for character in characters {
      var canvas = Canvas(60, 80)
      canvas.write(character, at: Point(10, 50), height: 40, black)
      #expect(canvas.ink > 10, "\(character)")
      seen.insert(canvas)
    }
    #expect(seen.count >= 90, "I and l are the same stroke")
    #expect(ink(" ") == 0)
  }

  @Test func `letters stand on the baseline and have the height of capitals`() {
    var canvas = Canvas(60, 60)
    canvas.write("H", at: Point(10, 40), height: 30, black)
    let rows = (0..<60).filter { row in
      canvas.pixels[row * 60..<(row + 1) * 60].contains { $0 < 0x808080 }
    }
    // 0.71 of the height, and the width of the stroke.
    #expect(rows.first.map { (17...19).contains($0) } == true, "\(rows)")
    #expect(rows.last.map { (39...41).contains($0) } == true, "\(rows)")
  }

  @Test func `alignment moves a text by its width`() {
    func columns(_ alignment: Shape.Alignment) -> ClosedRange<Int> {
      var canvas = Canvas(200, 30)
      canvas.write("HIH", at: Point(100, 20), height: 16, black, alignment: alignment)
      let columns = (0..<200).filter { column in
        (0..<30).contains { canvas.pixels[$0 * 200 + column] != 0xffffff }
      }
      return (columns.first ?? 0)...(columns.last ?? 0)
    }
    let width = Canvas.width(of: "HIH", height: 16)
    #expect(columns(.left).lowerBound >= 100 && columns(.right).upperBound <= 100)
    let shift = columns(.left).lowerBound - columns(.center).lowerBound
    #expect(abs(Double(shift) - width / 2) <= 1)
  }

  @Test func `what the font lacks is written in other characters`() {
    #expect(ink("±") == ink("+/-"))
    #expect(ink("漢") == ink("?"))
  }

  @Test func `turned text goes upwards`() {
    var canvas = Canvas(40, 100)
    canvas.write("HHHH", at: Point(30, 90), height: 16, black, isTurned: true)
    let rows = (0..<100).filter { row in
      canvas.pixels[row * 40..<(row + 1) * 40].contains { $0 != 0xffffff }
    }
    #expect((rows.last ?? 0) <= 90)
    #expect((rows.first ?? 99) < 50)
  }
}
