import Monitoring
internal import Synchronization

/// What lies under each path.
final class Pages: Sendable {
  let live: LiveRun
  private let episode: @Sendable () -> JSONValue?
  /// One episode is played for all who ask within a second.
  private let played = Mutex<(time: ContinuousClock.Instant, body: [UInt8])?>(nil)

  init(live: LiveRun, episode: @escaping @Sendable () -> JSONValue?) {
    self.live = live
    self.episode = episode
  }

  func response(to request: HTTPRequest, now: ContinuousClock.Instant) -> HTTPResponse {
    switch request.path {
    case "/":
      return HTTPResponse(type: "text/html; charset=utf-8", body: PackageResources.dashboard_html)
    case "/healthz": return HTTPResponse("ok\n")
    case "/readyz":
      if live.facts != nil, !live.hasEnded { return HTTPResponse("ready\n") }
      return HTTPResponse(
        status: "503 Service Unavailable", live.hasEnded ? "the run is over\n" : "starting\n")
    case "/metrics":
      return HTTPResponse(
        type: "text/plain; version=0.0.4; charset=utf-8", live.registry.text)
    case "/api/state": return HTTPResponse(type: "application/json", live.json.text + "\n")
    case "/api/updates":
      let after = request.query["after"].flatMap { UInt32($0) } ?? 0
      let lines = live.reports(after: after).map { $0.jsonText + "\n" }.joined()
      return HTTPResponse(type: "application/x-ndjson", lines)
    case "/api/episode":
      return HTTPResponse(type: "application/json", body: episode(now: now))
    default: return HTTPResponse(.unknown)
    }
  }

  private func episode(now: ContinuousClock.Instant) -> [UInt8] {
    played.withLock { played in
      if let played, now - played.time < .seconds(1) { return played.body }
      let body = Array((episode()?.text ?? "null").utf8)
      played = (now, body)
      return body
    }
  }
}
