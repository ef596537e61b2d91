internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// `TABLE(SESSION(TABLE t PARTITION BY key, DESCRIPTOR(ts), gap))`: rows with the session that they are in.
///
/// Grouped by the window and the key that sessions are made by, which is what nearly all uses do, the rows are not told their
/// sessions one by one: that is `session_window`, whose groups are over when the watermark says so.
struct SessionTable {
  var input: LogicalPlan
  /// Columns of the table that sessions are made by.
  var partitionBy: [Int]
  var time: BoundExpression
  var gap: BoundExpression
  /// Columns of the table; those of the window follow.
  var width: Int
}

extension QueryBinder {
  func bindSessionTable(
    _ arguments: WindowTableArguments, _ time: BoundExpression, over input: BoundRelation, _ binder: ExpressionBinder,
    span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    guard arguments.lengths.count == 1 else {
      throw .wrongArgumentCount("session", expected: "a gap", found: arguments.lengths.count, span: span)
    }
    let constants = expressionBinder(Scope(), .constant)
    let micros = try constants.length(try constants.bind(arguments.lengths[0]), "the gap of SESSION")
    let gap = BoundExpression.literal(.int64(micros), .dayTime, span: arguments.lengths[0].span)
    var keys: [BoundExpression] = []
    for expression in arguments.partitionBy {
      let key = try binder.bind(expression)
      guard key.type.isOrderable else { throw .notGroupable(key.type, in: "PARTITION BY", span: key.span) }
      keys.append(key)
    }
    let plan = try SessionRows(input: input.plan, keys: keys, time: time, gap: gap).placed()
    let width = input.scope.columns.count
    var result = input.withWindow(
      .column(width, plan.schema[width], span: span), .column(width + 1, plan.schema[width + 1], span: span), over: plan,
      span: span)
    let columns = keys.compactMap(\.columnOrdinal)
    if columns.count == keys.count {
      result.sessions = SessionTable(input: input.plan, partitionBy: columns, time: time, gap: gap, width: width)
    }
    return result
  }
}

extension SelectBinder {
  /// GROUP BY of nothing but a session and the key it is made by, over the table function itself: the groups of the sessions
  /// and, for each key of GROUP BY, what it is in their rows.
  func groupedSessions() -> (aggregate: LogicalPlan.Aggregate, keys: [BoundExpression])? {
    guard let sessions = input.sessions, groupingSets == nil, base.windows?.entries.isEmpty != false,
      !generators.contains(where: \.isBelowAggregate)
    else { return nil }
    let columns = groupKeys.compactMap(\.expression.columnOrdinal)
    let (start, end, last) = (sessions.width, sessions.width + 1, sessions.width + 2)
    guard columns.count == groupKeys.count, columns.contains(start), columns.contains(end) || columns.contains(last),
      Set(columns).subtracting([start, end, last]) == Set(sessions.partitionBy)
    else { return nil }
    let used = collector.calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
    guard used.allSatisfy({ $0.columnsUsed.allSatisfy { $0 < start } }) else { return nil }
    var aggregate = LogicalPlan.Aggregate(
      input: sessions.input, keys: [], calls: collector.calls, windowing: .session(time: sessions.time, gap: sessions.gap))
    for key in groupKeys where (key.expression.columnOrdinal ?? start) < start { aggregate.keys.append(key) }
    let fields = aggregate.keyFields
    var place = 0
    let keys = groupKeys.map { key -> BoundExpression in
      let span = key.expression.span
      let endColumn = BoundExpression.column(fields.count - 1, fields[fields.count - 1], span: span)
      switch key.expression.columnOrdinal {
      case start: return .column(fields.count - 2, fields[fields.count - 2], span: span)
      case end: return endColumn
      case last: return TimeWindows.shift(endColumn, byMicros: -1, span: span)
      default:
        place += 1
        return .column(place - 1, fields[place - 1], span: span)
      }
    }
    return (aggregate, keys)
  }
}
