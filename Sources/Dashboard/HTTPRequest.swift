/// The head of one request.
package struct HTTPRequest: Hashable {
  let method: String
  let path: String
  /// What follows the question mark.
  let query: [String: String]
  /// As named by the Host field, without the port.
  let host: String?

  /// Nil until the head is complete.
  ///
  /// - Throws: what is wrong with it.
  package static func parse(_ bytes: [UInt8]) throws(HTTPRefusal) -> HTTPRequest? {
    guard let end = endOfHead(bytes) else {
      if bytes.count >= HTTPServer.headLimit { throw .tooLarge }
      return nil
    }
    guard let head = String(validating: bytes[..<end], as: UTF8.self) else { throw .malformed }
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].hasPrefix("HTTP/1."), parts[1].hasPrefix("/") else {
      throw .malformed
    }
    var host: String?
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed }
      if line[..<colon].lowercased() == "host" {
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        host = String(value.prefix { $0 != ":" && $0 != " " })
      }
    }
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [String: String] = [:]
    for pair in target.count > 1 ? target[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1)
      if sides.count == 2 { query[String(sides[0])] = String(sides[1]) }
    }
    return HTTPRequest(
      method: String(parts[0]), path: String(target[0]), query: query, host: host)
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 0...bytes.count - 4
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    {
      return index
    }
    return nil
  }
}

/// A request that is not answered as asked.
package enum HTTPRefusal: Error, Hashable {
  case malformed, tooLarge, otherMethod, otherHost, unknown

  var status: String {
    switch self {
    case .malformed: "400 Bad Request"
    case .tooLarge: "431 Request Header Fields Too Large"
    case .otherMethod: "405 Method Not Allowed"
    case .otherHost: "421 Misdirected Request"
    case .unknown: "404 Not Found"
    }
  }
}

/// A whole answer.
struct HTTPResponse: Hashable {
  var status = "200 OK"
  var type: String
  var body: [UInt8]

  init(status: String = "200 OK", type: String = "text/plain; charset=utf-8", _ text: String) {
    self.init(status: status, type: type, body: Array(text.utf8))
  }

  init(status: String = "200 OK", type: String, body: [UInt8]) {
    self.status = status
    self.type = type
    self.body = body
  }

  init(_ refusal: HTTPRefusal) { self.init(status: refusal.status, refusal.status + "\n") }

  func bytes(withBody: Bool) -> [UInt8] {
    let head = """
      HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\
      Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
      Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; \
      style-src 'unsafe-inline'; connect-src 'self'; img-src data:; frame-ancestors 'none'\r\n\
      Connection: close\r\n\r\n
      """
    return Array(head.utf8) + (withBody ? body : [])
  }

  static let streamHead = Array(
    """
    HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
    X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\nretry: 2000\n\n
    """.utf8)
}
