internal import Glibc
internal import RL
internal import Synchronization
internal import Wire

/// The Python process of an actor, shared by its groups of lanes; replaced when it dies or hangs.
///
/// Requests of the groups are answered in the order in which they were posted. All numbers travel through
/// a file in memory that both processes map; the socket carries eight bytes a request and two an answer.
///
/// SAFETY: `state` is read and written under `lock` alone. (A `Mutex` that holds it cannot lend it to closures
/// that write a caller's spans.)
final class GymnasiumServer: @unchecked Sendable {
  /// What a request came to.
  enum Outcome: Equatable {
    case done
    /// The process was replaced; nothing was computed.
    case replaced
    /// The environments cannot go on; `slot` is that of the episode at fault, if it is known.
    case failed(slot: Int?, problem: String, detail: String)
  }

  enum Operation: UInt8 {
    case map = 2
    case reset = 3
    case step = 4
  }

  let description: GymnasiumDescription
  private let environment: GymnasiumEnvironment
  private let hosting: GymnasiumHosting
  private let warn: @Sendable (String) -> Void
  private let lock = Mutex(())
  private var state: State

  /// Deaths that one episode may cause before it is taken to be at fault.
  private static let deathLimit = 3

  private struct State: ~Copyable {
    var process: PythonProcess?
    var memory: GroupMemory?
    /// Groups whose requests are not answered, oldest first.
    var pending: [Int] = []
    /// Outcomes that the group has not asked for.
    var outcomes: [Int: Outcome] = [:]
    /// The outcome of everything from now on.
    var failure: Outcome?
    /// How often the process died while an episode with this seed was stepped; nil where none is known.
    var deaths: [UInt32?: Int] = [:]
  }

  /// Starts Python and asks for the environment's spaces.
  init(
    _ environment: GymnasiumEnvironment, _ hosting: GymnasiumHosting,
    warn: @escaping @Sendable (String) -> Void
  ) throws(GymnasiumError) {
    var process = try PythonProcess(environment, hosting)
    description = try Self.describe(&process, environment, hosting)
    self.environment = environment
    self.hosting = hosting
    self.warn = warn
    state = State(process: process)
  }

  /// The same where the spaces are known. A process that cannot be started is what requests come to.
  init(
    _ environment: GymnasiumEnvironment, _ hosting: GymnasiumHosting,
    _ description: GymnasiumDescription, warn: @escaping @Sendable (String) -> Void
  ) {
    self.description = description
    self.environment = environment
    self.hosting = hosting
    self.warn = warn
    state = State(process: nil)
    start(&state)
  }

  private func start(_ state: inout State) {
    do throws(GymnasiumError) {
      var process = try PythonProcess(environment, hosting)
      _ = try Self.describe(&process, environment, hosting)
      state.process = consume process
    } catch {
      state.failure = .failed(slot: nil, problem: "cannot be played: \(error)", detail: "")
    }
  }

  private static func describe(
    _ process: inout PythonProcess, _ environment: GymnasiumEnvironment,
    _ hosting: GymnasiumHosting
  ) throws(GymnasiumError) -> GymnasiumDescription {
    switch process.receive() {
    case .done(let bytes): return try GymnasiumDescription(parsing: bytes, of: environment)
    case .failed(let failure):
      switch failure.kind {
      case "missing":
        let python = failure.traceback
        throw .unavailable(
          "\(python) has no module \(failure.problem); install it with "
            + "\(python) -m pip install \(failure.problem), or name another Python with --python")
      case "unsupported":
        throw .unsupported("\(environment.name) cannot be trained: \(failure.problem)")
      case "unknown": throw .usage("Gymnasium cannot make \(environment.name): \(failure.problem)")
      default:
        throw .unavailable(
          "\(environment.name) cannot be made: \(failure.problem)\n\(failure.traceback)")
      }
    case .died(let manner):
      throw .unavailable("the Python process for \(environment.name) \(manner) as it started")
    case .hangs: throw .unavailable("the Python process for \(environment.name) does not answer")
    }
  }

  /// Makes room for the groups, and the environments in them.
  func prepare(groups: [Int]) {
    let layout = GroupLayout.groups(
      laneCounts: groups, observationSize: description.observationSize,
      actionSize: description.actionSpace.actionSize)
    lock.withLock { _ in connect(&state, layout: layout) }
  }

  /// Maps the memory in both processes; environments of a vector are made.
  private func connect(_ state: inout State, layout: [GroupLayout]) {
    let byteCount = layout.last?.end ?? 0
    guard state.failure == nil else { return }
    guard let bytes = unsafe state.process?.map(byteCount: byteCount) else {
      state.failure = .failed(
        slot: nil, problem: "cannot be played: there is no memory for its lanes", detail: "")
      return
    }
    state.memory = unsafe GroupMemory(bytes, layout: layout)
    let groups = layout.map(\.json).joined(separator: ",")
    let request = Self.request(.map, group: 0, count: 0)
    state.process?.send(request + Array("{\"bytes\":\(byteCount),\"groups\":[\(groups)]}".utf8))
    switch state.process?.receive() ?? .hangs {
    case .done: break
    case .failed(let failure):
      state.failure = .failed(
        slot: nil, problem: "raised \(failure.problem) as it was made", detail: failure.traceback)
    case .died(let manner):
      state.failure = .failed(
        slot: nil, problem: "cannot be played: its Python process \(manner)", detail: "")
    case .hangs:
      state.failure = .failed(
        slot: nil, problem: "cannot be played: its Python process hangs", detail: "")
    }
  }

  private static func request(_ operation: Operation, group: Int, count: Int) -> [UInt8] {
    let count = UInt32(count)
    return [operation.rawValue, UInt8(group), 0, 0]
      + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) }
  }

  /// Lets `fill` write the group's memory and posts a request for its first `count` lanes.
  func post(
    _ operation: Operation, group: Int, count: Int, fill: (inout GroupMemory) -> Void
  ) {
    lock.withLock { _ in
      // An answer that nobody waited for, of a round that was dropped.
      drain(&state, group: group)
      state.outcomes[group] = nil
      guard state.failure == nil else { return }
      state.memory?.modify(fill)
      state.process?.send(Self.request(operation, group: group, count: count))
      state.pending.append(group)
    }
  }

  /// Waits for the group's request, and lets `read` read the group's memory if it was done.
  func wait(group: Int, read: (borrowing GroupMemory) -> Void) -> Outcome {
    lock.withLock { _ in
      drain(&state, group: group)
      let outcome = state.failure ?? state.outcomes.removeValue(forKey: group) ?? .replaced
      if outcome == .done { state.memory?.read(read) }
      return outcome
    }
  }

  /// Takes answers until the group has none to come.
  private func drain(_ state: inout State, group: Int) {
    while let first = state.pending.first, state.pending.contains(group) {
      let reply = state.process?.receive() ?? .hangs
      if case .done = reply {
        state.pending.removeFirst()
        state.outcomes[first] = .done
        continue
      }
      let episode = state.memory?.episode(group: first)
      let cause = episode.map { " in an episode reset with seed \($0.seed)" } ?? ""
      switch reply {
      case .done: break
      case .failed(let failure):
        state.pending = []
        state.failure = .failed(
          slot: episode?.slot, problem: "raised \(failure.problem)\(cause),",
          detail: failure.traceback)
      case .died(let manner): replace(&state, episode, manner + cause)
      case .hangs: replace(&state, episode, "did not answer" + cause)
      }
    }
  }

  /// Starts another process in the place of one that died or hangs.
  private func replace(
    _ state: inout State, _ episode: (slot: Int, seed: UInt32)?, _ manner: String
  ) {
    let count = (state.deaths[episode?.seed] ?? 0) + 1
    state.deaths[episode?.seed] = count
    let layout = state.memory?.layout ?? []
    state.pending = []
    for group in layout.indices { state.outcomes[group] = .replaced }
    guard count < Self.deathLimit else {
      state.failure = .failed(
        slot: episode?.slot,
        problem: "cannot go on: its Python process \(manner), \(count) times,", detail: "")
      return
    }
    warn("the Python process of \(environment.name) \(manner) and is replaced")
    start(&state)
    connect(&state, layout: layout)
  }
}
