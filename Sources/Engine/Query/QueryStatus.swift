import Columnar
import Connectors
import Dataflow
import Diagnostics
import Synchronization

/// What other threads see of a query and ask of it. The query's own thread keeps it true; `news` rings when it changes.
final class QueryStatus: Sendable {
  private struct Content {
    var state = StreamingQuery.State.ready
    var orders = QueryOrders()
    /// `ADVANCE WATERMARK` not yet taken in.
    var advances: [(relation: String, micros: Int64)] = []
    var progress = QueryProgress()
    var late: (schema: Schema, batches: [Batch])?
    /// Reports asked for and made.
    var reportsRequested = 0
    var reportsMade = 0
    var report: QueryReport?
    /// The last steps, oldest first.
    var steps: [StepProgress] = []
  }

  private let content = Mutex(Content())
  let news = Doorbell()

  /// How long a caller waits before it looks whether it was interrupted.
  static let patienceMicros: Int64 = 20_000

  // MARK: State

  var state: StreamingQuery.State { content.withLock { $0.state } }

  func set(_ state: StreamingQuery.State) {
    content.withLock { $0.state = state }
    news.ring()
  }

  /// Blocks until the query is over or the time is up; false if it still runs.
  func awaitEnd(timeoutMicros: Int64?) -> Bool {
    let deadline = timeoutMicros.map { monotonicNanos() + $0 * 1000 }
    while true {
      let seen = news.count
      if state.isOver { return true }
      let left = deadline.map { ($0 - monotonicNanos()) / 1000 }
      if let left, left <= 0 { return false }
      news.wait(since: seen, timeoutMicros: left)
    }
  }

  // MARK: Orders

  var orders: QueryOrders { content.withLock { $0.orders } }
  func setPaused(_ isPaused: Bool) { content.withLock { $0.orders.isPaused = isPaused } }
  func setStepped(_ isStepped: Bool) { content.withLock { $0.orders.isStepped = isStepped } }

  /// Asks for steps; the ticket to wait with.
  func add(_ request: QueryOrders.Request) -> Int { content.withLock { $0.orders.add(request) } }

  /// Blocks until the request is answered or the query over, or `isInterrupted` says so.
  func awaitAnswer(_ ticket: Int, _ isInterrupted: () -> Bool) {
    while !isInterrupted() {
      let seen = news.count
      if content.withLock({ $0.state.isOver || $0.orders.isAnswered(ticket) }) { return }
      news.wait(since: seen, timeoutMicros: QueryStatus.patienceMicros)
    }
  }

  func answer(_ ticket: Int) {
    content.withLock { $0.orders.answer(ticket) }
    news.ring()
  }

  func addAdvance(of relation: String, to micros: Int64) { content.withLock { $0.advances.append((relation, micros)) } }

  func takeAdvances() -> [(relation: String, micros: Int64)] {
    content.withLock { content in
      defer { content.advances = [] }
      return content.advances
    }
  }

  // MARK: Reports

  /// The ticket of a report that is asked for.
  func requestReport() -> Int {
    content.withLock { content in
      content.reportsRequested += 1
      return content.reportsRequested
    }
  }

  /// The last report asked for and not made.
  var dueReport: Int? { content.withLock { $0.reportsRequested > $0.reportsMade ? $0.reportsRequested : nil } }

  func setReport(_ report: QueryReport, answering ticket: Int? = nil) {
    content.withLock { content in
      content.report = report
      if let ticket { content.reportsMade = ticket }
    }
    news.ring()
  }

  /// The report asked for, or the last one if the query is over, not begun, or does not answer in time.
  func awaitReport(_ ticket: Int, timeoutMicros: Int64) -> QueryReport? {
    let deadline = monotonicNanos() + timeoutMicros * 1000
    while true {
      let seen = news.count
      let (state, made, report) = content.withLock { ($0.state, $0.reportsMade, $0.report) }
      let left = (deadline - monotonicNanos()) / 1000
      if made >= ticket || state.isOver || state == .ready || left <= 0 { return report }
      news.wait(since: seen, timeoutMicros: left)
    }
  }

  // MARK: Progress

  var progress: QueryProgress { content.withLock { $0.progress } }
  var late: (schema: Schema, batches: [Batch])? { content.withLock { $0.late } }
  var steps: [StepProgress] { content.withLock { $0.steps } }

  /// Keeps the counters of what was read true within one long step.
  func noteReading(rows: Int64, bytes: Int64) {
    content.withLock { content in
      content.progress.inputRows = rows
      content.progress.inputBytes = bytes
    }
  }

  /// After a step: the counters as they are now, all but `steps`, and the late rows that operators hold.
  func noteStep(_ info: StepInfo, _ counters: QueryProgress, late: @autoclosure () -> (schema: Schema, batches: [Batch])?) {
    content.withLock { content in
      if content.steps.count >= StepProgress.keptMax { content.steps.removeFirst() }
      let before = content.progress
      content.steps.append(
        StepProgress(
          step: info.epoch, batchNumber: info.batchNumber, timestampMicros: info.timestampMicros, inputRows: info.inputRows,
          outputRows: counters.outputRows - before.outputRows, lateRows: counters.lateRows - before.lateRows,
          stateBytes: counters.stateBytes, nanos: counters.lastStepNanos, watermarkMicros: counters.watermarkMicros))
      if counters.lateRows > before.lateRows || content.late == nil { content.late = late() }
      content.progress = counters
      content.progress.steps = before.steps + 1
    }
  }
}

/// Counters of a query, as `system.queries` and the status line show them.
package struct QueryProgress: Sendable {
  package var steps: Int64 = 0
  package var batchNumber: Int64 = 0
  package var inputRows: Int64 = 0
  package var inputBytes: Int64 = 0
  package var outputRows: Int64 = 0
  package var lastStepNanos: Int64 = 0
  package var stateBytes: Int = 0
  /// Rows that came after their state was gone.
  package var lateRows: Int64 = 0
  /// Records that could not be read as declared.
  package var malformedRows: Int64 = 0
  /// µs; nil before the first, and after the end of the input.
  package var watermarkMicros: Int64?
}
