internal import CLinux
internal import Glibc
internal import Kernels
internal import Learning
package import Logging
internal import Monitoring
internal import RL
internal import Wire
internal import ZeroMQ

/// The actor role: one blocking loop that listens, plays for a millisecond, pushes, reports.
///
/// It owns its sockets and its lanes; everything it knows of the run came with a welcome.
package struct ActorProcess: ~Copyable {
  /// How long the rollout goes on before the sockets are looked at again.
  private static let playSlice = Duration.milliseconds(1)
  /// Whoever played for less in a round goes to sleep wherever it is.
  private static let leastPlacedTime = Duration.microseconds(200)
  /// The longest wait, after which a lost parent or learner is noticed.
  private static let longestWait = Duration.milliseconds(500)
  /// With `--stay`, from the end of one run to the first join for the next.
  private static let pauseBetweenRuns = Duration.seconds(2)

  private let role: ActorRole
  private let environment: EnvironmentLookup
  /// Names the actor and its host in every line, and the run as soon as it has one.
  private var logger: Logger
  private let clock = Clock()
  private let hostName: String
  private var service = ServiceNotice()
  private var signals: Signals
  private var link: ActorLink
  private var agenda: ActorAgenda
  private var session: ActorSession?
  private var unsent: [ActorMessage.Body] = []
  /// How long this round was played.
  private var playedInRound = Duration.zero
  private var lastHeard = Duration.zero
  private var lastLookAtDoors = Duration.zero
  /// Why the learner did not let this actor in when it last tried.
  private var turnedAway: String?
  private var end: End?
  private var parentWatch: ParentWatch?

  /// Why the loop is over.
  private enum End: Equatable {
    case signal
    case goodbye(String)
    case otherRun
  }

  package init(
    role: ActorRole, environment: @escaping EnvironmentLookup, logger: Logger
  ) throws(RoleFailure) {
    try prepareArithmetic()
    let signals = try Signals()
    let endpoint = try endpoint(role.connect)
    let keys = try ActorKeys(role.security, for: endpoint, logger: logger)
    let id = FreshName.actor()
    let hostName = currentHostName()
    let link = try ActorLink(
      connect: endpoint, keys: keys, actor: id, descriptors: [signals.descriptor])
    self.role = role
    self.environment = environment
    self.logger = logger
    self.logger[metadataKey: LogKey.actor.rawValue] = "\(id)"
    self.logger[metadataKey: LogKey.host.rawValue] = "\(hostName)"
    self.signals = signals
    self.link = link
    self.hostName = hostName
    agenda = ActorAgenda(
      id: id,
      identityKey: identityKey(
        hostName: hostName, processID: UInt32(getpid()), key: keys?.own.publicKey),
      now: .zero)
    parentWatch = role.watchesParent ? ParentWatch(learnerAddress: role.connect) : nil
  }

  /// Serves until the run is over or a signal comes.
  ///
  /// - Throws: exit 75 without a learner for as long as the role's patience, 69 when the learner
  ///   refuses, 65 when the environment breaks its contract.
  package mutating func run() throws(RoleFailure) {
    while true {
      try serveRun()
      guard role.stay, end != .signal else { return }
      // The learner that said goodbye may still be there: it would only say it again.
      agenda = ActorAgenda(
        id: agenda.id, identityKey: agenda.identityKey, now: clock.now + Self.pauseBetweenRuns)
      session = nil
      unsent = []
      end = nil
      lastHeard = clock.now
    }
  }

  /// Serves one run, from the first join to the departure.
  private mutating func serveRun() throws(RoleFailure) {
    logger[metadataKey: LogKey.run.rawValue] = nil
    logger.info("waiting for a learner", metadata: ["address": "\(role.connect)"])
    service.ready("waiting for a learner at \(role.connect)")
    while end == nil {
      service.alive(now: clock.now)
      try heedSignals()
      try heedDoors()
      try listen()
      if end != nil { break }
      try play()
      try push()
      try report()
      try rest()
    }
    try leave()
  }

  private mutating func heedSignals() throws(RoleFailure) {
    while let event = signals.next() {
      switch event {
      case .end: end = .signal
      case .endNow: exit(128 + SIGTERM)
      case .checkpoint: break
      }
    }
    if clock.now - lastHeard > role.patience {
      let reason = turnedAway.map { ": \($0)" } ?? ""
      throw RoleFailure(
        .tryAgain, "no learner at \(role.connect) for \(Int(role.patience.seconds)) s\(reason)")
    }
  }

  /// Looks now and then whether the learner lets this actor in, and says so if it does not.
  private mutating func heedDoors() throws(RoleFailure) {
    let now = clock.now
    guard now - lastLookAtDoors >= Self.longestWait else { return }
    lastLookAtDoors = now
    guard let reason = try link.lookAtDoors(now: now) else { return }
    if reason != turnedAway { logger.warning("\(reason)") }
    turnedAway = reason
  }

  // MARK: Listening

  private mutating func listen() throws(RoleFailure) {
    while end == nil, let message = try link.receive() { try heed(message) }
  }

  private mutating func heed(_ message: LearnerMessage) throws(RoleFailure) {
    let now = clock.now
    let origin = MessageOrigin(
      run: message.run, incarnation: message.incarnation, sequence: message.sequence)
    let change: AgendaChange
    switch message.body {
    case .welcome(let welcome):
      guard let policy = welcome.policy else { return }
      change = agenda.welcome(origin, terms: policy.terms, lease: welcome.lease, now: now)
      if change.verdict == .heeded { try prepareSession(welcome) }
      try follow(change, policy: policy)
    case .policy(let policy):
      change = agenda.policy(
        origin, terms: policy.terms, lease: policy.firstLease(of: agenda.id), now: now)
      try follow(change, policy: policy)
    case .lease(let lease):
      change = agenda.lease(origin, lease, now: now)
      try follow(change, policy: nil)
    case .goodbye(let goodbye):
      change = agenda.goodbye(origin, now: now)
      if change.verdict == .heeded { end = .goodbye(goodbye.reason) }
    case .refusal(let refusal):
      change = agenda.refusal(origin, identityKey: refusal.identityKey, now: now)
      if change.verdict == .heeded {
        throw RoleFailure(.unavailable, "the learner refuses this actor: \(refusal.text)")
      }
    }
    if change.verdict == .foreignRun {
      end = .otherRun
    } else {
      lastHeard = now
      turnedAway = nil
    }
  }

  private mutating func prepareSession(
    _ welcome: LearnerMessage.Welcome
  ) throws(RoleFailure) {
    if let run = agenda.run { logger[metadataKey: LogKey.run.rawValue] = "\(run.rawValue)" }
    guard session?.configuration != welcome.configuration else { return }
    troupe_let_go_of_program_pages()
    let laneCount = role.lanes ?? welcome.suggestedLaneCount ?? 64
    session = try ActorSession(
      configuration: welcome.configuration,
      environment: environment(welcome.configuration.environment),
      laneCount: laneCount)
    logger.info(
      "joined",
      metadata: ["environment": "\(welcome.configuration.environment)", "lanes": "\(laneCount)"])
  }

  private mutating func follow(
    _ change: AgendaChange, policy: LearnerMessage.Policy?
  ) throws(RoleFailure) {
    session?.abandon(change.abandoned)
    if change.followsNewIncarnation || change.startsRound { unsent = [] }
    guard change.startsRound, let policy else { return }
    guard let learner = session?.configuration.learner else { return }
    let snapshot = PolicySnapshot(
      version: policy.round.version, parameters: policy.parameters,
      normalization: policy.normalization,
      perturbation: learner.perturbation(scale: policy.perturbationScale))
    guard snapshot.digest == policy.digest else {
      throw RoleFailure(
        .badData, "the parameters of \(policy.round) do not have the digest that they came with")
    }
    guard session?.fits(snapshot) != false else {
      throw RoleFailure(
        .badData, "the parameters of \(policy.round) are not those of the run's network")
    }
    session?.begin(policy.terms, snapshot: snapshot)
    playedInRound = .zero
  }

  // MARK: Playing

  private mutating func play() throws(RoleFailure) {
    guard unsent.isEmpty, session?.isPlaying == true || agenda.waitingCount > 0 else { return }
    let clock = self.clock
    do throws(RolloutFault) {
      // In its place: a copy of the session retains each array of its lanes.
      try session?.rehearse(agenda)
      let start = clock.now
      let deadline = start + Self.playSlice
      let stepCount = try session?.play(&agenda, while: { clock.now < deadline }) ?? 0
      let duration = clock.now - start
      agenda.count(steps: stepCount, duration: duration)
      playedInRound += duration
    } catch {
      var leave = leaving("\(error)")
      leave.round = error.round
      leave.fault = ActorMessage.EnvironmentFault(slot: error.slot)
      _ = try link.send(.leave(leave), run: agenda.run)
      throw RoleFailure(.badData, "\(error)")
    }
  }

  private mutating func push() throws(RoleFailure) {
    if let isFull = session?.isBatchFull, unsent.isEmpty,
      isFull || agenda.shouldPush(now: clock.now) || end != nil
    {
      unsent = session?.takeBatches(leaseNumber: agenda.leaseNumber) ?? []
    }
    while let batch = unsent.first {
      guard try link.send(batch, run: agenda.run) else { return }
      unsent.removeFirst()
    }
    if session?.hasFinished != true { agenda.pushedFinished(now: clock.now) }
  }

  // MARK: Speaking

  private mutating func report() throws(RoleFailure) {
    // Statuses travel behind the trajectories they speak of.
    guard unsent.isEmpty else { return }
    while let duty = agenda.nextDuty(now: clock.now) {
      switch duty {
      case .join:
        let join = ActorMessage.Join(
          numericsDigest: NumericsDigest.ofThisProcess, hostName: hostName,
          processID: UInt32(getpid()), laneCount: role.lanes ?? 64,
          instructionSet: InstructionSet.current.rawValue)
        _ = try link.send(.join(join), run: agenda.run)
      case .status:
        guard let report = agenda.statusReport else { return }
        _ = try link.send(.status(ActorMessage.Status(report)), run: agenda.run)
      }
    }
  }

  /// Waits for news when there is nothing to play.
  private mutating func rest() throws(RoleFailure) {
    let isPlaying = session?.isPlaying == true || agenda.waitingCount > 0
    if isPlaying && unsent.isEmpty { return }
    let wait = min(agenda.nextWakeup - clock.now, Self.longestWait)
    // In shorter rounds the calls would cost more than the kernel's choice of a processor does harm.
    let placement =
      unsent.isEmpty && playedInRound > Self.leastPlacedTime ? role.placement : nil
    placement?.settle()
    try link.wait(atMost: max(.zero, wait), toSend: !unsent.isEmpty)
    placement?.roam()
  }

  /// Pushes what is finished, gives the rest back and goes.
  private mutating func leave() throws(RoleFailure) {
    let reason: String
    switch end {
    case .goodbye(let text):
      reason = "goodbye"
      logger.info("the learner ended the run: \(text)")
    case .otherRun:
      reason = "another run"
      logger.info("another run is served at \(role.connect) now; this actor's is over")
    case .signal, nil:
      reason = "signal"
      try push()
      logger.info("leaving on a signal")
    }
    if agenda.run != nil { _ = try link.send(.leave(leaving(reason)), run: agenda.run) }
  }

  private func leaving(_ reason: String) -> ActorMessage.Leave {
    let report = agenda.statusReport
    return ActorMessage.Leave(
      reason: reason, round: report?.round, unplayed: report?.unplayed ?? SlotSet())
  }
}
