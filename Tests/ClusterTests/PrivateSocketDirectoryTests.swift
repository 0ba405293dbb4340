import Cluster
import Glibc
import Testing

@Suite struct PrivateSocketDirectoryTests {
  @Test("a directory is recognised by its address, and removed with its sockets")
  func lifetime() throws {
    let made = try PrivateSocketDirectory.make()
    defer { made.remove() }
    var status = stat()
    #expect(unsafe stat(made.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    let found = try #require(PrivateSocketDirectory(address: made.address))
    #expect(found == made)
    for name in ["learner", "learner.push"] {
      try AtomicFile.write("", to: "\(made.path)/\(name)")
    }
    found.remove()
    #expect(!OpenFile.exists(made.path))
    found.remove()
  }

  @Test("no other file is ever removed")
  func neighbours() throws {
    let made = try PrivateSocketDirectory.make()
    try AtomicFile.write("x", to: "\(made.path)/notes.txt")
    made.remove()
    #expect(try OpenFile.names(in: made.path) == ["notes.txt"])
    try OpenFile.remove("\(made.path)/notes.txt")
    made.remove()
    #expect(!OpenFile.exists(made.path))
  }

  @Test(
    "an address that a user chose is none",
    arguments: [
      "tcp://127.0.0.1:5555", "ipc:///tmp/learner", "ipc:///home/me/work/learner",
      "ipc:///tmp/troupe-abcdef/mine", "ipc:///tmp/troupe-abcdefg/learner",
      "ipc:///tmp/troupe-/learner", "ipc://learner", "ipc:///tmp/troupe-abcdef/learner.push", "",
    ])
  func chosenAddress(_ address: String) {
    #expect(PrivateSocketDirectory(address: address) == nil)
  }
}
