import Cluster
import Glibc
import Launch
import Testing

/// The script that runs on hosts, run here, with a program that only sleeps in the place of troupe.
@Suite struct LaunchScriptTests {
  /// A host's directory; its actors end with the value.
  private final class Host {
    let path: String

    private static let sleeper =
      "#!/bin/sh\n[ \"$1\" = help ] && exit 0\necho started $*\nexec sleep 300\n"

    init(program: String = sleeper) throws {
      path = "/tmp/troupe-launch-test-\(UInt64.random(in: 0...UInt64.max))/of it's own"
      try OpenFile.makeDirectories(path)
      #expect(try run("survey").contains("machine Linux "))
      try put(program)
    }

    deinit {
      _ = try? run("stop")
      _ = try? CommandPool.run(Command("rm", ["-rf", AtomicFile.directory(of: path)]))
    }

    func put(_ program: String) throws {
      try AtomicFile.write(Array(program.utf8), to: "\(path)/incoming/troupe")
    }

    /// Digest of the program that is on its way, or there.
    var digest: String {
      let file =
        OpenFile.exists("\(path)/incoming/troupe") ? "\(path)/incoming/troupe" : "\(path)/troupe"
      let answer = try? CommandPool.run(Command("sha256sum", [file]))
      return String(answer?.output.prefix(64) ?? "")
    }

    func run(_ words: String...) throws -> String {
      let result = try CommandPool.run(Command("sh", [], input: ShellScript.bytes([path] + words)))
      #expect(result.code == 0, "\(result.error)")
      return result.output
    }

    func start(_ count: Int, print: String = "p", _ arguments: String...) throws -> String {
      let result = try CommandPool.run(
        Command(
          "sh", [],
          input: ShellScript.bytes([path, "start", digest, "\(count)", print] + arguments)))
      #expect(result.code == 0, "\(result.error)")
      return result.output
    }

    func processes() throws -> [Int32] {
      try OpenFile.names(in: "\(path)/actors").filter { $0.hasSuffix(".process") }.map { name in
        let text = try OpenFile.readAll("\(path)/actors/\(name)", limit: 100)
        return Int32(String(decoding: text, as: UTF8.self).split(separator: " ")[0]) ?? 0
      }
    }
  }

  /// Whether a process runs; one that ended and that nobody has waited for does not.
  private func isRunning(_ process: Int32) -> Bool {
    guard let stat = try? OpenFile.readAll("/proc/\(process)/stat", limit: 4096) else {
      return false
    }
    return !String(decoding: stat, as: UTF8.self).contains(") Z ")
  }

  @Test(
    "whatever a word holds, the shell takes it literally",
    arguments: [
      "", "plain", "it's", "''", "$(touch /tmp/no)", "`id`", "$HOME", "a b", "*", "\\", "\"", "-n",
      "a\nb", "; exit 9", "ä",
    ])
  func quoting(word: String) throws {
    let script = "printf '%s|' \(ShellScript.quoted(word)) end"
    #expect(
      try CommandPool.run(Command("sh", [], input: Array(script.utf8))).output == "\(word)|end|")
  }

  @Test("actors start, a second start changes nothing, and stop ends them all")
  func idempotent() throws {
    let host = try Host()
    let answer = try host.start(2, print: "p", "--connect", "it's $(here)")
    #expect(answer.contains("started 2\n"))
    #expect(
      answer.contains("actor 1 running started actor --connect it's $(here)\n"), "\(answer)")
    let before = try host.processes()
    #expect(before.count == 2 && before.allSatisfy(isRunning))
    #expect(try host.start(2).contains("started 0\n"))
    #expect(try host.processes() == before)
    #expect(try host.run("stop") == "")
    #expect(!before.contains(where: isRunning))
    #expect(try host.run("status") == "")
    // And once more, where nothing runs.
    #expect(try host.run("stop") == "")
  }

  @Test("more are started and surplus ones ended; other options start all anew")
  func scaling() throws {
    let host = try Host()
    _ = try host.start(1)
    let first = try host.processes()
    #expect(try host.start(3).contains("started 2\n"))
    let three = try host.processes()
    #expect(three.count == 3 && three[0] == first[0])
    #expect(try host.start(1).contains("started 0\n"))
    #expect(try host.processes() == first)
    #expect(!three[1...].contains(where: isRunning))
    #expect(try host.start(1, print: "other").contains("started 1\n"))
    #expect(try host.processes() != first)
    #expect(!isRunning(first[0]))
  }

  @Test("an actor that ends is told of with its last line, and started again")
  func ending() throws {
    let host = try Host(
      program: "#!/bin/sh\n[ \"$1\" = help ] && exit 0\necho no key >&2\nexit 65\n")
    #expect(try host.start(1) == "started 1\nactor 1 ended no key\n")
    #expect(try host.run("status") == "actor 1 ended no key\n")
    #expect(try host.start(1).hasPrefix("started 1\n"))
  }

  @Test("a process that got an actor's number is neither taken for it nor ended")
  func reusedNumber() throws {
    let host = try Host()
    _ = try host.start(0)
    try AtomicFile.write(Array("\(getpid()) 1 p\n".utf8), to: "\(host.path)/actors/1.process")
    #expect(try host.run("status") == "actor 1 ended \n")
    // SIGTERM would end this test.
    #expect(try host.run("stop") == "")
  }

  @Test("a program that did not arrive whole, or does not run here, is not used")
  func programs() throws {
    let host = try Host()
    let digest = host.digest
    try host.put("#!/bin/sh\n[")
    #expect(
      try host.run("start", digest, "1", "p")
        == "failed the program did not arrive whole; try again\n")
    #expect(!OpenFile.exists("\(host.path)/troupe"))
    try host.put("#!/bin/sh\necho 'libodd.so: cannot open shared object file' >&2\nexit 127\n")
    #expect(
      try host.start(1) == "lacks libodd.so: cannot open shared object file\n")
    #expect(try host.processes() == [])
  }

  @Test("remove takes away what was copied, and what is not its own stays")
  func removing() throws {
    let host = try Host()
    _ = try host.start(1)
    let process = try host.processes()[0]
    try AtomicFile.write(Array("mine".utf8), to: "\(host.path)/notes")
    #expect(try host.run("remove").contains("holds files of somebody else"))
    #expect(try OpenFile.names(in: host.path) == ["notes"])
    #expect(!isRunning(process))
    try OpenFile.remove("\(host.path)/notes")
    #expect(try host.run("remove") == "")
    #expect(!OpenFile.exists(host.path))
  }
}
