import Glibc

/// A learner's HTTP port as seen by a program that reads it, such as `troupe watch`.
package struct LearnerPage: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16
  /// For connecting, and for each piece of an answer.
  private static let patience = 5
  private static let answerLimit = 64 << 20

  /// Nil unless the text is `http://HOST:PORT`, with or without a path.
  package init?(url: String) {
    guard url.hasPrefix("http://") else { return nil }
    let authority = url.dropFirst(7).prefix { $0 != "/" }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty else { return nil }
    guard let port = parts.count == 1 ? 80 : UInt16(parts[1]), port > 0 else { return nil }
    host = String(parts[0])
    self.port = port
  }

  package var description: String { "http://\(host):\(port)" }

  /// The body of the answer to one request.
  ///
  /// - Throws: when nobody answers, or with something else than success.
  package func get(_ path: String) throws(PageError) -> [UInt8] {
    let connection = try connect()
    defer { close(connection) }
    let request = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\r\n"
    var rest = Array(request.utf8)[...]
    while !rest.isEmpty {
      guard let count = Listener.write(rest, to: connection), count > 0 else {
        throw PageError(description: "\(self) does not take a request")
      }
      rest = rest.dropFirst(count)
    }
    var answer: [UInt8] = []
    while answer.count < Self.answerLimit {
      guard let bytes = Listener.read(connection) else {
        throw PageError(description: "\(self) did not answer within \(Self.patience) s")
      }
      if bytes.isEmpty { break }
      answer += bytes
    }
    return try body(of: answer)
  }

  private func body(of answer: [UInt8]) throws(PageError) -> [UInt8] {
    guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw PageError(description: "\(self) is no learner: its answer is not HTTP")
    }
    let status = String(decoding: answer.prefix { $0 != 13 }, as: UTF8.self).split(separator: " ")
    guard status.count >= 2, status[1] == "200" else {
      throw PageError(
        description: "\(self) answers \(status.dropFirst().joined(separator: " "))")
    }
    return Array(answer[end.upperBound...])
  }

  private func connect() throws(PageError) -> Int32 {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    // SAFETY: both strings live for the call; the list it makes is freed below.
    guard unsafe getaddrinfo(host, "\(port)", &hints, &found) == 0 else {
      throw PageError(description: "there is no host \(host)")
    }
    defer { unsafe freeaddrinfo(found) }
    var next = unsafe found
    while let address = unsafe next {
      // SAFETY: the list's entries are whole until it is freed.
      unsafe next = address.pointee.ai_next
      let descriptor = unsafe socket(
        address.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { continue }
      var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      // SAFETY: one structure is read, of the size given.
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
      if unsafe Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0
      {
        return descriptor
      }
      close(descriptor)
    }
    throw PageError(description: "nobody answers at \(self)")
  }
}

/// Why a learner's page could not be read, in one sentence.
package struct PageError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}
