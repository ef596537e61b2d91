import Columnar
import Connectors
import Dataflow
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// UPDATE and DELETE: a query finds the rows, the table takes the difference as one change.
extension StatementExecutor {
  func delete(_ delete: AST.Delete, span: SourceSpan) throws(SQLError) -> String? {
    let (relation, table) = try changeable(delete.target)
    let rows = try collected(
      items: columnItems(relation, qualifier: nil), from: relationNode(delete.target, delete.alias), where: delete.where)
    let gone = Batch.concatenate(rows, schema: relation.schema)
    if rows.isEmpty { return "deleted 0 rows" }
    try change(table, gone, [Int64](repeating: -1, count: gone.count), at: span)
    return "deleted \(count(gone.count))"
  }

  func update(_ update: AST.Update, span: SourceSpan) throws(SQLError) -> String? {
    let (relation, table) = try changeable(update.target)
    let values = try assigned(update.assignments, relation, alias: update.alias)
    let width = relation.schema.count
    let old = columnItems(relation, qualifier: nil)
    let new = (0..<width).map { column in values[column].map { AST.SelectItem($0) } ?? old[column] }
    let rows = try collected(items: old + new, from: relationNode(update.target, update.alias), where: update.where) {
      (schema) throws(SQLError) in try self.storing(schema, offset: width, into: relation, spans: values, at: span)
    }
    var changes = TableChanges(schema: relation.schema)
    for batch in rows { changes.update(batch, width: width) }
    try change(table, changes.batch, changes.weights, at: span)
    return "updated \(count(changes.updated))"
  }

  // MARK: Parts of both

  /// A memory table whose rows statements may change.
  func changeable(_ name: AST.ObjectName) throws(SQLError) -> (Relation, MemoryTable) {
    guard let relation = catalog.relation(name) else { throw catalog.tableNotFound(name) }
    if relation.keeper != nil {
      throw SQLError(
        .bind, "FORBIDDEN_OPERATION", "\"\(name.text)\" is a materialized view: its query alone changes it", span: name.span,
        hint: "change the tables that it reads")
    }
    guard let table = relation.table, !relation.isStream else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE.TABLE_OPERATION",
        "rows of \"\(name.text)\" cannot be changed: it is \(relation.isStream ? "a stream" : "read from \(relation.connector.name)")",
        span: name.span, hint: "CREATE TABLE … USING memory holds rows that can be changed")
    }
    return (relation, table)
  }

  func change(_ table: MemoryTable, _ batch: Batch, _ weights: [Int64], at span: SourceSpan) throws(SQLError) {
    do { try table.append(batch, weights: weights) } catch { throw error.located(at: span) }
  }

  func count(_ rows: Int) -> String { "\(rows) row\(rows == 1 ? "" : "s")" }

  func relationNode(_ name: AST.ObjectName, _ alias: AST.Identifier?) -> AST.Relation {
    var relation = AST.Relation(.name(name), span: name.span)
    relation.alias = alias.map { AST.TableAlias(name: $0) }
    return relation
  }

  /// The columns that are stored, each by its name.
  func columnItems(_ relation: Relation, qualifier: AST.Identifier?) -> [AST.SelectItem] {
    relation.schema.names.map { name in
      let parts = (qualifier.map { [$0] } ?? []) + [AST.Identifier(name)]
      return AST.SelectItem(AST.Expression(.name(AST.ObjectName(parts)), span: .none))
    }
  }

  /// The expression that each stored column is set to; nil for those that stay.
  func assigned(
    _ assignments: [AST.Assignment], _ relation: Relation, alias: AST.Identifier?
  ) throws(SQLError) -> [AST.Expression?] {
    var values: [AST.Expression?] = relation.schema.fields.map { _ in nil }
    for assignment in assignments {
      let column = try storedColumn(assignment.target, relation, alias: alias)
      if values[column] != nil {
        throw SQLError(
          .bind, "COLUMN_ALREADY_EXISTS", "column \"\(assignment.target.text)\" is set twice", span: assignment.target.span)
      }
      let value = assignment.value
      values[column] = value.isDefaultKeyword ? try relation.defaultExpression(relation.schema[column], at: value.span) : value
      if let value = values[column] { try refuseNestedDefault(value) }
    }
    return values
  }

  func storedColumn(_ name: AST.ObjectName, _ relation: Relation, alias: AST.Identifier?) throws(SQLError) -> Int {
    let qualifier = name.parts.dropLast().last?.text.lowercased()
    let own = (alias?.text ?? relation.name.split(separator: ".").last.map(String.init) ?? relation.name).lowercased()
    if qualifier == nil || qualifier == own, let column = relation.schema.ordinals(named: name.last.text).first {
      return column
    }
    throw SQLError(
      .bind, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "\"\(relation.name)\" has no column \"\(name.text)\" that could be set",
      span: name.span, hint: didYouMean(name.last.text, in: relation.schema.names))
  }

  /// The query's columns from `offset` on as the table's; those before as they are.
  func storing(
    _ schema: Schema, offset: Int, into relation: Relation, spans: [AST.Expression?], at span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    let planner = Planner(catalog: catalog)
    var result = (0..<offset).map { BoundExpression.column($0, schema[$0]) }
    for (column, field) in relation.schema.fields.enumerated() {
      let place = column < spans.count ? spans[column]?.span ?? span : span
      let value = BoundExpression.column(offset + column, schema[offset + column], span: place)
      result.append(try planner.storing(value, in: field))
    }
    return result
  }

  /// Runs `SELECT items FROM relation WHERE condition` over what is there now; `convert` gives what is kept of its columns.
  func collected(
    items: [AST.SelectItem], from relation: AST.Relation, where condition: AST.Expression?,
    _ convert: (Schema) throws(SQLError) -> [BoundExpression] = { (schema) throws(SQLError) in
      schema.fields.enumerated().map { BoundExpression.column($0, $1) }
    }
  ) throws(SQLError) -> [Batch] {
    var query = try Parser.parseQuery(SourceText(name: "<change>", text: "SELECT 1"))
    guard case .select(var select) = query.body else { throw .internal("a SELECT that is none") }
    select.items = items
    select.from = [relation]
    select.where = condition
    query.body = .select(select)
    let plan = try plan(query, AST.StreamClauses()).physical
    guard plan.root.properties.isBounded else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "a change is made of what is there, and this input goes on", span: relation.span,
        hint: "INSERT INTO a table with a PRIMARY KEY changes it as rows come")
    }
    let kept = try convert(plan.schema)
    let sink = CollectingSink()
    try session.runInForeground(try session.prepare(name: "change", plan: plan, sink: sink, trigger: .immediate))
    // Half of a change is none.
    if session.wasInterrupted { throw .cancelled }
    let evaluator = Evaluator(EvaluationContext(settings: session.settings))
    var result: [Batch] = []
    for batch in sink.batches {
      var columns: [Column] = []
      for expression in kept { columns.append(try evaluator.column(expression, over: batch)) }
      result.append(Batch(columns, count: batch.count))
    }
    return result
  }
}

/// Rows with weights, put together from old and new rows.
struct TableChanges {
  let schema: Schema
  private var pieces: [Batch] = []
  private(set) var weights: [Int64] = []
  private(set) var updated = 0
  private(set) var deleted = 0
  private(set) var inserted = 0

  init(schema: Schema) { self.schema = schema }

  var batch: Batch { pieces.isEmpty ? .empty(schema) : Batch.concatenate(pieces, schema: schema) }

  /// Each row holds an old row, then the new one.
  mutating func update(_ rows: Batch, width: Int) {
    if rows.count == 0 { return }
    let old = Batch(Array(rows.columns[..<width]), count: rows.count)
    let new = Batch(Array(rows.columns[width..<2 * width]), count: rows.count)
    // An old row right before its new one.
    let both = Batch.concatenate([old, new], schema: schema)
    pieces.append(both.gather((0..<Int32(rows.count)).flatMap { [$0, $0 + Int32(rows.count)] }))
    for _ in 0..<rows.count { weights += [-1, 1] }
    updated += rows.count
  }

  mutating func delete(_ rows: Batch) {
    if rows.count == 0 { return }
    pieces.append(rows)
    weights += [Int64](repeating: -1, count: rows.count)
    deleted += rows.count
  }

  mutating func insert(_ rows: Batch) {
    if rows.count == 0 { return }
    pieces.append(rows)
    weights += [Int64](repeating: 1, count: rows.count)
    inserted += rows.count
  }
}
