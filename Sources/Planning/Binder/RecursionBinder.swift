internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// A table of WITH RECURSIVE. One that does not read itself is like any other.
  func bindRecursive(_ table: AST.CommonTable) throws(SQLError) -> BoundRelation {
    let name = table.name.text
    let key = name.lowercased()
    var outside = self
    outside.commonTables[key] = .underDefinition
    let query = table.query
    guard case .setOperation(let operation) = query.body, operation.operator == .union else {
      return try outside.bind(query)
    }
    if let with = query.with { try outside.define(with) }
    // A table of the same name in an inner WITH hides this one.
    guard case .underDefinition? = outside.commonTables[key] else { return try bindPlain(query) }
    let id = context.newRecursion()
    // Spark wants the anchor first; either order says the same.
    let (anchor, term) = try sides(of: operation, key, outside)
    guard let term else { return try bindPlain(query) }
    let base = try outside.bind(anchor).withoutHidden
    let named = try base.renamed(table.columns, what: "common table \"\(name)\"", span: table.name.span)
    let schema = Schema(named.scope.columns.map { Field($0.field.name, $0.field.type) })
    if !operation.isAll, let field = schema.fields.first(where: { !$0.type.isOrderable }) {
      throw .notGroupable(field.type, in: "UNION", span: operation.span)
    }
    var inside = outside
    inside.commonTables[key] = .bound(
      BoundRelation(
        plan: .recursiveReference(.init(id: id, port: 0, name: name, schema: schema)),
        scope: Scope(schema, qualifier: [name])), nodes: 1)
    let step = try inside.bind(term).withoutHidden
    if let clause = query.limit ?? query.offset ?? query.ordering.orderBy.first?.expression ?? query.ordering.sortBy.first?.expression {
      throw .invalidRecursion("ORDER BY and LIMIT cannot stand in the definition of \"\(name)\"", span: clause.span)
    }
    try check(step.plan, id, name, operation.span)
    let plan = LogicalPlan.recursive(
      .init(
        name: name, id: id, base: try storing(base, as: schema, operation.span), step: try storing(step, as: schema, operation.span),
        isAll: operation.isAll, schema: schema, levelsMax: table.levelsMax ?? context.settings.recursionLevelsMax,
        rowsMax: context.settings.recursionRowsMax, span: table.name.span))
    return BoundRelation(plan: plan, scope: Scope(schema, qualifier: [name]))
  }

  private func bindPlain(_ query: AST.Query) throws(SQLError) -> BoundRelation { try bind(query) }

  /// The anchor of a union, and its recursive term: nil if neither side reads the table.
  private func sides(
    of operation: AST.SetOperation, _ key: String, _ binder: QueryBinder
  ) throws(SQLError) -> (anchor: AST.QueryBody, term: AST.QueryBody?) {
    let isLeft = try binder.reads(key, operation.left)
    let isRight = try binder.reads(key, operation.right)
    switch (isLeft, isRight) {
    case (false, false): return (operation.left, nil)
    case (false, true): return (operation.left, operation.right)
    case (true, false): return (operation.right, operation.left)
    case (true, true):
      throw .invalidRecursion("one side of the UNION must not read the table that it defines", span: operation.span)
    }
  }

  /// Whether a part of a query reads the common table being defined: found by binding it and seeing what is missed.
  private func reads(_ key: String, _ body: AST.QueryBody) throws(SQLError) -> Bool {
    do {
      _ = try bind(body)
      return false
    } catch {
      if error.errorClass == SQLError.recursionMarker { return true }
      throw error
    }
  }

  /// The relation with the types of the anchor.
  private func storing(
    _ relation: BoundRelation, as schema: Schema, _ span: SourceSpan
  ) throws(SQLError) -> LogicalPlan {
    guard relation.scope.columns.count == schema.count else {
      throw .columnCountMismatch("UNION", first: schema.count, other: relation.scope.columns.count, span: span)
    }
    var columns: [NamedExpression] = []
    for (index, field) in schema.fields.enumerated() {
      let mine = relation.scope.columns[index].field
      // The anchor decides; a term that needs a wider type would need it again in every round.
      guard mine.type == .null || Coercion.commonType(mine.type, field.type) == field.type else {
        throw .incompatibleColumn("UNION", column: index + 1, field.type, mine.type, span: span)
      }
      columns.append(NamedExpression(context.cast(.column(index, mine), to: field.type), as: field.name))
    }
    return .project(.init(input: relation.plan, columns: columns))
  }

  /// Where the rows found may be read: where more of them never make the answer smaller.
  private func check(_ plan: LogicalPlan, _ id: Int, _ name: String, _ span: SourceSpan) throws(SQLError) {
    if plan.references(to: id) == 0 { return }
    switch plan {
    case .recursiveReference, .filter, .project, .generate, .union, .distinct: break
    case .join(let join):
      if join.kind != .inner, join.kind == .full || join.right.references(to: id) > 0 {
        throw .recursionPlace(name, "on the side of an outer join, or in a subquery, that decides what is missing", span)
      }
    case .aggregate: throw .recursionPlace(name, "below an aggregate", span)
    case .sort, .limit: throw .recursionPlace(name, "below ORDER BY or LIMIT", span)
    case .recursive: throw .recursionPlace(name, "inside another recursion", span)
    case .over, .rankLimit: throw .recursionPlace(name, "below OVER, a rank or DISTINCT ON", span)
    case .scan, .values, .watermark, .windowAssign, .matchRecognize:
      throw .recursionPlace(name, "below an operation on time", span)
    }
    for input in plan.inputs { try check(input, id, name, span) }
  }
}

extension SQLError {
  static let recursionMarker = "INVALID_RECURSIVE_CTE"

  static func invalidRecursion(_ what: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, recursionMarker, what, span: span,
      hint: "WITH RECURSIVE t AS (SELECT … UNION [ALL] SELECT … FROM t …): an anchor, then a term that reads the table once")
  }

  static func recursionPlace(_ name: String, _ place: String, _ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_RECURSIVE_REFERENCE.PLACE", "\"\(name)\" cannot be read \(place) in its own definition", span: span,
      hint: "read the finished table there: SELECT … FROM \(name) behind the WITH")
  }
}
