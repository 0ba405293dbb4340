import Dashboard
import Monitoring
import RL
import Testing

@Suite struct LearnerPageTests {
  @Test(
    "an address is a host and a port",
    arguments: [
      ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://learner:1/", "http://learner:1"),
      ("http://learner.example/api/state", "http://learner.example:80"),
    ])
  func address(text: String, expected: String) {
    #expect(LearnerPage(url: text)?.description == expected)
  }

  @Test(
    "anything else is none",
    arguments: [
      "", "http://", "http://:80", "https://a:1", "a:1", "http://a:0", "http://a:70000",
      "http://a:1:2", "http://a:b",
    ])
  func refused(text: String) { #expect(LearnerPage(url: text) == nil) }

  @Test("it reads what a learner serves, and says why it cannot")
  func served() throws {
    let live = LiveRun()
    live.begin(
      LiveRun.Facts(
        run: "r", environment: "cartpole", seed: 7, directory: "runs/a", address: "ipc://x",
        goalReturn: 475, lastUpdate: nil, configuration: []))
    let address = try #require(HTTPAddress("0"))
    let server = try HTTPServer(address, live: live) { JSONValue.null }
    server.start()
    defer { server.stop() }
    let page = try #require(LearnerPage(url: "http://127.0.0.1:\(server.port)"))
    let state = String(decoding: try page.get("/api/state"), as: UTF8.self)
    #expect(state.contains(#""environment":"cartpole","seed":7"#) && state.hasPrefix("{"))
    let missing = #expect(throws: PageError.self) { try page.get("/nothing") }
    #expect(missing?.description == "\(page) answers 404 Not Found")
    let nobody = try #require(LearnerPage(url: "http://127.0.0.1:1"))
    let refused = #expect(throws: PageError.self) { try nobody.get("/") }
    #expect(refused?.description == "nobody answers at http://127.0.0.1:1")
  }
}
