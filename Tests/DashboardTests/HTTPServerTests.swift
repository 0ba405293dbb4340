import Dashboard
import Glibc
import Monitoring
import RL
import Synchronization
import Testing

private final class Count: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increase() { count.withLock { $0 += 1 } }
}

/// A server over a run of two updates, stopped when the test ends.
private final class ServedRun {
  let live = LiveRun()
  let server: HTTPServer
  /// Episodes that were played for those who ask.
  let playCount = Count()

  init() throws {
    let address = try #require(HTTPAddress("0"))
    let playCount = playCount
    server = try HTTPServer(address, live: live) {
      playCount.increase()
      return .object([.init("version", .integer(7))])
    }
    server.start()
  }

  deinit { server.stop() }

  func begin() {
    live.begin(
      LiveRun.Facts(
        run: "00ff", environment: "cartpole", seed: 1, directory: "runs/x", address: "ipc://x",
        goalReturn: 475, lastUpdate: nil, configuration: [.init("seed", .string("1"))]))
    for version: UInt32 in 1...2 {
      live.note(
        UpdateReport(version: PolicyVersion(version), returns: [1, 2], environmentSteps: 3))
    }
  }

  func connect() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = server.port.bigEndian
    name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    // SAFETY: a sockaddr_in may be read as a sockaddr of its size.
    let result = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    // SAFETY: the option is ours, of the size given.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  func send(_ text: String, to descriptor: Int32) {
    // SAFETY: the string's own bytes are sent.
    let flags = Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL))
    _ = unsafe Glibc.send(descriptor, text, text.utf8.count, flags)
  }

  /// What comes until the end, or until `end` is in it.
  func receive(_ descriptor: Int32, until end: String? = nil) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      // SAFETY: at most the chunk's size is read into it.
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { break }
      bytes += chunk.prefix(count)
      if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func ask(_ head: String) throws -> String {
    let descriptor = try connect()
    defer { close(descriptor) }
    send(head + "\r\n\r\n", to: descriptor)
    return receive(descriptor)
  }

  func get(_ path: String) throws -> String {
    try ask("GET \(path) HTTP/1.1\r\nHost: localhost:8080")
  }
}

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
  @Test func `it is alive at once, and ready once the run has begun`() throws {
    let run = try ServedRun()
    #expect(try run.get("/healthz").hasSuffix("\r\n\r\nok\n"))
    #expect(try run.get("/readyz").hasPrefix("HTTP/1.1 503 "))
    run.begin()
    #expect(try run.get("/readyz").hasPrefix("HTTP/1.1 200 "))
    run.live.end()
    #expect(try run.get("/readyz").hasPrefix("HTTP/1.1 503 "))
  }

  @Test func `each path has what it should`() throws {
    let run = try ServedRun()
    run.begin()
    #expect(try run.get("/").contains("<title>Troupe</title>"))
    #expect(try run.get("/").contains("Content-Security-Policy: default-src 'none';"))
    #expect(try run.get("/api/updates?after=1").contains("{\"version\":2,"))
    #expect(try !run.get("/api/updates?after=1").contains("{\"version\":1,"))
    #expect(try run.get("/api/state").contains("\"goal_return\":475.0"))
    #expect(try run.get("/api/episode").hasSuffix("{\"version\":7}"))
    #expect(try run.get("/metrics").contains("version=0.0.4"))
    #expect(try run.get("/etc/passwd").hasPrefix("HTTP/1.1 404 "))
    let head = try run.ask("HEAD / HTTP/1.1\r\nHost: localhost")
    #expect(head.hasSuffix("\r\n\r\n"))
  }

  @Test func `what is no request for this server is refused`() throws {
    let run = try ServedRun()
    #expect(try run.ask("POST / HTTP/1.1\r\nHost: localhost").hasPrefix("HTTP/1.1 405 "))
    #expect(try run.ask("GET / HTTP/1.1\r\nHost: evil.example").hasPrefix("HTTP/1.1 421 "))
    #expect(try run.ask("\u{1}\u{2}\u{3}").hasPrefix("HTTP/1.1 400 "))
    #expect(try run.ask("GET http://x/ HTTP/1.1").hasPrefix("HTTP/1.1 400 "))
    let long = String(repeating: "x", count: 9000)
    #expect(try run.ask("GET / HTTP/1.1\r\nX: \(long)").hasPrefix("HTTP/1.1 431 "))
  }

  @Test func `a request that never ends, and a crowd, keep nobody else waiting for long`() throws {
    let run = try ServedRun()
    var idle: [Int32] = []
    // More than there may be: the last ones wait until the first are thrown out.
    for _ in 0..<40 { idle.append(try run.connect()) }
    defer { for descriptor in idle { close(descriptor) } }
    run.send("GET / HT", to: idle[0])
    let start = ContinuousClock.now
    #expect(try run.get("/healthz").hasSuffix("ok\n"))
    #expect(ContinuousClock.now - start < .seconds(30))
    // Nobody was let in before an idle one had used up its 5 s.
    #expect(ContinuousClock.now - start > .seconds(2))
    #expect(run.receive(idle[0]) == "")
  }

  @Test func `one episode is played for all who ask within a second, and then another`() throws {
    let run = try ServedRun()
    let start = ContinuousClock.now
    for _ in 0..<5 { _ = try run.get("/api/episode") }
    #expect(run.playCount.value <= Int((ContinuousClock.now - start) / .seconds(1)) + 1)
    let first = run.playCount.value
    while run.playCount.value == first, ContinuousClock.now - start < .seconds(20) {
      _ = try run.get("/api/episode")
    }
    #expect(run.playCount.value > first)
  }

  @Test func `news comes as events, once`() throws {
    let run = try ServedRun()
    run.begin()
    let descriptor = try run.connect()
    defer { close(descriptor) }
    run.send("GET /events?after=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", to: descriptor)
    let first = run.receive(descriptor, until: "event: state")
    #expect(first.contains("text/event-stream") && first.contains("event: updates\ndata: [{"))
    #expect(first.contains("{\"version\":2,") && !first.contains("{\"version\":1,"))
    run.live.note(UpdateReport(version: PolicyVersion(3), returns: [1], environmentSteps: 3))
    let second = run.receive(descriptor, until: "{\"version\":3,")
    #expect(second.contains("{\"version\":3,") && !second.contains("{\"version\":2,"))
  }

  @Test func `an address is a port, or four numbers and a port`() {
    #expect(HTTPAddress("8080")?.description == "127.0.0.1:8080")
    #expect(HTTPAddress("localhost:1")?.isLoopback == true)
    #expect(HTTPAddress("0.0.0.0:80")?.isLoopback == false)
    for text in ["", ":", "x", "70000", "-1", "1.2.3:80", "1.2.3.4.5:80", "1.2.3.256:80", "a:b:c"] {
      #expect(HTTPAddress(text) == nil, "\(text)")
    }
  }

  @Test func `a long run keeps a bounded history that reaches to its beginning`() {
    let live = LiveRun()
    for version: UInt32 in 1...20_000 {
      live.note(UpdateReport(version: PolicyVersion(version), returns: [1], environmentSteps: 1))
    }
    let reports = live.reports(after: 0)
    let versions = reports.map(\.version.rawValue)
    #expect(reports.count <= 2001 && reports.count > 900)
    #expect(versions == versions.sorted() && versions.last == 20_000 && versions[0] < 100)
  }
}
