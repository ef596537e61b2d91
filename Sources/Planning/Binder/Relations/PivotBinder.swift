internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// PIVOT: one GROUP BY of the columns that it does not mention, with each aggregate once for every value, over the rows
  /// that have it. So it is kept up to date like any other aggregate.
  ///
  /// As in Spark, where all aggregates give numbers or booleans a value without rows gives NULL, also for `count`; where
  /// one gives something else each aggregate is that of no rows.
  func bind(_ pivot: AST.Pivot, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    let input = input.withoutHidden
    var columns: [BoundExpression] = []
    for name in pivot.columns { columns.append(try pivotColumn(name, of: input)) }
    let (aggregates, calls) = try pivotAggregates(pivot, over: input)
    let values = try pivot.values.map { (item) throws(SQLError) in try pivotValue(item, for: columns, over: input.scope) }
    var used = Set(columns.flatMap(\.columnsUsed))
    for call in calls {
      for part in call.arguments + (call.filter.map { [$0] } ?? []) { used.formUnion(part.columnsUsed) }
    }
    let keys = input.scope.columns.indices.filter { !used.contains($0) }
    if let key = keys.first(where: { !input.scope.columns[$0].field.type.isOrderable }) {
      throw .notGroupable(input.scope.columns[key].field.type, in: "PIVOT, which groups by it", span: pivot.span)
    }
    let givesNull = aggregates.allSatisfy(\.expression.type.isPivotedByValue)
    let collector = AggregateCollector()
    var output: [NamedExpression] = []
    for value in values {
      for aggregate in aggregates {
        let name = aggregates.count == 1 ? value.name : "\(value.name)_\(aggregate.name)"
        var result = try filtered(aggregate.expression, calls, by: value.condition, width: keys.count, collector)
        if givesNull, !calls.isAlwaysNullOfNothing(aggregate.expression) {
          let rows = try rowCount(value.condition, width: keys.count, collector, span: pivot.span)
          let none = try binder.call("=", [rows, .literal(.int64(0), .bigint, span: pivot.span)], span: pivot.span)
          result = BoundExpression(
            .conditional(
              branches: [.init(condition: none, value: .literal(.null, result.type, span: result.span))], otherwise: result),
            type: result.type, span: result.span)
        }
        result.isNullable = true
        output.append(NamedExpression(result, as: name))
      }
    }
    let groups = keys.map { NamedExpression(.column($0, input.scope.columns[$0].field), as: input.scope.columns[$0].field.name) }
    let grouped = LogicalPlan.aggregate(.init(input: input.plan, keys: groups, calls: collector.calls))
    let kept = groups.indices.map { NamedExpression(.column($0, groups[$0].field), as: groups[$0].name) }
    let plan = LogicalPlan.project(.init(input: grouped, columns: kept + output))
    let scope = Scope(
      keys.map { input.scope.columns[$0] } + output.map { Scope.Column(qualifier: [], field: $0.field) })
    return try BoundRelation(plan: plan, scope: scope).aliased(pivot.alias)
  }

  private var binder: ExpressionBinder { expressionBinder(Scope(), .select) }

  private func pivotColumn(_ name: AST.ObjectName, of input: BoundRelation) throws(SQLError) -> BoundExpression {
    let column = try expressionBinder(input.scope, .pivot).bindName(name, span: name.span)
    if column.type.isOrderable { return column }
    throw SQLError(
      .bind, "INCOMPARABLE_PIVOT_COLUMN",
      "values of \"\(name.text)\" cannot be compared, since it is \(column.type.sqlName)", span: name.span)
  }

  // MARK: Aggregates

  private func pivotAggregates(
    _ pivot: AST.Pivot, over input: BoundRelation
  ) throws(SQLError) -> ([NamedExpression], [AggregateCall]) {
    let collector = AggregateCollector()
    var binder = expressionBinder(input.scope, .pivot)
    binder.aggregates = collector
    var result: [NamedExpression] = []
    for item in pivot.aggregates {
      let expression = try binder.bind(item.expression)
      if let column = expression.firstColumn(where: Placeholder.isInput) ?? (expression.containsAggregate ? nil : expression) {
        throw SQLError(
          .bind, "_LEGACY_ERROR_TEMP_1006", "PIVOT takes aggregates, and this is part of none", span: column.span,
          hint: "write sum(…), max(…), first(…)")
      }
      result.append(NamedExpression(expression, as: item.alias?.text ?? binder.autoName(of: item.expression)))
    }
    return (result, collector.calls)
  }

  /// `expression` with every aggregate in it taken over the rows of one value.
  private func filtered(
    _ expression: BoundExpression, _ calls: [AggregateCall], by condition: BoundExpression, width: Int,
    _ collector: AggregateCollector
  ) throws(SQLError) -> BoundExpression {
    if case .column(let ordinal) = expression.node, let index = Placeholder.aggregate(ordinal) {
      var call = calls[index]
      call.filter = call.filter.flatMap { BoundExpression.chain([condition, $0], .and) } ?? condition
      return collector.column(of: call, width: width)
    }
    return try expression.mapChildren { (child) throws(SQLError) in
      try filtered(child, calls, by: condition, width: width, collector)
    }
  }

  /// How many rows have the value.
  private func rowCount(
    _ condition: BoundExpression, width: Int, _ collector: AggregateCollector, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    guard let count = context.catalog.functions.aggregates["count"] else {
      throw .unresolvedRoutine("count", candidates: [], span: span)
    }
    let one = BoundExpression.literal(.int32(1), .int, span: span)
    let bound = try count.bind(FunctionCall(name: "count", arguments: [one], span: span, settings: context.settings))
    return collector.column(
      of: AggregateCall(
        aggregate: bound, arguments: try binder.castArguments([one], to: bound.parameters, function: "count", span: span),
        filter: condition, isDistinct: false, name: "count(1)", span: span), width: width)
  }

  // MARK: Values

  /// A value of IN: what it is called in the output, and how its rows are known.
  private func pivotValue(
    _ item: AST.SelectItem, for columns: [BoundExpression], over scope: Scope
  ) throws(SQLError) -> (name: String, condition: BoundExpression) {
    let whole = try expressionBinder(scope, .pivot).bind(item.expression)
    guard whole.isConstant else {
      throw SQLError(
        .bind, "NON_LITERAL_PIVOT_VALUES", "the values of PIVOT must be constants", span: item.expression.span,
        hint: "write them as literals: IN ('a', 'b')")
    }
    var parts = [whole]
    if columns.count > 1 {
      guard case .row(let values) = item.expression.kind, values.count == columns.count else {
        throw SQLError(
          .bind, "PIVOT_VALUE_DATA_TYPE_MISMATCH",
          "a value of this PIVOT has \(columns.count) parts, one for each column, found \(whole.type.sqlName)",
          span: item.expression.span)
      }
      parts = try expressionBinder(scope, .pivot).bind(values)
    }
    var conditions: [BoundExpression] = []
    for (column, part) in zip(columns, parts) {
      let value: BoundExpression
      do {
        value = try binder.explicitCast(part, to: column.type, mode: context.castMode, span: part.span)
      } catch {
        throw SQLError(
          .bind, "PIVOT_VALUE_DATA_TYPE_MISMATCH",
          "the column of PIVOT is \(column.type.sqlName), and this value is \(part.type.sqlName)", span: part.span)
      }
      conditions.append(try binder.call("<=>", [column, value], span: part.span))
    }
    guard let condition = BoundExpression.chain(conditions[...], .and) else { throw .internal("PIVOT without a column") }
    let text = try context.constantValue(context.cast(whole, to: .string)).text
    return (item.alias?.text ?? text ?? "null", condition)
  }
}

extension AggregateCollector {
  /// The call's column in an aggregate that has `width` columns of keys.
  fileprivate func column(of call: AggregateCall, width: Int) -> BoundExpression {
    var column = add(call)
    if case .column(let ordinal) = column.node, let index = Placeholder.aggregate(ordinal) { column.node = .column(width + index) }
    return column
  }
}

extension [AggregateCall] {
  /// Whether the expression is an aggregate that gives NULL for no rows.
  fileprivate func isAlwaysNullOfNothing(_ expression: BoundExpression) -> Bool {
    guard case .column(let ordinal) = expression.node, let index = Placeholder.aggregate(ordinal) else { return false }
    return self[index].aggregate.isNullable
  }
}

extension DataType {
  /// The types whose results Spark puts into their columns by value (`PivotFirst`).
  fileprivate var isPivotedByValue: Bool {
    switch self {
    case .boolean, .tinyint, .smallint, .int, .bigint, .float, .double, .decimal: true
    default: false
    }
  }
}
