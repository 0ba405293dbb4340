import Cluster
import Glibc
import Testing

@Suite struct KeygenCommandTests {
  private func permissions(_ path: String) throws -> UInt32 {
    try OpenFile(path, .read).protection().permissions
  }

  private static let all = [
    "learner.secret", "learner.public", "actor.secret", "actor.public", "allowed/actor.public",
  ]

  @Test("keys are written for this user alone, and the output says what goes where")
  func fresh() throws {
    let place = try Workplace()
    let outcome = place.troupe("keygen", "\(place.path)/deep/keys/")
    #expect(outcome.code == 0, "\(outcome.error)")
    for name in Self.all {
      let path = "\(place.path)/deep/keys/\(name)"
      #expect(outcome.output.contains("wrote \(path)\n"), "\(outcome.output)")
      #expect(try permissions(path) == 0o600, "\(name)")
      #expect(try place.text("deep/keys/\(name)").utf8.count == 41, "\(name)")
    }
    for directory in ["deep/keys", "deep/keys/allowed"] {
      #expect(try permissions("\(place.path)/\(directory)") == 0o700, "\(directory)")
    }
    #expect(
      try place.text("deep/keys/actor.public") == place.text("deep/keys/allowed/actor.public"))
    #expect(outcome.output.contains("On the learner's host: learner.secret and allowed/"))
    for name in ["learner", "actor"] {
      let secret = try place.text("deep/keys/\(name).secret")
      #expect(!outcome.output.contains(secret.prefix(40)))
    }
  }

  @Test("no key is ever overwritten", arguments: Self.all)
  func again(name: String) throws {
    let place = try Workplace()
    let keys = "\(place.path)/keys"
    #expect(place.troupe("keygen", keys).code == 0)
    for other in Self.all where other != name { try OpenFile.remove("\(keys)/\(other)") }
    let before = try place.text("keys/\(name)")
    let outcome = place.troupe("keygen", keys)
    #expect(outcome.code == 64)
    #expect(
      outcome.error
        == "troupe: error: \(keys)/\(name) exists already, and no key is ever overwritten; remove it "
        + "first, or name another directory\n")
    #expect(try place.text("keys/\(name)") == before)
    for other in Self.all where other != name { #expect(!OpenFile.exists("\(keys)/\(other)")) }
  }

  @Test("one more actor gets a directory of its own and a place on the list")
  func oneMoreActor() throws {
    let place = try Workplace()
    let keys = "\(place.path)/keys"
    let tooSoon = place.troupe("keygen", keys, "--actor", "gpu7")
    #expect(tooSoon.code == 65)
    #expect(tooSoon.error.contains("there is no key \(keys)/learner.public; troupe keygen \(keys)"))
    #expect(place.troupe("keygen", keys).code == 0)
    let outcome = place.troupe("keygen", keys, "--actor", "gpu7")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(
      try place.text("keys/actors/gpu7/learner.public") == place.text("keys/learner.public"))
    #expect(
      try place.text("keys/actors/gpu7/actor.public") == place.text("keys/allowed/gpu7.public"))
    #expect(try place.text("keys/allowed/gpu7.public") != place.text("keys/actor.public"))
    #expect(try permissions("\(keys)/actors/gpu7/actor.secret") == 0o600)
    #expect(place.troupe("keygen", keys, "--actor", "gpu7").code == 64)
    for name in ["", "../x", "a/b", ".hidden", "learner", "ä"] {
      let outcome = place.troupe("keygen", keys, "--actor", name)
      #expect(outcome.code == 64)
      #expect(outcome.error.contains("cannot be the name of a key"), "\(outcome.error)")
    }
  }
}
