import Testing
import Wire

@Suite struct SafeTensorsTests {
  @Test func `a file is read back, and written again gives the same bytes`() throws {
    var values = RandomValues(seed: 21)
    for _ in 0..<500 {
      let file = values.tensors()
      let bytes = file.encode()
      let decoded = try SafeTensors(decoding: bytes)
      #expect(decoded == file)
      #expect(decoded.encode() == bytes)
      let shuffled = SafeTensors(metadata: file.metadata, tensors: file.tensors.shuffled())
      #expect(shuffled.encode() == bytes)
    }
  }

  @Test func `the bytes are those of the format`() {
    let file = SafeTensors(
      metadata: ["k": "v\"\n"],
      tensors: [
        SafeTensors.Tensor(name: "b", shape: [1, 2], values: .float32([1, -2])),
        SafeTensors.Tensor(name: "a", shape: [], values: .uint8([7])),
        SafeTensors.Tensor(name: "c", shape: [1], values: .int64([-2])),
      ])
    let header =
      #"{"__metadata__":{"k":"v\"\u000a"},"a":{"dtype":"U8","shape":[],"data_offsets":[16,17]},"#
      + #""b":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"#
      + #""c":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
    var padded = Array(header.utf8)
    while padded.count % 8 != 0 { padded.append(0x20) }
    let data: [UInt8] = [
      0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 128, 63, 0, 0, 0, 192, 7,
    ]
    #expect(
      file.encode() == [UInt8(padded.count), 0, 0, 0, 0, 0, 0, 0] + padded + data)
  }

  /// Finds an array by the text of its entry, with none of the reader's code.
  static func bytes(of name: String, type: String, shape: [Int], in file: [UInt8]) -> [UInt8]? {
    let dataStart = 8 + Int(file[0]) + 256 * Int(file[1])
    let header = String(decoding: file[8..<dataStart], as: UTF8.self)
    let sizes = shape.map(String.init).joined(separator: ",")
    let key = "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(sizes)],\"data_offsets\":["
    var rest = Substring(header)
    while !rest.hasPrefix(key) {
      if rest.isEmpty { return nil }
      rest.removeFirst()
    }
    let offsets = rest.dropFirst(key.count).prefix { $0 != "]" }.split(separator: ",")
    guard offsets.count == 2, let begin = Int(offsets[0]), let end = Int(offsets[1]) else {
      return nil
    }
    return Array(file[dataStart + begin..<dataStart + end])
  }

  @Test func `another reader finds every array`() {
    var values = RandomValues(seed: 23)
    for _ in 0..<100 {
      let sizes = (0..<4).map { _ in values.integer(0...5) }
      let (floats, doubles) = (values.floats(2 * sizes[0]), values.doubles(sizes[1]))
      let integers = (0..<sizes[2]).map { Int64($0) - 2 }
      let words = (0..<sizes[3]).map { UInt8($0) }
      let file = SafeTensors(
        metadata: ["k": values.text()],
        tensors: [
          SafeTensors.Tensor(name: "b.f", shape: [2, sizes[0]], values: .float32(floats)),
          SafeTensors.Tensor(name: "0.d", shape: [sizes[1]], values: .float64(doubles)),
          SafeTensors.Tensor(name: "a", shape: [1, sizes[2]], values: .int64(integers)),
          SafeTensors.Tensor(name: "Z", shape: [sizes[3]], values: .uint8(words)),
        ]
      ).encode()
      func littleEndian(_ words: [some FixedWidthInteger]) -> [UInt8] {
        words.flatMap { word in
          (0..<word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
      }
      #expect(
        Self.bytes(of: "b.f", type: "F32", shape: [2, sizes[0]], in: file)
          == littleEndian(floats.map(\.bitPattern)))
      #expect(
        Self.bytes(of: "0.d", type: "F64", shape: [sizes[1]], in: file)
          == littleEndian(doubles.map(\.bitPattern)))
      #expect(
        Self.bytes(of: "a", type: "I64", shape: [1, sizes[2]], in: file)
          == littleEndian(integers))
      #expect(Self.bytes(of: "Z", type: "U8", shape: [sizes[3]], in: file) == words)
    }
  }

  /// A header with an array of `size` bytes behind it.
  static func file(_ header: String, dataSize: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8)
    for i in 0..<8 {
      bytes[i] = UInt8(truncatingIfNeeded: UInt64(header.utf8.count) >> UInt64(8 * i))
    }
    return bytes + Array(header.utf8) + [UInt8](repeating: 0, count: dataSize)
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, true),
    (#"{}"#, 0, true),
    (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}     "#, 0, true),
    (#" {}"#, 0, false),
    (#"[]"#, 0, false),
    (#"{}"#, 1, false),  // bytes that belong to nothing
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, false),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, false),
    (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, false),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, false),
    (#"{"__metadata__":{"a":1}}"#, 0, false),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, false),
    // overlapping, with a gap, the same name twice
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}"#,
      7, false
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}"#,
      9, false
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
      8, false
    ),
    // sizes that no memory holds
    (#"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#, 4, false),
    (
      #"{"a":{"dtype":"F64","shape":[4611686018427387904,4,4],"data_offsets":[0,0]}}"#, 0, false
    ),
    (
      #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
      4, false
    ),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#, 4, false),
  ])
  func `headers are checked`(header: String, dataSize: Int, valid: Bool) {
    let bytes = Self.file(header, dataSize: dataSize)
    if valid {
      #expect(throws: Never.self) { try SafeTensors(decoding: bytes) }
    } else {
      #expect(throws: WireError.self) { try SafeTensors(decoding: bytes) }
    }
  }

  @Test func `a header length of terabytes is refused`() {
    for length: [UInt8] in [
      [0, 0, 0, 0, 0, 1, 0, 0], [255, 255, 255, 255, 255, 255, 255, 255],
      [1, 0, 16, 0, 0, 0, 0, 0],
    ] {
      #expect(throws: WireError.self) { try SafeTensors(decoding: length + [0x7b, 0x7d]) }
    }
  }

  @Test func `damage is decoded or refused`() {
    var values = RandomValues(seed: 22)
    for _ in 0..<20 {
      let bytes = values.tensors().encode()
      for count in 0..<bytes.count {
        #expect(throws: WireError.self) { try SafeTensors(decoding: Array(bytes[..<count])) }
      }
      for bit in 0..<8 * min(bytes.count, 400) {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        _ = try? SafeTensors(decoding: flipped)
      }
      for _ in 0..<1_000 { _ = try? SafeTensors(decoding: values.mutated(bytes)) }
    }
  }
}
