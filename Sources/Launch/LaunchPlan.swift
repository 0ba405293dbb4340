/// What `troupe launch` is to do at the hosts of a file.
package enum LaunchAction: String, CaseIterable, Sendable {
  /// Copies what is missing, starts actors that do not run, ends those that are too many.
  case start
  /// Looks, and changes nothing.
  case status
  /// Follows the logs of all actors until a signal comes.
  case logs
  /// Ends all actors; files stay.
  case stop
  /// Ends all actors and removes what was copied, keys included.
  case remove
}

/// One host on which actors run.
package struct LaunchHost: Hashable, Sendable {
  /// As ssh takes it: a name, an address, or an alias of its configuration, with `USER@` or without.
  package let name: String
  /// Actors on it, or nil for one for each processor.
  package var actors: Int?
  /// Directory with the `actor.secret` and `learner.public` that it gets.
  package let keys: String?
  /// More options of `troupe actor`.
  package let options: [String]

  package init(name: String, actors: Int?, keys: String?, options: [String]) {
    self.name = name
    self.actors = actors
    self.keys = keys
    self.options = options
  }

  /// The host as scp takes it: an IPv6 address stands in brackets there.
  var copyTarget: String {
    let parts = name.split(separator: "@", maxSplits: 1)
    let host = parts.last.map(String.init) ?? name
    guard host.contains(":"), !host.hasPrefix("[") else { return name }
    return (parts.count == 2 ? "\(parts[0])@" : "") + "[\(host)]"
  }

  /// Whether a text can be a host: nothing that ssh could take for an option or a shell for more than a word.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-") else { return false }
    return text.utf8.count <= 255
      && text.utf8.allSatisfy { byte in
        switch Unicode.Scalar(byte) {
        case "0"..."9", "a"..."z", "A"..."Z", ".", "-", "_", "@", ":", "%", "[", "]": true
        default: false
        }
      }
  }
}

/// A hosts file, read and checked.
package struct LaunchPlan: Hashable, Sendable {
  /// The learner's address, as actors dial it.
  package let connect: String
  /// Options of `troupe actor` that say how its sockets are protected, but for the directory of keys.
  package let isInsecure: Bool
  /// Where everything goes on a host: below the user's home unless it begins with a slash.
  package let directory: String
  /// The program that is copied.
  package let program: String
  /// Options that both ssh and scp take.
  package let connectionOptions: [String]
  package var hosts: [LaunchHost]

  package init(
    connect: String, isInsecure: Bool, directory: String, program: String,
    connectionOptions: [String], hosts: [LaunchHost]
  ) {
    self.connect = connect
    self.isInsecure = isInsecure
    self.directory = directory
    self.program = program
    self.connectionOptions = connectionOptions
    self.hosts = hosts
  }

  /// Whether a text can be a directory on a host: a path of plain names, which every shell takes as it is.
  package static func isDirectory(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: true)
    return !parts.isEmpty && !parts.contains("..") && !parts.contains(".") && text.first != "-"
      && text.utf8.allSatisfy { byte in
        switch Unicode.Scalar(byte) {
        case "0"..."9", "a"..."z", "A"..."Z", ".", "-", "_", "/": true
        default: false
        }
      }
  }
}
