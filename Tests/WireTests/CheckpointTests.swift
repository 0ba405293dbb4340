import Testing
import Wire

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
