import Drawing
import Raster
import Testing

private let white = Color.Components(red: 255, green: 255, blue: 255)
private let red = Color.Components(red: 0xc0, green: 0x10, blue: 0x20)

/// What GIF's specification says, read the other way; written apart from the encoder.
private struct DecodedGIF {
  struct Picture {
    let delay: Int
    let left, top, width, height: Int
    /// Palette indices.
    let indices: [Int]
  }

  let width, height: Int
  let palette: [UInt32]
  private(set) var pictures: [Picture] = []
  private(set) var repeats = false

  init(_ bytes: [UInt8]) throws {
    try #require(String(decoding: bytes[..<6], as: UTF8.self) == "GIF89a")
    func number(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    width = number(6)
    height = number(8)
    let count = 2 << Int(bytes[10] & 7)
    palette = (0..<count).map { index in
      (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[13 + 3 * index + $1]) }
    }
    var place = 13 + 3 * count
    var delay = 0
    while bytes[place] != 0x3b {
      if bytes[place] == 0x21 {
        if bytes[place + 1] == 0xf9 { delay = number(place + 4) }
        if bytes[place + 1] == 0xff { repeats = number(place + 16) == 0 }
        place += 2
        while bytes[place] != 0 { place += Int(bytes[place]) + 1 }
        place += 1
        continue
      }
      try #require(bytes[place] == 0x2c)
      let (left, top) = (number(place + 1), number(place + 3))
      let (width, height) = (number(place + 5), number(place + 7))
      let symbolBits = Int(bytes[place + 10])
      place += 11
      var content: [UInt8] = []
      while bytes[place] != 0 {
        content += bytes[place + 1...place + Int(bytes[place])]
        place += Int(bytes[place]) + 1
      }
      place += 1
      pictures.append(
        Picture(
          delay: delay, left: left, top: top, width: width, height: height,
          indices: try Self.decode(content, symbolBits: symbolBits)))
    }
    try #require(place == bytes.count - 1)
  }

  private static func decode(_ content: [UInt8], symbolBits: Int) throws -> [Int] {
    let clear = 1 << symbolBits
    var (position, width) = (0, symbolBits + 1)
    var table: [[Int]] = []
    var previous: [Int] = []
    var indices: [Int] = []
    while true {
      var code = 0
      for bit in 0..<width {
        let at = position + bit
        try #require(at / 8 < content.count, "the stream has an end of its own")
        code |= Int(content[at / 8] >> (at % 8) & 1) << bit
      }
      position += width
      if code == clear {
        table = (0..<clear + 2).map { $0 < clear ? [$0] : [] }
        (width, previous) = (symbolBits + 1, [])
        continue
      }
      if code == clear + 1 { return indices }
      let entry = code < table.count ? table[code] : previous + previous.prefix(1)
      indices += entry
      if !previous.isEmpty, table.count < 4096 { table.append(previous + entry.prefix(1)) }
      if table.count == 1 << width, width < 12 { width += 1 }
      previous = entry
    }
  }
}

@Suite struct AnimatedGIFTests {
  /// A picture whose colours come from a small generator.
  private func noise(width: Int, height: Int, colourCount: Int, seed: UInt32) -> Canvas {
    var state = seed
    var canvas = Canvas(width: width, height: height, background: white)
    for y in 0..<height {
      for x in 0..<width {
        state = state &* 1_664_525 &+ 1_013_904_223
        let value = UInt8(Int(state >> 16) % colourCount)
        canvas.fill(
          x: Double(x), y: Double(y), width: 1, height: 1,
          Color.Components(red: value, green: 255 - value, blue: 7))
      }
    }
    return canvas
  }

  @Test func `one pixel is these bytes`() {
    var gif = AnimatedGIF(width: 1, height: 1, colours: [])
    gif.append(Canvas(width: 1, height: 1, background: red), hundredths: 4)
    var expected = Array("GIF89a".utf8) + [1, 0, 1, 0, 0b1111_0111, 0, 0]
    expected += [0xc0, 0x10, 0x20] + [UInt8](repeating: 0, count: 255 * 3)
    expected += [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
    expected += [0x21, 0xf9, 4, 5, 4, 0, 255, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]
    // Clear, 0 and end in nine bits each, from the lowest bit on.
    expected += [8, 4, 0b0000_0000, 0b0000_0001, 0b0000_0100, 0b0000_0100, 0, 0x3b]
    #expect(gif.bytes == expected)
  }

  @Test(
    "what is decoded is what was painted",
    arguments: [(1, 1, 1), (2, 3, 2), (64, 64, 200), (100, 90, 3), (300, 120, 1)])
  func decoded(width: Int, height: Int, colourCount: Int) throws {
    let canvas = noise(width: width, height: height, colourCount: colourCount, seed: 7)
    var gif = AnimatedGIF(width: width, height: height, colours: [])
    gif.append(canvas, hundredths: 9)
    let decoded = try DecodedGIF(gif.bytes)
    let picture = try #require(decoded.pictures.first)
    #expect(decoded.pictures.count == 1 && picture.delay == 9 && decoded.repeats)
    #expect(picture.indices.map { decoded.palette[$0] } == canvas.pixels)
  }

  @Test func `a later picture is what has changed`() throws {
    var canvas = Canvas(width: 30, height: 20, background: white)
    var gif = AnimatedGIF(width: 30, height: 20, colours: [white, red])
    gif.append(canvas, hundredths: 4)
    canvas.fill(x: 5, y: 6, width: 3, height: 1, red)
    canvas.fill(x: 6, y: 8, width: 1, height: 1, red)
    gif.append(canvas, hundredths: 4)
    gif.append(canvas, hundredths: 150)
    let pictures = try DecodedGIF(gif.bytes).pictures
    #expect(pictures.count == 3)
    let second = pictures[1]
    #expect([second.left, second.top, second.width, second.height] == [5, 6, 3, 3])
    #expect(second.indices == [1, 1, 1, 255, 255, 255, 255, 1, 255])
    #expect(pictures[2].indices == [255] && pictures[2].delay == 150)
  }

  @Test func `a colour too many becomes the nearest`() throws {
    var canvas = Canvas(width: 256, height: 2, background: white)
    for x in 0..<256 {
      canvas.fill(
        x: Double(x), y: 0, width: 1, height: 1,
        Color.Components(red: UInt8(x), green: 0, blue: 0))
    }
    var gif = AnimatedGIF(width: 256, height: 2, colours: [white])
    gif.append(canvas, hundredths: 4)
    let decoded = try DecodedGIF(gif.bytes)
    let colours = decoded.pictures[0].indices.map { decoded.palette[$0] }
    #expect(colours[..<254].elementsEqual(canvas.pixels[..<254]))
    #expect(colours[254] == 0xfd0000 && colours[255] == 0xfd0000)
    #expect(!decoded.pictures[0].indices.contains(255), "transparent is no colour")
  }
}

@Suite struct PNGTests {
  @Test func `a white pixel is these bytes`() {
    let canvas = Canvas(width: 1, height: 1, background: white)
    let expected: [UInt8] =
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + [0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]
      + [0x28, 0xcb, 0x34, 0xbb]
      + [0, 0, 0, 3] + Array("PLTE".utf8) + [255, 255, 255, 0xa7, 0xc4, 0x1b, 0xc8]
    let bytes = PNG.bytes(of: canvas)
    #expect(Array(bytes.prefix(expected.count)) == expected)
    #expect(bytes.suffix(12) == [0, 0, 0, 0] + Array("IEND".utf8) + [0xae, 0x42, 0x60, 0x82])
  }

  @Test func `many colours are written as they are`() {
    var canvas = Canvas(width: 300, height: 1, background: white)
    for x in 0..<300 {
      canvas.fill(
        x: Double(x), y: 0, width: 1, height: 1,
        Color.Components(red: UInt8(x / 2), green: UInt8(x % 2), blue: 9))
    }
    let bytes = PNG.bytes(of: canvas)
    #expect(bytes[24...25] == [8, 2], "red, green and blue")
  }
}
