import Glibc
import Monitoring
import Testing

@Suite struct AppendedFileTests {
  @Test("writing resumes when there is room, and both turns are reported once")
  func resumes() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("link")
    let reports = Reports()
    // SAFETY: the paths are NUL-terminated.
    try #require(unsafe symlink("/dev/full", path) == 0)
    let file = AppendedFile(path: path) { reports.add($0) }
    file.append("one")
    file.append("two")
    #expect(reports.all == ["cannot write \(path), going on without: no space left on device"])
    unsafe unlink(path)
    file.append("three")
    file.append("four")
    #expect(reports.all.dropFirst() == ["writing \(path) again, 2 lines were lost"])
    #expect(contents(of: path) == "three\nfour\n")
  }

  @Test("a directory that does not exist yet is waited for")
  func noDirectory() throws {
    let directory = try TemporaryDirectory()
    let reports = Reports()
    let file = AppendedFile(path: "\(directory.path)/none/file") { reports.add($0) }
    file.append("one")
    #expect(
      reports.all == [
        "cannot write \(directory.path)/none/file, going on without: no such file or directory"
      ])
  }

  @Test("a line that only half fits is taken back")
  func halfLine() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let path = directory.file("lines")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 10, rlim_max: 1000)
      // SAFETY: the limit is ours; in this process nothing else runs.
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let reports = Reports()
      let file = AppendedFile(path: path) { reports.add($0) }
      file.append("abcdef")
      file.append("ghijkl")
      try #require(contents(of: path) == "abcdef\n")
      try #require(reports.all == ["cannot write \(path), going on without: file too large"])
      limit.rlim_cur = 1000
      // SAFETY: as above.
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      file.append("mnopqr")
      try #require(contents(of: path) == "abcdef\nmnopqr\n")
    }
  }
}
