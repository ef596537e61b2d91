import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// MERGE INTO: the clauses of each kind are looked at in their order, the first whose condition holds decides; all is one
/// change of the table.
///
/// Three queries find the rows: the join for WHEN MATCHED, an anti join each way for the two NOT MATCHED.
extension StatementExecutor {
  func merge(_ merge: AST.Merge, span: SourceSpan) throws(SQLError) -> String? {
    let (relation, table) = try changeable(merge.target)
    let run = MergeRun(executor: self, merge: merge, relation: relation, span: span)
    var changes = TableChanges(schema: relation.schema)
    try run.matched(&changes, table)
    try run.notMatchedBySource(&changes)
    try run.notMatched(&changes)
    try change(table, changes.batch, changes.weights, at: span)
    return "updated \(changes.updated), deleted \(changes.deleted), inserted \(count(changes.inserted))"
  }
}

private struct MergeRun {
  let executor: StatementExecutor
  let merge: AST.Merge
  let relation: Relation
  let span: SourceSpan

  private var target: AST.Identifier { merge.targetAlias ?? merge.target.last }
  private var width: Int { relation.schema.count }

  private func clauses(_ match: AST.Merge.Match) -> [AST.Merge.Clause] { merge.clauses.filter { $0.match == match } }

  // MARK: Kinds of rows

  func matched(_ changes: inout TableChanges, _ table: MemoryTable) throws(SQLError) {
    let clauses = clauses(.matched)
    if clauses.isEmpty { return }
    let rows = try changed(clauses, from: try joined("INNER", targetFirst: true), canReadSource: true)
    try checkOnce(rows, table)
    apply(rows, clauses, &changes)
  }

  func notMatchedBySource(_ changes: inout TableChanges) throws(SQLError) {
    let clauses = clauses(.notMatchedBySource)
    if clauses.isEmpty { return }
    apply(try changed(clauses, from: try joined("LEFT ANTI", targetFirst: true), canReadSource: false), clauses, &changes)
  }

  func notMatched(_ changes: inout TableChanges) throws(SQLError) {
    let clauses = clauses(.notMatched)
    if clauses.isEmpty { return }
    var values: [[AST.Expression?]] = []
    for clause in clauses {
      guard case .insert(let columns, let given) = clause.action else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "WHEN NOT MATCHED can only INSERT: there is no row to be changed", span: span)
      }
      values.append(try inserted(columns, given))
    }
    let decision = choice(clauses)
    var items = [AST.SelectItem(decision)]
    for column in 0..<width {
      items.append(AST.SelectItem(chosen(clauses, values.map { $0[column] ?? Self.null }, otherwise: Self.null)))
    }
    let rows = try executor.collected(items: items, from: try joined("LEFT ANTI", targetFirst: false), where: nil) {
      (schema) throws(SQLError) in try executor.storing(schema, offset: 1, into: relation, spans: [], at: span)
    }
    for batch in rows {
      let picked = batch.gather(Self.rows(batch, where: { $0 > 0 }))
      changes.insert(Batch(Array(picked.columns.dropFirst()), count: picked.count))
    }
  }

  /// Rows of (decision, old columns, new columns) for clauses that change rows of the target.
  private func changed(
    _ clauses: [AST.Merge.Clause], from relation: AST.Relation, canReadSource: Bool
  ) throws(SQLError) -> [Batch] {
    let old = executor.columnItems(self.relation, qualifier: target)
    var values: [[AST.Expression?]] = []
    for clause in clauses {
      switch clause.action {
      case .delete: values.append(old.map { _ in nil })
      case .update(let assignments) where assignments.isEmpty:
        guard canReadSource else { throw starWithoutSource }
        values.append(try sourceColumns())
      case .update(let assignments):
        values.append(try executor.assigned(assignments, self.relation, alias: target))
      case .insert:
        throw SQLError(.bind, "UNSUPPORTED_FEATURE", "WHEN MATCHED cannot INSERT: the row is there", span: span)
      }
    }
    var items = [AST.SelectItem(choice(clauses))] + old
    for column in 0..<width {
      items.append(
        AST.SelectItem(
          chosen(clauses, values.map { $0[column] ?? old[column].expression }, otherwise: old[column].expression)))
    }
    return try executor.collected(items: items, from: relation, where: nil) { (schema) throws(SQLError) in
      try executor.storing(schema, offset: 1 + width, into: self.relation, spans: [], at: span)
    }
  }

  private func apply(_ rows: [Batch], _ clauses: [AST.Merge.Clause], _ changes: inout TableChanges) {
    if rows.isEmpty { return }
    // As one batch: the order of changes is that of the rows and not of how they came.
    let fields = relation.schema.fields
    let batch = Batch.concatenate(rows, schema: Schema([Field("clause", .int)] + fields + fields))
    let isDelete = clauses.map { $0.action == .delete }
    let gone = batch.gather(Self.rows(batch) { $0 > 0 && isDelete[Int($0) - 1] })
    changes.delete(Batch(Array(gone.columns[1...width]), count: gone.count))
    let new = batch.gather(Self.rows(batch) { $0 > 0 && !isDelete[Int($0) - 1] })
    changes.update(Batch(Array(new.columns.dropFirst()), count: new.count), width: width)
  }

  /// No row may be changed by two rows of the source.
  private func checkOnce(_ rows: [Batch], _ table: MemoryTable) throws(SQLError) {
    let encoder = KeyEncoder(columns: width)
    func names(_ batch: Batch) -> [[UInt8]] {
      let encoded = encoder.encode(batch.columns, rows: batch.count)
      let names = encoded.views.map { view in view.withBytes { Array($0) } }
      return withExtendedLifetime(encoded) { names }
    }
    var changed: [[UInt8]: Int] = [:]
    for batch in rows {
      let picked = batch.gather(Self.rows(batch) { $0 > 0 })
      for name in names(Batch(Array(picked.columns[1...width]), count: picked.count)) { changed[name, default: 0] += 1 }
    }
    if !changed.values.contains(where: { $0 > 1 }) { return }
    var there: [[UInt8]: Int] = [:]
    for batch in table.rows { for name in names(batch) { there[name, default: 0] += 1 } }
    if changed.contains(where: { $0.value > there[$0.key, default: 0] }) {
      throw SQLError(
        .data, "MERGE_CARDINALITY_VIOLATION", "ON matched a row of \"\(relation.name)\" with more than one row of the source",
        span: merge.condition.span, hint: "group or deduplicate the source by the columns of ON")
    }
  }

  // MARK: Trees

  /// `target JOIN source ON condition`, or the other way round.
  private func joined(_ kind: String, targetFirst: Bool) throws(SQLError) -> AST.Relation {
    let template = try Parser.parseQuery(SourceText(name: "<merge>", text: "SELECT 1 FROM a \(kind) JOIN b ON true"))
    guard case .select(let select) = template.body, var relation = select.from.first, case .join(var join) = relation.kind
    else { throw .internal("a join that is none") }
    let own = executor.relationNode(merge.target, merge.targetAlias)
    join.left = targetFirst ? own : merge.source
    join.right = targetFirst ? merge.source : own
    join.condition = .on(merge.condition)
    relation.kind = .join(join)
    relation.span = span
    return relation
  }

  /// The number of the clause that decides, from 1; 0 if none does.
  private func choice(_ clauses: [AST.Merge.Clause]) -> AST.Expression {
    chosen(clauses, clauses.indices.map { Self.number($0 + 1) }, otherwise: Self.number(0))
  }

  private func chosen(
    _ clauses: [AST.Merge.Clause], _ values: [AST.Expression], otherwise: AST.Expression
  ) -> AST.Expression {
    // From the last to the first: `if(c1, v1, if(c2, v2, …))`.
    var result = otherwise
    for (clause, value) in zip(clauses, values).reversed() {
      guard let condition = clause.condition else {
        result = value
        continue
      }
      result = AST.Expression(
        .call(AST.FunctionCall("if", [condition, value, result], span: condition.span)), span: value.span)
    }
    return result
  }

  /// `UPDATE SET *`, `INSERT *`: the columns of the source by name.
  private func sourceColumns() throws(SQLError) -> [AST.Expression?] {
    let name: AST.Identifier
    if let alias = merge.source.alias?.name {
      name = alias
    } else if case .name(let source) = merge.source.kind {
      name = source.last
    } else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "* needs a name for the source", span: merge.source.span, hint: "USING (…) AS s")
    }
    return relation.schema.names.map {
      AST.Expression(.name(AST.ObjectName([name, AST.Identifier($0)])), span: merge.source.span)
    }
  }

  private func inserted(_ columns: [AST.ObjectName], _ given: [AST.Expression]) throws(SQLError) -> [AST.Expression?] {
    if columns.isEmpty { return try sourceColumns() }
    guard columns.count == given.count else {
      throw SQLError(
        .bind, "INSERT_COLUMN_ARITY_MISMATCH", "INSERT names \(columns.count) columns and gives \(given.count) values",
        span: columns.first?.span ?? span)
    }
    var values: [AST.Expression?] = []
    for field in relation.schema.fields { values.append(try relation.defaultExpression(field, at: span)) }
    for (column, value) in zip(columns, given) {
      let ordinal = try executor.storedColumn(column, relation, alias: target)
      if value.isDefaultKeyword { continue }
      try executor.refuseNestedDefault(value)
      values[ordinal] = value
    }
    return values
  }

  private var starWithoutSource: SQLError {
    SQLError(.bind, "UNSUPPORTED_FEATURE", "WHEN NOT MATCHED BY SOURCE has no row of the source for *", span: span)
  }

  private static let null = AST.Expression(.literal(.null), span: .none)

  private static func number(_ value: Int) -> AST.Expression {
    AST.Expression(.literal(.number(.init(text: "\(value)", kind: .integer))), span: .none)
  }

  private static func rows(_ batch: Batch, where test: (Int32) -> Bool) -> [Int32] {
    guard case .int32(let decisions)? = batch.columns.first else { return [] }
    return decisions.values.indices.filter { test(decisions.values[$0]) }.map { Int32($0) }
  }
}
