import Testing
import Wire

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
