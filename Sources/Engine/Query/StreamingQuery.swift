import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning
import Synchronization

/// A query that runs: takes steps when its trigger and what arrives say so, until its input ends or it is stopped.
///
/// `run` does all the work on the thread that calls it. Everything else may be called from any thread.
// @unchecked Sendable: `context` is; `steps` belongs to the thread in `run`, but for its sources and stage, which are thread-safe.
package final class StreamingQuery: @unchecked Sendable {
  private let context: QueryContext
  private let steps: StepRunner
  private let sink: any Sink
  private let watermarkRelations: Set<String>
  private let toldMalformed = Mutex<[String: Int64]>([:])

  /// The text of the statement that made it, for places in errors that are shown later. Set before it starts.
  var text: SourceText?
  /// Told of its failure before anybody else can see it. Set before it starts; called on the query's thread.
  var onFailure: ((SQLError) -> Void)?
  /// Called by the query's thread when there is something in ``newMalformed()``: of one that goes on after the step with the
  /// first of them, and of any when it is over. Set before it starts.
  var onMalformed: (@Sendable () -> Void)?
  /// Where its rows go, if that is a relation of the session; it takes no more rows when all that feed it are over.
  var fedStore: (any RelationStore)?

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

  /// - Parameters:
  ///   - deadlineNanos: monotonic time at which the query stops by itself (`--for`).
  ///   - idleTimeouts: µs after which a relation without rows holds back no watermark.
  package init(
    name: String, plan: PhysicalPlan, builder: DataflowBuilder, sink: any Sink, trigger: Trigger,
    clock: any Clock, settings: SessionSettings, deadlineNanos: Int64?, checks: SelfChecks = SelfChecks(),
    idleTimeouts: (String) -> Int64? = { _ in nil }
  ) throws(SQLError) {
    context = QueryContext(
      name: name, plan: plan, trigger: trigger, clock: clock, settings: settings,
      deadline: Deadline(nanos: deadlineNanos), checks: checks)
    steps = try StepRunner(context, builder: builder, sink: sink, idleTimeouts: idleTimeouts)
    watermarkRelations = steps.watermarkRelations
    self.sink = sink
  }

  package var name: String { context.name }
  package var plan: PhysicalPlan { context.plan }
  package var trigger: Trigger { context.trigger }
  /// Before it runs: belongs to its thread then.
  package var graph: Graph { steps.graph }

  // MARK: Commands

  /// Asks the query to stop; it ends within a batch's time.
  package func stop() {
    context.cancellation.cancel()
    context.bell.ring()
    sink.stopRequested()
  }

  package func pause() { setPaused(true) }
  package func resume() { setPaused(false) }

  private func setPaused(_ isPaused: Bool) {
    context.status.setPaused(isPaused)
    steps.sources.setPaused(isPaused)
    context.bell.ring()
    context.status.news.ring()
  }

  /// Asked to pause; it may still be in a step.
  package var isPaused: Bool { context.status.orders.isPaused }

  /// Whether steps are taken on request alone.
  func setStepped(_ isStepped: Bool) {
    context.status.setStepped(isStepped)
    context.bell.ring()
  }

  /// Sets the watermark of a relation by hand; false if the query declares none for it.
  package func advanceWatermark(of relation: String, to micros: Int64) -> Bool {
    guard watermarkRelations.contains(relation.lowercased()) else { return false }
    context.status.addAdvance(of: relation, to: micros)
    context.bell.ring()
    return true
  }

  /// Wakes the query to look at the clock again.
  package func clockChanged() { context.bell.ring() }

  /// Blocks until the query is over or the time is up; false if it still runs.
  package func await(timeoutMicros: Int64?) -> Bool { context.status.awaitEnd(timeoutMicros: timeoutMicros) }

  /// Blocks until everything that is at the sources has been processed (SEM-5), or `isInterrupted` says so. Throws the
  /// query's failure.
  package func processAllAvailable(isInterrupted: () -> Bool = { false }) throws(SQLError) {
    ask(.process, isInterrupted)
    if case .failed(let error) = state { throw error }
  }

  /// Blocks until the steps that are due now have been taken.
  func takeDueSteps(isInterrupted: () -> Bool) { ask(.dueSteps, isInterrupted) }

  private func ask(_ request: QueryOrders.Request, _ isInterrupted: () -> Bool) {
    let ticket = context.status.add(request)
    context.bell.ring()
    context.status.awaitAnswer(ticket, isInterrupted)
  }

  // MARK: What it tells

  package var state: State { context.status.state }
  /// What it died of.
  package var failure: SQLError? { if case .failed(let error) = state { error } else { nil } }
  package var progress: QueryProgress { context.status.progress }

  /// The first rows of the result so far; nil unless the mode is COMPLETE.
  package func snapshot(rowsMax: Int) -> (batch: Batch, rowCount: Int)? { steps.stage.snapshot(rowsMax: rowsMax) }

  /// Rows that came too late, of all operators that can tell: their columns, and the last rows of each.
  package var lateRows: (schema: Schema, batches: [Batch])? { context.status.late }

  /// Records of its sources that could not be read as declared and that this has not told of yet, by the source's name, with how
  /// many those are by now.
  package func newMalformed() -> [(name: String, count: Int64)] {
    let counts = steps.sources.malformedCounts
    return toldMalformed.withLock { told in
      let news = counts.filter { $0.value > told[$0.key] ?? 0 }
      told.merge(news) { $1 }
      return news.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    }
  }

  /// The last steps, oldest first.
  package var recentSteps: [StepProgress] { context.status.steps }

  /// What the query does and holds now, or when it ended; nil before it began. A query in the middle of something long
  /// gives what it said last if it does not answer in time.
  package func report(timeoutMicros: Int64 = 500_000) -> QueryReport? {
    let ticket = context.status.requestReport()
    context.bell.ring()
    return context.status.awaitReport(ticket, timeoutMicros: timeoutMicros)
  }

  /// There is always more to read: what is there has no end.
  var isNeverIdle: Bool { steps.sources.isNeverIdle }

  /// Bytes of all inputs together, if every source knows.
  package var totalBytes: Int64? { steps.sources.totalBytes }

  /// How much of its inputs was read, from 0 to 1; nil if none can tell.
  package var readShare: Double? {
    if let total = totalBytes, total > 0 { return min(1, Double(progress.inputBytes) / Double(total)) }
    return steps.sources.readShare
  }

  // MARK: Running

  /// Opens the sources: from here on rows are this query's.
  package func open() throws(SQLError) {
    try steps.sources.open(as: name, endsAtPresent: trigger.isFinite, ringing: context.bell)
    context.status.set(.running)
  }

  /// Runs to the end on the calling thread. Ends normally when the input ends, `LIMIT` is full, or it was stopped.
  package func run() throws(SQLError) {
    do {
      try loop()
      try sink.finish()
      tellMalformed()
      close()
      context.status.set(context.cancellation.isCancelled ? .stopped : .finished)
    } catch {
      var failure = text.map { error.placed(in: $0) } ?? error
      // What the sink holds back is still the user's: show it before the error.
      if steps.stage.rowsWritten > 0 || failure.isCancellation {
        do throws(SQLError) { try sink.finish() } catch { if failure.isCancellation { failure = error } }
      }
      if failure.isCancellation { tellMalformed() }
      close()
      if failure.isCancellation {
        context.status.set(.stopped)
        return
      }
      // Who waits for the end finds that it has been told of.
      onFailure?(failure)
      context.status.set(.failed(failure))
      throw failure
    }
  }

  private func tellMalformed() { if steps.sources.malformedCount > 0 { onMalformed?() } }

  private func close() {
    context.status.setReport(steps.report)
    steps.sources.close()
    steps.graph.pool.stop()
    sink.queryEnded()
  }

  private func loop() throws(SQLError) {
    let (status, bell, clock) = (context.status, context.bell, context.clock)
    var targets = QuerySources.Targets()
    while true {
      let seen = bell.count
      steps.answerReport()
      if context.cancellation.isCancelled || context.deadline.isPast { return }
      let orders = status.orders
      if orders.isPaused {
        // Nothing is processed now: whoever waits must not wait for the end of the pause.
        status.answer(orders.requested)
        waitWhilePaused(since: seen)
        continue
      }
      if orders.isStepped, !orders.isAsked {
        bell.wait(since: seen, timeoutMicros: context.deadline.leftMicros)
        continue
      }
      let now = clock.nowMicros
      let due = steps.lastStart.flatMap { trigger.nextDueMicros(lastStart: $0) } ?? now
      let isEarly = now < due || (orders.isStepped && trigger == .immediate && steps.lastStart == now && isNeverIdle)
      if isEarly, !orders.isForced {
        if orders.isAsked { status.answer(orders.requested) } else { waitForTrigger(since: seen, micros: due - now) }
        continue
      }
      if orders.isAsked, orders.requested != targets.ticket { targets = try steps.sources.targets(of: orders.requested) }
      let hasConsumed = try takeStep(at: now, isTick: now >= due && trigger.waitsForTime)
      if steps.isOver || trigger == .once || context.cancellation.isCancelled { return }
      // What never ends gives one step a request.
      let isAnswered = orders.isAsked && (isNeverIdle || targets.isPassed)
      targets.isPassed = steps.sources.haveReached(targets)
      if hasConsumed, !isAnswered { continue }
      if trigger == .availableNow { return }
      if orders.isAsked {
        status.answer(orders.requested)
      } else if trigger == .immediate, !steps.sources.moveOn(clock) {
        bell.wait(since: seen, timeoutMicros: [context.deadline.leftMicros, untilTimerMicros].compactMap { $0 }.min())
      }
    }
  }

  /// A step, and a word of its malformed records if they are the first of a query that goes on.
  private func takeStep(at now: Int64, isTick: Bool) throws(SQLError) -> Bool {
    let before = progress.malformedRows
    let hasConsumed = try steps.runStep(at: now, isTick: isTick)
    if before == 0, progress.malformedRows > 0, !plan.root.properties.isBounded { onMalformed?() }
    return hasConsumed
  }

  // MARK: Waiting

  private func waitWhilePaused(since seen: UInt64) {
    if state != .paused { context.status.set(.paused) }
    context.bell.wait(since: seen, timeoutMicros: context.deadline.leftMicros)
    if !isPaused { context.status.set(.running) }
  }

  private func waitForTrigger(since seen: UInt64, micros: Int64) {
    if let clock = context.clock as? VirtualClock, steps.sources.nextDueMicros != nil,
      clock.advance(toMicros: clock.nowMicros + micros)
    {
      return
    }
    // A virtual clock does not move by itself: the bell rings when it is moved.
    let own = context.clock is VirtualClock ? nil : Optional(micros)
    context.bell.wait(since: seen, timeoutMicros: [own, context.deadline.leftMicros].compactMap { $0 }.min())
  }

  /// Time to what the query's own clock brings next; a virtual clock rings when it is moved.
  private var untilTimerMicros: Int64? {
    if context.clock is VirtualClock { return nil }
    return steps.nextTimerMicros.map { max(0, $0 - context.clock.nowMicros) }
  }
}
