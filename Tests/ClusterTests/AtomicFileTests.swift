import Cluster
import Glibc
import Testing

@Suite struct AtomicFileTests {
  @Test("a write replaces the file and leaves nothing beside it")
  func replaces() throws {
    let place = try TemporaryDirectory()
    try place.write("old and longer", to: "a")
    try place.write("new", to: "a")
    #expect(try place.text("a") == "new")
    #expect(try place.names() == ["a"])
    try place.write("", to: "a")
    #expect(try place.text("a") == "")
  }

  @Test(
    "a write that fails before the rename leaves the old file and no traces",
    arguments: AtomicFile.Stage.allCases)
  func failure(stage: AtomicFile.Stage) throws {
    let place = try TemporaryDirectory()
    try place.write("old", to: "a")
    let path = "\(place.path)/a"
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write(Array("new".utf8), to: path) { (next) throws(FileError) in
        if next == stage { throw FileError("write", path + ".tmp", code: ENOSPC) }
      }
    }
    #expect(error?.description == "cannot write \(path): the disk is full")
    #expect(error?.roleFailure.exitCode == .tryAgain)
    #expect(try place.text("a") == (stage == .synchronizeDirectory ? "new" : "old"))
    #expect(try place.names() == ["a"])
  }

  @Test("the temporary file of a writer that was killed is no obstacle")
  func leftover() throws {
    let place = try TemporaryDirectory()
    try place.write("half a file that is longer than the new one", to: "a.tmp")
    try place.write("new", to: "a")
    #expect(try place.text("a") == "new")
    #expect(try place.names() == ["a"])
  }

  @Test("a directory in the way, or none at all, is an error that says so")
  func obstacles() throws {
    let place = try TemporaryDirectory()
    try OpenFile.makeDirectories("\(place.path)/d")
    let directory = #expect(throws: FileError.self) { try place.write("x", to: "d") }
    #expect(directory?.description == "cannot write \(place.path)/d: it is a directory")
    let missing = #expect(throws: FileError.self) { try place.write("x", to: "none/a") }
    #expect(missing?.code == ENOENT)
    #expect(missing?.roleFailure.exitCode == .unavailable)
    try place.write("x", to: "file")
    let below = #expect(throws: FileError.self) { try place.write("x", to: "file/a") }
    #expect(below?.code == ENOTDIR)
    #expect(try place.names() == ["d", "file"])
  }

  @Test("a symbolic link as the temporary file is not followed")
  func link() throws {
    let place = try TemporaryDirectory()
    try place.write("precious", to: "victim")
    #expect(unsafe symlink("\(place.path)/victim", "\(place.path)/a.tmp") == 0)
    #expect(throws: FileError.self) { try place.write("new", to: "a") }
    #expect(try place.text("victim") == "precious")
  }
}
