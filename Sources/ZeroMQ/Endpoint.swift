import Glibc

/// The address of a learner, checked: `tcp://host:port`, `tcp://[IPv6]:port` or `ipc://path`.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  package enum Transport: Hashable, Sendable {
    /// `host` is a name, an IPv4 address, an IPv6 address without brackets, or `*` for every interface;
    /// `port` is nil for `*`, any free one.
    case tcp(host: String, port: UInt16?)
    case ipc(path: String)
  }

  package let transport: Transport

  /// What `sockaddr_un` has room for.
  package static let ipcPathByteLimit = 107

  package init(_ text: String) throws(EndpointError) {
    if let address = text.suffix(after: "tcp://") {
      transport = try Self.tcp(address, in: text)
    } else if let path = text.suffix(after: "ipc://") {
      transport = try Self.ipc(path: path)
    } else {
      throw EndpointError("'\(text)' begins with neither tcp:// nor ipc://")
    }
  }

  fileprivate init(_ transport: Transport) { self.transport = transport }

  package var description: String {
    switch transport {
    case .tcp(let host, let port):
      "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port.map(String.init) ?? "*")"
    case .ipc(let path): "ipc://\(path)"
    }
  }

  /// Where the learner's PULL socket is when its XPUB socket is here: the next port, or the path with
  /// `.push` appended.
  package var pushEndpoint: Endpoint {
    get throws(EndpointError) {
      switch transport {
      case .tcp(_, nil):
        throw EndpointError("'\(self)' has no port yet, so no next one")
      case .tcp(_, UInt16.max):
        throw EndpointError("port 65535 leaves no next port for trajectories; use a lower one")
      case .tcp(let host, let port?):
        return Endpoint(.tcp(host: host, port: port + 1))
      case .ipc(let path):
        return Endpoint(try Self.ipc(path: path + ".push"))
      }
    }
  }

  /// Whether only this machine can reach it: 127.0.0.0/8, ::1, localhost, or a path.
  package var isLoopback: Bool {
    switch transport {
    case .ipc: true
    case .tcp("localhost", _): true
    case .tcp(let host, _):
      if let address = ipv4(host) {
        address[0] == 127
      } else if let address = ipv6(host) {
        // ::1, or an IPv4 loopback address written as IPv6
        address.dropLast().allSatisfy { $0 == 0 } && address[15] == 1
          || address[0..<10].allSatisfy { $0 == 0 } && address[10...12] == [255, 255, 127]
      } else {
        false
      }
    }
  }

  /// Where a process of this machine reaches who listens here: of every interface, the loopback one.
  package var fromThisMachine: Endpoint {
    guard case .tcp(let host, let port) = transport else { return self }
    if host == "*" || ipv4(host) == [0, 0, 0, 0] {
      return Endpoint(.tcp(host: "127.0.0.1", port: port))
    }
    if ipv6(host)?.allSatisfy({ $0 == 0 }) == true {
      return Endpoint(.tcp(host: "::1", port: port))
    }
    return self
  }

  /// Whether it names one host and one port, or a path.
  package var isConnectable: Bool {
    switch transport {
    case .ipc: true
    case .tcp(let host, let port): host != "*" && port != nil
    }
  }

  var isTCP: Bool {
    switch transport {
    case .tcp: true
    case .ipc: false
    }
  }

  /// The same address with the port that libzmq reports for it.
  func withPort(of reported: String) -> Endpoint {
    guard case .tcp(let host, nil) = transport else { return self }
    let port = reported.split(separator: ":").last.flatMap { UInt16($0) }
    return Endpoint(.tcp(host: host, port: port))
  }

  /// Whether libzmq has to be told to use IPv6 to listen here: then `*` listens for both families.
  var listensWithIPv6: Bool {
    switch transport {
    case .ipc: false
    case .tcp(let host, _): host == "*" || ipv6(host) != nil
    }
  }

  /// Whether libzmq has to be told to use IPv6 to reach it.
  ///
  /// With IPv6 on, libzmq takes the first IPv6 address of a name that has one and never tries another
  /// (ip_resolver.cpp), so that a learner listening at 0.0.0.0 would not be found. A name with an IPv4
  /// address is reached by that. Asks the resolver.
  var isReachedWithIPv6: Bool {
    switch transport {
    case .ipc: false
    case .tcp(let host, _): ipv6(host) != nil || ipv4(host) == nil && !hasIPv4Address(host)
    }
  }

  /// What libzmq is told to bind: it takes addresses and interfaces, but no names.
  var bindText: String {
    switch transport {
    case .tcp("localhost", let port): Endpoint(.tcp(host: "127.0.0.1", port: port)).description
    case .tcp, .ipc: description
    }
  }
}

/// Why a text is not an address, in one sentence.
package struct EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

extension Endpoint {
  private static func tcp(_ address: String, in text: String) throws(EndpointError) -> Transport {
    guard let colon = address.lastIndex(of: ":"), address.last != "]" else {
      throw EndpointError("'\(text)' has no port; write tcp://HOST:PORT")
    }
    let port = try port(String(address[address.index(after: colon)...]))
    let host = String(address[..<colon])
    if host.isEmpty { throw EndpointError("'\(text)' has no host; write * for every interface") }
    if host.hasPrefix("["), host.hasSuffix("]") {
      let inner = String(host.dropFirst().dropLast())
      guard ipv6(inner) != nil else { throw EndpointError("'\(inner)' is not an IPv6 address") }
      return .tcp(host: inner, port: port)
    }
    if host.contains(":") {
      throw EndpointError("an IPv6 address needs brackets: tcp://[\(host)]:PORT")
    }
    if host.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }), ipv4(host) == nil {
      throw EndpointError("'\(host)' is not an IPv4 address")
    }
    guard host == "*" || host.utf8.allSatisfy({ isHostByte($0) }) else {
      throw EndpointError("'\(host)' is not a host name")
    }
    return .tcp(host: host, port: port)
  }

  private static func port(_ text: String) throws(EndpointError) -> UInt16? {
    if text == "*" { return nil }
    guard !text.isEmpty, text.utf8.allSatisfy(isDigit) else {
      throw EndpointError("'\(text)' is not a port; write a number, or * for any free port")
    }
    guard let port = UInt16(text), port > 0 else {
      throw EndpointError("port \(text) is not in 1...65535")
    }
    return port
  }

  private static func ipc(path: String) throws(EndpointError) -> Transport {
    let count = path.utf8.count
    if count == 0 { throw EndpointError("'ipc://' has no path") }
    if path.hasPrefix("@") || path == "*" {
      throw EndpointError("'ipc://\(path)' is no path of a file, which alone can be kept private")
    }
    if path.utf8.contains(0) { throw EndpointError("the path of an ipc address contains a NUL") }
    guard count <= ipcPathByteLimit else {
      throw EndpointError(
        "the path of an ipc address has at most \(ipcPathByteLimit) bytes, and '\(path)' has \(count)"
      )
    }
    return .ipc(path: path)
  }
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isHostByte(_ byte: UInt8) -> Bool {
  switch Unicode.Scalar(byte) {
  case "0"..."9", "a"..."z", "A"..."Z", ".", "-", "_": true
  default: false
  }
}

extension String {
  fileprivate func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}

/// The 4 bytes of an IPv4 address, or nil.
private func ipv4(_ host: String) -> [UInt8]? { address(host, family: AF_INET, byteCount: 4) }

/// The 16 bytes of an IPv6 address, or nil; a zone (`%eth0`) is left out.
private func ipv6(_ host: String) -> [UInt8]? {
  let literal = host.split(separator: "%", maxSplits: 1).first.map(String.init) ?? host
  return address(literal, family: AF_INET6, byteCount: 16)
}

private func address(_ host: String, family: Int32, byteCount: Int) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: byteCount)
  // SAFETY: inet_pton writes exactly 4 or 16 bytes, the size of the array; the string is NUL-terminated.
  let status = unsafe bytes.withUnsafeMutableBytes { bytes in
    unsafe inet_pton(family, host, bytes.baseAddress)
  }
  return status == 1 ? bytes : nil
}

/// Asks the resolver, so it may take seconds where the network is down.
private func hasIPv4Address(_ name: String) -> Bool {
  var hints = unsafe addrinfo()
  unsafe hints.ai_family = AF_INET
  var list: UnsafeMutablePointer<addrinfo>?
  // SAFETY: the name is NUL-terminated, and the list is freed exactly when it was made.
  guard unsafe getaddrinfo(name, nil, &hints, &list) == 0, let list = unsafe list else {
    return false
  }
  unsafe freeaddrinfo(list)
  return true
}
