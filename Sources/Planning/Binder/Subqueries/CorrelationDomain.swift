internal import Columnar
internal import Diagnostics
internal import Expressions

/// The distinct values that a query gives to the columns that its subquery asks for.
///
/// Where a condition cannot be pulled up as it is, because it passes a GROUP BY and is no equality, or the column stands in
/// an aggregate or a select list, the subquery is computed once for each of these values: they are joined in where they are
/// asked for, and the query around meets the result by equality (Neumann and Kemper, Unnesting Arbitrary Queries, 2015).
struct CorrelationDomain {
  /// The query around the subquery, as far as it is built.
  let plan: LogicalPlan
  /// An outer reference over the plan's columns.
  let value: (Int) throws(SQLError) -> BoundExpression
  let binder: ExpressionBinder

  /// `below` with the values of `ids` beside its rows, joined by its conditions. The new conditions are equalities; `over`
  /// gives expressions of the subquery over the new plan.
  func joined(
    to below: CorrelationPullUp.Result, _ ids: [Int], span: SourceSpan
  ) throws(SQLError) -> (result: CorrelationPullUp.Result, over: (BoundExpression) -> BoundExpression) {
    let width = below.plan.schema.count
    var columns: [NamedExpression] = []
    for id in ids { columns.append(NamedExpression(try value(id), as: "_outer\(columns.count)")) }
    let values = LogicalPlan.distinct(.init(input: .project(.init(input: plan, columns: columns))))
    let fields = values.schema.fields
    func column(_ index: Int) -> BoundExpression { .column(width + index, fields[index], span: span) }
    func over(_ expression: BoundExpression) -> BoundExpression {
      if case .outer(let id) = expression.node, let index = ids.firstIndex(of: id) { return column(index) }
      return expression.mapChildren { over($0) }
    }
    let condition = BoundExpression.chain(below.conditions.map(over)[...], .and)
    let joined = LogicalPlan.join(.init(left: below.plan, right: values, kind: .inner, condition: condition, span: span))
    var conditions: [BoundExpression] = []
    for (index, id) in ids.enumerated() {
      let outer = BoundExpression(.outer(id), type: fields[index].type, isNullable: fields[index].isNullable, span: span)
      conditions.append(try binder.call("<=>", [outer, column(index)], span: span))
    }
    return (CorrelationPullUp.Result(plan: joined, conditions: conditions), over)
  }
}
