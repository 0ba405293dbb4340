/// Where the learner answers browsers: `8080` is a port of this machine's loopback, `0.0.0.0:8080` of
/// every interface.
package struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
  /// Four numbers.
  package let host: [UInt8]
  /// 0 lets the system choose.
  package let port: UInt16

  /// Nil unless the text is `PORT` or `A.B.C.D:PORT`.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let last = parts.last, let port = UInt16(last),
      last.allSatisfy(\.isNumber)
    else { return nil }
    self.port = port
    guard parts.count == 2, parts[0] != "localhost" else {
      host = [127, 0, 0, 1]
      return
    }
    let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map {
      UInt8($0)
    }
    let host = numbers.compactMap(\.self)
    guard numbers.count == 4, host.count == 4 else { return nil }
    self.host = host
  }

  package var isLoopback: Bool { host[0] == 127 }

  package var description: String { "\(host.map(String.init).joined(separator: ".")):\(port)" }
}
