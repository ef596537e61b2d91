import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning
import Synchronization

/// A query that runs: reads its sources, steps its graph, writes its sink, until its input ends or it is stopped.
///
/// `run` does all the work on the thread that calls it; `start` gives it one of its own. Everything else may be called
/// from any thread.
// @unchecked Sendable: `status` has a mutex; all mutable fields belong to the thread in `run`.
package final class StreamingQuery: @unchecked Sendable {
  package let name: String
  package let plan: PhysicalPlan
  package let trigger: Trigger
  package private(set) var graph: Graph
  private let builder: DataflowBuilder
  private let checks: SelfChecks
  private let sources: [SourceRun]
  /// Operators that hold rows of a relation on the static side of a join, by its name.
  private let staticSides: [String: Set<String>]
  private let stage: ResultStage
  private let sink: any Sink
  private let clock: any Clock
  private let settings: SessionSettings
  /// Monotonic time at which the query stops by itself (`--for`).
  private let deadlineNanos: Int64?
  package let cancellation = Cancellation()
  private let bell = Doorbell()
  private let status = QueryStatus()

  /// While data keeps coming, an unbounded query still shows its results this often: unless showing them takes so long that
  /// little time would be left to read. Then it reads three times as long as the last showing took, a second at most.
  private var busyStepNanos: Int64 { max(50_000_000, min(showingNanos * 3, 1_000_000_000)) }
  /// How long the last step computed and showed its results after the reading.
  private var showingNanos: Int64 = 0

  private var stepNumber: Int64 = 0
  private var batchNumber: Int64 = 0
  private var rowsRead: Int64 = 0
  private var tracker: WatermarkTracker
  /// The watermark that the next step's rows are tested against.
  private var watermark: Int64?

  package enum State: Sendable, Equatable {
    case ready, running, paused, finished, stopped
    case failed(SQLError)

    package var isOver: Bool {
      switch self {
      case .ready, .running, .paused: false
      case .finished, .stopped, .failed: true
      }
    }
  }

  package init(
    name: String, plan: PhysicalPlan, builder: DataflowBuilder, sink: any Sink, trigger: Trigger,
    clock: any Clock, settings: SessionSettings, deadlineNanos: Int64?, checks: SelfChecks = SelfChecks(),
    idleTimeouts: (String) -> Int64? = { _ in nil }
  ) throws(SQLError) {
    self.name = name
    self.plan = plan
    self.trigger = trigger
    stage = ResultStage(plan: plan, sink: sink)
    let built = try builder.build(plan, into: stage)
    graph = built.graph
    watermarkRelations = Set(built.watermarks.map { $0.relation.lowercased() })
    tracker = WatermarkTracker(
      built.watermarks, policy: settings.usesGreatestWatermark ? .max : .min,
      idleMicros: built.watermarks.map { idleTimeouts($0.relation) }, startMicros: clock.nowMicros)
    sources = built.sources.map {
      SourceRun(
        source: $0.source, name: $0.name, drainRank: $0.drainRank, isPastNews: $0.isPastNews,
        batchRowsMax: checks.batchRowsMax)
    }
    staticSides = plan.root.properties.isBounded ? [:] : plan.root.staticSides
    self.builder = builder
    self.checks = checks
    self.sink = sink
    self.clock = clock
    self.settings = settings
    self.deadlineNanos = deadlineNanos
  }

  // MARK: Commands, from any thread

  /// Records of its sources that could not be read as declared and that this has not told of yet, by the source's name, with how
  /// many those are by now.
  package func newMalformed() -> [(name: String, count: Int64)] {
    var counts: [String: Int64] = [:]
    for run in sources { counts[run.name, default: 0] += run.source.malformedCount }
    return toldMalformed.withLock { told in
      let news = counts.filter { $0.value > told[$0.key] ?? 0 }
      told.merge(news) { $1 }
      return news.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    }
  }

  private let toldMalformed = Mutex<[String: Int64]>([:])

  /// Called by the query's thread when there is something in ``newMalformed()``: of one that goes on after the step with the
  /// first of them, and of any when it is over. Set before it starts.
  var onMalformed: (@Sendable () -> Void)?

  package var state: State { status.state }
  /// What it died of.
  package var failure: SQLError? { if case .failed(let error) = state { error } else { nil } }
  package var progress: QueryProgress { status.progress }

  /// Asks the query to stop; it ends within a batch's time.
  package func stop() {
    cancellation.cancel()
    bell.ring()
    sink.stopRequested()
  }

  package func pause() { setPaused(true) }
  package func resume() { setPaused(false) }

  private func setPaused(_ isPaused: Bool) {
    status.setPaused(isPaused)
    for run in sources { run.source.setPaused(isPaused) }
    bell.ring()
    status.news.ring()
  }

  /// Whether steps are taken on request alone.
  func setStepped(_ isStepped: Bool) {
    status.setStepped(isStepped)
    bell.ring()
  }

  /// The first rows of the result so far; nil unless the mode is COMPLETE.
  package func snapshot(rowsMax: Int) -> (batch: Batch, rowCount: Int)? { stage.snapshot(rowsMax: rowsMax) }

  /// Sets the watermark of a relation by hand; false if the query declares none for it.
  package func advanceWatermark(of relation: String, to micros: Int64) -> Bool {
    guard watermarkRelations.contains(relation.lowercased()) else { return false }
    status.addAdvance(of: relation, to: micros)
    bell.ring()
    return true
  }

  private let watermarkRelations: Set<String>

  /// Wakes the query to look at the clock again.
  package func clockChanged() { bell.ring() }

  /// Blocks until the query is over or the time is up; false if it still runs.
  package func await(timeoutMicros: Int64?) -> Bool { status.awaitEnd(timeoutMicros: timeoutMicros) }

  /// Blocks until everything that is at the sources has been processed (SEM-5), or `isInterrupted` says so. Throws the
  /// query's failure.
  package func processAllAvailable(isInterrupted: () -> Bool = { false }) throws(SQLError) {
    ask(.process, isInterrupted)
    if case .failed(let error) = state { throw error }
  }

  /// Blocks until the steps that are due now have been taken.
  func takeDueSteps(isInterrupted: () -> Bool) { ask(.dueSteps, isInterrupted) }

  private func ask(_ request: QueryOrders.Request, _ isInterrupted: () -> Bool) {
    let ticket = status.add(request)
    bell.ring()
    status.awaitAnswer(ticket, isInterrupted)
  }

  /// Rows that came too late, of all operators that can tell: their columns, and the last rows of each.
  package var lateRows: (schema: Schema, batches: [Batch])? { status.late }

  /// The last steps, oldest first.
  package var recentSteps: [StepProgress] { status.steps }

  /// What the query does and holds now, or when it ended; nil before it began. A query in the middle of something long
  /// gives what it said last if it does not answer in time.
  package func report(timeoutMicros: Int64 = 500_000) -> QueryReport? {
    let ticket = status.requestReport()
    bell.ring()
    return status.awaitReport(ticket, timeoutMicros: timeoutMicros)
  }

  // MARK: Running

  /// The text of the statement that made it, for places in errors that are shown later. Set before it starts.
  var text: SourceText?

  /// Told of its failure before anybody else can see it. Set before it starts; called on the query's thread.
  var onFailure: ((SQLError) -> Void)?

  /// Where its rows go, if that is a relation of the session; it takes no more rows when all that feed it are over.
  var fedStore: (any RelationStore)?

  /// Opens the sources: from here on rows are this query's.
  package func open() throws(SQLError) {
    let bell = bell
    for run in sources {
      if trigger.isFinite { try run.source.stopAtPresent() }
      run.source.attach(as: name)
      try run.source.start(onArrival: { bell.ring() })
    }
    status.set(.running)
  }

  /// Runs to the end on the calling thread. Ends normally when the input ends, `LIMIT` is full, or it was stopped.
  package func run() throws(SQLError) {
    do {
      try loop()
      try sink.finish()
      tellMalformed()
      close()
      status.set(cancellation.isCancelled ? .stopped : .finished)
    } catch {
      var failure = text.map { error.placed(in: $0) } ?? error
      // What the sink holds back is still the user's: show it before the error.
      if stage.rowsWritten > 0 || failure.isCancellation {
        do throws(SQLError) { try sink.finish() } catch { if failure.isCancellation { failure = error } }
      }
      if failure.isCancellation { tellMalformed() }
      close()
      if failure.isCancellation {
        status.set(.stopped)
        return
      }
      // Who waits for the end finds that it has been told of.
      onFailure?(failure)
      status.set(.failed(failure))
      throw failure
    }
  }

  private func tellMalformed() {
    if sources.contains(where: { $0.source.malformedCount > 0 }) { onMalformed?() }
  }

  private func close() {
    status.setReport(makeReport())
    for run in sources { run.source.stop() }
    graph.pool.stop()
    sink.queryEnded()
  }

  /// Asked to pause; it may still be in a step.
  package var isPaused: Bool { status.orders.isPaused }

  /// Answers whoever asked for a report; on the query's thread, between rounds.
  private func answerReport() {
    if let ticket = status.dueReport { status.setReport(makeReport(), answering: ticket) }
  }

  private func makeReport() -> QueryReport {
    let now = clock.nowMicros
    return QueryReport(
      operators: graph.report, sources: sources.map(\.report),
      watermarks: tracker.report(hasEnded: sources.map(\.hasEnded)), watermarkMicros: watermark == .max ? nil : watermark,
      nextStepMicros: lastStart.flatMap { trigger.nextDueMicros(lastStart: $0) }, takenMicros: now)
  }

  /// When the last step began.
  private var lastStart: Int64?

  private func loop() throws(SQLError) {
    var targets = Targets()
    while true {
      let seen = bell.count
      answerReport()
      if cancellation.isCancelled || isPastDeadline { return }
      let orders = status.orders
      if orders.isPaused {
        // Nothing is processed now: whoever waits must not wait for the end of the pause.
        status.answer(orders.requested)
        waitWhilePaused(since: seen)
        continue
      }
      if orders.isStepped, !orders.isAsked {
        bell.wait(since: seen, timeoutMicros: untilDeadlineMicros)
        continue
      }
      let now = clock.nowMicros
      let due = lastStart.flatMap { trigger.nextDueMicros(lastStart: $0) } ?? now
      let isEarly = now < due || (orders.isStepped && trigger == .immediate && lastStart == now && isNeverIdle)
      if isEarly, !orders.isForced {
        if orders.isAsked { status.answer(orders.requested) } else { waitForTrigger(since: seen, micros: due - now) }
        continue
      }
      lastStart = now
      if orders.isAsked, orders.requested != targets.ticket { targets = try Targets(orders.requested, sources) }
      let hasConsumed = try runStep(isTick: now >= due && trigger.waitsForTime)
      if isOver || trigger == .once || cancellation.isCancelled { return }
      // What never ends gives one step a request.
      let isAnswered = orders.isAsked && (isNeverIdle || targets.isPassed)
      targets.isPassed = hasReached(targets)
      if hasConsumed, !isAnswered { continue }
      if trigger == .availableNow { return }
      if orders.isAsked {
        status.answer(orders.requested)
      } else if trigger == .immediate, !movesTimeOn() {
        bell.wait(since: seen, timeoutMicros: [untilDeadlineMicros, untilTimerMicros].compactMap { $0 }.min())
      }
    }
  }

  /// What was at the sources when a request was first seen (SEM-5): more may come faster than it is processed.
  private struct Targets {
    var ticket = 0
    /// By source; nil: whatever polls give until it is idle.
    var latest: [String?] = []
    /// All of it has been taken; one step more looks for what comes behind, such as the end.
    var isPassed = false

    init() {}

    init(_ ticket: Int, _ sources: [SourceRun]) throws(SQLError) {
      self.ticket = ticket
      for run in sources { latest.append(try run.source.latest()) }
    }
  }

  private func hasReached(_ targets: Targets) -> Bool {
    zip(sources, targets.latest).allSatisfy { run, latest in
      run.hasEnded || (latest.map { run.source.hasPassed($0) } ?? run.isIdle)
    }
  }

  /// There is always more to read: what is there has no end.
  var isNeverIdle: Bool { sources.contains { $0.source.isNeverIdle } }

  private func waitWhilePaused(since seen: UInt64) {
    if state != .paused { status.set(.paused) }
    bell.wait(since: seen, timeoutMicros: untilDeadlineMicros)
    if !isPaused { status.set(.running) }
  }

  /// A virtual clock stands still while a query runs in the foreground, or would wait for what only time brings: it is
  /// moved to the next row that a generator has due.
  private func movesTimeOn() -> Bool {
    guard let clock = clock as? VirtualClock, let due = sources.compactMap(\.source.nextDueMicros).min() else { return false }
    return clock.advance(toMicros: due)
  }

  private func waitForTrigger(since seen: UInt64, micros: Int64) {
    if let clock = clock as? VirtualClock, sources.contains(where: { $0.source.nextDueMicros != nil }),
      clock.advance(toMicros: clock.nowMicros + micros)
    {
      return
    }
    // A virtual clock does not move by itself: the bell rings when it is moved.
    let own = clock is VirtualClock ? nil : Optional(micros)
    let timeout = [own, untilDeadlineMicros].compactMap { $0 }.min()
    bell.wait(since: seen, timeoutMicros: timeout)
  }

  /// Nothing more can come: every source has ended, or the result cannot change.
  private var isOver: Bool { graph.isSatisfied || sources.allSatisfy(\.hasEnded) }

  private var isPastDeadline: Bool { deadlineNanos.map { monotonicNanos() >= $0 } ?? false }
  private var untilDeadlineMicros: Int64? { deadlineNanos.map { max(0, ($0 - monotonicNanos()) / 1000) } }

  /// Time to the next window of the query's own clock that ends, or to when a source counts as idle; a virtual clock rings
  /// when it is moved.
  private var untilTimerMicros: Int64? {
    if clock is VirtualClock { return nil }
    let now = clock.nowMicros
    guard let timer = [graph.nextProcessingTimerMicros, tracker.nextIdleMicros].compactMap({ $0 }).min() else { return nil }
    return max(0, timer - now)
  }

  // MARK: One step

  /// Takes what the trigger allows, flushes, writes. Returns whether anything was taken from a source.
  private func runStep(isTick: Bool) throws(SQLError) -> Bool {
    let now = clock.nowMicros
    let startNanos = monotonicNanos()
    let evaluation = EvaluationContext(
      batchNumber: batchNumber, timestampMicros: now, watermarkMicros: watermark, settings: settings)
    var step = StepContext(number: stepNumber, evaluation: evaluation, cancellation: cancellation)
    var info = StepInfo(
      epoch: stepNumber, batchNumber: batchNumber, timestampMicros: now, inputRows: 0,
      isSnapshot: plan.mode == .complete)
    stage.beginStep(info)
    let hadEnded = sources.allSatisfy(\.hasEnded)
    try rereadStaticSides(step)
    try read(step, startNanos: startNanos)
    // Reading the static side of a join is no news by itself.
    let hasConsumed = sources.contains { $0.news > 0 && ($0.drainRank == nil || plan.root.properties.isBounded) }
    let endsNow = isOver && !hadEnded
    step.closing = closing(now: now)
    let isTimerDue =
      step.closing.watermarkMicros != watermark
      || graph.nextProcessingTimerMicros.map { $0 <= step.closing.processingMicros } ?? false
    if !hasConsumed && !endsNow && !isTick && !isTimerDue { return false }
    let readNanos = monotonicNanos()
    try graph.flush(step: step)
    watermark = step.closing.watermarkMicros
    let rows = rowsDecoded
    info.inputRows = rows - rowsRead
    info.hasConsumed = hasConsumed
    rowsRead = rows
    try stage.endStep(
      info, isTriggered: isTick, isLast: sources.allSatisfy(\.hasEnded), evaluation: evaluation)
    try sink.commit(epoch: stepNumber)
    showingNanos = monotonicNanos() - readNanos
    stepNumber += 1
    if hasConsumed { batchNumber += 1 }
    if checks.restoresAfterEveryStep { try replaceGraph(step) }
    noteProgress(info, nanos: monotonicNanos() - startNanos)
    return hasConsumed
  }

  /// Up to when everything is over now that the step's rows are in: advances the watermark (SEM-2). When all input has ended
  /// everything is final (SEM-4).
  private func closing(now: Int64) -> StepContext.Closing {
    tracker.note(graph.gauges, nowMicros: now)
    for advance in status.takeAdvances() { _ = tracker.advance(relation: advance.relation, to: advance.micros) }
    let hasEnded = sources.map(\.hasEnded)
    let advanced = tracker.advanced(hasEnded: hasEnded)
    if hasEnded.allSatisfy({ $0 }) { return .endOfInput }
    return StepContext.Closing(watermarkMicros: advanced, processingMicros: now)
  }

  /// Polls all sources in turn until each is idle, at a boundary or at its end, or the step has lasted long enough. The
  /// one step of a bounded query waits for sources that are only behind.
  private func read(_ step: StepContext, startNanos: Int64) throws(SQLError) {
    for run in sources { run.beginStep(ignoringLimits: isOneLongStep || trigger == .once) }
    let limitNanos = stepNanosMax
    while true {
      let seen = bell.count
      var tookAny = false
      for (run, pipeline) in zip(sources, graph.pipelines) where run.isOpen && mayRead(run) {
        let before = run.consumed
        _ = try graph.runRound(pipeline, step: step) { () throws(SQLError) in try run.take() }
        tookAny = tookAny || run.consumed > before
        if run.consumed > before { run.noteArrival(clock.nowMicros) }
        if isOneLongStep { status.noteReading(rows: rowsDecoded, bytes: bytesRead) }
        answerReport()
        if run.hasEnded { try graph.endInput(pipeline, step: step) }
        try step.cancellation.check()
        if graph.isSatisfied || isPastDeadline { return }
      }
      // Every source has had its turn: how busy the machine is does not decide which of them a step reads.
      if let limitNanos, monotonicNanos() - startNanos > limitNanos { return }
      if sources.contains(where: { $0.isOpen && mayRead($0) }) { continue }
      if !isOneLongStep || sources.allSatisfy(\.hasEnded) { return }
      for run in sources { run.retry() }
      if !tookAny, !movesTimeOn() { bell.wait(since: seen, timeoutMicros: untilDeadlineMicros) }
    }
  }

  /// The static sides of joins are drained first, one after the other where one stands below another.
  private func mayRead(_ run: SourceRun) -> Bool {
    guard let first = sources.lazy.filter({ !$0.hasEnded }).compactMap(\.drainRank).min() else { return true }
    return run.drainRank.map { $0 <= first } ?? false
  }

  /// A bounded query computes its result once, when all input is there.
  private var isOneLongStep: Bool { plan.isOneStep }

  /// How long a step may go on reading; nil for as long as there is input.
  private var stepNanosMax: Int64? {
    if isOneLongStep { return nil }
    // Where no time passes a step takes what is there, on a busy machine too.
    if clock is VirtualClock, !isNeverIdle { return nil }
    switch trigger {
    case .immediate: return busyStepNanos
    case .every(let micros): return max(micros * 1000, busyStepNanos)
    case .once: return nil
    case .availableNow: return nil
    }
  }

  /// Relations beside a stream that have changed since they were read are read again (option `reread`): what their rows made
  /// is forgotten, and everything else goes on.
  private func rereadStaticSides(_ step: StepContext) throws(SQLError) {
    if staticSides.isEmpty { return }
    var forgotten: Set<String> = []
    for run in sources where run.hasEnded {
      guard let operators = staticSides[run.name], let fresh = try run.source.renewed() else { continue }
      let bell = bell
      run.source.stop()
      fresh.attach(as: name)
      try fresh.start(onArrival: { bell.ring() })
      run.renew(fresh)
      forgotten.formUnion(operators)
    }
    if !forgotten.isEmpty { try replaceGraph(step, forgetting: forgotten) }
  }

  /// Saves all state, but that of some operators, builds the graph anew and restores into it: what a restart does, without
  /// the files.
  private func replaceGraph(_ step: StepContext, forgetting: Set<String> = []) throws(SQLError) {
    let old = graph
    let fresh = builder.rebuild(plan, into: stage)
    for (mine, theirs) in zip(old.stateTables, fresh.stateTables) {
      if forgetting.contains(String(mine.id.prefix { $0 != "/" })) { continue }
      try theirs.table.restore(try mine.table.snapshot(.full))
    }
    fresh.adoptProgress(of: old)
    for (run, pipeline) in zip(sources, fresh.pipelines) where run.hasEnded { try fresh.endInput(pipeline, step: step) }
    old.pool.stop()
    graph = fresh
  }

  private var rowsDecoded: Int64 {
    sources.reduce(0) { $0 + $1.rowsTaken }
  }
  private var bytesRead: Int64 { sources.reduce(0) { $0 + $1.bytesRead } }

  /// Bytes of all inputs together, if every source knows.
  package var totalBytes: Int64? {
    var total: Int64 = 0
    for run in sources {
      guard let bytes = run.source.totalBytes else { return nil }
      total += bytes
    }
    return sources.isEmpty ? nil : total
  }

  /// How much of its inputs was read, from 0 to 1: the mean of those that can tell; nil if none can.
  package var readShare: Double? {
    if let total = totalBytes, total > 0 { return min(1, Double(progress.inputBytes) / Double(total)) }
    let shares = sources.compactMap(\.source.readShare)
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }

  private func noteProgress(_ info: StepInfo, nanos: Int64) {
    let late = graph.lateRows
    let malformedRows = sources.reduce(0) { $0 + $1.source.malformedCount }
    let isFirst = malformedRows > 0 && status.progress.malformedRows == 0
    defer { if isFirst, !plan.root.properties.isBounded { onMalformed?() } }
    status.noteStep(
      info,
      QueryProgress(
        batchNumber: info.batchNumber, inputRows: rowsRead, inputBytes: bytesRead, outputRows: stage.rowsWritten,
        lastStepNanos: nanos, stateBytes: graph.stateBytes + stage.memoryBytes, lateRows: late.reduce(0) { $0 + $1.count },
        malformedRows: malformedRows, watermarkMicros: watermark == .max ? nil : watermark),
      late: LateColumns.combined(late))
  }
}

/// Ways to run a query that must not change its answer; tests turn them on.
package struct SelfChecks: Sendable {
  /// Rows of one batch at most; 1 finds what depends on batch borders.
  package var batchRowsMax = Batch.rowsMax
  /// Saves and restores all state between steps.
  package var restoresAfterEveryStep = false
  package init() {}
}
