internal import Columnar
internal import Diagnostics
internal import Expressions

/// Subqueries in the ON of a join that keeps rows without a match, or shows one side only.
///
/// Such a condition decides whether rows meet, so it cannot be asked of the pairs afterwards, as that of an inner join is.
/// But a subquery that uses columns of one side has the same value for all pairs of a row: it becomes a column of that
/// side, below the join, and is left out of what the join gives.
struct JoinSubqueries {
  let binder: ExpressionBinder
  let left: BoundRelation
  let right: BoundRelation
  let subqueries: [BoundSubquery]

  private var leftWidth: Int { left.scope.columns.count }

  private enum Side { case left, right }

  /// The join on `condition`, in which placeholders stand for the subqueries.
  func joined(
    _ kind: JoinSides, on condition: BoundExpression, by queries: QueryBinder, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    var sides: [Side] = []
    for subquery in subqueries { sides.append(try side(of: subquery)) }
    let (l, leftValues) = try attached(to: left, sides, .left)
    let (r, rightValues) = try attached(to: right, sides, .right)
    let width = l.scope.columns.count
    let met = condition.mapColumns { column, ordinal in
      if let index = Placeholder.subquery(ordinal) {
        return leftValues[index] ?? rightValues[index]?.remapped { $0 + width } ?? column
      }
      return ordinal < leftWidth ? column : column.remapped { $0 - leftWidth + width }
    }
    let wide = queries.joined(l, r, kind, on: met, span: span)
    let isOneSided = kind == .leftSemi || kind == .leftAnti
    let kept = Array(0..<leftWidth) + (isOneSided ? [] : (width..<width + right.scope.columns.count).map { $0 })
    let schema = wide.plan.schema
    return BoundRelation(
      plan: .project(
        .init(
          input: wide.plan, columns: kept.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) })),
      scope: Scope(kept.map { wide.scope.columns[$0] }))
  }

  /// The side whose columns the subquery asks for; the left one if it asks for none.
  private func side(of subquery: BoundSubquery) throws(SQLError) -> Side {
    var used: Set<Int> = []
    for operand in subquery.operands { used.formUnion(operand.columnsUsed) }
    for id in subquery.relation.plan.outerReferences where binder.context.outerReferences[id].depth == subquery.depth {
      used.formUnion(binder.context.outerReferences[id].value.columnsUsed)
    }
    if used.allSatisfy({ $0 < leftWidth }) { return .left }
    if used.allSatisfy({ $0 >= leftWidth && Placeholder.isInput($0) }) { return .right }
    throw SQLError(
      .bind, "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
      "a subquery in the ON of an outer, semi or anti join may use the columns of one side only", span: subquery.span,
      hint: "join with the subquery instead")
  }

  /// The relation with the values of its subqueries as further columns, and where these are.
  private func attached(
    to relation: BoundRelation, _ sides: [Side], _ side: Side
  ) throws(SQLError) -> (BoundRelation, [Int: BoundExpression]) {
    let mine = subqueries.indices.filter { sides[$0] == side }
    if mine.isEmpty { return (relation, [:]) }
    let offset = side == .left ? 0 : leftWidth
    var joins = SubqueryJoins(binder, over: relation.plan) { $0.remapped { Placeholder.isInput($0) ? $0 - offset : $0 } }
    try joins.attach(
      subqueries, usedBy: mine.map { BoundExpression(.column(Placeholder.subqueries + $0), type: .null) })
    var result = relation
    result.plan = joins.plan
    for field in joins.plan.schema.fields[relation.scope.columns.count...] {
      result.scope.columns.append(Scope.Column(qualifier: [], field: field, isHidden: true))
    }
    return (result, joins.values)
  }
}

extension BoundExpression {
  /// The expression with `transform` in the place of each column.
  fileprivate func mapColumns(_ transform: (BoundExpression, Int) -> BoundExpression) -> BoundExpression {
    if case .column(let ordinal) = node { return transform(self, ordinal) }
    return mapChildren { $0.mapColumns(transform) }
  }
}
