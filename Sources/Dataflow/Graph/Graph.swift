import Columnar
import Diagnostics
import Synchronization

/// A running dataflow: pipelines of lanes at the sources, one shared tree of operators behind them, a sink at its root.
///
/// A step is `process` for what each source handed over, then `flush`. All calls come from the query's thread; workers
/// run inside `process` and `flush` only.
package final class Graph {
  /// One scan of a source and the operators that every worker has for itself.
  package final class Pipeline {
    package let lanes: [Lane]
    package init(lanes: [Lane]) { self.lanes = lanes }
  }

  package let pipelines: [Pipeline]
  /// The shared operators, inputs before consumers.
  package let shared: [OperatorNode]
  package let pool: WorkerPool
  /// All gauges of event time, in lanes and behind them.
  package let gauges: [WatermarkGauge]
  private var nextSequence: Int64 = 0

  /// Morsels that one round takes at most: bounds what outlets hold. The same for any number of workers, since it decides
  /// how the rows of several sources interleave (SEM-11).
  package static let roundMorselsMax = 32

  package init(pipelines: [Pipeline], shared: [OperatorNode], pool: WorkerPool) {
    self.pipelines = pipelines
    self.shared = shared
    self.pool = pool
    let nodes = pipelines.flatMap { $0.lanes.flatMap(\.nodes) } + shared
    gauges = nodes.compactMap { $0.operation as? WatermarkGauge }
    isTimed = nodes.contains { $0.operation.lateRows != nil } || !gauges.isEmpty
  }

  private let isTimed: Bool
  private var nodes: [OperatorNode] { pipelines.flatMap { $0.lanes.flatMap(\.nodes) } + shared }

  /// Rows that came too late, by operator; the lanes of one operator stand apart.
  package var lateRows: [LateRows] {
    isTimed ? (pipelines.flatMap { $0.lanes.flatMap(\.nodes) } + shared).compactMap(\.operation.lateRows) : []
  }

  /// The earliest time on the query's clock at which a step without rows would have something to say.
  package var nextProcessingTimerMicros: Int64? { shared.compactMap(\.operation.nextProcessingTimerMicros).min() }

  /// True if no further input can change the result.
  package var isSatisfied: Bool { shared.contains { $0.operation.isSatisfied } }

  /// Runs one round: takes morsels from `next` until it gives nil or the round is full, on all workers if there is more
  /// than one morsel. Returns false when `next` gave nil.
  ///
  /// `next` is called by one worker at a time. An error ends the round; of several the one of the earliest morsel counts.
  package func runRound(
    _ pipeline: Pipeline, step: StepContext, next: @Sendable () throws(SQLError) -> (any MorselContent)?
  ) throws(SQLError) -> Bool {
    if pipeline.lanes.count == 1 { return try runAlone(pipeline.lanes[0], step: step, next: next) }
    guard let first = try next() else { return false }
    guard let second = try next() else {
      try pipeline.lanes[0].process(first, sequence: takeSequence(), step: step)
      try LaneOutlet.drain(pipeline.lanes, step: step)
      return false
    }
    let round = Round(
      queued: [first, second], sequence: nextSequence, budget: Graph.roundMorselsMax)
    let lanes = pipeline.lanes
    withoutActuallyEscaping(next) { next in
      let source = EscapingNext(next: next)
      pool.run { worker in
        if worker < lanes.count { round.work(on: lanes[worker], step: step, next: source.next) }
      }
    }
    nextSequence = round.nextSequence
    if let failure = round.failure { throw failure.error }
    try LaneOutlet.drain(pipeline.lanes, step: step)
    return !round.isDry
  }

  private func runAlone(
    _ lane: Lane, step: StepContext, next: () throws(SQLError) -> (any MorselContent)?
  ) throws(SQLError) -> Bool {
    for _ in 0..<Graph.roundMorselsMax {
      guard let morsel = try next() else { return false }
      try lane.process(morsel, sequence: takeSequence(), step: step)
      if isSatisfied { break }
    }
    return true
  }

  private struct EscapingNext: Sendable {
    let next: @Sendable () throws(SQLError) -> (any MorselContent)?
  }

  private func takeSequence() -> Int64 {
    defer { nextSequence += 1 }
    return nextSequence
  }

  /// Ends the step: lanes first, then the shared operators in topological order.
  package func flush(step: StepContext) throws(SQLError) {
    try flushLanes(step: step)
    for node in shared { try node.flush(step: step) }
  }

  private func flushLanes(step: StepContext) throws(SQLError) {
    for pipeline in pipelines {
      if pipeline.lanes.count == 1 {
        try pipeline.lanes[0].flush(step: step)
      } else {
        for lane in pipeline.lanes { try lane.flush(step: step) }
        try LaneOutlet.drain(pipeline.lanes, step: step)
      }
    }
  }

  /// Brings everything remembered into the state tables, so that they can be saved in the middle of a step (SEM-1).
  package func settle(step: StepContext) throws(SQLError) {
    try flushLanes(step: step)
    for node in shared { try node.operation.settle(step: step) }
  }

  /// A source has ended and all of it has been processed: flushes what hangs on ended sources alone, and tells operators
  /// which of their inputs are complete.
  package func endInput(_ pipeline: Pipeline, step: StepContext) throws(SQLError) {
    for lane in pipeline.lanes { try lane.flush(step: step) }
    if pipeline.lanes.count > 1 { try LaneOutlet.drain(pipeline.lanes, step: step) }
    for outlet in pipeline.lanes[0].outlets { try outlet.endTarget(step: step) }
  }

  /// Goes on numbering morsels where another graph of the same query stopped.
  package func adoptProgress(of other: Graph) {
    nextSequence = other.nextSequence
    for (mine, theirs) in zip(lateRows, other.lateRows) { mine.adopt(theirs) }
    for (mine, theirs) in zip(nodes, other.nodes) { mine.adopt(theirs.metrics) }
  }

  // MARK: State

  /// All state tables with the stable name of their place: operator id, worker-independent.
  package var stateTables: [(id: String, table: any StateTable)] {
    shared.flatMap { node in node.operation.stateTables.map { ("\(node.id)/\($0.name)", $0) } }
  }

  package var stateBytes: Int { shared.reduce(0) { $0 + $1.stateBytes } }
}

/// What workers share during one round.
// @unchecked Sendable: `state` is behind a mutex.
private final class Round: @unchecked Sendable {
  private struct State {
    var queued: [any MorselContent]
    var sequence: Int64
    var budget: Int
    var isDry = false
    var failure: (sequence: Int64, error: SQLError)?
  }

  private let state: Mutex<State>

  init(queued: [any MorselContent], sequence: Int64, budget: Int) {
    state = Mutex(State(queued: queued, sequence: sequence, budget: budget))
  }

  var nextSequence: Int64 { state.withLock { $0.sequence } }
  var isDry: Bool { state.withLock { $0.isDry } }
  var failure: (sequence: Int64, error: SQLError)? { state.withLock { $0.failure } }

  func work(
    on lane: Lane, step: StepContext, next: () throws(SQLError) -> (any MorselContent)?
  ) {
    while let (morsel, sequence) = take(next) {
      do throws(SQLError) {
        try lane.process(morsel, sequence: sequence, step: step)
      } catch {
        fail(sequence, error)
        return
      }
    }
  }

  private func take(
    _ next: () throws(SQLError) -> (any MorselContent)?
  ) -> (any MorselContent, Int64)? {
    state.withLock { state in
      if state.failure != nil || state.budget == 0 || state.isDry { return nil }
      var morsel: (any MorselContent)?
      if !state.queued.isEmpty {
        morsel = state.queued.removeFirst()
      } else {
        do throws(SQLError) { morsel = try next() } catch { state.failure = (state.sequence, error) }
      }
      guard let morsel else {
        if state.failure == nil { state.isDry = true }
        return nil
      }
      state.budget -= 1
      defer { state.sequence += 1 }
      return (morsel, state.sequence)
    }
  }

  private func fail(_ sequence: Int64, _ error: SQLError) {
    state.withLock { state in
      if let earlier = state.failure, earlier.sequence <= sequence { return }
      state.failure = (sequence, error)
    }
  }
}
