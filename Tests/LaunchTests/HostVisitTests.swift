import Cluster
import Launch
import Testing

@Suite struct HostVisitTests {
  private static let files = LaunchFiles(
    program: "/local/troupe", programDigest: "aa", machine: "x86_64",
    libraries: [LaunchFiles.Library(name: "libzmq.so.5", path: "/lib/libzmq.so.5")],
    keyDigests: ["/keys/actor.secret": "bb", "/keys/learner.public": "cc"])

  private func visit(
    _ action: LaunchAction = .start, host: String = "me@gpu1", actors: Int? = 2
  ) -> HostVisit {
    let host = LaunchHost(name: host, actors: actors, keys: "/keys", options: ["--lanes", "8"])
    let plan = LaunchPlan(
      connect: "tcp://learner:5555", isInsecure: false, directory: ".troupe",
      program: "/local/troupe", connectionOptions: ["-F", "config"], hosts: [host])
    return HostVisit(host, plan: plan, action: action, files: Self.files, place: "/tmp/place")
  }

  /// The next command, which there has to be.
  private func command(
    of visit: inout HostVisit, after result: CommandResult?
  ) throws -> Command {
    let next = visit.next(after: result)
    return try #require(next)
  }

  private func answer(_ text: String) -> CommandResult { CommandResult(code: 0, output: text) }

  private static let everything =
    "file troupe aa\nfile keys/actor.secret bb\nfile keys/learner.public cc\n"

  @Test("a host with nothing gets the program and the keys, and starts")
  func first() throws {
    var visit = visit()
    let survey = try command(of: &visit, after: nil)
    #expect(survey.program == "ssh")
    #expect(survey.arguments.suffix(2) == ["me@gpu1", "sh"])
    #expect(survey.arguments.starts(with: ["-F", "config"]))
    #expect(survey.input.starts(with: Array("set -- '.troupe' 'survey'\n".utf8)))
    let program = try command(of: &visit, after: answer("machine Linux x86_64\nprocessors 8\n"))
    #expect(program.program == "scp")
    #expect(
      program.arguments.suffix(2) == ["/local/troupe", "me@gpu1:.troupe/incoming/troupe"])
    let keys = try command(of: &visit, after: answer(""))
    #expect(
      keys.arguments.suffix(3) == [
        "/keys/actor.secret", "/keys/learner.public", "me@gpu1:.troupe/incoming/",
      ])
    let start = try command(of: &visit, after: answer(""))
    let words = String(decoding: start.input.prefix { $0 != 10 }, as: UTF8.self)
    #expect(words.hasPrefix("set -- '.troupe' 'start' 'aa' '2' '"))
    #expect(
      words.hasSuffix(
        "' '--connect' 'tcp://learner:5555' '--keys' '.troupe/keys' '--lanes' '8'"))
    #expect(
      visit.next(after: answer("started 2\nactor 1 running hello\nactor 2 running hi\n")) == nil)
    #expect(visit.report.state == .running)
    #expect(visit.report.note == "copied program, keys; started 2")
  }

  @Test("what is there already is not copied again")
  func second() throws {
    var visit = visit(actors: nil)
    _ = visit.next(after: nil)
    let next = try command(
      of: &visit, after: answer("machine Linux x86_64\nprocessors 3\n" + Self.everything))
    #expect(next.program == "ssh")
    #expect(String(decoding: next.input.prefix(60), as: UTF8.self).contains("'start' 'aa' '3'"))
    #expect(visit.next(after: answer("started 0\nactor 1 running\nactor 2 ended no key\n")) == nil)
    #expect(visit.report.state == .partly)
    #expect(visit.report.note == "actor 2 ended: no key")
  }

  @Test("libraries follow once where the program asks for them; else the problem is told")
  func libraries() throws {
    var visit = visit()
    _ = visit.next(after: nil)
    _ = visit.next(after: answer("machine Linux x86_64\n" + Self.everything))
    let problem = "lacks error while loading shared libraries: libzmq.so.5: cannot open\n"
    let copy = try command(of: &visit, after: answer(problem))
    #expect(copy.program == "scp")
    #expect(copy.arguments.suffix(2) == ["/tmp/place/lib", "me@gpu1:.troupe/incoming/"])
    let again = try command(of: &visit, after: answer(""))
    #expect(again.program == "ssh")
    #expect(visit.next(after: answer(problem)) == nil)
    #expect(visit.report.state == .failed)
    #expect(visit.report.note.contains("install it there (Debian: libzmq5 libsodium23)"))
  }

  @Test("a host of another processor gets nothing")
  func otherMachine() {
    var visit = visit()
    _ = visit.next(after: nil)
    #expect(visit.next(after: answer("machine Linux aarch64\nprocessors 8\n")) == nil)
    #expect(visit.report.note == "it is Linux aarch64, and the program is for Linux x86_64")
  }

  @Test(
    "what ssh says is what is told",
    arguments: [
      (
        255, "ssh: connect to host gpu1 port 22: No route to host\r\n",
        HostReport.State.unreachable, "ssh: connect to host gpu1 port 22: No route to host"
      ),
      (
        255, "No ED25519 host key is known for gpu1\nHost key verification failed.\r\n",
        .unreachable, "its host key is not known; run ssh me@gpu1 once and compare it"
      ),
      (
        1, "scp: dest open: No space left on device\n", .failed,
        "scp: dest open: No space left on device"
      ),
      (127, "", .failed, "exit code 127"),
    ] as [(Int32, String, HostReport.State, String)])
  func failures(code: Int32, error: String, state: HostReport.State, note: String) {
    var visit = visit()
    _ = visit.next(after: nil)
    #expect(visit.next(after: CommandResult(code: code, error: error)) == nil)
    #expect(visit.report.state == state)
    #expect(visit.report.note == note)
    #expect(!visit.report.isGood)
  }

  @Test("an IPv6 address stands in brackets for scp alone")
  func brackets() throws {
    var visit = visit(host: "me@fe80::1")
    let survey = try command(of: &visit, after: nil)
    #expect(survey.arguments.suffix(2) == ["me@fe80::1", "sh"])
    let copy = try command(of: &visit, after: answer("machine Linux x86_64\n"))
    #expect(copy.arguments.last == "me@[fe80::1]:.troupe/incoming/troupe")
  }

  @Test("names that a shell or ssh could take for something else are none")
  func names() {
    for good in ["gpu1", "me@gpu-1.example", "10.0.0.1", "::1", "fe80::1%eth0"] {
      #expect(LaunchHost.isName(good))
    }
    for bad in ["", "-oProxyCommand=x", "a b", "a;b", "a$b", "a/b", "a'b"] {
      #expect(!LaunchHost.isName(bad))
    }
    for good in [".troupe", "/opt/troupe", "a/b"] { #expect(LaunchPlan.isDirectory(good)) }
    for bad in ["", "/", ".", "a/../b", "-x", "a b", "$HOME", "~/x"] {
      #expect(!LaunchPlan.isDirectory(bad))
    }
  }

  @Test("of a program's libraries those of the C library stay")
  func ldd() {
    let answer = """
      \tlinux-vdso.so.1 (0x00007f81e1f18000)
      \tlibzmq.so.5 => /lib/x86_64-linux-gnu/libzmq.so.5 (0x00007f81e1df1000)
      \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f81e0af2000)
      \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f81df845000)
      \t/lib64/ld-linux-x86-64.so.2 (0x00007f81e1f1a000)
      \tlibodd.so.1 => not found
      """
    #expect(LaunchFiles.libraries(answer).map(\.name) == ["libzmq.so.5"])
  }

  @Test("the table has a line for each host")
  func table() {
    var running = HostReport(state: .running)
    running.wanted = 1
    running.actors = [HostReport.Actor(number: 1, isRunning: true, lastLine: "x")]
    var gone = HostReport(state: .unreachable)
    gone.note = "no answer in time"
    let table = HostTable([("gpu1", running), ("me@gpu2", gone)])
    #expect(
      table.description == """
        host     state        actors
        gpu1     running      1 of 1
        me@gpu2  unreachable  ?       no answer in time
        """)
  }
}
