package import Drawing

/// Writes pictures of one size as an animated GIF that repeats for ever.
///
/// All pictures share 255 colours, taken in the order in which they appear; a colour for which there is no
/// room becomes the nearest of them. A picture is stored as the rectangle that differs from the one before,
/// and what is the same within it as transparent.
///
/// Source: CompuServe, "Graphics Interchange Format", version 89a; the repetition is Netscape's extension.
package struct AnimatedGIF {
  private static let transparent: UInt8 = 255

  private let width: Int
  private let height: Int
  private var colours: [UInt32] = []
  private var places: [UInt32: UInt8] = [:]
  private var pixels: [UInt8] = []
  private var body: [UInt8] = []

  /// `colours` have a place of their own from the beginning.
  ///
  /// - Precondition: sides of 1 to 65,535 pixels, and at most 200 colours.
  package init(width: Int, height: Int, colours: [Color.Components]) {
    precondition((1...65_535).contains(width) && (1...65_535).contains(height), "GIF's limit")
    precondition(colours.count <= 200, "a GIF has 256 colours")
    self.width = width
    self.height = height
    for colour in colours { _ = place(of: colour.number) }
  }

  /// Adds a picture that is shown for so many hundredths of a second.
  ///
  /// - Precondition: it has the size of all of them.
  package mutating func append(_ canvas: Canvas, hundredths: Int) {
    precondition(canvas.width == width && canvas.height == height, "pictures of one size")
    var next: [UInt8] = []
    next.reserveCapacity(canvas.pixels.count)
    var (last, lastPlace) = (UInt32.max, UInt8(0))
    for pixel in canvas.pixels {
      if pixel != last { (last, lastPlace) = (pixel, place(of: pixel)) }
      next.append(lastPlace)
    }
    let area = changedArea(to: next)
    var shown: [UInt8] = []
    shown.reserveCapacity(area.columns.count * area.rows.count)
    for row in area.rows {
      for index in row * width + area.columns.lowerBound..<row * width + area.columns.upperBound {
        let isSame = !pixels.isEmpty && pixels[index] == next[index]
        shown.append(isSame ? Self.transparent : next[index])
      }
    }
    pixels = next
    // Graphic control: leave the picture in place, one index is transparent.
    body += [0x21, 0xf9, 4, 0b101] + Self.littleEndian(hundredths) + [Self.transparent, 0]
    body += [0x2c] + Self.littleEndian(area.columns.lowerBound)
    body += Self.littleEndian(area.rows.lowerBound) + Self.littleEndian(area.columns.count)
    body += Self.littleEndian(area.rows.count) + [0]
    body += GIFCompression.blocks(of: shown)
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var file = Array("GIF89a".utf8) + Self.littleEndian(width) + Self.littleEndian(height)
    // 256 colours of 8 bits each; the background is the first.
    file += [0b1111_0111, 0, 0]
    for index in 0..<256 {
      let colour = index < colours.count ? colours[index] : 0
      file += [UInt8(colour >> 16 & 255), UInt8(colour >> 8 & 255), UInt8(colour & 255)]
    }
    file += [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
    return file + body + [0x3b]
  }

  private static func littleEndian(_ value: Int) -> [UInt8] {
    [UInt8(value & 255), UInt8(value >> 8 & 255)]
  }

  /// The smallest rectangle that holds every difference; one pixel where there is none.
  private func changedArea(to next: [UInt8]) -> PixelArea {
    guard !pixels.isEmpty else { return PixelArea(columns: 0..<width, rows: 0..<height) }
    var (left, right, top, bottom) = (width, 0, height, 0)
    for row in 0..<height {
      let line = row * width..<(row + 1) * width
      guard let first = line.first(where: { pixels[$0] != next[$0] }),
        let last = line.last(where: { pixels[$0] != next[$0] })
      else { continue }
      (left, right) = (min(left, first - line.lowerBound), max(right, last - line.lowerBound + 1))
      (top, bottom) = (min(top, row), row + 1)
    }
    return left < right
      ? PixelArea(columns: left..<right, rows: top..<bottom)
      : PixelArea(columns: 0..<1, rows: 0..<1)
  }

  private mutating func place(of pixel: UInt32) -> UInt8 {
    if let place = places[pixel] { return place }
    let place: UInt8
    if colours.count < Int(Self.transparent) {
      place = UInt8(colours.count)
      colours.append(pixel)
    } else {
      place = nearest(to: pixel)
    }
    places[pixel] = place
    return place
  }

  private func nearest(to pixel: UInt32) -> UInt8 {
    func distance(_ other: UInt32) -> Int {
      [16, 8, 0].reduce(0) { sum, shift in
        let difference = Int(pixel >> shift & 255) - Int(other >> shift & 255)
        return sum + difference * difference
      }
    }
    let index = colours.indices.min { distance(colours[$0]) < distance(colours[$1]) }
    return UInt8(index ?? 0)
  }
}
