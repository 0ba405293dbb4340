import Testing
import ZeroMQ

@Suite struct CurveKeyTests {
  @Test("a new key is another each time, and both halves survive as text")
  func roundTrip() throws {
    let pair = try CurveKeyPair.generate()
    #expect(try CurveKeyPair.generate() != pair)
    #expect(pair.publicKey.description.utf8.count == 40)
    #expect(pair.z85Secret.utf8.count == 40)
    #expect(CurvePublicKey(z85: pair.publicKey.description) == pair.publicKey)
    #expect(CurveKeyPair(z85Secret: pair.z85Secret) == pair)
  }

  @Test("no description shows a secret")
  func discreet() throws {
    let pair = try CurveKeyPair.generate()
    #expect(!"\(pair)".contains(pair.z85Secret))
    let server = SocketSecurity.server(pair)
    #expect(!"\(server)".contains(pair.z85Secret))
  }

  // The key of RFC 32's test, and what is next to it.
  @Test(
    "anything but 40 characters of Z85 is no key",
    arguments: [
      "", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh66",
      "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh\"", "                                        ",
      "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lé6", "#####" + String(repeating: "0", count: 35),
    ])
  func noKey(text: String) {
    #expect(CurvePublicKey(z85: text) == nil)
    #expect(CurveKeyPair(z85Secret: text) == nil)
  }

  @Test("a public key belongs to its secret")
  func known() throws {
    let pair = try #require(
      CurveKeyPair(z85Secret: "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"))
    #expect("\(pair.publicKey)" == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
  }
}
