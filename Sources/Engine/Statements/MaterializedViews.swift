import Columnar
import Connectors
import Dataflow
import Diagnostics
import Planning
import SQLSyntax

/// CREATE and DROP MATERIALIZED VIEW: a table of the session that a query in the background keeps up to date.
extension StatementExecutor {
  func createMaterializedView(_ create: AST.CreateView, span: SourceSpan) throws(SQLError) -> String? {
    if create.ifNotExists && catalog.exists(create.name) { return "\"\(create.name.text)\" exists already" }
    try catalog.checkFree(create.name, isReplace: create.isReplace)
    if create.isReplace { try checkReplaced(create.name, by: .materializedView) }
    try refuseCheckpoint(create.clauses)
    if create.clauses.outputMode != nil {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "a materialized view holds the whole result and takes no OUTPUT MODE",
        span: create.clauses.outputModeSpan, hint: "leave the clause out")
    }
    let name = create.name.text
    let old = catalog.relation(create.name)
    if let running = session.query(named: name), !running.state.isOver, running !== old?.keeper {
      throw SQLError(
        .bind, "QUERY_ALREADY_EXISTS", "a query \"\(name)\" is running, and that of the view would have its name",
        span: create.name.span, hint: "stop it first: STOP QUERY \(name)")
    }
    if let old { try checkUnused(old, at: create.name.span) }
    let planned = try planFollowing(create.query, changelog(create.clauses))
    let schema = try viewSchema(create, planned.schema)
    if let old, old.keeper != nil { stopKeeper(of: old) }
    try catalog.define(
      create.name, connector: try connector("memory", span: span), options: [], schema: schema, isStream: false,
      isReplace: create.isReplace, span: create.name.span
    ) { (relation) throws(SQLError) in
      guard let table = relation.table else { throw .internal("a materialized view without a table") }
      let query = try session.prepare(
        name: name, plan: planned.physical, sink: TableSink(table, schema: schema),
        trigger: trigger(create.clauses))
      relation.keeper = query
      relation.key = planned.physical.root.properties.key.flatMap { key in
        key.allSatisfy { $0 < schema.count } ? key : nil
      }
      if let over = session.query(named: name) { session.supersede(over) }
      query.text = text
      try session.startInBackground(query)
    }
    if let relation = catalog.relation(create.name), let query = relation.keeper { try fill(query, relation, create.name) }
    return "created materialized view \"\(name)\""
  }

  /// Waits until the view holds what is there already, if that is the session's own: a first SELECT shall find it.
  private func fill(_ query: StreamingQuery, _ relation: Relation, _ name: AST.ObjectName) throws(SQLError) {
    let scans = query.plan.root.scans
    guard query.plan.root.properties.isBounded || scans.allSatisfy({ catalog.relation(for: $0.id)?.store != nil }) else { return }
    do throws(SQLError) {
      try session.processInForeground(query)
      if session.wasInterrupted { throw .cancelled }
    } catch {
      stopKeeper(of: relation)
      catalog.remove(name)
      throw error
    }
  }

  /// The columns of a view: those of its query, under the names that the view gives them.
  func viewSchema(_ create: AST.CreateView, _ schema: Schema) throws(SQLError) -> Schema {
    var schema = schema
    if !create.columns.isEmpty {
      guard create.columns.count == schema.count else {
        let subclass = create.columns.count > schema.count ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS"
        throw SQLError(
          .bind, "CREATE_VIEW_COLUMN_ARITY_MISMATCH.\(subclass)",
          "the view names \(create.columns.count) columns, its query has \(schema.count)", span: create.name.span)
      }
      for (index, column) in create.columns.enumerated() { schema.fields[index].name = column.text }
    }
    try checkColumns(schema, of: "view", at: create.name.span)
    return schema
  }

  /// A relation has no two columns of one name.
  func checkColumns(_ schema: Schema, of relation: String, at span: SourceSpan) throws(SQLError) {
    var seen: Set<String> = []
    for field in schema.fields where !seen.insert(field.name.lowercased()).inserted {
      throw SQLError(
        .bind, "COLUMN_ALREADY_EXISTS", "the \(relation) has two columns named \"\(field.name)\"", span: span,
        hint: "give one of them an alias")
    }
  }

  /// A view that somebody follows stays.
  private func checkUnused(_ relation: Relation, at span: SourceSpan) throws(SQLError) {
    guard relation.keeper != nil, let follower = relation.table?.followerNames.first else { return }
    throw SQLError(
      .bind, "DEPENDENT_OBJECTS_EXIST", "query \"\(follower)\" reads from \"\(relation.name)\"", span: span,
      hint: "drop that view or stop that query first")
  }

  /// A relation that a view reads stays: the view would not be kept up to date any more.
  func checkNoViewReads(_ relation: Relation, at span: SourceSpan) throws(SQLError) {
    let views = catalog.keepers.filter { !$0.state.isOver && $0.plan.root.scans.contains { $0.id == relation.id } }
    guard let view = views.first else { return }
    throw SQLError(
      .bind, "DEPENDENT_OBJECTS_EXIST", "materialized view \"\(view.name)\" reads from \"\(relation.name)\"", span: span,
      hint: "DROP MATERIALIZED VIEW \(view.name) first")
  }

  private func stopKeeper(of relation: Relation) {
    guard let keeper = relation.keeper else { return }
    keeper.stop()
    _ = keeper.await(timeoutMicros: nil)
    session.forget(keeper)
  }

  func dropMaterializedView(_ drop: AST.Drop, _ relation: Relation) throws(SQLError) -> String? {
    guard drop.kind == .view || drop.kind == .materializedView else {
      throw SQLError(
        .bind, "EXPECT_TABLE_NOT_VIEW", "\"\(drop.name.text)\" is a materialized view", span: drop.name.span,
        hint: "use DROP MATERIALIZED VIEW")
    }
    try checkUnused(relation, at: drop.name.span)
    stopKeeper(of: relation)
    relation.close()
    catalog.remove(drop.name)
    return "dropped materialized view \"\(drop.name.text)\""
  }

  // MARK: Queries that go on

  /// Plans a query that goes on: it follows tables whose rows may change, and all tables if nothing else goes on (SEM-8).
  func planFollowing(_ query: AST.Query, _ clauses: AST.StreamClauses) throws(SQLError) -> PlannedQuery {
    catalog.following = .changing
    defer { catalog.following = .nothing }
    let first = try plan(query, clauses)
    let root = first.physical.root
    guard root.properties.isBounded, root.scans.contains(where: { $0.followable != nil }) else { return first }
    catalog.following = .all
    return try plan(query, clauses)
  }

  /// The clauses with CHANGELOG where no mode was asked for: what a table needs to mirror a result.
  func changelog(_ clauses: AST.StreamClauses) -> AST.StreamClauses {
    var copy = clauses
    if copy.outputMode == nil { copy.outputMode = .changelog }
    return copy
  }
}
