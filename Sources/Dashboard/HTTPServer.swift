import Dispatch
import Glibc
package import Monitoring
internal import RL
internal import Synchronization

/// Answers browsers, Prometheus and `troupe watch` about a run, on a thread of its own that reads the
/// ``LiveRun`` and touches nothing else of the learner.
///
/// It serves a handful of GET requests, one to a connection. A request has 8 KiB and 5 s, an answer 20 s
/// without progress, and there are 32 connections at most, so that nobody can hold memory or the thread.
/// NIOHTTP1 would do the same for 119 s of compiling at every first build, more than half of what the
/// whole of Troupe takes; FlyingFox takes 30 s, but reads a request's lines without a bound.
package final class HTTPServer: Sendable {
  static let headLimit = 8192
  private static let connectionLimit = 32
  private static let requestTime = Duration.seconds(5)
  private static let progressTime = Duration.seconds(20)
  /// A browser is told of news this often.
  private static let streamInterval = Duration.milliseconds(250)

  private struct Connection {
    let descriptor: Int32
    var input: [UInt8] = []
    var output: [UInt8] = []
    var written = 0
    var deadline: ContinuousClock.Instant
    var isAnswered = false
    /// Where an event stream has got to; nil for other answers.
    var stream: EventStream?
    var isOver = false
  }

  package let address: HTTPAddress
  package let port: UInt16
  private let descriptor: Int32
  private let pages: Pages
  private let isStopped = Atomic(false)

  /// Binds the address; answers nobody until ``start()``.
  package init(
    _ address: HTTPAddress, live: LiveRun, episode: @escaping @Sendable () -> JSONValue?
  ) throws(HTTPError) {
    let (descriptor, port) = try Listener.open(address)
    self.address = address
    self.port = port
    self.descriptor = descriptor
    pages = Pages(live: live, episode: episode)
  }

  /// What to type into a browser.
  package var url: String {
    let host = address.host.map(String.init).joined(separator: ".")
    return "http://\(host == "0.0.0.0" ? "127.0.0.1" : host):\(port)/"
  }

  package func start() {
    DispatchQueue(label: "http").async { [self] in serve() }
  }

  package func stop() { isStopped.store(true, ordering: .relaxed) }

  private func serve() {
    Listener.yieldPriority()
    var connections: [Connection] = []
    while !isStopped.load(ordering: .relaxed) {
      let isFull = connections.count >= Self.connectionLimit
      var wanted = [pollfd(fd: isFull ? -1 : descriptor, events: Int16(POLLIN), revents: 0)]
      for connection in connections {
        let events = connection.output.isEmpty ? POLLIN : POLLOUT
        wanted.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
      }
      Listener.wait(&wanted, milliseconds: 100)
      let now = ContinuousClock.now
      for index in connections.indices {
        advance(&connections[index], isReady: wanted[index + 1].revents != 0, now: now)
      }
      for connection in connections where connection.isOver { close(connection.descriptor) }
      connections.removeAll(where: \.isOver)
      if wanted[0].revents != 0, let accepted = Listener.accept(descriptor) {
        connections.append(Connection(descriptor: accepted, deadline: now + Self.requestTime))
      }
    }
    for connection in connections { close(connection.descriptor) }
    close(descriptor)
  }

  private func advance(
    _ connection: inout Connection, isReady: Bool, now: ContinuousClock.Instant
  ) {
    if !connection.output.isEmpty {
      if isReady { write(&connection, now: now) }
    } else if isReady {
      read(&connection, now: now)
    }
    if connection.output.isEmpty, var stream = connection.stream, now >= stream.nextLook {
      stream.nextLook = now + Self.streamInterval
      connection.output = stream.news(of: pages.live)
      connection.stream = stream
      connection.deadline = now + Self.progressTime
    }
    if now >= connection.deadline { connection.isOver = true }
  }

  private func read(_ connection: inout Connection, now: ContinuousClock.Instant) {
    guard let bytes = Listener.read(connection.descriptor) else { return }
    guard !bytes.isEmpty else {
      connection.isOver = true
      return
    }
    // After its request a client has nothing to say.
    guard !connection.isAnswered else { return }
    connection.input += bytes
    do throws(HTTPRefusal) {
      guard let request = try HTTPRequest.parse(connection.input) else { return }
      answer(request, &connection, now: now)
    } catch {
      finish(&connection, HTTPResponse(error).bytes(withBody: true), now: now)
    }
  }

  private func answer(
    _ request: HTTPRequest, _ connection: inout Connection, now: ContinuousClock.Instant
  ) {
    var response: HTTPResponse
    if request.method != "GET", request.method != "HEAD" {
      response = HTTPResponse(.otherMethod)
    } else if !isOwnHost(request.host) {
      response = HTTPResponse(.otherHost)
    } else if request.path == "/events", request.method == "GET" {
      connection.stream = EventStream(
        version: request.query["after"].flatMap { UInt32($0) } ?? 0, nextLook: now)
      return finish(&connection, HTTPResponse.streamHead, now: now)
    } else {
      response = pages.response(to: request, now: now)
    }
    finish(&connection, response.bytes(withBody: request.method == "GET"), now: now)
  }

  /// On loopback only names of this machine are answered, so that no web page can read a run by pointing
  /// a name of its own here.
  private func isOwnHost(_ host: String?) -> Bool {
    guard address.isLoopback, let host else { return true }
    return host == "localhost" || host.hasPrefix("127.")
  }

  private func finish(
    _ connection: inout Connection, _ bytes: [UInt8], now: ContinuousClock.Instant
  ) {
    connection.input = []
    connection.isAnswered = true
    connection.output = bytes
    connection.written = 0
    connection.deadline = now + Self.progressTime
    write(&connection, now: now)
  }

  private func write(_ connection: inout Connection, now: ContinuousClock.Instant) {
    guard
      let count = Listener.write(
        connection.output[connection.written...], to: connection.descriptor)
    else {
      connection.isOver = true
      return
    }
    if count > 0 { connection.deadline = now + Self.progressTime }
    connection.written += count
    guard connection.written == connection.output.count else { return }
    connection.output = []
    connection.written = 0
    if connection.stream == nil { connection.isOver = true }
  }
}

/// What one browser has been told.
struct EventStream {
  var version: UInt32
  var change = -1
  var nextLook: ContinuousClock.Instant
  private var silence = 0

  init(version: UInt32, nextLook: ContinuousClock.Instant) {
    self.version = version
    self.nextLook = nextLook
  }

  /// Server-sent events for what is new.
  mutating func news(of live: LiveRun) -> [UInt8] {
    var text = ""
    let reports = live.reports(after: version)
    if let last = reports.last {
      version = last.version.rawValue
      let lines = reports.map(\.jsonText).joined(separator: ",")
      text += "event: updates\ndata: [\(lines)]\n\n"
    }
    if live.change != change {
      change = live.change
      text += "event: state\ndata: \(live.json.text)\n\n"
    }
    // A comment now and then finds out whether the browser is still there.
    silence = text.isEmpty ? silence + 1 : 0
    if silence >= 20 {
      silence = 0
      text = ": still here\n\n"
    }
    return Array(text.utf8)
  }
}
