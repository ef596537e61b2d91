internal import Columnar
internal import Diagnostics
internal import Expressions

extension LogicalPlan.Aggregate {
  /// The same sessions where DISTINCT is only that of `count`, `min` and `max`: different values are collected in a set, which
  /// sessions that grow together put together, and counted above. Costs the different values of the open sessions.
  ///
  /// Nil if another aggregate is DISTINCT.
  func countingSets() throws(SQLError) -> LogicalPlan? {
    var collecting = self
    var isCounted = [Bool](repeating: false, count: calls.count)
    for (index, call) in calls.enumerated() where call.isDistinct {
      switch call.aggregate.name {
      case "min", "max": collecting.calls[index].isDistinct = false
      case "count" where !call.arguments.isEmpty:
        collecting.calls[index] = try call.collected()
        isCounted[index] = true
      default: return nil
      }
    }
    let plan = LogicalPlan.aggregate(collecting)
    let first = plan.schema.count - calls.count
    var columns: [NamedExpression] = []
    for (position, field) in plan.schema.fields.enumerated() {
      let column = BoundExpression.column(position, field)
      guard position >= first, isCounted[position - first] else {
        columns.append(NamedExpression(column, as: field.name))
        continue
      }
      let call = calls[position - first]
      let size = try FunctionRegistry.builtin.call("size", [column], isNullable: false, span: call.span)
      columns.append(NamedExpression(Coercion.cast(size, to: call.field.type), as: call.name))
    }
    return .project(.init(input: plan, columns: columns))
  }
}

extension AggregateCall {
  /// The set of the different values that it counts: of rows none of whose arguments is NULL.
  fileprivate func collected() throws(SQLError) -> AggregateCall {
    var call = self
    call.isDistinct = false
    var value = arguments[0]
    if arguments.count > 1 {
      let fields = arguments.enumerated().flatMap { [BoundExpression.literal(.bytes(Array("c\($0)".utf8)), .string, span: span), $1] }
      value = try FunctionRegistry.builtin.call("named_struct", fields, isNullable: false, span: span)
      for argument in arguments {
        let isThere = try FunctionRegistry.builtin.isNotNull(argument)
        call.filter = call.filter.map { BoundExpression(.and($0, isThere), type: .boolean, span: span) } ?? isThere
      }
    }
    guard let set = FunctionRegistry.builtin.aggregates["collect_set"] else { throw .internal("there is no collect_set") }
    call.aggregate = try set.bind(FunctionCall(name: "collect_set", arguments: [value], span: span))
    call.arguments = [value]
    return call
  }
}
