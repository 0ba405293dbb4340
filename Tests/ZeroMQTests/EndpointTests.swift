import Testing
import ZeroMQ

@Suite struct EndpointTests {
  @Test(
    "an address is read and written alike",
    arguments: [
      "tcp://127.0.0.1:5555", "tcp://learner.example-1.org:1", "tcp://[::1]:65535", "tcp://*:5555",
      "tcp://0.0.0.0:*", "tcp://my_host:80", "tcp://[fe80::1%eth0]:5555", "ipc:///tmp/a b:c",
      "ipc://relative", "ipc://" + String(repeating: "x", count: 107),
    ])
  func valid(text: String) throws {
    #expect(try Endpoint(text).description == text)
  }

  @Test(
    "what is no address is refused in one sentence",
    arguments: [
      ("", "'' begins with neither tcp:// nor ipc://"),
      ("127.0.0.1:5555", "'127.0.0.1:5555' begins with neither tcp:// nor ipc://"),
      ("udp://127.0.0.1:5555", "'udp://127.0.0.1:5555' begins with neither tcp:// nor ipc://"),
      ("tcp://127.0.0.1", "'tcp://127.0.0.1' has no port; write tcp://HOST:PORT"),
      ("tcp://[::1]", "'tcp://[::1]' has no port; write tcp://HOST:PORT"),
      ("tcp://:5555", "'tcp://:5555' has no host; write * for every interface"),
      ("tcp://127.0.0.1:", "'' is not a port; write a number, or * for any free port"),
      ("tcp://127.0.0.1:-1", "'-1' is not a port; write a number, or * for any free port"),
      ("tcp://127.0.0.1:+1", "'+1' is not a port; write a number, or * for any free port"),
      ("tcp://127.0.0.1:0", "port 0 is not in 1...65535"),
      ("tcp://127.0.0.1:65536", "port 65536 is not in 1...65535"),
      ("tcp://127.0.0.1:99999999999999999999", "port 99999999999999999999 is not in 1...65535"),
      ("tcp://::1:5555", "an IPv6 address needs brackets: tcp://[::1]:PORT"),
      ("tcp://[::g]:5555", "'::g' is not an IPv6 address"),
      ("tcp://300.1.1.1:5555", "'300.1.1.1' is not an IPv4 address"),
      ("tcp://127.1:5555", "'127.1' is not an IPv4 address"),
      ("tcp://a;b:5555", "'a;b' is not a host name"),
      ("tcp://a/b:5555", "'a/b' is not a host name"),
      ("ipc://", "'ipc://' has no path"),
      ("ipc://*", "'ipc://*' is no path of a file, which alone can be kept private"),
      ("ipc://@name", "'ipc://@name' is no path of a file, which alone can be kept private"),
    ])
  func invalid(text: String, message: String) {
    let error = #expect(throws: EndpointError.self) { try Endpoint(text) }
    #expect(error?.description == message)
  }

  @Test("a long ipc path is refused with its length")
  func longPath() {
    let path = "/" + String(repeating: "é", count: 60)
    let error = #expect(throws: EndpointError.self) { try Endpoint("ipc://\(path)") }
    #expect(
      error?.description
        == "the path of an ipc address has at most 107 bytes, and '\(path)' has 121")
  }

  @Test(
    "loopback addresses are known",
    arguments: [
      ("tcp://127.0.0.1:1", true), ("tcp://127.255.0.3:1", true), ("tcp://localhost:1", true),
      ("tcp://[::1]:1", true), ("tcp://[0:0:0:0:0:0:0:1]:1", true),
      ("tcp://[::ffff:127.0.0.1]:1", true), ("ipc:///tmp/x", true), ("tcp://*:1", false),
      ("tcp://0.0.0.0:1", false), ("tcp://128.0.0.1:1", false), ("tcp://[::]:1", false),
      ("tcp://[::2]:1", false), ("tcp://[fe80::1]:1", false), ("tcp://[::ffff:10.0.0.1]:1", false),
      ("tcp://localhost.example.org:1", false), ("tcp://127.0.0.1.example.org:1", false),
    ])
  func loopback(text: String, isLoopback: Bool) throws {
    #expect(try Endpoint(text).isLoopback == isLoopback)
  }

  @Test(
    "trajectories go to the next port, or to the path with .push",
    arguments: [
      ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556"), ("tcp://[::1]:65534", "tcp://[::1]:65535"),
      ("ipc:///tmp/x", "ipc:///tmp/x.push"),
    ])
  func pushEndpoint(text: String, expected: String) throws {
    #expect(try Endpoint(text).pushEndpoint.description == expected)
  }

  @Test(
    "an address without a next one is refused",
    arguments: [
      "tcp://127.0.0.1:65535", "tcp://127.0.0.1:*", "ipc://" + String(repeating: "x", count: 103),
    ])
  func noPushEndpoint(text: String) throws {
    let endpoint = try Endpoint(text)
    #expect(throws: EndpointError.self) { try endpoint.pushEndpoint }
  }

  @Test("only an address of one host and one port can be connected to")
  func connectable() throws {
    #expect(try Endpoint("tcp://a:1").isConnectable)
    #expect(try Endpoint("ipc://a").isConnectable)
    #expect(try !Endpoint("tcp://*:1").isConnectable)
    #expect(try !Endpoint("tcp://a:*").isConnectable)
    let context = try Context()
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket.subscriber(context, to: Endpoint("tcp://*:1"))
    }
    #expect(error?.description == "cannot connect tcp://*:1: it needs a host and a port")
  }
}
