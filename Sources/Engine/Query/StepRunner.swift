import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning

/// Takes the steps of a query: reads its sources, flushes its graph, writes its sink.
///
/// One at a time, on the query's thread; `sources` and `stage` may be asked by others.
final class StepRunner {
  private let context: QueryContext
  private let builder: DataflowBuilder
  private(set) var graph: Graph
  let sources: QuerySources
  let stage: ResultStage
  private let sink: any Sink
  /// Operators that hold rows of a relation on the static side of a join, by its name.
  private let staticSides: [String: Set<String>]

  private var stepNumber: Int64 = 0
  private var batchNumber: Int64 = 0
  private var rowsRead: Int64 = 0
  private var tracker: WatermarkTracker
  /// The watermark that the next step's rows are tested against.
  private var watermark: Int64?
  /// How long the last step computed and showed its results after the reading.
  private var showingNanos: Int64 = 0
  /// When the last step began, µs on the query's clock.
  private(set) var lastStart: Int64?

  /// - Parameter idleTimeouts: µs after which a relation without rows holds back no watermark.
  init(
    _ context: QueryContext, builder: DataflowBuilder, sink: any Sink, idleTimeouts: (String) -> Int64?
  ) throws(SQLError) {
    self.context = context
    self.builder = builder
    self.sink = sink
    stage = ResultStage(plan: context.plan, sink: sink)
    let built = try builder.build(context.plan, into: stage)
    graph = built.graph
    tracker = WatermarkTracker(
      built.watermarks, policy: context.settings.usesGreatestWatermark ? .max : .min,
      idleMicros: built.watermarks.map { idleTimeouts($0.relation) }, startMicros: context.clock.nowMicros)
    sources = QuerySources(
      runs: built.sources.map {
        SourceRun(
          source: $0.source, name: $0.name, drainRank: $0.drainRank, isPastNews: $0.isPastNews,
          batchRowsMax: context.checks.batchRowsMax)
      })
    staticSides = context.plan.root.properties.isBounded ? [:] : context.plan.root.staticSides
  }

  /// The relations that the query has watermarks for, in lower case.
  var watermarkRelations: Set<String> { Set(tracker.declarations.map { $0.relation.lowercased() }) }

  /// Nothing more can come: every source has ended, or the result cannot change.
  var isOver: Bool { graph.isSatisfied || sources.haveEnded }

  /// When the next window of the query's own clock ends, or a source counts as idle; nil if nothing waits for time.
  var nextTimerMicros: Int64? { [graph.nextProcessingTimerMicros, tracker.nextIdleMicros].compactMap { $0 }.min() }

  // MARK: One step

  /// Takes what the trigger allows, flushes, writes. Returns whether anything was taken from a source.
  /// - Parameters:
  ///   - now: µs on the query's clock.
  ///   - isTick: the trigger's time has come, and its step is taken whether there is input or not.
  func runStep(at now: Int64, isTick: Bool) throws(SQLError) -> Bool {
    lastStart = now
    let startNanos = monotonicNanos()
    let evaluation = EvaluationContext(
      batchNumber: batchNumber, timestampMicros: now, watermarkMicros: watermark, settings: context.settings)
    var step = StepContext(number: stepNumber, evaluation: evaluation, cancellation: context.cancellation)
    var info = StepInfo(
      epoch: stepNumber, batchNumber: batchNumber, timestampMicros: now, inputRows: 0,
      isSnapshot: context.plan.mode == .complete)
    stage.beginStep(info)
    let hadEnded = sources.haveEnded
    try rereadStaticSides(step)
    try read(step, startNanos: startNanos)
    // Reading the static side of a join is no news by itself.
    let hasConsumed = sources.runs.contains {
      $0.news > 0 && ($0.drainRank == nil || context.plan.root.properties.isBounded)
    }
    let endsNow = isOver && !hadEnded
    step.closing = closing(now: now)
    let isTimerDue =
      step.closing.watermarkMicros != watermark
      || graph.nextProcessingTimerMicros.map { $0 <= step.closing.processingMicros } ?? false
    if !hasConsumed && !endsNow && !isTick && !isTimerDue { return false }
    let readNanos = monotonicNanos()
    try graph.flush(step: step)
    watermark = step.closing.watermarkMicros
    let rows = sources.rowsTaken
    info.inputRows = rows - rowsRead
    info.hasConsumed = hasConsumed
    rowsRead = rows
    try stage.endStep(info, isTriggered: isTick, isLast: isOver, evaluation: evaluation)
    try sink.commit(epoch: stepNumber)
    showingNanos = monotonicNanos() - readNanos
    stepNumber += 1
    if hasConsumed { batchNumber += 1 }
    if context.checks.restoresAfterEveryStep { try replaceGraph(step) }
    noteProgress(info, nanos: monotonicNanos() - startNanos)
    return hasConsumed
  }

  /// Up to when everything is over now that the step's rows are in: advances the watermark (SEM-2). When all input has ended
  /// everything is final (SEM-4).
  private func closing(now: Int64) -> StepContext.Closing {
    tracker.note(graph.gauges, nowMicros: now)
    for advance in context.status.takeAdvances() {
      _ = tracker.advance(relation: advance.relation, to: advance.micros)
    }
    let advanced = tracker.advanced(hasEnded: sources.runs.map(\.hasEnded))
    if sources.haveEnded { return .endOfInput }
    return StepContext.Closing(watermarkMicros: advanced, processingMicros: now)
  }

  // MARK: Reading

  /// Polls all sources in turn until each is idle, at a boundary or at its end, or the step has lasted long enough. The
  /// one step of a bounded query waits for sources that are only behind.
  private func read(_ step: StepContext, startNanos: Int64) throws(SQLError) {
    for run in sources.runs { run.beginStep(ignoringLimits: isOneLongStep || context.trigger == .once) }
    let limitNanos = stepNanosMax
    while true {
      let seen = context.bell.count
      var tookAny = false
      for (run, pipeline) in zip(sources.runs, graph.pipelines) where run.isOpen && sources.mayRead(run) {
        let before = run.consumed
        _ = try graph.runRound(pipeline, step: step) { () throws(SQLError) in try run.take() }
        tookAny = tookAny || run.consumed > before
        if run.consumed > before { run.noteArrival(context.clock.nowMicros) }
        if isOneLongStep { context.status.noteReading(rows: sources.rowsTaken, bytes: sources.bytesRead) }
        answerReport()
        if run.hasEnded { try graph.endInput(pipeline, step: step) }
        try step.cancellation.check()
        if graph.isSatisfied || context.deadline.isPast { return }
      }
      // Every source has had its turn: how busy the machine is does not decide which of them a step reads.
      if let limitNanos, monotonicNanos() - startNanos > limitNanos { return }
      if sources.runs.contains(where: { $0.isOpen && sources.mayRead($0) }) { continue }
      if !isOneLongStep || sources.haveEnded { return }
      for run in sources.runs { run.retry() }
      if !tookAny, !sources.moveOn(context.clock) { context.bell.wait(since: seen, timeoutMicros: context.deadline.leftMicros) }
    }
  }

  /// A bounded query computes its result once, when all input is there.
  private var isOneLongStep: Bool { context.plan.isOneStep }

  /// How long a step may go on reading; nil for as long as there is input.
  private var stepNanosMax: Int64? {
    if isOneLongStep { return nil }
    // Where no time passes a step takes what is there, on a busy machine too.
    if context.clock is VirtualClock, !sources.isNeverIdle { return nil }
    switch context.trigger {
    case .immediate: return busyStepNanos
    case .every(let micros): return max(micros * 1000, busyStepNanos)
    case .once: return nil
    case .availableNow: return nil
    }
  }

  /// While data keeps coming, an unbounded query still shows its results this often: unless showing them takes so long that
  /// little time would be left to read. Then it reads three times as long as the last showing took, a second at most.
  private var busyStepNanos: Int64 { max(50_000_000, min(showingNanos * 3, 1_000_000_000)) }

  // MARK: State anew

  /// Relations beside a stream that have changed since they were read are read again (option `reread`): what their rows made
  /// is forgotten, and everything else goes on.
  private func rereadStaticSides(_ step: StepContext) throws(SQLError) {
    if staticSides.isEmpty { return }
    var forgotten: Set<String> = []
    for run in sources.runs where run.hasEnded {
      guard let operators = staticSides[run.name], let fresh = try run.source.renewed() else { continue }
      let bell = context.bell
      run.source.stop()
      fresh.attach(as: context.name)
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
    let fresh = builder.rebuild(context.plan, into: stage)
    for (mine, theirs) in zip(old.stateTables, fresh.stateTables) {
      if forgetting.contains(String(mine.id.prefix { $0 != "/" })) { continue }
      try theirs.table.restore(try mine.table.snapshot(.full))
    }
    fresh.adoptProgress(of: old)
    for (run, pipeline) in zip(sources.runs, fresh.pipelines) where run.hasEnded { try fresh.endInput(pipeline, step: step) }
    old.pool.stop()
    graph = fresh
  }

  // MARK: What others see

  /// Answers whoever asked for a report; between rounds.
  func answerReport() {
    if let ticket = context.status.dueReport { context.status.setReport(report, answering: ticket) }
  }

  /// What the query does and holds now.
  var report: QueryReport {
    QueryReport(
      operators: graph.report, sources: sources.runs.map(\.report),
      watermarks: tracker.report(hasEnded: sources.runs.map(\.hasEnded)),
      watermarkMicros: watermark == .max ? nil : watermark,
      nextStepMicros: lastStart.flatMap { context.trigger.nextDueMicros(lastStart: $0) }, takenMicros: context.clock.nowMicros)
  }

  private func noteProgress(_ info: StepInfo, nanos: Int64) {
    let late = graph.lateRows
    context.status.noteStep(
      info,
      QueryProgress(
        batchNumber: info.batchNumber, inputRows: rowsRead, inputBytes: sources.bytesRead, outputRows: stage.rowsWritten,
        lastStepNanos: nanos, stateBytes: graph.stateBytes + stage.memoryBytes, lateRows: late.reduce(0) { $0 + $1.count },
        malformedRows: sources.malformedCount, watermarkMicros: watermark == .max ? nil : watermark),
      late: LateColumns.combined(late))
  }
}
