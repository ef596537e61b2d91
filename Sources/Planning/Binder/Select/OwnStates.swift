internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// What aggregates of the user ask of a GROUP BY: how long groups may rest (TIMEOUT), and the states that they begin with
/// (INITIAL FROM).
extension SelectBinder.Stage {
  /// TIMEOUT of the GROUP BY, or else the shortest of its aggregates. Groups that a window closes need none.
  func addTimeout(to aggregate: inout LogicalPlan.Aggregate) throws(SQLError) {
    let written = binder.select.groupBy?.timeout
    if let written, aggregate.windowing != nil {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "groups of a window are over with the window and take no TIMEOUT", span: written.span)
    }
    let timeout = written?.micros ?? aggregate.calls.compactMap { $0.aggregate.own?.timeoutMicros }.min()
    guard let timeout, aggregate.windowing == nil, !aggregate.keys.isEmpty else { return }
    let time = aggregate.input.eventTimeColumn.map {
      BoundExpression.column($0, aggregate.input.schema[$0], span: binder.select.span)
    }
    aggregate.windowing = .idle(timeoutMicros: timeout, time: time)
  }

  /// The aggregate over two inputs, where one of its calls begins with states: first the rows that bring keys and states,
  /// then its own. Keys and arguments are computed below, so that both have the same columns.
  func startingFromStates(_ aggregate: LogicalPlan.Aggregate) throws(SQLError) -> LogicalPlan.Aggregate {
    let starting = aggregate.calls.indices.filter {
      binder.context.catalog.initialStates(ofAggregate: aggregate.calls[$0].aggregate.name) != nil
    }
    guard let index = starting.first else { return aggregate }
    let call = aggregate.calls[index]
    guard starting.count == 1, !call.isDistinct, let own = call.aggregate.own,
      let query = binder.context.catalog.initialStates(ofAggregate: call.aggregate.name)
    else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "one aggregate with INITIAL FROM may stand in a SELECT, without DISTINCT",
        span: aggregate.calls[starting.last ?? index].span)
    }
    switch aggregate.windowing {
    case nil, .idle?: break
    case .panes?, .session?:
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "\(call.aggregate.name) begins with states of keys, and windows have none", span: call.span)
    }
    var builder = StartBuilder(aggregate: aggregate, starting: index, own: own, context: binder.context)
    return try builder.build(try QueryBinder(binder.context).bind(query).withoutHidden)
  }
}

/// Puts the two inputs of an aggregate that begins with states together.
private struct StartBuilder {
  var aggregate: LogicalPlan.Aggregate
  let starting: Int
  let own: BoundAggregate.OwnTraits
  let context: StatementContext
  /// Columns of both inputs, as the aggregate's own rows have them.
  private var columns: [NamedExpression] = []

  init(aggregate: LogicalPlan.Aggregate, starting: Int, own: BoundAggregate.OwnTraits, context: StatementContext) {
    self.aggregate = aggregate
    self.starting = starting
    self.own = own
    self.context = context
  }

  mutating func build(_ states: BoundRelation) throws(SQLError) -> LogicalPlan.Aggregate {
    let call = aggregate.calls[starting]
    let keyCount = aggregate.keys.count
    guard states.scope.columns.count == keyCount + 1 else {
      throw SQLError(
        .bind, "NUM_COLUMNS_MISMATCH",
        "INITIAL FROM of \(call.aggregate.name) gives \(states.scope.columns.count) columns: \(keyCount) key\(keyCount == 1 ? "" : "s") of GROUP BY and the state are \(keyCount + 1)",
        span: call.span, hint: "its query is SELECT key, state FROM …")
    }
    var result = aggregate
    for index in aggregate.keys.indices {
      result.keys[index].expression = add(aggregate.keys[index].expression, aggregate.keys[index].name)
    }
    for index in aggregate.calls.indices {
      result.calls[index].arguments = aggregate.calls[index].arguments.map { add($0, "argument") }
      result.calls[index].filter = aggregate.calls[index].filter.map { add($0, "filter") }
    }
    result.windowing = aggregate.windowing?.mapExpressions { add($0, "time") }
    let state = add(.literal(.null, own.state), "state")
    let flag = add(.literal(.bool(false), .boolean), "is_state")
    result.calls[starting].aggregate = own.takingStates()
    result.calls[starting].arguments += [state, flag]
    if let filter = result.calls[starting].filter {
      result.calls[starting].filter = BoundExpression(.or(flag, filter), type: .boolean)
    }
    let isRow = try ExpressionBinder(context, scope: Scope(), clause: .filter).call("not", [flag], span: call.span)
    for index in result.calls.indices where index != starting {
      result.calls[index].filter =
        result.calls[index].filter.map { BoundExpression(.and(isRow, $0), type: .boolean) } ?? isRow
    }
    let first = try stateRows(states, call)
    let schema = Schema(columns.map { Field($0.name, $0.expression.type) })
    result.input = .union(
      .init(inputs: [first, .project(.init(input: aggregate.input, columns: columns))], schema: schema))
    return result
  }

  private mutating func add(_ expression: BoundExpression, _ name: String) -> BoundExpression {
    columns.append(NamedExpression(expression, as: "\(name)\(columns.count)"))
    return BoundExpression(.column(columns.count - 1), type: expression.type, span: expression.span)
  }

  /// Keys and state of the query, nothing else.
  private func stateRows(_ states: BoundRelation, _ call: AggregateCall) throws(SQLError) -> LogicalPlan {
    var given: [NamedExpression] = []
    for (index, column) in columns.enumerated() {
      let value: BoundExpression
      if index < aggregate.keys.count {
        value = try stored(index, of: states, as: column.expression.type, call)
      } else if index == columns.count - 2 {
        value = try stored(aggregate.keys.count, of: states, as: own.state, call)
      } else if index == columns.count - 1 {
        value = .literal(.bool(true), .boolean)
      } else {
        value = .literal(.null, column.expression.type)
      }
      given.append(NamedExpression(value, as: column.name))
    }
    return LogicalPlan.project(.init(input: states.plan, columns: given)).relocated(to: call.span)
  }

  private func stored(
    _ index: Int, of states: BoundRelation, as type: DataType, _ call: AggregateCall
  ) throws(SQLError) -> BoundExpression {
    let column = BoundExpression.column(index, states.scope.columns[index].field, span: call.span)
    guard Coercion.canStore(column.type, as: type) else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_INITIAL_STATE",
        "column \(index + 1) of INITIAL FROM of \(call.aggregate.name) is \(column.type.sqlName), expected \(type.sqlName)",
        span: call.span)
    }
    return context.cast(column, to: type)
  }
}

extension LogicalPlan {
  /// The column that a WATERMARK below names, as far as it is still there.
  fileprivate var eventTimeColumn: Int? {
    switch self {
    case .watermark(let watermark): return watermark.column
    case .filter, .sort, .limit, .distinct, .windowAssign: return inputs.first?.eventTimeColumn
    case .project(let project):
      guard let column = project.input.eventTimeColumn else { return nil }
      return project.columns.firstIndex {
        if case .column(column) = $0.expression.node { true } else { false }
      }
    case .generate(let generate):
      guard let column = generate.input.eventTimeColumn else { return nil }
      return generate.kept.firstIndex(of: column)
    case .join(let join): return join.left.eventTimeColumn
    case .union(let union): return union.inputs.compactMap(\.eventTimeColumn).first
    case .scan, .values, .aggregate, .matchRecognize, .recursive, .recursiveReference, .over, .rankLimit:
      return nil
    }
  }
}
