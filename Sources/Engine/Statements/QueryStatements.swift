import Columnar
import Connectors
import Diagnostics
import Planning
import SQLSyntax

/// SELECT in the foreground, and the family of started queries.
extension StatementExecutor {
  func select(_ query: AST.Query, _ clauses: AST.StreamClauses) throws(SQLError) -> String? {
    try refuseCheckpoint(clauses)
    var plan = try plan(query, clauses).physical
    if session.presenter.readsSnapshots, plan.mode == .update, clauses.outputMode == nil {
      var whole = clauses
      whole.outputMode = .complete
      plan = try self.plan(query, whole).physical
    }
    let properties = plan.root.properties
    let shape = ResultShape(
      schema: plan.schema, mode: plan.mode, isBounded: properties.isBounded, settings: session.settings,
      key: properties.key)
    let sink = try session.presenter.sink(for: shape)
    let name = session.presenter.readsSnapshots && !properties.isBounded ? session.newQueryName() : "select"
    let prepared = try session.prepare(
      name: name, plan: plan, sink: sink, trigger: foregroundTrigger(plan, clauses))
    try session.presenter.run(prepared, in: session)
    return nil
  }

  /// A foreground SELECT over memory streams alone takes what was inserted, and ends (SEM-5).
  private func foregroundTrigger(_ plan: PhysicalPlan, _ clauses: AST.StreamClauses) -> Trigger {
    let chosen = trigger(clauses)
    guard chosen == .immediate, !plan.root.properties.isBounded else { return chosen }
    let sources = plan.root.scans
    let isMemoryOnly = sources.allSatisfy { catalog.relation(for: $0.id)?.store != nil }
    return isMemoryOnly && !sources.isEmpty ? .availableNow : chosen
  }

  func refuseCheckpoint(_ clauses: AST.StreamClauses) throws(SQLError) {
    if clauses.checkpoint == nil { return }
    throw notYet(
      "CHECKPOINT", clauses.checkpointSpan,
      hint: "leave it out: a query that is started again reads its sources from their beginning, and OUTPUT MODE COMPLETE, INSERT OVERWRITE "
        + "or a table with a PRIMARY KEY takes its result anew")
  }

  func startQuery(_ start: AST.StartQuery, span: SourceSpan) throws(SQLError) -> String? {
    try refuseCheckpoint(start.clauses)
    let name = start.name?.text ?? session.newQueryName()
    if let running = session.query(named: name), !running.state.isOver {
      if start.ifNotExists { return "query \"\(name)\" is running already" }
      throw SQLError(
        .bind, "QUERY_ALREADY_EXISTS", "a query \"\(name)\" is running already", span: start.name?.span ?? span,
        hint: "stop it first: STOP QUERY \(name)")
    }
    let planned = try planRunning(start.query, start.clauses, into: start.target, start.options)
    let sink: any Sink
    if case .name(let target)? = start.target, target.text.lowercased() == "memory", catalog.relation(target) == nil {
      sink = try resultTable(name, plan: planned.physical, span: target.span)
    } else {
      sink = try openSink(start.target, options: start.options, plan: planned.physical, name: name, span: span)
    }
    if let old = session.query(named: name) { session.supersede(old) }
    let query = try session.prepare(name: name, plan: planned.physical, sink: sink, trigger: trigger(start.clauses))
    query.fedStore = fedStore(start.target)
    query.text = text
    try session.startInBackground(query)
    return "started query \"\(name)\""
  }

  /// `CREATE SINK name … AS query`: a started query of that name with a sink of its own.
  func createSink(_ create: AST.CreateSink, span: SourceSpan) throws(SQLError) -> String? {
    var options = create.options
    var connector = create.using
    if let index = options.firstIndex(where: { $0.key.text.lowercased() == "connector" }) {
      let named = options.remove(at: index)
      connector = connector ?? AST.Identifier(named.text ?? "", span: named.valueSpan)
    }
    guard let connector else {
      throw SQLError(
        .bind, "DATA_SOURCE_NOT_FOUND", "CREATE SINK names its connector", span: create.name.span,
        hint: "CREATE SINK \(create.name.text) USING console AS SELECT …")
    }
    let name = create.name.last
    let start = try Parser.parseStatement(SourceText(name: "<sink>", text: "START QUERY q INTO console AS SELECT 1"))
    guard case .startQuery(var query) = start.kind else { throw .internal("START QUERY is none") }
    query.name = name
    query.ifNotExists = create.ifNotExists
    query.target = .name(AST.ObjectName([connector]))
    query.options = options
    query.query = create.query
    query.clauses = create.clauses
    return try startQuery(query, span: span)
  }

  func runningQuery(_ name: AST.Identifier) throws(SQLError) -> StreamingQuery {
    guard let query = session.query(named: name.text) else {
      throw SQLError(
        .bind, "QUERY_NOT_FOUND", "there is no query \"\(name.text)\"", span: name.span,
        hint: didYouMean(name.text, in: session.queries.map(\.name)))
    }
    return query
  }

  func stop(_ name: AST.Identifier) throws(SQLError) -> String? {
    let query = try runningQuery(name)
    // Its rows would grow old unseen.
    if !query.state.isOver, catalog.keepers.contains(where: { $0 === query }) {
      throw SQLError(
        .bind, "FORBIDDEN_OPERATION", "query \"\(query.name)\" keeps the materialized view of its name", span: name.span,
        hint: "DROP MATERIALIZED VIEW \(query.name) drops both, PAUSE QUERY \(query.name) holds it up for a while")
    }
    query.stop()
    session.awaitInterruptibly(query, timeoutMicros: nil)
    session.forget(query)
    if case .failed(let error) = query.state { throw error }
    return "stopped query \"\(query.name)\""
  }

  func pause(_ name: AST.Identifier) throws(SQLError) -> String? {
    let query = try runningQuery(name)
    query.pause()
    return "paused query \"\(query.name)\""
  }

  func resume(_ name: AST.Identifier) throws(SQLError) -> String? {
    let query = try runningQuery(name)
    query.resume()
    return "resumed query \"\(query.name)\""
  }

  func awaitQuery(_ name: AST.Identifier, timeout: AST.Duration?) throws(SQLError) -> String? {
    let query = try runningQuery(name)
    if !session.awaitInterruptibly(query, timeoutMicros: timeout?.micros) {
      return "query \"\(query.name)\" is still running"
    }
    session.forget(query)
    if case .failed(let error) = query.state { throw error }
    return "query \"\(query.name)\" has ended"
  }

  func process(_ name: AST.Identifier?) throws(SQLError) -> String? {
    try session.processAll(name.map { (name) throws(SQLError) in [try runningQuery(name)] } ?? session.queries)
    return nil
  }
}

extension PhysicalNode {
  /// The relations read below.
  var scans: [SourceReference] {
    if case .scan(let reference, _) = kind { return [reference] }
    return inputs.flatMap(\.scans)
  }
}
