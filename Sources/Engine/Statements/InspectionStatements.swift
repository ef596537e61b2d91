import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// EXPLAIN, SHOW, DESCRIBE, SET, ASSERT.
extension StatementExecutor {
  func explain(_ mode: AST.ExplainMode, _ statement: AST.Statement) throws(SQLError) -> String? {
    let query: AST.Query
    let clauses: AST.StreamClauses
    switch statement.kind {
    case .query(let q, let c): (query, clauses) = (q, c)
    case .insert(let insert): (query, clauses) = (try withDefaults(insert).query, insert.clauses)
    case .startQuery(let start): (query, clauses) = (start.query, start.clauses)
    case .createView(let view):
      (query, clauses) = (view.query, view.kind == .materialized ? changelog(view.clauses) : .forViews)
    case .createSink(let sink): (query, clauses) = (sink.query, sink.clauses)
    default:
      throw SQLError(
        .plan, "UNSUPPORTED_FEATURE", "this statement has no plan that EXPLAIN could show", span: statement.span,
        hint: "EXPLAIN takes a query, INSERT, START QUERY, CREATE VIEW and CREATE SINK")
    }
    try refuseCheckpoint(clauses)
    let planned: PlannedQuery
    switch statement.kind {
    case .startQuery(let start): planned = try planRunning(query, clauses, into: start.target, start.options)
    case .createView(let view) where view.kind == .materialized: planned = try planFollowing(query, clauses)
    case .createSink: planned = try planFollowing(query, clauses)
    default: planned = try plan(query, clauses)
    }
    let lines: [String]
    switch mode {
    case .plan, .physical: lines = Explain.physical(planned)
    case .logical: lines = Explain.logical(planned)
    case .optimized: lines = Explain.optimized(planned)
    case .graph:
      let prepared = try session.prepare(
        name: "explain", plan: planned.physical, sink: DiscardingSink(), trigger: .once)
      lines = prepared.graph.description
    case .analyze: lines = try explainAnalyze(planned, clauses)
    }
    try present(Schema([Field("plan", .string)]), lines.map { [.string($0)] })
    return nil
  }

  /// Shows rows made by the engine itself.
  func present(_ schema: Schema, _ rows: [[Value]]) throws(SQLError) {
    let sink = try session.presenter.sink(
      for: ResultShape(schema: schema, mode: .append, isBounded: true, settings: session.settings))
    let info = StepInfo(
      epoch: 0, batchNumber: 0, timestampMicros: session.clock.nowMicros, inputRows: Int64(rows.count),
      isSnapshot: false)
    try sink.begin(info)
    try sink.write(ResultRows(Batch(rows: rows, schema: schema)))
    try sink.end(info)
    try sink.finish()
  }

  func show(_ show: AST.Show) throws(SQLError) -> String? {
    switch show.subject {
    case .queries:
      let schema = Schema([
        Field("name", .string), Field("state", .string), Field("mode", .string), Field("batches", .bigint),
        Field("input_rows", .bigint), Field("output_rows", .bigint), Field("state_bytes", .bigint),
      ])
      let rows: [[Value]] = session.queries.map { query in
        let progress = query.progress
        return [
          .string(query.name), .string(query.state.label), .string(query.plan.mode.rawValue),
          .int64(progress.steps), .int64(progress.inputRows), .int64(progress.outputRows),
          .int64(Int64(progress.stateBytes)),
        ]
      }
      try present(schema, filtered(rows, show.like))
    case .sources: try showSources(show.like)
    case .tables, .streams:
      let schema = Schema([Field("name", .string), Field("kind", .string), Field("connector", .string)])
      let wanted = catalog.relations.values.filter {
        switch show.subject {
        case .tables: !$0.isStream && $0.keeper == nil
        case .streams: $0.isStream
        default: true
        }
      }
      let rows: [[Value]] = wanted.sorted { $0.name < $1.name }.map {
        [
          .string($0.name), .string($0.isStream ? "stream" : $0.keeper != nil ? "materialized view" : "table"),
          .string($0.connector.name),
        ]
      }
      try present(schema, filtered(rows, show.like))
    case .views:
      try present(
        Schema([Field("name", .string)]),
        filtered(
          (catalog.views.values.map(\.name) + catalog.relations.values.filter { $0.keeper != nil }.map(\.name)).sorted()
            .map { [.string($0)] }, show.like))
    case .functions:
      let rows: [[Value]] = functionDocs.map {
        [.string($0.name), .string($0.category.rawValue), .string($0.signature), .string($0.summary)]
      }
      try present(
        Schema([
          Field("name", .string), Field("category", .string), Field("signature", .string), Field("summary", .string),
        ]), filtered(rows, show.like))
    case .connectors, .sinks:
      let rows: [[Value]] = catalog.connectors.definitions
        .filter { show.subject == .connectors || $0.sink != nil }
        .map {
          [
            .string($0.name), .bool($0.source != nil), .bool($0.sink != nil), .string($0.summary),
          ]
        }
      try present(
        Schema([
          Field("name", .string), Field("reads", .boolean), Field("writes", .boolean), Field("summary", .string),
        ]), filtered(rows, show.like))
    case .settings:
      try showSettings()
    case .schemas:
      try present(Schema([Field("namespace", .string)]), filtered(catalog.schemaNames.map { [.string($0)] }, show.like))
    case .currentSchema:
      try present(
        Schema([Field("catalog", .string), Field("namespace", .string)]),
        [[.string(SessionCatalog.catalogName), .string(session.settings.schemaName)]])
    case .columns(let name):
      try present(
        Schema([Field("col_name", .string)]), filtered(try columns(of: name).fields.map { [.string($0.name)] }, show.like))
    case .createTable(let name):
      try present(Schema([Field("createtab_stmt", .string)]), [[.string(try definition(of: name))]])
    }
    return nil
  }

  /// Relations, and of those that all queries read as one what has gone through that reader (SEM-7).
  private func showSources(_ like: AST.StringLiteral?) throws(SQLError) {
    let schema = Schema([
      Field("name", .string), Field("kind", .string), Field("connector", .string), Field("readers", .bigint),
      Field("bytes", .bigint), Field("waiting_bytes", .bigint), Field("connections", .bigint), Field("detached", .bigint),
    ])
    let rows = catalog.sharedReaders.sorted { $0.name < $1.name }.map { relation -> [Value] in
      let counters = relation.description.hub?.counters
      func number(_ value: Int64?) -> Value { value.map { .int64($0) } ?? .null }
      return [
        .string(relation.name), .string(relation.isStream ? "stream" : "table"), .string(relation.connector.name),
        number(counters.map { Int64($0.readers) }), number(counters?.bytes), number(counters?.waitingBytes),
        number(counters?.connections), number(counters?.detached),
      ]
    }
    try present(schema, filtered(rows, like))
  }

  /// Rows whose first column matches SQL LIKE (or has `*` for any text, as Spark's SHOW takes it).
  private func filtered(_ rows: [[Value]], _ like: AST.StringLiteral?) -> [[Value]] {
    guard let pattern = like?.text.lowercased() else { return rows }
    return rows.filter { matches(Array(($0[0].text ?? "").lowercased()), Array(pattern)) }
  }

  private func matches(_ text: [Character], _ pattern: [Character]) -> Bool {
    var reachable: Set<Int> = [0]
    for symbol in pattern {
      switch symbol {
      case "%", "*":
        if let first = reachable.min() { reachable = Set(first...text.count) }
      case "_": reachable = Set(reachable.map { $0 + 1 }.filter { $0 <= text.count })
      default: reachable = Set(reachable.filter { $0 < text.count && text[$0] == symbol }.map { $0 + 1 })
      }
    }
    return reachable.contains(text.count)
  }

  // MARK: ASSERT

  /// Both queries give the same rows; in the same order if both are ordered.
  func assert(_ assertion: AST.Assertion, span: SourceSpan) throws(SQLError) -> String? {
    let actual = try collect(assertion.actual)
    let expected = try collect(assertion.expected)
    let isOrdered = !assertion.actual.ordering.isEmpty && !assertion.expected.ordering.isEmpty
    let found = isOrdered ? actual : actual.sorted()
    let wanted = isOrdered ? expected : expected.sorted()
    if found == wanted { return nil }
    let missing = wanted.filter { !found.contains($0) }.prefix(5).map { "missing: \($0)" }
    let extra = found.filter { !wanted.contains($0) }.prefix(5).map { "unexpected: \($0)" }
    throw SQLError(
      .assertion, "ASSERTION_FAILED",
      found.count == wanted.count
        ? "the query gave other rows than expected"
        : "the query gave \(found.count) row\(found.count == 1 ? "" : "s") instead of the \(wanted.count) expected",
      span: span, hint: (missing + extra).isEmpty ? "the order differs" : (missing + extra).joined(separator: "; "))
  }

  private func collect(_ query: AST.Query) throws(SQLError) -> [String] {
    let (schema, rows) = try result(of: query, name: "assert")
    let zone = TimeZoneRules.named(session.settings.zoneName) ?? .utc
    return rows.map { row in
      zip(row, schema.types).map { ColumnText.string($0, type: $1, zone: zone) }.joined(separator: ", ")
    }
  }

  /// All rows of a query that is run now.
  func result(of query: AST.Query, name: String) throws(SQLError) -> (schema: Schema, rows: [[Value]]) {
    let plan = try plan(query, AST.StreamClauses()).physical
    let sink = CollectingSink()
    let trigger: Trigger = plan.root.properties.isBounded ? .immediate : .availableNow
    try session.runInForeground(try session.prepare(name: name, plan: plan, sink: sink, trigger: trigger))
    return (plan.schema, sink.rows.map { batch, row in batch.columns.map { $0.value(at: row) } })
  }

  func advanceClock(_ duration: AST.Duration, span: SourceSpan) throws(SQLError) -> String? {
    guard let clock = session.clock as? VirtualClock else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "the clock of this session is the system's", span: span,
        hint: "start streamsql with --clock virtual")
    }
    clock.advance(byMicros: duration.micros)
    session.openSources()
    for query in session.queries { query.clockChanged() }
    session.settle()
    try session.reportFailures()
    return nil
  }
}

extension StatementExecutor {
  /// `ADVANCE WATERMARK ON s TO t`: in every running query that reads `s`, then what is over comes out.
  func advanceWatermark(_ name: AST.ObjectName, to time: AST.Expression) throws(SQLError) -> String? {
    let planner = Planner(catalog: catalog)
    let bound = Coercion.cast(try planner.bindExpression(time), to: .timestamp)
    guard bound.isConstant,
      case .int64(let micros) = try Evaluator(EvaluationContext(settings: session.settings)).constant(bound)
    else {
      throw SQLError(.bind, "NON_FOLDABLE_ARGUMENT", "a constant TIMESTAMP is expected here", span: time.span)
    }
    var isKnown = false
    for query in session.queries where query.advanceWatermark(of: name.text, to: micros) { isKnown = true }
    guard isKnown else {
      throw SQLError(
        .bind, "WATERMARK_NOT_FOUND", "no running query has a watermark on \"\(name.text)\"", span: name.span,
        hint: "declare it: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND")
    }
    return try process(nil)
  }
}

/// Drops everything.
final class DiscardingSink: Sink {
  func write(_ rows: ResultRows) throws(SQLError) {}
}

/// Keeps the rows of the last snapshot, or all rows.
final class CollectingSink: Sink {
  private(set) var batches: [Batch] = []

  func begin(_ step: StepInfo) throws(SQLError) {
    if step.isSnapshot { batches = [] }
  }

  func write(_ rows: ResultRows) throws(SQLError) { batches.append(rows.batch) }

  var rows: [(Batch, Int)] { batches.flatMap { batch in (0..<batch.count).map { (batch, $0) } } }
}

extension StreamingQuery.State {
  var label: String {
    switch self {
    case .ready: "ready"
    case .running: "running"
    case .paused: "paused"
    case .finished: "finished"
    case .stopped: "stopped"
    case .failed(let error): "failed: \(error.errorClass)"
    }
  }
}
