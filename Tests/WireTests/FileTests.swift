import Kernels
import Learning
import RL
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
      [0, 0, 0, 0, 0, 1, 0, 0], [255, 255, 255, 255, 255, 255, 255, 255], [1, 0, 16, 0, 0, 0, 0, 0],
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

@Suite struct PolicyFileTests {
  static let layout = [
    ParameterTensor(name: "0.weight", shape: [2, 3], offset: 0),
    ParameterTensor(name: "0.bias", shape: [2], offset: 6),
    ParameterTensor(name: "2.weight", shape: [2, 2], offset: 8),
    ParameterTensor(name: "2.bias", shape: [2], offset: 12),
  ]
  static let architecture = PolicyArchitecture(
    environment: "cartpole", hidden: [2], activation: .tanh, observationSize: 3,
    actionSpace: .discrete(count: 2))
  static let parameters = (0..<14).map { Float($0) / 7 }

  @Test func `a policy is read back`() throws {
    let file = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters)
    let decoded = try PolicyFile(decoding: file.encode())
    #expect(decoded.architecture == Self.architecture)
    #expect(try decoded.parameters(layout: Self.layout) == Self.parameters)
  }

  @Test(arguments: [[], [1], [64, 64], [65_536, 1, 7]])
  func `any hidden layers are read back`(hidden: [Int]) throws {
    let architecture = PolicyArchitecture(
      environment: "x", hidden: hidden, activation: .relu, observationSize: 1,
      actionSpace: .discrete(count: 5))
    let file = PolicyFile(architecture: architecture, layout: [], parameters: [])
    #expect(try PolicyFile(decoding: file.encode()).architecture == architecture)
  }

  @Test func `a policy of another shape is refused by the tensor's name`() throws {
    let file = try PolicyFile(
      decoding: PolicyFile(
        architecture: Self.architecture, layout: Self.layout, parameters: Self.parameters
      ).encode())
    var other = Self.layout
    other[1] = ParameterTensor(name: "0.bias", shape: [2, 1], offset: 6)
    #expect(throws: WireError.self) { try file.parameters(layout: other) }
    #expect(throws: WireError.self) { try file.parameters(layout: Array(Self.layout[..<3])) }
    other = Self.layout + [ParameterTensor(name: "4.bias", shape: [1], offset: 14)]
    #expect(throws: WireError.missing(field: "tensor 4.bias")) {
      try file.parameters(layout: other)
    }
    var broken = Self.parameters
    broken[6] = .nan
    let nan = PolicyFile(
      architecture: Self.architecture, layout: Self.layout, parameters: broken)
    #expect(throws: WireError.self) { try nan.parameters(layout: Self.layout) }
  }

  @Test func `a checkpoint is not a policy`() {
    var values = RandomValues(seed: 31)
    #expect(throws: WireError.self) { try PolicyFile(decoding: values.checkpoint().encode()) }
  }
}

@Suite struct CheckpointTests {
  @Test func `a checkpoint is read back`() throws {
    var values = RandomValues(seed: 41)
    for _ in 0..<300 {
      let checkpoint = values.checkpoint()
      let bytes = checkpoint.encode()
      let decoded = try Checkpoint(decoding: bytes)
      #expect(decoded == checkpoint)
      #expect(decoded.encode() == bytes)
      #expect(throws: Never.self) { try SafeTensors(decoding: bytes) }
    }
  }

  @Test func `every truncation and every flipped bit is refused`() {
    var values = RandomValues(seed: 42)
    for _ in 0..<3 {
      let bytes = values.checkpoint().encode()
      for count in 0..<bytes.count {
        #expect(throws: WireError.self) { try Checkpoint(decoding: Array(bytes[..<count])) }
      }
      for bit in 0..<8 * bytes.count {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: WireError.self) { try Checkpoint(decoding: flipped) }
      }
    }
  }
}

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `known answers of FIPS 180-4`(text: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(text.utf8)) == digest)
  }

  @Test func `floats are hashed as their bytes`() {
    #expect(
      SHA256.hexDigest(of: [1, -2] as [Float])
        == SHA256.hexDigest(of: [0, 0, 128, 63, 0, 0, 0, 192] as [UInt8]))
  }
}

@Suite struct RunConfigurationDigestTests {
  @Test func `equal configurations have equal digests, others others`() throws {
    var values = RandomValues(seed: 51)
    for _ in 0..<200 {
      let configuration = values.configuration()
      var copy = configuration
      #expect(copy.digest == configuration.digest)
      copy.seed ^= 1
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.learner.gradientNormLimit = configuration.learner.gradientNormLimit == nil ? 1 : nil
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.learner.discount = configuration.learner.discount.nextDown
      #expect(copy.digest != configuration.digest)
      copy = configuration
      copy.policy.hidden.append(1)
      #expect(copy.digest != configuration.digest)
    }
  }
}
