internal import Columnar
internal import Diagnostics
internal import Expressions

/// Sessions as columns behind rows: the session of each row by its start and its end.
///
/// The rows of a key are looked at in order of time (OVER, which takes rows back as well). A row that nothing before it
/// reaches opens a session; the session of a row is the last one that was opened. Rows without a time, and those whose gap is
/// not longer than zero, are in no session and left out.
struct SessionRows {
  var input: LogicalPlan
  var keys: [BoundExpression]
  var time: BoundExpression
  var gap: BoundExpression

  /// The input's columns, then when the row's session starts, and when the row alone would end one.
  func started() throws(SQLError) -> LogicalPlan {
    let width = input.schema.count
    let span = time.span
    let ended = LogicalPlan.project(
      .init(
        input: input,
        columns: input.kept + [
          NamedExpression(time, as: "_session_time"), NamedExpression(SessionTimes.end(of: time, gap: gap), as: "_session_end"),
        ] + keys.enumerated().map { NamedExpression($1, as: "_session_key\($0)") }))
    let at = BoundExpression.column(width, ended.schema[width], span: span)
    let end = BoundExpression.column(width + 1, ended.schema[width + 1], span: span)
    let partition = keys.indices.map { BoundExpression.column(width + 2 + $0, ended.schema[width + 2 + $0], span: keys[$0].span) }
    let inTime = LogicalPlan.filter(.init(input: ended, predicate: try FunctionRegistry.builtin.isNotNull(end)))
    let reached = LogicalPlan.over(
      .init(
        input: inTime, partitionBy: partition, orderBy: [SortKey(at)],
        calls: [try greatest(end, WindowFrame(.rows, .unboundedPreceding, .offset(-1)))]))
    let last = reached.schema.count - 1
    let opening = SessionTimes.opening(at, reached: .column(last, reached.schema[last], span: span))
    let opened = LogicalPlan.project(
      .init(
        input: reached, columns: Array(reached.kept.dropLast()) + [NamedExpression(opening, as: "_session_opening")]))
    let started = LogicalPlan.over(
      .init(
        input: opened, partitionBy: partition, orderBy: [SortKey(at)],
        calls: [try greatest(.column(last, opened.schema[last], span: span), .upToPeers)]))
    let start = started.schema.count - 1
    return .project(
      .init(
        input: started,
        columns: Array(started.kept.prefix(width)) + [
          NamedExpression(.column(start, started.schema[start], span: span), as: "session_start"),
          NamedExpression(end, as: "session_end"),
        ] + partition.map { NamedExpression($0, as: "_session_key") }))
  }

  /// The input's columns, then start and end of the row's session.
  func placed() throws(SQLError) -> LogicalPlan {
    let width = input.schema.count
    let rows = try started()
    let partition = (0...keys.count).map { $0 == 0 ? width : width + 1 + $0 }.map { BoundExpression.column($0, rows.schema[$0], span: time.span) }
    let ended = LogicalPlan.over(
      .init(
        input: rows, partitionBy: partition, orderBy: [],
        calls: [try greatest(.column(width + 1, rows.schema[width + 1], span: time.span), .wholePartition)]))
    let end = ended.schema.count - 1
    return .project(
      .init(
        input: ended,
        columns: Array(ended.kept.prefix(width + 1)) + [
          NamedExpression(.column(end, ended.schema[end], span: time.span), as: "session_end")
        ]))
  }

  private func greatest(_ argument: BoundExpression, _ frame: WindowFrame) throws(SQLError) -> WindowCall {
    guard let max = FunctionRegistry.builtin.aggregates["max"] else { throw .internal("there is no max") }
    let bound = try max.bind(FunctionCall(name: "max", arguments: [argument], span: argument.span))
    return WindowCall(
      function: BoundWindowFunction("max", bound.parameters, returns: bound.result, isNullable: true, kind: .aggregate(bound)),
      arguments: [argument], filter: nil, frame: frame, name: "_session_max", span: argument.span)
  }
}

extension LogicalPlan.Aggregate {
  /// The same groups where sessions cannot be kept as such: each row is told its session, and rows are grouped by that.
  /// Costs O(rows kept); takes rows that are taken back, DISTINCT, and aggregates that cannot be put together.
  func groupingSessionRows(time: BoundExpression, gap: BoundExpression) throws(SQLError) -> LogicalPlan {
    let rows = try SessionRows(input: input, keys: keys.map(\.expression), time: time, gap: gap).started()
    let width = input.schema.count
    let start = BoundExpression.column(width, rows.schema[width], span: time.span)
    let end = BoundExpression.column(width + 1, rows.schema[width + 1], span: time.span)
    guard let max = FunctionRegistry.builtin.aggregates["max"] else { throw .internal("there is no max") }
    let latest = AggregateCall(
      aggregate: try max.bind(FunctionCall(name: "max", arguments: [end], span: time.span)), arguments: [end], filter: nil,
      isDistinct: false, name: "session_end", span: time.span)
    var grouped = self
    grouped.windowing = nil
    grouped.input = rows
    grouped.keys = keys + [NamedExpression(start, as: "session_start")]
    grouped.calls = [latest] + calls
    let plan = LogicalPlan.aggregate(grouped)
    // Start and end cannot be NULL here, as those of sessions are not.
    return .project(
      .init(
        input: plan,
        columns: plan.schema.fields.enumerated().map { index, field in
          let isOfSession = index == keys.count || index == keys.count + 1
          return NamedExpression(
            .column(index, Field(field.name, field.type, isNullable: field.isNullable && !isOfSession)), as: field.name)
        }))
  }
}

extension LogicalPlan {
  /// Every column as it is.
  fileprivate var kept: [NamedExpression] {
    schema.fields.enumerated().map { NamedExpression(.column($0, $1), as: $1.name) }
  }
}
