internal import CLinux
internal import Glibc
internal import Kernels
internal import Learning
package import Logging
package import Monitoring
internal import Policies
package import RL
internal import Wire
internal import ZeroMQ

/// The learner role: one blocking loop that broadcasts a policy, collects its episodes, updates.
///
/// It owns sockets, ledger, learner and run directory; rounds follow each other strictly, so nothing
/// of version v is ever in hand when version v + 1 exists.
package struct LearnerProcess: ~Copyable {
  let role: LearnerRole
  let logger: Logger
  let clock = Clock()
  let incarnation: Incarnation
  let environment: EnvironmentSpecification
  let policy: MLPPolicy
  var signals: Signals
  private var service = ServiceNotice()
  let wakeUp: WakeUp
  let keys: LearnerKeys?
  var link: LearnerLink
  var faults: FaultHook
  var ledger: RoundLedger
  var learner: Learner<MLPPolicy>
  var store: RunStore
  var monitor: RunMonitor
  var actors: LocalActors?
  /// The policy message of the current round, which a welcome repeats.
  var currentPolicy: LearnerMessage.Policy?
  var ending: Ending?
  /// The update that made the newest parameters, while something is left to do for it.
  private var unfinished: UnfinishedRound?
  private var isCheckpointDue = false
  /// The newest version is to be evaluated, and was not yet: a run that resumes from it begins with that.
  private var isEvaluationDue: Bool
  /// Copies of audited slots in this round.
  var audit = RoundAudit()
  /// Reports that the environment broke its contract in this round, by slot; nil for an unknown one.
  var faultCounts: [Int?: Int] = [:]
  /// Where the order of arrival decides which episodes make the update.
  var arrivals: ArrivalOrder?
  var approximateActors: ApproximateActors

  /// Why the run stops before its goal.
  enum Ending {
    case signal
    case failure(RoleFailure)
  }

  /// Takes over the run directory and binds the sockets. Actors of this machine, if any, are started.
  package init(
    role: LearnerRole, environment: EnvironmentSpecification, directory: consuming RunDirectory,
    actors: consuming LocalActors?, monitoring: RunMonitoring, logger: Logger
  ) throws(RoleFailure) {
    try prepareArithmetic()
    let faults = try FaultHook()
    // Before the sockets and the pool make threads, which inherit the mask.
    let signals = try Signals()
    let wakeUp = try WakeUp()
    let endpoint = try endpoint(role.bind)
    let keys = try LearnerKeys(role.security, for: endpoint, logger: logger)
    let environment = try wrappedEnvironment(environment, of: role.run)
    let policy = MLPPolicy(environment: environment, configuration: role.run.policy)
    let incarnation = FreshName.incarnation()
    var logger = logger
    logger[metadataKey: LogKey.host.rawValue] = "\(currentHostName())"
    let store = try RunStore(directory: directory, role: role, policy: policy, logger: logger)
    logger[metadataKey: LogKey.run.rawValue] = "\(store.run.rawValue)"
    let restored = role.resume ? try store.restore() : nil
    let quarantinedKeys = role.resume ? try store.quarantinedKeys() : []
    let audited = try Self.auditChoice(role, environment)
    let link = try LearnerLink(
      bind: endpoint, keys: keys, run: store.run, incarnation: incarnation,
      policyByteCount: policy.parameterCount * MemoryLayout<Float>.size,
      shape: TrajectoryShape(
        observationSize: policy.observationSize, actionSpace: policy.actionSpace),
      stepLimit: environment.stepLimit, signals: signals.descriptor,
      wakeUp: wakeUp.descriptor)
    try monitoring.serve?()
    monitor = RunMonitor(
      role: role, directory: store.directory, monitoring: monitoring, logger: logger,
      totals: restored?.totals ?? RunTotals(), run: store.run,
      resumedAt: restored?.snapshot.version, address: "\(link.endpoint)")
    let queue = WorkQueue(threadCount: role.threads)
    if let restored {
      learner = restored.learner(policy: policy, configuration: role.run, queue: queue)
    } else {
      learner = Learner(
        policy: policy, configuration: role.run.learner, seed: role.run.seed, queue: queue,
        valueFunction: MLPValueFunction(policy, role.run),
        normalizesObservations: role.run.wrappers.normalizesObservations)
    }
    isEvaluationDue = restored?.isEvaluationDue ?? false
    self.role = role
    self.logger = logger
    self.signals = signals
    self.wakeUp = wakeUp
    self.faults = faults
    self.environment = environment
    self.policy = policy
    self.incarnation = incarnation
    self.keys = keys
    self.store = store
    self.link = link
    self.actors = actors
    var rules = LedgerRules()
    // Two copies of a slot differ where arithmetics do, and the first to come would be the shorter one.
    rules.isReproducible = environment.isReproducible && !role.allowsApproximateActors
    approximateActors = ApproximateActors(
      areAllowed: role.allowsApproximateActors, isSearch: role.run.learner.method.isSearch)
    rules.audit = audited
    ledger = RoundLedger(
      incarnation: incarnation, rules: rules,
      quarantinedKeys: quarantinedKeys)
  }

  /// Trains until the goal is reached or a signal comes, and gives the summary.
  ///
  /// - Throws: `RoleFailure` when the run cannot go on; checkpoint and goodbye have been sent all the
  ///   same.
  package mutating func run() throws(RoleFailure) -> RunSummary {
    do throws(RoleFailure) {
      try train()
    } catch {
      ending = .failure(error)
    }
    finishUpdate()
    monitor.flush()
    store.save(learner, totals: monitor.totals, isEvaluationDue: isEvaluationDue)
    store.finishSaving()
    do throws(RoleFailure) {
      try sayGoodbye()
    } catch {
      // The run is safe on disk; actors find out by themselves.
      logger.warning("no goodbye could be sent: \(error)")
    }
    store.removeAddress()
    if role.audit > 0 {
      logger.info(
        "audited",
        metadata: ["slots": "\(ledger.counts.audited)", "waived": "\(ledger.counts.auditsWaived)"])
    }
    let summary = monitor.summary(
      snapshot: learner.snapshot, fingerprint: store.fingerprint(of: learner.snapshot),
      path: store.directory.path)
    if case .failure(let failure) = ending { throw failure }
    return summary
  }

  private mutating func train() throws(RoleFailure) {
    try store.noteAddress("\(link.endpoint)")
    try actors?.start(connectingTo: "\(link.endpoint.fromThisMachine)")
    if role.run.learner.collection == .firstCome {
      logger.warning(
        """
        FIRST COME, FIRST SERVED: each update takes the first \
        \(role.run.learner.episodesPerUpdate) episodes that arrive and drops the others. The estimate \
        is BIASED towards short episodes and no run can be repeated; this is for teaching only
        """)
    }
    if role.allowsApproximateActors {
      logger.warning(
        """
        approximate actors are allowed: their log-probabilities are compared within \
        \(LogProbabilityTolerance.text) a step, not bit for bit, and the run cannot be repeated to \
        the same bytes; no slot is played twice at once
        """)
    }
    logger.info(
      "listening",
      metadata: fields([.address: "\(link.endpoint)", .version: learner.snapshot.version]))
    service.ready("listening at \(link.endpoint)")
    troupe_let_go_of_program_pages()
    if isEvaluationDue {
      // The run ended in the middle of it.
      isCheckpointDue = true
      try evaluate()
      if ending != nil { return }
    }
    while !isGoalReached {
      guard let round = try playRound(.training, slotCount: role.run.learner.episodesPerUpdate)
      else { return }
      let start = clock.now
      unfinished = learner.advance(with: round)
      monitor.advanced(computing: clock.now - start, ledger: ledger)
      let version = learner.snapshot.version
      isCheckpointDue = version.rawValue % UInt32(role.checkpointEvery) == 0
      try evaluateIfDue()
      if ending != nil { return }
      if monitor.totals.bestEvaluation?.version == version, !isCheckpointDue {
        store.keep(learner, totals: monitor.totals)
      }
    }
  }

  /// Does what is left of the update, if anything: what no actor waits for is done while they play.
  private mutating func finishUpdate() {
    guard let unfinished = unfinished.take() else { return }
    monitor.updated(learner.finish(unfinished))
  }

  /// Tells of the update, to which an evaluation belongs, and saves the version that is now played. A learner
  /// that ends before resumes from the checkpoint before, and actors follow it back.
  private mutating func reportUpdate() {
    monitor.report(now: clock.now)
    guard isCheckpointDue else { return }
    isCheckpointDue = false
    monitor.writeMetrics()
    store.save(learner, totals: monitor.totals)
  }

  private var isGoalReached: Bool {
    if monitor.isSolved { return true }
    guard let updates = role.goal.updates else { return false }
    return learner.snapshot.version.rawValue >= updates
  }

  /// Plays an evaluation round if this version is one to look at: a matter of the version alone.
  private mutating func evaluateIfDue() throws(RoleFailure) {
    guard let every = role.goal.evaluateEvery,
      learner.snapshot.version.rawValue % UInt32(every) == 0
    else { return }
    try evaluate()
  }

  /// Measures what the newest version earns in a round of its own, which stays due if the run ends meanwhile.
  private mutating func evaluate() throws(RoleFailure) {
    isEvaluationDue = true
    guard let round = try playRound(.evaluation, slotCount: role.goal.evaluationEpisodes) else {
      return
    }
    isEvaluationDue = false
    monitor.evaluated(ReturnStatistics(round.episodes), at: learner.snapshot.version)
  }

  // MARK: A round

  /// Broadcasts the policy and collects every slot of the round; nil if the run ends meanwhile.
  private mutating func playRound(
    _ kind: StreamKind, slotCount: Int
  ) throws(RoleFailure) -> CollectedRound? {
    let snapshot = learner.snapshot
    let id = RoundID(version: snapshot.version, kind: kind)
    let start = clock.now
    arrivals = nil
    audit = RoundAudit()
    faultCounts = [:]
    var offeredCount = slotCount
    if kind == .training, role.run.learner.collection == .firstCome {
      let laneCount = ledger.actors.reduce(0) { $0 + $1.lanes }
      arrivals = ArrivalOrder(placeCount: slotCount)
      offeredCount = ArrivalOrder.offeredSlotCount(placeCount: slotCount, laneCount: laneCount)
    }
    let leases = ledger.beginRound(
      id, slotCount: offeredCount, policyDigest: snapshot.digest, now: clock.now)
    monitor.roundBegan(of: ledger, now: start)
    approximateActors.forget(unlessIn: ledger)
    var policy = LearnerMessage.Policy(
      round: id, slotCount: offeredCount, digest: snapshot.digest,
      parameters: snapshot.parameters, normalization: snapshot.normalization,
      perturbationScale: snapshot.perturbation?.scale,
      firstLeases: leases.map {
        LearnerMessage.FirstLease(
          actor: $0.actor, number: $0.lease.number, slots: $0.lease.slots)
      })
    // Nobody who was removed meanwhile hears of it.
    try heedKeys(isAnnounced: false)
    try send(.policy(policy), to: .policy)
    monitor.broadcast(snapshot, in: id, now: clock.now)
    finishUpdate()
    if kind == .training { reportUpdate() }
    var collected = beginRound(kind, slotCount: slotCount)
    // A welcome repeats the policy, but carries a lease of its own.
    policy = LearnerMessage.Policy(
      round: policy.round, slotCount: offeredCount, digest: policy.digest,
      parameters: policy.parameters, normalization: policy.normalization,
      perturbationScale: policy.perturbationScale, firstLeases: [])
    currentPolicy = policy
    while !collected.isComplete {
      try perform(ledger.tick(now: clock.now))
      let wait = min(ledger.nextDeadline.map { $0 - clock.now } ?? .seconds(1), .seconds(1))
      let before = clock.now
      let ready = try link.wait(atMost: max(.zero, wait))
      monitor.waited(clock.now - before)
      service.alive(now: clock.now)
      if ready.signals { try heedSignals() }
      try heedKeys(isAnnounced: ready.keys)
      if ready.verifications { wakeUp.clear() }
      if ready.messages { try receive(into: &collected) }
      if ready.events { try receiveEvents() }
      if role.audit > 0, case .trajectories(let estimation) = collected {
        heedWaivedAudits(into: estimation)
      }
      heedVerifications(of: &collected)
      try actors?.supervise(now: clock.now, logger: logger)
      monitor.lookAt(ledger, round: id, now: clock.now)
      if ending != nil { return nil }
    }
    monitor.roundEnded(now: clock.now)
    return collected
  }

  /// Sends to whoever subscribed to the topic.
  mutating func send(_ body: LearnerMessage.Body, to topic: Topic) throws(RoleFailure) {
    try link.send(body, to: topic)
    faults.messageCrossed()
  }

  private func beginRound(_ kind: StreamKind, slotCount: Int) -> CollectedRound {
    guard kind == .training, role.run.learner.method.isSearch else {
      return .trajectories(learner.beginRound(kind: kind, slotCount: slotCount))
    }
    return .returns(
      learner.beginSearchRound(
        slotCount: slotCount, environment: environment, seed: role.run.seed),
      ReturnChecks(slotCount: slotCount))
  }

  private mutating func heedSignals() throws(RoleFailure) {
    while let event = signals.next() {
      switch event {
      case .end: ending = .signal
      case .endNow: exitNow()
      case .checkpoint where isEvaluationDue:
        // Its update is told of together with the evaluation, and saved then.
        isCheckpointDue = true
      case .checkpoint:
        monitor.writeMetrics()
        store.save(learner, totals: monitor.totals)
      }
    }
  }

  /// Ends at once, on a second signal. The actors may have left already, so that nobody else would remove
  /// the sockets.
  private func exitNow() -> Never {
    PrivateSocketDirectory(address: role.bind)?.remove()
    _exit(128 + SIGTERM)
  }

  /// Looks for keys that came and went. Whoever was removed is not heard from this moment, and loses its
  /// connections.
  private mutating func heedKeys(isAnnounced: Bool) throws(RoleFailure) {
    guard let keys, let change = keys.allowList.reread(isAnnounced: isAnnounced) else { return }
    for key in change.added {
      logger.info("a key may connect now", metadata: ["key": "\(keys.text(of: key))"])
    }
    for key in change.removed {
      logger.warning("a key may no longer connect", metadata: ["key": "\(key)"])
    }
    if !change.removed.isEmpty { try link.endConnections() }
  }

  // MARK: The end

  /// Tells all actors that the run is over and waits until they have left, 2 s at most.
  private mutating func sayGoodbye() throws(RoleFailure) {
    ledger.end()
    service.stopping()
    let reason =
      switch ending {
      case .signal: "the learner was asked to stop"
      case .failure: "the learner failed"
      case nil: "the run is complete"
      }
    try send(.goodbye(LearnerMessage.Goodbye(reason: reason)), to: .policy)
    let deadline = clock.now + .seconds(2)
    while clock.now < deadline, !ledger.liveActors.isEmpty || actors?.isEmpty == false {
      for action in ledger.tick(now: clock.now) {
        guard case .goodbye(let actor) = action else { continue }
        try send(.goodbye(LearnerMessage.Goodbye(reason: reason)), to: .actor(actor))
      }
      if try link.wait(atMost: .milliseconds(20)).signals, let event = signals.next(),
        case .endNow = event
      {
        exitNow()
      }
      try receiveFarewells()
      actors?.noteEnded()
    }
  }
}
