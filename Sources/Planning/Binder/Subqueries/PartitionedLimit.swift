internal import Columnar
internal import Diagnostics
internal import Expressions

/// LIMIT and OFFSET of a correlated subquery: the first rows for each value of the query around, which are those of a
/// partition.
///
/// Costs what a top-N by partition costs; OFFSET alone keeps and numbers all rows.
struct PartitionedLimit {
  let limit: LogicalPlan.Limit
  let binder: ExpressionBinder
  let span: SourceSpan

  /// `plan` has the limit's columns first; its rows are counted in the order of `keys`, those without any as they come.
  func applied(
    to plan: LogicalPlan, orderBy keys: [SortKey], within partitionBy: [BoundExpression]
  ) throws(SQLError) -> LogicalPlan {
    let width = plan.schema.count
    if limit.count == 0 {
      return .filter(.init(input: plan, predicate: .literal(.bool(false), .boolean, span: span)))
    }
    let rank = Field("_row", .int, isNullable: false)
    var last: Int?
    if let count = limit.count {
      let (sum, isOverflow) = count.addingReportingOverflow(limit.offset)
      if !isOverflow, sum < Int(Int32.max) { last = sum }
    }
    let numbered: LogicalPlan
    if let last {
      numbered = .rankLimit(
        .init(
          input: plan, partitionBy: partitionBy, orderBy: keys, kind: .rowNumber, limit: last,
          rank: limit.offset > 0 ? rank : nil))
      if limit.offset == 0 { return numbered }
    } else {
      let function = BoundWindowFunction("row_number", [], returns: .int, isNullable: false, kind: .rowNumber)
      let call = WindowCall(
        function: function, arguments: [], filter: nil, frame: .upToRow, name: rank.name, span: span)
      numbered = .over(.init(input: plan, partitionBy: partitionBy, orderBy: keys, calls: [call]))
    }
    let offset = BoundExpression.literal(.int64(Int64(limit.offset)), .bigint, span: span)
    let number = binder.context.cast(.column(width, rank, span: span), to: .bigint)
    let isBehind = try binder.call(">", [number, offset], span: span)
    return LogicalPlan.filter(.init(input: numbered, predicate: isBehind)).keepingFirst(width)
  }
}
