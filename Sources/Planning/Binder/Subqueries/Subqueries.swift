internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// A subquery inside an expression, bound, with what it asks of the query around it.
///
/// In the expression stands a placeholder column; the subquery is joined to the rows that the expression is over, and
/// the placeholder becomes a value over that join (`SubqueryJoins`).
struct BoundSubquery: Sendable {
  enum Use: Sendable {
    /// Whether it has rows.
    case exists
    /// Whether one of its rows equals the operands (over the rows around it); three-valued.
    case membership([BoundExpression])
    /// Its only value; NULL without rows, an error for more than one.
    case scalar
  }

  var use: Use
  /// As written, to know it again in GROUP BY.
  var query: AST.Query
  var relation: BoundRelation
  /// Which scope of the stack its correlated columns are in.
  var depth: Int
  var span: SourceSpan

  /// What of the query around is compared with its rows.
  var operands: [BoundExpression] {
    if case .membership(let operands) = use { return operands }
    return []
  }
}

/// The subqueries of one clause or select list.
final class SubqueryCollector {
  private(set) var entries: [BoundSubquery] = []

  /// The value of EXISTS or of a scalar subquery that is there already, written the same way.
  func known(_ query: AST.Query, isExists: Bool, depth: Int) -> Int? {
    entries.firstIndex { entry in
      guard entry.depth == depth, entry.query == query else { return false }
      switch entry.use {
      case .exists: return isExists
      case .scalar: return !isExists
      case .membership: return false
      }
    }
  }

  /// The column that stands for the subquery's value.
  func add(_ subquery: BoundSubquery, _ field: Field) -> BoundExpression {
    entries.append(subquery)
    return .column(Placeholder.subqueries + entries.count - 1, field, span: subquery.span)
  }
}

/// A column of a query around a subquery, as seen from inside: the scope's place in the stack, and the value over it.
struct OuterReference: Sendable {
  var depth: Int
  var value: BoundExpression
}

extension ExpressionBinder {
  func bindExists(_ query: AST.Query, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let field = Field("exists", .boolean, isNullable: false)
    if let known = keySubquery(query, isExists: true) { return .column(known, field, span: span) }
    let (relation, collector) = try bindSubquery(query, span: span)
    return collector.add(
      BoundSubquery(use: .exists, query: query, relation: relation, depth: outer.count, span: span), field)
  }

  /// A key of GROUP BY that is a subquery of the select list is the value of that one.
  private func keySubquery(_ query: AST.Query, isExists: Bool) -> Int? {
    guard clause == .groupBy, let subqueries else { return nil }
    return subqueries.known(query, isExists: isExists, depth: outer.count).map { Placeholder.subqueries + $0 }
  }

  func bindScalarSubquery(_ query: AST.Query, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let (relation, collector) = try bindSubquery(query, span: span)
    guard relation.scope.columns.count == 1 else {
      throw SQLError(
        .bind, "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
        "a scalar subquery gives one column, found \(relation.scope.columns.count)", span: span)
    }
    if let known = keySubquery(query, isExists: false) {
      return .column(known, relation.scope.columns[0].field.asNullable, span: span)
    }
    return collector.add(
      BoundSubquery(use: .scalar, query: query, relation: relation, depth: outer.count, span: span),
      relation.scope.columns[0].field.asNullable)
  }

  /// `x IN (SELECT …)`, `(x, y) IN (SELECT …)`.
  func bindMembership(
    _ operand: AST.Expression, _ query: AST.Query, isNegated: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var operands: [BoundExpression]
    if case .row(let parts) = operand.kind { operands = try bind(parts) } else { operands = [try bind(operand)] }
    var (relation, collector) = try bindSubquery(query, span: span)
    let columns = relation.scope.columns
    guard operands.count == columns.count else {
      throw .typeMismatch(
        "the sides of IN have \(operands.count) and \(columns.count) columns", subclass: "IN_SUBQUERY_LENGTH_MISMATCH",
        span: span)
    }
    var converted: [NamedExpression] = []
    for index in operands.indices {
      let column = columns[index].field
      guard let type = Coercion.commonType(operands[index].type, column.type) else {
        throw .typeMismatch(
          "the sides of IN have no common type: \(operands[index].type.sqlName), \(column.type.sqlName)",
          subclass: "IN_SUBQUERY_DATA_TYPE_MISMATCH", span: span)
      }
      operands[index] = context.cast(operands[index], to: type)
      converted.append(NamedExpression(context.cast(.column(index, column), to: type), as: column.name))
    }
    if relation.plan.schema.types != converted.map(\.expression.type) {
      relation.plan = .project(.init(input: relation.plan, columns: converted))
    }
    let isNullable = operands.contains(where: \.isNullable) || converted.contains { $0.expression.isNullable }
    let value = collector.add(
      BoundSubquery(use: .membership(operands), query: query, relation: relation, depth: outer.count, span: span),
      Field("in", .boolean, isNullable: isNullable))
    let result = try negated(value, if: isNegated, span: span)
    return isTruthAlone(clause, operands) ? result : result.falseIfNull
  }

  /// In a condition, NULL and false are one. As a value IN over a query is never NULL in Spark, which asks there whether a row
  /// equals, and for NOT IN whether none could; a literal NULL on the left is folded before that.
  private func isTruthAlone(_ clause: Clause, _ operands: [BoundExpression]) -> Bool {
    switch clause {
    case .select, .groupBy, .orderBy: operands.contains { $0.literalValue?.isNull ?? false }
    default: true
    }
  }

  /// Binds a query that may use the columns of this scope.
  private func bindSubquery(
    _ query: AST.Query, span: SourceSpan
  ) throws(SQLError) -> (BoundRelation, SubqueryCollector) {
    if clause == .values {
      throw SQLError(
        .bind, "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES", "a row of VALUES asks no query", span: span,
        hint: "SELECT (SELECT …), 2")
    }
    guard let subqueries, var queries, lambdaVariables.isEmpty else {
      throw UnsupportedFeature.subqueryPlace.error(span)
    }
    queries.outer = outer + [scope]
    let relation = try queries.bind(query)
    try context.notePlanNodes(relation.plan.nodeCount(upTo: context.limits.planNodesMax), span: span)
    return (relation, subqueries)
  }

  /// A name that only a query around this one knows.
  func outerColumn(_ name: AST.ObjectName, span: SourceSpan) throws(SQLError) -> BoundExpression? {
    for depth in outer.indices.reversed() {
      guard let value = try inputColumn(name, in: outer[depth], span: span) else { continue }
      // A parameter that stands for a constant, or for what a query further out knows already.
      if value.columnsUsed.isEmpty { return value }
      let id = context.noteOuter(OuterReference(depth: depth, value: value))
      var outer = BoundExpression(.outer(id), type: value.type, isNullable: value.isNullable, span: span)
      outer.lengths = value.lengths
      return outer
    }
    return nil
  }
}

extension BoundExpression {
  fileprivate var falseIfNull: BoundExpression {
    guard isNullable else { return self }
    return BoundExpression(
      .coalesce([self, .literal(.bool(false), .boolean, span: span)]), type: .boolean, isNullable: false, span: span)
  }
}
