internal import Wire

/// What is done at one host, one command after the other: a value that is told how a command ended and says
/// which is next. It starts nothing itself.
package struct HostVisit: Sendable {
  private enum Step {
    case begin
    case survey
    /// `rest` is to be copied after what is being copied.
    case copy(rest: [Copy])
    case start
    case other
    case done
  }

  /// One use of scp, into `incoming/` on the host.
  private struct Copy {
    let files: [String]
    /// What the one file is called there; empty for its own name.
    var target = ""
    /// A directory, with what the links in it lead to.
    var isTree = false
  }

  package let host: LaunchHost
  package private(set) var report = HostReport(state: .failed)
  private let plan: LaunchPlan
  private let action: LaunchAction
  private let files: LaunchFiles?
  /// A directory of this launch: sockets of shared connections, and the libraries by their names.
  private let place: String
  private var step = Step.begin
  private var wanted = 0
  private var copied: [String] = []
  private var hasSentLibraries = false

  /// `files` is needed by ``LaunchAction/start`` alone.
  package init(
    _ host: LaunchHost, plan: LaunchPlan, action: LaunchAction, files: LaunchFiles?,
    place: String
  ) {
    self.host = host
    self.plan = plan
    self.action = action
    self.files = files
    self.place = place
  }

  /// The next command, or nil when the visit is over and ``report`` says what came of it.
  package mutating func next(after result: CommandResult?) -> Command? {
    switch step {
    case .begin:
      step = action == .start ? .survey : .other
      return shell(action == .start ? "survey" : action.rawValue)
    case .survey: return answer(of: result) { visit, answer in visit.prepare(answer) }
    case .copy(let rest):
      guard let result, result.code == 0 else { return fail(result) }
      return copy(rest)
    case .start: return answer(of: result) { visit, answer in visit.finishStart(answer) }
    case .other: return answer(of: result) { visit, answer in visit.finish(answer) }
    case .done: return nil
    }
  }

  // MARK: Steps

  private mutating func prepare(_ answer: String) -> Command? {
    guard let files else { return nil }
    if let machine = HostReport.line("machine", in: answer), let own = files.machine,
      machine != "Linux \(own)"
    {
      return end(.failed, "it is \(machine), and the program is for Linux \(own)")
    }
    let processors = HostReport.line("processors", in: answer).flatMap { Int($0) } ?? 1
    wanted = host.actors ?? processors
    var there: [String: String] = [:]
    for line in answer.split(separator: "\n") where line.hasPrefix("file ") {
      let words = line.split(separator: " ")
      if words.count == 3 { there[String(words[1])] = String(words[2]) }
    }
    var copies: [Copy] = []
    if there["troupe"] != files.programDigest {
      copies.append(Copy(files: [files.program], target: "troupe"))
      copied.append("program")
    }
    if let keys = host.keys {
      let paths = LaunchFiles.keyNames.map { "\(keys)/\($0)" }
      let isSame = LaunchFiles.keyNames.allSatisfy {
        there["keys/\($0)"] == files.keyDigests["\(keys)/\($0)"]
      }
      if !isSame {
        copies.append(Copy(files: paths))
        copied.append("keys")
      }
    }
    return copy(copies)
  }

  private mutating func copy(_ copies: [Copy]) -> Command? {
    guard let first = copies.first else {
      step = .start
      return shell("start", startArguments)
    }
    step = .copy(rest: Array(copies.dropFirst()))
    return Command(
      "scp",
      ["-q", first.isTree ? "-r" : "-p"] + connection + first.files + [
        "\(host.copyTarget):\(plan.directory)/incoming/\(first.target)"
      ], limit: .seconds(1800))
  }

  private mutating func finishStart(_ answer: String) -> Command? {
    if let problem = HostReport.line("lacks", in: answer) {
      guard !hasSentLibraries, problem.contains("shared librar"), let files,
        !files.libraries.isEmpty
      else { return end(.failed, advice(problem)) }
      hasSentLibraries = true
      copied.append("libraries")
      return copy([Copy(files: ["\(place)/lib"], isTree: true)])
    }
    report.actors = HostReport.actors(in: answer)
    report.wanted = wanted
    let started = HostReport.line("started", in: answer).flatMap { Int($0) } ?? 0
    var notes = copied.isEmpty ? [] : ["copied " + copied.joined(separator: ", ")]
    if started > 0 { notes.append("started \(started)") }
    return end(report.runningCount == wanted ? .running : .partly, remark(after: notes))
  }

  private mutating func finish(_ answer: String) -> Command? {
    report.actors = HostReport.actors(in: answer)
    report.wanted = host.actors
    switch action {
    case .status:
      let running = report.runningCount
      let isWhole = running > 0 && running >= (host.actors ?? report.actors.count)
      if running == 0 && report.actors.isEmpty {
        return end(host.actors == 0 ? .running : .stopped, "")
      }
      return end(isWhole ? .running : .partly, remark(after: []))
    case .remove:
      report.wanted = nil
      return end(.removed, "")
    case .start, .stop, .logs:
      report.wanted = nil
      return end(.stopped, "")
    }
  }

  // MARK: Ends

  /// Hands the answer of a script on, if there is one.
  private mutating func answer(
    of result: CommandResult?, to body: (inout HostVisit, String) -> Command?
  ) -> Command? {
    guard let result, result.code == 0 else { return fail(result) }
    if let problem = HostReport.line("failed", in: result.output) { return end(.failed, problem) }
    return body(&self, result.output)
  }

  private mutating func fail(_ result: CommandResult?) -> Command? {
    guard let result else { return end(.failed, "nothing was started") }
    if result.isLate { return end(.unreachable, "no answer in time") }
    // ssh and scp say last what it comes down to; 255 is theirs alone.
    let lines = result.error.split(whereSeparator: \.isNewline).map { line in
      line.filter { !$0.isNewline && ($0.unicodeScalars.first?.value ?? 0) >= 32 }
    }
    let text = lines.last { !$0.isEmpty } ?? "exit code \(result.code)"
    if lines.contains(where: { $0.contains("Host key verification failed") }) {
      return end(
        .unreachable, "its host key is not known; run ssh \(host.name) once and compare it")
    }
    if lines.contains(where: { $0.contains("Permission denied (") }) {
      return end(.unreachable, "\(text) ssh must log in without asking: use a key and ssh-agent")
    }
    return end(result.code == 255 ? .unreachable : .failed, text)
  }

  private mutating func end(_ state: HostReport.State, _ note: String) -> Command? {
    report.state = state
    report.note = note
    step = .done
    return nil
  }

  /// What an actor that ended said last belongs to what is told of its host.
  private func remark(after notes: [String]) -> String {
    var notes = notes
    if let ended = report.actors.first(where: { !$0.isRunning }) {
      notes.append("actor \(ended.number) ended: \(ended.lastLine)")
    } else if notes.isEmpty, let first = report.actors.first {
      notes.append(first.lastLine)
    }
    return notes.joined(separator: "; ")
  }

  /// What to do about a program that does not run at a host.
  private func advice(_ problem: String) -> String {
    if problem.contains("GLIBC_") || problem.contains("GLIBCXX_") {
      return
        "\(problem); its system is older than that of the program: build it there, or in a container"
    }
    if problem.contains("shared librar") {
      return "\(problem); install it there (Debian: libzmq5 libsodium23)"
    }
    return problem
  }

  // MARK: Command lines

  private var startArguments: [String] {
    var arguments = ["--connect", plan.connect]
    if host.keys != nil { arguments += ["--keys", keysOnHost] }
    if plan.isInsecure { arguments.append("--insecure") }
    arguments += host.options
    let digest = files?.programDigest ?? ""
    let keys = LaunchFiles.keyNames.map { name in
      host.keys.flatMap { files?.keyDigests["\($0)/\(name)"] } ?? ""
    }
    // Whoever was started with other words, another program or other keys is started anew.
    let print = SHA256.hexDigest(
      of: Array(([digest] + keys + arguments).joined(separator: "\0").utf8))
    return [digest, "\(wanted)", String(print.prefix(16))] + arguments
  }

  /// The script makes paths below the home absolute; the actor's working directory is the home.
  private var keysOnHost: String { "\(plan.directory)/keys" }

  private func shell(_ action: String, _ arguments: [String] = []) -> Command {
    Command(
      "ssh", connection + [host.name, "sh"],
      input: ShellScript.bytes([plan.directory, action] + arguments))
  }

  private var connection: [String] {
    plan.connectionOptions + Self.sharing(in: place) + Self.connectionOptions
  }

  /// One connection to each host for all commands of a launch; it ends with it, or a minute after.
  static func sharing(in place: String) -> [String] {
    ["-o", "ControlMaster=auto", "-o", "ControlPath=\(place)/%C", "-o", "ControlPersist=60"]
  }

  /// Never asks anything, and notices a host that is gone.
  static let connectionOptions = [
    "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o",
    "ServerAliveCountMax=3",
  ]
}
