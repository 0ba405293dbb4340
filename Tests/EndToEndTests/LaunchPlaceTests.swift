import Foundation
import Testing

// Where `troupe launch` keeps the sockets of its connections, with a program in the place of ssh that notes
// how it is called.
extension EndToEndTests {
  @Suite struct LaunchPlaceTests {
    /// The directory of the sockets that ssh was told, for a launch with this TMPDIR.
    private static func directory(_ place: TestPlace, temporary: String?) throws -> String {
      let notes = place.file("notes")
      try FileManager.default.createDirectory(
        atPath: place.file("bin"), withIntermediateDirectories: true)
      try "#!/bin/sh\nprintf '%s\\n' \"$@\" >> '\(notes)'\nexit 255\n".write(
        toFile: place.file("bin/ssh"), atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: place.file("bin/ssh"))
      try "connect: tcp://127.0.0.1:5555\ninsecure: true\nhosts: [nowhere]\n".write(
        toFile: place.file("hosts.yaml"), atomically: true, encoding: .utf8)
      var variables = ["PATH": "\(place.file("bin")):/usr/bin:/bin"]
      variables["TMPDIR"] = temporary
      let outcome = try place.run(
        ["launch", place.file("hosts.yaml"), "status"], variables: variables)
      #expect(outcome.code == 69, "\(outcome.error)")
      let words = try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n")
      let path = try #require(words.first { $0.hasPrefix("ControlPath=") })
      return String(path.dropFirst("ControlPath=".count).dropLast("/%C".count))
    }

    @Test("it is in the directory for temporary files, and gone with the command")
    func temporary() throws {
      try TestPlace.with { place in
        let temporary = place.file("t")
        try FileManager.default.createDirectory(
          atPath: temporary, withIntermediateDirectories: false)
        let directory = try Self.directory(place, temporary: temporary)
        #expect(directory.hasPrefix("\(temporary)/troupe-launch-"), "\(directory)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
      }
    }

    @Test(
      "where no path of a socket has room for that directory it is in /tmp",
      arguments: [true, false])
    func tooLong(isSet: Bool) throws {
      try TestPlace.with { place in
        let long = place.file("a-name-so-long-that-no-socket-has-room-below-it")
        try FileManager.default.createDirectory(atPath: long, withIntermediateDirectories: false)
        let directory = try Self.directory(place, temporary: isSet ? long : nil)
        #expect(directory.hasPrefix("/tmp/troupe-launch-"), "\(directory)")
        #expect(!FileManager.default.fileExists(atPath: directory))
      }
    }

    @Test("a directory that cannot be written to is named")
    func unusable() throws {
      try TestPlace.with { place in
        try "connect: tcp://127.0.0.1:5555\ninsecure: true\nhosts: [nowhere]\n".write(
          toFile: place.file("hosts.yaml"), atomically: true, encoding: .utf8)
        let outcome = try place.run(
          ["launch", place.file("hosts.yaml"), "status"], variables: ["TMPDIR": place.file("no")])
        #expect(outcome.code == 69)
        expectSentence(in: outcome, "cannot make a directory in \(place.file("no"))", "TMPDIR")
      }
    }
  }
}
