import Kernels
import Testing

@Suite struct DigestTests {
  func digest(_ bytes: [UInt8]) -> Digest128 {
    var hash = MixingHash()
    hash.combine(bytes.span)
    return hash.finalize()
  }

  func hash(_ values: [Float]) -> Digest128 { Digest128.hash(of: values.span) }

  /// The vectors of Protocol.md, computed there from the definition alone.
  @Test func theDigestIsTheOneThatTheProtocolDefines() {
    #expect(hash([]).description == "8c463c76a4d8027882f89ce87d025c42")
    #expect(hash([-0.6931472]).description == "86964ad5fb2b2da3a63bfc36beea2c79")
    #expect(hash([1, 2, 3, 4, 5]).description == "80a1f9349cf7a1ef74a96864541a17ca")
  }

  @Test func aDigestIsThirtyTwoHexadecimalDigitsAndSixteenBytes() {
    let digest = Digest128(high: 0x0123_4567_89ab_cdef, low: 0xfe)
    #expect(digest.description == "0123456789abcdef00000000000000fe")
    #expect(Digest128(hex: digest.description) == digest)
    #expect(Digest128(hex: digest.description.uppercased()) == digest)
    #expect(digest.littleEndianBytes.count == 16)
    #expect(digest.littleEndianBytes[0] == 0xfe)
    #expect(digest.littleEndianBytes[15] == 0x01)
    #expect(Digest128(littleEndianBytes: digest.littleEndianBytes) == digest)
    #expect(Digest128(littleEndianBytes: digest.littleEndianBytes.dropLast()) == nil)
    for text in ["", "0123", digest.description + "0", "0123456789abcdef00000000000000fg"] {
      #expect(Digest128(hex: text) == nil)
    }
  }

  @Test func everySingleBitFlipChangesAboutHalfOfTheDigest() {
    var flips = 0
    var trials = 0
    for count in [1, 8, 15, 16, 17, 40, 100] {
      let bytes = Numbers.words(count, seed: 61).map { UInt8(truncatingIfNeeded: $0) }
      let original = digest(bytes)
      var seen: Set = [original]
      for bit in 0..<count * 8 {
        var changed = bytes
        changed[bit / 8] ^= 1 << (bit % 8)
        let other = digest(changed)
        let distance =
          (original.high ^ other.high).nonzeroBitCount + (original.low ^ other.low).nonzeroBitCount
        // 64 expected, standard deviation 5.7.
        #expect((30...98).contains(distance), "\(distance) bits after bit \(bit) of \(count) bytes")
        flips += distance
        trials += 1
        seen.insert(other)
      }
      #expect(seen.count == count * 8 + 1)
    }
    #expect(abs(Double(flips) / Double(trials) - 64) < 1)
  }

  @Test func zerosOfEveryLengthAndSplitDiffer() {
    var seen: Set<Digest128> = []
    for count in 0..<70 { seen.insert(digest(Array(repeating: 0, count: count))) }
    for split in 1..<16 {
      var hash = MixingHash()
      hash.combine([UInt8](repeating: 0, count: split).span)
      hash.combine([UInt8](repeating: 0, count: 16 - split).span)
      seen.insert(hash.finalize())
    }
    #expect(seen.count == 85)
  }

  @Test func exchangedWordsAndValuesDiffer() {
    let values = Numbers.floats(64, seed: 62)
    let original = hash(values)
    for k in 1..<64 {
      var changed = values
      changed.swapAt(0, k)
      #expect(hash(changed) != original)
    }
    #expect(hash([0]) != hash([-0.0]))
  }

  @Test func combinedWordsDependOnTheirOrder() {
    var first = MixingHash()
    first.combine(1)
    first.combine(2)
    var second = MixingHash()
    second.combine(2)
    second.combine(1)
    #expect(first.finalize() != second.finalize())
  }

  @Test func theNumericsDigestIsTheSameOnEveryInstructionSet() {
    let digests = InstructionSet.available.map {
      InstructionSet.withInstructionSet($0) { NumericsDigest.compute() }
    }
    #expect(Set(digests).count == 1)
    // Pinned, so that a change of any bit is a decision: it ends every run in progress.
    #expect(digests[0].description == "8d10f4b0dc821ef5af7701b496d857b9")
  }
}
