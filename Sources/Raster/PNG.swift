internal import CZlib

/// Writes a picture as PNG, compressed by zlib: every Linux has it, and Swift itself needs it to be built.
///
/// Source: W3C, "Portable Network Graphics (PNG) Specification", second edition.
package enum PNG {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// The whole file: indexed where 256 colours are enough, red, green and blue otherwise.
  package static func bytes(of canvas: Canvas) -> [UInt8] {
    let colours = Array(Set(canvas.pixels)).sorted()
    let isIndexed = colours.count <= 256
    let size = bigEndian(UInt32(canvas.width)) + bigEndian(UInt32(canvas.height))
    // Bits of a sample, kind of colour, and the only compression, filters and no interlacing.
    var file = signature + chunk("IHDR", size + [8, isIndexed ? 3 : 2, 0, 0, 0])
    if isIndexed { file += chunk("PLTE", colours.flatMap(components)) }
    var rows: [UInt8] = []
    rows.reserveCapacity(canvas.height * (canvas.width * (isIndexed ? 1 : 3) + 1))
    let places = Dictionary(
      uniqueKeysWithValues: zip(colours, colours.indices.map { UInt8(truncatingIfNeeded: $0) }))
    for row in 0..<canvas.height {
      // Rows are not filtered: drawings have long runs of one colour.
      rows.append(0)
      for pixel in canvas.pixels[row * canvas.width..<(row + 1) * canvas.width] {
        if isIndexed {
          rows.append(places[pixel] ?? 0)
        } else {
          rows += components(pixel)
        }
      }
    }
    return file + chunk("IDAT", compressed(rows)) + chunk("IEND", [])
  }

  private static func components(_ pixel: UInt32) -> [UInt8] {
    [UInt8(pixel >> 16 & 255), UInt8(pixel >> 8 & 255), UInt8(pixel & 255)]
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + content
    // SAFETY: zlib reads as many bytes as the array has.
    let sum = unsafe checked.withUnsafeBufferPointer { bytes in
      unsafe crc32(0, bytes.baseAddress, uInt(bytes.count))
    }
    return bigEndian(UInt32(content.count)) + checked + bigEndian(UInt32(sum))
  }

  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    // SAFETY: zlib reads the array's bytes, and writes at most `count` into the other and their number
    // into `count`.
    let status = unsafe compress2(&result, &count, bytes, uLong(bytes.count), Z_BEST_COMPRESSION)
    precondition(status == Z_OK, "there is room for what zlib said it needs")
    return Array(result.prefix(Int(count)))
  }
}
