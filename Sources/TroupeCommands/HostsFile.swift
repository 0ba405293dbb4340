import Cluster
import Launch
import Yams
import ZeroMQ

/// The file that `troupe launch` reads: a learner's address, and the hosts on which actors are to play for it.
enum HostsFile {
  private static let byteLimit = 1 << 20
  private static let keys = [
    "connect", "keys", "insecure", "actors", "directory", "program", "options", "ssh", "hosts",
  ]
  private static let hostKeys = ["host", "actors", "keys", "options"]

  /// Reads the file; paths in it are relative to it. `program` is copied unless the file names another.
  ///
  /// - Throws: exit 65, naming file and line.
  static func read(
    _ path: String, program: () throws(RoleFailure) -> String
  ) throws(RoleFailure) -> LaunchPlan {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try OpenFile.readAll(path, limit: byteLimit)
    } catch {
      throw RoleFailure(.badData, "\(error)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
    } catch let error as YamlError {
      let (line, problem) = ConfigurationFile.explain(
        error, text: String(decoding: bytes, as: UTF8.self))
      throw RoleFailure(.badData, "\(path)\(line.map { ", line \($0)" } ?? ""): \(problem)")
    } catch {
      throw RoleFailure(.badData, "\(path): \(error)")
    }
    return try plan(Fields(root, path: path, line: 1, known: keys), program: program)
  }

  private static func plan(
    _ fields: Fields, program: () throws(RoleFailure) -> String
  ) throws(RoleFailure) -> LaunchPlan {
    guard let connect = try fields.text("connect") else {
      throw fields.failure(nil, "connect is missing: the learner's address, tcp://HOST:PORT")
    }
    let insecure = try fields.text("insecure").map { text throws(RoleFailure) -> Bool in
      guard let value = ["true": true, "false": false][text] else {
        throw fields.failure("insecure", "insecure is \(text), but must be true or false")
      }
      return value
    }
    let directory = try fields.text("directory") ?? ".troupe"
    guard LaunchPlan.isDirectory(directory) else {
      throw fields.failure(
        "directory",
        "directory is \(OptionText.shown(directory)), but must be a path of letters, digits, '.', '-' and "
          + "'_', without '..'")
    }
    let named = try fields.path("program")
    let copied = if let named { named } else { try program() }
    let plan = LaunchPlan(
      connect: connect, isInsecure: insecure ?? false, directory: directory,
      program: copied, connectionOptions: try sshOptions(fields),
      hosts: try hosts(fields))
    try checkAddress(fields, plan)
    return plan
  }

  private static func hosts(_ fields: Fields) throws(RoleFailure) -> [LaunchHost] {
    let actors = try fields.actors()
    let keys = try fields.path("keys")
    let options = try fields.texts("options") ?? []
    guard let list = fields.node("hosts")?.sequence, !list.isEmpty else {
      throw fields.failure("hosts", "hosts is not a list of hosts, one at least")
    }
    var hosts: [LaunchHost] = []
    for node in list {
      let line = node.mark?.line
      var name = node.scalar?.string
      var own: Fields?
      if name == nil {
        let entry = try Fields(node, path: fields.path, line: line, known: hostKeys)
        name = try entry.text("host")
        own = entry
      }
      guard let name, LaunchHost.isName(name) else {
        throw RoleFailure(
          .badData,
          "\(fields.path)\(line.map { ", line \($0)" } ?? ""): expected a host as ssh takes it, such as "
            + "gpu1 or user@gpu1, or host: gpu1 with actors: 8 below it")
      }
      guard !hosts.contains(where: { $0.name == name }) else {
        throw RoleFailure(
          .badData, "\(fields.path)\(line.map { ", line \($0)" } ?? ""): \(name) is there twice")
      }
      var count = actors
      if let own, own.node("actors") != nil { count = try own.actors() }
      hosts.append(
        LaunchHost(
          name: name, actors: count,
          keys: try own?.path("keys") ?? keys.map { ownKeys(of: name, in: $0) },
          options: options + (try own?.texts("options") ?? [])))
    }
    return hosts
  }

  /// A key of the host's own, if `troupe keygen KEYS --actor HOST` made one.
  private static func ownKeys(of host: String, in keys: String) -> String {
    let name = host.split(separator: "@").last.map(String.init) ?? host
    let own = "\(keys)/actors/\(name)"
    return OpenFile.exists("\(own)/actor.secret") ? own : keys
  }

  private static func sshOptions(_ fields: Fields) throws(RoleFailure) -> [String] {
    var options = try fields.texts("ssh") ?? []
    for index in options.indices where index % 2 == 0 {
      guard ["-F", "-i", "-J", "-o"].contains(options[index]), index + 1 < options.count else {
        throw fields.failure(
          "ssh",
          "ssh is \(options.joined(separator: " ")), but must be pairs that ssh and scp take alike: "
            + "[-F, file], [-i, file], [-J, host] or [-o, name=value]")
      }
      if options[index] != "-o", options[index] != "-J" {
        options[index + 1] = fields.besideFile(options[index + 1])
      }
    }
    return options
  }

  private static func checkAddress(_ fields: Fields, _ plan: LaunchPlan) throws(RoleFailure) {
    let endpoint: Endpoint
    do throws(EndpointError) {
      endpoint = try Endpoint(plan.connect)
      _ = try endpoint.pushEndpoint
    } catch {
      throw fields.failure("connect", "\(error)")
    }
    guard case .tcp = endpoint.transport, endpoint.isConnectable else {
      throw fields.failure(
        "connect", "connect is \(plan.connect), but must be one host and port: tcp://HOST:PORT")
    }
    let open = plan.hosts.first { $0.keys == nil }
    if let open, !endpoint.isLoopback, !plan.isInsecure {
      throw fields.failure(
        "connect",
        "\(open.name) has no keys; run troupe keygen keys once and add keys: keys (or insecure: true on a "
          + "network where everybody may do everything)")
    }
  }
}

/// A mapping of the file.
private struct Fields {
  let path: String
  private let line: Int?
  private let nodes: [(key: String, node: Node, line: Int?)]

  init(_ node: Node?, path: String, line: Int?, known: [String]) throws(RoleFailure) {
    self.path = path
    self.line = line
    guard let mapping = node?.mapping else {
      throw RoleFailure(
        .badData,
        "\(path)\(line.map { ", line \($0)" } ?? ""): expected lines of the form key: value")
    }
    var nodes: [(key: String, node: Node, line: Int?)] = []
    for (key, value) in mapping {
      let name = key.scalar?.string ?? ""
      guard known.contains(name) else {
        throw RoleFailure(
          .badData,
          "\(path)\(key.mark.map { ", line \($0.line)" } ?? ""): unknown key \(OptionText.shown(name))"
            + Suggestion.phrase(
              for: name, among: known, orElse: "; there are: \(known.joined(separator: ", "))"))
      }
      nodes.append((name, value, key.mark?.line))
    }
    self.nodes = nodes
  }

  func node(_ key: String) -> Node? { nodes.first { $0.key == key }?.node }

  func failure(_ key: String?, _ problem: String) -> RoleFailure {
    let line = nodes.first { $0.key == key }?.line
    return RoleFailure(.badData, "\(path)\(line.map { ", line \($0)" } ?? ""): \(problem)")
  }

  func text(_ key: String) throws(RoleFailure) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw failure(key, "\(key) must be one value")
    }
    return text
  }

  func texts(_ key: String) throws(RoleFailure) -> [String]? {
    guard let node = node(key) else { return nil }
    guard let list = node.sequence else { throw failure(key, "\(key) must be a list: [a, b]") }
    return try list.map { element throws(RoleFailure) -> String in
      guard let text = element.scalar?.string else {
        throw failure(key, "\(key) must be a list of single values")
      }
      return text
    }
  }

  /// A number of actors; nil for `auto`, one for each processor, and where there is none.
  func actors() throws(RoleFailure) -> Int? {
    guard let text = try text("actors"), text != "auto" else { return nil }
    guard let count = NumberText.whole(text), (0...4096).contains(count) else {
      throw failure(
        "actors",
        "actors is \(OptionText.shown(text)), but must be auto or a number from 0 to 4096")
    }
    return count
  }

  func path(_ key: String) throws(RoleFailure) -> String? {
    try text(key).map { besideFile($0) }
  }

  func besideFile(_ text: String) -> String {
    if text.hasPrefix("/") { return text }
    let directory = AtomicFile.directory(of: path)
    return directory == "." ? text : "\(directory)/\(text)"
  }
}
