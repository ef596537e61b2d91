import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning
import SQLSyntax
import Synchronization

/// A conversation with the engine: relations, settings, running queries. Statements run one at a time on the caller's
/// thread; started queries run on threads of their own.
// @unchecked Sendable: everything but `interrupt` is called from one thread; `foreground` is behind a mutex.
package final class Session: @unchecked Sendable {
  package let options: SessionOptions
  let catalog: SessionCatalog
  let presenter: any ResultPresenter
  let clock: any Clock
  /// Started queries by lower-case name, in order of start.
  package private(set) var queries: [StreamingQuery] = []
  private let foreground = Mutex<Foreground>(Foreground())
  private var nextQueryNumber = 1
  private let deadlineNanos: Int64?
  /// What came too late for queries that are over, by lower-case name.
  private var endedLateRows: [String: (schema: Schema, batches: [Batch])] = [:]

  private struct Foreground {
    var query: StreamingQuery?
    var isInterrupted = false
    /// What a statement waits for, and will report itself.
    var awaited: [StreamingQuery] = []
  }

  /// Told of queries that failed in the background while no statement waits for them; from their threads.
  package var onFailure: (@Sendable (_ name: String, SQLError) -> Void)?

  /// Told of queries that have met records which could not be read as declared; from their threads.
  package var onMalformed: (@Sendable (StreamingQuery) -> Void)?

  package init(
    options: SessionOptions, presenter: any ResultPresenter, environment: ConnectorEnvironment,
    connectors: ConnectorRegistry = .builtin, functions: FunctionRegistry = .builtin
  ) {
    self.options = options
    self.presenter = presenter
    clock = options.usesVirtualClock ? VirtualClock() : SystemClock()
    var environment = environment
    environment.nowMicros = { [clock] in clock.nowMicros }
    catalog = SessionCatalog(connectors: connectors, functions: functions, environment: environment)
    deadlineNanos = options.runForMicros.map { monotonicNanos() + $0 * 1000 }
    catalog.systemRows = { [unowned self] definition in definition.rows(self) }
    catalog.reasons = { [unowned self] (name, span) throws(SQLError) in
      guard let query = query(named: name) else {
        throw SQLError(
          .bind, "QUERY_NOT_FOUND", "there is no query \"\(name)\"", span: span,
          hint: didYouMean(name, in: queries.map(\.name)))
      }
      return why(query)
    }
    catalog.lateRows = { [unowned self] (name, span) throws(SQLError) in
      if let late = query(named: name)?.lateRows ?? endedLateRows[name.lowercased()] { return late }
      guard let query = query(named: name) else {
        throw SQLError(
          .bind, "QUERY_NOT_FOUND", "there is no query \"\(name)\"", span: span,
          hint: didYouMean(name, in: queries.map(\.name)))
      }
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "nothing can be late for query \"\(query.name)\"", span: span,
        hint: "rows are late where a WATERMARK bounds the state of a window, a join or a key")
    }
  }

  package var settings: SessionSettings { catalog.settings }
  /// For completion and "did you mean".
  package var relationNames: [String] { catalog.relationNames }
  package var functions: FunctionRegistry { catalog.functions }
  package var dialect: SQLDialect = .spark

  // MARK: Statements

  /// Runs one statement to its end; none after an interrupt. Returns what an interactive user is told, if there is anything to say.
  @discardableResult
  package func execute(_ statement: AST.Statement, in text: SourceText) throws(SQLError) -> String? {
    if wasInterrupted { return nil }
    // Between two statements time stands still: what one of them set off is done before the next.
    defer { settle() }
    // Each statement draws other numbers; under the virtual clock the same ones in every run (SEM-13).
    catalog.settings.randomSeed = options.usesVirtualClock ? catalog.settings.randomSeed &+ 1 : .random(in: .min ... .max)
    do throws(SQLError) {
      return try StatementExecutor(session: self, text: text).execute(statement)
    } catch {
      // Who interrupts a statement knows that it is not done.
      if error.isCancellation && wasInterrupted { return nil }
      throw error
    }
  }

  // MARK: Scripts

  private var scriptDepth = 0

  /// The queries of a script attach to their sources together: what cannot replay is not read until a statement waits for
  /// it, or the script ends (SEM-7).
  package func beginScript() {
    scriptDepth += 1
    catalog.environment.gate.hold()
  }

  package func endScript() {
    scriptDepth -= 1
    openSources()
  }

  /// Lets sources be read; those that no query has asked for yet wait again for the rest of the script.
  func openSources() {
    catalog.environment.gate.open()
    if scriptDepth > 0 { catalog.environment.gate.hold() }
  }

  /// Stops what the foreground is doing, and lets nothing begin. May be called from any thread.
  package func interrupt() {
    markInterrupted()
    stopInterrupted()
  }

  /// The half of `interrupt` that calls nobody: for who decides under a lock whether this is an interrupt.
  package func markInterrupted() { foreground.withLock { $0.isInterrupted = true } }

  /// The other half: stops the foreground, if an interrupt is still meant for it.
  package func stopInterrupted() {
    let query = foreground.withLock { $0.isInterrupted ? $0.query : nil }
    query?.stop()
  }

  /// What comes now is new input, which no interrupt has met. From any thread.
  package func forgetInterrupt() { foreground.withLock { $0.isInterrupted = false } }

  /// Whether the input that is being run, or was run last, was interrupted.
  package var wasInterrupted: Bool { foreground.withLock { $0.isInterrupted } }

  /// Stops everything at once. Gives the failures that no statement has told of.
  @discardableResult
  package func shutDown() -> [SQLError] {
    for query in queries { query.stop() }
    for query in queries { _ = query.await(timeoutMicros: nil) }
    let failures = takeFailures()
    catalog.closeAll()
    return failures
  }

  /// Failures of queries that gave their name to another one before anybody had heard of them.
  private var unheardFailures: [SQLError] = []

  /// Forgets all queries, which are over; what those that failed died of.
  func takeFailures() -> [SQLError] {
    let failures = unheardFailures + queries.compactMap(\.failure)
    unheardFailures = []
    queries = []
    return failures
  }

  /// Another query takes its name. A failure that nobody has heard of is told at the end.
  func supersede(_ query: StreamingQuery) {
    if onFailure == nil, let failure = query.failure { unheardFailures.append(failure) }
    forget(query)
  }

  // MARK: Queries

  package func query(named name: String) -> StreamingQuery? {
    queries.last { $0.name.lowercased() == name.lowercased() }
  }

  func newQueryName() -> String {
    defer { nextQueryNumber += 1 }
    return "query_\(nextQueryNumber)"
  }

  /// Builds a query without starting it.
  func prepare(
    name: String, plan: PhysicalPlan, sink: any Sink, trigger: Trigger
  ) throws(SQLError) -> StreamingQuery {
    let builder = DataflowBuilder(
      workers: options.workers,
      unknownRows: { [catalog] in catalog.relation(for: $0.id)?.unknownRows }
    ) { [catalog] (reference, columns) throws(SQLError) in
      guard let relation = catalog.relation(for: reference.id) else {
        throw SQLError(
          .internal, "INTERNAL_ERROR", "relation \"\(reference.name)\" is gone while its query starts")
      }
      return try relation.open(columns: columns, as: reference, owner: name)
    }
    let query = try StreamingQuery(
      name: name, plan: plan, builder: builder, sink: sink, trigger: trigger, clock: clock,
      settings: catalog.settings, deadlineNanos: deadlineNanos, checks: options.checks,
      idleTimeouts: { [catalog] in catalog.idleMicros(ofRelation: $0) })
    query.onMalformed = { [weak self, weak query] in if let query { self?.onMalformed?(query) } }
    return query
  }

  /// Runs a query on this thread.
  package func runInForeground(_ query: StreamingQuery) throws(SQLError) {
    let isInterrupted = foreground.withLock { foreground in
      foreground.query = query
      return foreground.isInterrupted
    }
    defer { foreground.withLock { $0.query = nil } }
    if isInterrupted { return }
    try query.open()
    if !query.plan.root.properties.isBounded { openSources() }
    try query.run()
  }

  /// Waits until a query in the background has processed all that is there; `interrupt` stops it.
  func processInForeground(_ query: StreamingQuery) throws(SQLError) {
    foreground.withLock { $0.query = query }
    defer { foreground.withLock { $0.query = nil } }
    if wasInterrupted { query.stop() }
    try query.processAllAvailable()
  }

  /// Runs a query on a thread of its own while the caller of this attends to it; `interrupt` stops it until
  /// `stopAttending`. A query that is known already only comes to the foreground.
  package func attend(_ query: StreamingQuery) throws(SQLError) {
    let isInterrupted = foreground.withLock { foreground in
      foreground.query = query
      return foreground.isInterrupted
    }
    if queries.contains(where: { $0 === query }) { return }
    if isInterrupted { query.stop() }
    try startInBackground(query, isStepped: false)
    if !query.plan.root.properties.isBounded { openSources() }
  }

  /// The foreground is free again. A query that has ended is forgotten, and its failure thrown.
  package func stopAttending(_ query: StreamingQuery) throws(SQLError) {
    foreground.withLock { $0.query = nil }
    guard query.state.isOver else { return }
    forget(query)
    if case .failed(let error) = query.state { throw error }
  }

  /// Runs a query on a thread of its own.
  func startInBackground(_ query: StreamingQuery, isStepped: Bool? = nil) throws(SQLError) {
    query.setStepped(isStepped ?? options.usesVirtualClock)
    try query.open()
    queries.append(query)
    if scriptDepth == 0 { openSources() }
    query.onFailure = { [weak self, weak query] error in
      if let self, let query { failedInBackground(query, error) }
    }
    QueryThread.start { [query] in
      // The failure is kept in the query's state, where AWAIT, PROCESS and the end of the script find it.
      do throws(SQLError) { try query.run() } catch {}
    }
  }

  private func failedInBackground(_ query: StreamingQuery, _ error: SQLError) {
    let isExpected = foreground.withLock { foreground in
      foreground.query === query || foreground.awaited.contains { $0 === query }
    }
    if !isExpected { onFailure?(query.name, error) }
  }

  /// Failures of these queries are reported by the statement that is running.
  func expectFailures(of queries: [StreamingQuery]) { foreground.withLock { $0.awaited = queries } }

  /// Waits for a query, in pieces short enough for Ctrl-C. False if it still runs.
  @discardableResult
  func awaitInterruptibly(_ query: StreamingQuery, timeoutMicros: Int64?) -> Bool {
    let deadline = timeoutMicros.map { monotonicNanos() + $0 * 1000 }
    openSources()
    query.setStepped(false)
    defer { query.setStepped(options.usesVirtualClock) }
    expectFailures(of: [query])
    defer { expectFailures(of: []) }
    while !query.state.isOver {
      if wasInterrupted { return false }
      if let deadline, monotonicNanos() >= deadline { return false }
      _ = query.await(timeoutMicros: 20_000)
    }
    return true
  }

  func forget(_ query: StreamingQuery) {
    endedLateRows[query.name.lowercased()] = query.lateRows
    queries.removeAll { $0 === query }
  }
}
