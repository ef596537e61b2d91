internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Joins subqueries to the rows that ask for them.
///
/// Columns are only ever added behind those of `plan`, so expressions over it stay good.
struct SubqueryJoins {
  let binder: ExpressionBinder
  var plan: LogicalPlan
  /// The value of each subquery over `plan`, by its number.
  private(set) var values: [Int: BoundExpression] = [:]
  /// An expression of the scope around the subqueries over the columns that `plan` began with; placeholders stay.
  let translate: (BoundExpression) throws(SQLError) -> BoundExpression

  private var context: StatementContext { binder.context }

  init(
    _ binder: ExpressionBinder, over plan: LogicalPlan, known values: [Int: BoundExpression] = [:],
    translate: @escaping (BoundExpression) throws(SQLError) -> BoundExpression
  ) {
    self.binder = binder
    self.plan = plan
    self.values = values
    self.translate = translate
  }

  /// `expression` with values in the place of subqueries' placeholders.
  func resolved(_ expression: BoundExpression) -> BoundExpression {
    if case .column(let ordinal) = expression.node, let index = Placeholder.subquery(ordinal), var value = values[index] {
      value.span = expression.span
      return value
    }
    return expression.mapChildren { resolved($0) }
  }

  /// An expression of the scope around, over the plan as it is now.
  private func over(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
    resolved(try translate(expression))
  }

  // MARK: As conditions

  /// Keeps the rows that satisfy `predicate`: EXISTS and IN among its conjuncts become semi and anti joins.
  mutating func filter(_ predicate: BoundExpression, _ subqueries: [BoundSubquery]) throws(SQLError) {
    let (plain, asking) = predicate.split { $0.firstColumn(where: { Placeholder.subquery($0) != nil }) == nil }
    if let plain { plan = .filter(.init(input: plan, predicate: try translate(plain))) }
    let width = plan.schema.count
    var rest: [BoundExpression] = []
    for conjunct in asking?.conjuncts ?? [] {
      if try !semiJoin(conjunct, subqueries) { rest.append(conjunct) }
    }
    guard let last = BoundExpression.chain(rest[...], .and) else { return }
    try attach(subqueries, usedBy: [last])
    plan = .filter(.init(input: plan, predicate: try over(last)))
    plan = plan.keepingFirst(width)
  }

  private mutating func semiJoin(_ conjunct: BoundExpression, _ subqueries: [BoundSubquery]) throws(SQLError) -> Bool {
    var subject = conjunct
    var isNegated = false
    if case .call(let call) = conjunct.node, call.function.name == "not" {
      subject = call.arguments[0]
      isNegated = true
    }
    guard case .column(let ordinal) = subject.node, let index = Placeholder.subquery(ordinal) else { return false }
    let subquery = subqueries[index]
    switch subquery.use {
    case .scalar: return false
    case .exists: break
    case .membership(let operands):
      // NOT IN is an anti join only where nothing can be unknown.
      let isCertain = !operands.contains(where: \.isNullable) && !subquery.relation.scope.columns.contains(where: \.field.isNullable)
      if operands.contains(where: { $0.firstColumn(where: { Placeholder.subquery($0) != nil }) != nil }) { return false }
      if isNegated && !isCertain { return false }
    }
    let pulled = try pull(subquery)
    plan = .join(
      .init(
        left: plan, right: pulled.plan, kind: isNegated ? .leftAnti : .leftSemi,
        condition: try condition(pulled, equalities(subquery)), span: subquery.span))
    return true
  }

  // MARK: As values

  /// Makes the subqueries that `expressions` use part of the plan.
  mutating func attach(_ subqueries: [BoundSubquery], usedBy expressions: [BoundExpression]) throws(SQLError) {
    for index in subqueries.indices where values[index] == nil {
      let isUsed = expressions.contains { $0.firstColumn(where: { Placeholder.subquery($0) == index }) != nil }
      guard isUsed else { continue }
      let subquery = subqueries[index]
      switch subquery.use {
      case .exists:
        let pulled = try pull(subquery)
        values[index] = mark(pulled.plan, try condition(pulled, []), subquery.span)
      case .membership(let operands):
        // Operands may ask subqueries themselves.
        try attach(subqueries, usedBy: operands)
        values[index] = try membership(subquery, operands)
      case .scalar: values[index] = try scalar(subquery)
      }
    }
  }

  /// A column that says whether a row has a match.
  private mutating func mark(_ right: LogicalPlan, _ condition: BoundExpression?, _ span: SourceSpan) -> BoundExpression {
    plan = .join(.init(left: plan, right: right, kind: .leftMark, condition: condition, span: span))
    return .column(plan.schema.count - 1, plan.schema[plan.schema.count - 1], span: span)
  }

  /// TRUE if a row is equal; else NULL if one might be; else FALSE.
  private mutating func membership(
    _ subquery: BoundSubquery, _ operands: [BoundExpression]
  ) throws(SQLError) -> BoundExpression {
    let span = subquery.span
    let pulled = try pull(subquery)
    let isFound = mark(pulled.plan, try condition(pulled, equalities(subquery)), span)
    let columns = pulled.plan.schema.fields.prefix(operands.count).enumerated().map {
      BoundExpression.column($0.offset, $0.element, span: span)
    }
    var isOpen: [BoundExpression] = []
    if operands.count == 1 {
      if columns[0].isNullable {
        let unknown = try binder.call("isnull", [columns[0]], span: span)
        let nulls = LogicalPlan.filter(.init(input: pulled.plan, predicate: unknown))
        isOpen.append(mark(nulls, try condition(pulled, []), span))
      }
      if operands[0].isNullable {
        let hasRows = mark(pulled.plan, try condition(pulled, []), span)
        let isNull = try binder.call("isnull", [try over(operands[0])], span: span)
        isOpen.append(BoundExpression(.and(isNull, hasRows), type: .boolean, isNullable: false, span: span))
      }
    } else if operands.contains(where: \.isNullable) || columns.contains(where: \.isNullable) {
      let all = try BoundExpression.chain(equalities(subquery)(plan.schema.count)[...], .and)
      if let all {
        let mightBe = try binder.call("isnull", [all], span: span)
        isOpen.append(mark(pulled.plan, try condition(pulled, { _ in [mightBe] }), span))
      }
    }
    guard let open = BoundExpression.chain(isOpen[...], .or) else { return isFound }
    let unknown = BoundExpression.literal(.null, .boolean, span: span)
    return BoundExpression(
      .conditional(
        branches: [.init(condition: isFound, value: .literal(.bool(true), .boolean, span: span)), .init(condition: open, value: unknown)],
        otherwise: .literal(.bool(false), .boolean, span: span)), type: .boolean, span: span)
  }

  private mutating func scalar(_ subquery: BoundSubquery) throws(SQLError) -> BoundExpression {
    let span = subquery.span
    let width = plan.schema.count
    var pulled = try pull(subquery)
    let field = subquery.relation.scope.columns[0].field
    if let empty = try pulled.plan.valueOfNothing(0, context, wasGlobal: subquery.relation.plan) {
      // One row at most; where its group is empty the aggregates are those of no rows.
      let marked = pulled.plan.appendingTrue()
      let flag = marked.schema.count - 1
      plan = .join(
        .init(left: plan, right: marked, kind: .left, condition: try condition(pulled, []), span: span))
      let value = BoundExpression.column(width, field.asNullable, span: span)
      if empty.isNull || pulled.conditions.isEmpty { return value }
      let isMissing = try binder.call("isnull", [.column(width + flag, plan.schema[width + flag], span: span)], span: span)
      let nothing = BoundExpression.literal(empty, field.type, span: span)
      return BoundExpression(
        .conditional(branches: [.init(condition: isMissing, value: nothing)], otherwise: value), type: field.type, span: span)
    }
    if subquery.relation.plan.hasOneRowAtMost {
      plan = .join(
        .init(left: plan, right: pulled.plan, kind: .left, condition: try condition(pulled, []), span: span))
      return .column(width, field.asNullable, span: span)
    }
    // The first value, and how many there are.
    var keys: [NamedExpression] = []
    var conditions: [BoundExpression] = []
    let puller = puller(subquery, isExistential: false)
    // Conditions that are no equalities ask for the outer rows inside the subquery; if that cannot be done, unnesting says so.
    if pulled.conditions.contains(where: { (try? puller.equality($0, span: span)) == nil }) {
      pulled = try puller.unnesting.unnest(subquery.relation.plan, puller, span: span)
    }
    for one in pulled.conditions {
      let (_, inner) = try puller.equality(one, span: span)
      let index = keys.firstIndex { $0.expression.isSame(as: inner) } ?? keys.count
      if index == keys.count { keys.append(NamedExpression(inner, as: "_key\(index)")) }
      conditions.append(one.replacing(inner, by: .column(index, keys[index].field, span: span)))
    }
    let value = BoundExpression.column(0, field, span: span)
    let calls = [
      try call("first", [value], span: span), try call("count", [.literal(.int32(1), .int, span: span)], span: span),
    ]
    let single = LogicalPlan.aggregate(.init(input: pulled.plan, keys: keys, calls: calls))
    let grouped = CorrelationPullUp.Result(plan: single, conditions: conditions)
    plan = .join(.init(left: plan, right: single, kind: .left, condition: try condition(grouped, []), span: span))
    let at = width + keys.count
    return SingleRow.value(
      .column(at, plan.schema[at], span: span), count: .column(at + 1, plan.schema[at + 1], span: span), span: span)
  }

  private func call(_ name: String, _ arguments: [BoundExpression], span: SourceSpan) throws(SQLError) -> AggregateCall {
    guard let function = context.catalog.functions.aggregates[name] else {
      throw .unresolvedRoutine(name, candidates: [], span: span)
    }
    let bound = try function.bind(FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings))
    return AggregateCall(
      aggregate: bound, arguments: try binder.castArguments(arguments, to: bound.parameters, function: name, span: span),
      filter: nil, isDistinct: false, name: "_\(name)", span: span)
  }

  // MARK: Conditions

  private func puller(_ subquery: BoundSubquery, isExistential: Bool) -> CorrelationPullUp {
    let unnesting = Unnesting(
      outer: plan, value: { [self] (id) throws(SQLError) in try over(context.outerReferences[id].value) }, binder: binder)
    return CorrelationPullUp(
      context: context, depth: subquery.depth, isExistential: isExistential, unnesting: unnesting)
  }

  private func pull(_ subquery: BoundSubquery) throws(SQLError) -> CorrelationPullUp.Result {
    var isExistential = true
    if case .scalar = subquery.use { isExistential = false }
    var puller = puller(subquery, isExistential: isExistential)
    var plan = subquery.relation.plan
    if case .exists = subquery.use {
      puller.asksForAny = true
      // What it selects does not matter, only whether.
      while case .project(let project) = plan { plan = project.input }
      if case .aggregate(let aggregate) = plan, aggregate.keys.isEmpty { plan = .oneRow }
    }
    return try puller.pull(plan, span: subquery.span)
  }

  /// `operand = column` for every operand of IN, over the plan's columns and those of the subquery behind them.
  private func equalities(_ subquery: BoundSubquery) -> (Int) throws(SQLError) -> [BoundExpression] {
    guard case .membership(let operands) = subquery.use else { return { _ in [] } }
    return { [self] width throws(SQLError) in
      var conditions: [BoundExpression] = []
      for (index, operand) in operands.enumerated() {
        var field = subquery.relation.plan.schema[index]
        field.type = operand.type
        conditions.append(
          try binder.call(
            "=", [try over(operand), .column(width + index, field, span: subquery.span)],
            span: subquery.span))
      }
      return conditions
    }
  }

  private func condition(
    _ pulled: CorrelationPullUp.Result, _ more: [BoundExpression]
  ) throws(SQLError) -> BoundExpression? {
    try condition(pulled) { _ in more }
  }

  /// The join condition: what was pulled up, and `more`, over the plan's columns and those of the subquery behind them.
  private func condition(
    _ pulled: CorrelationPullUp.Result, _ more: (Int) throws(SQLError) -> [BoundExpression]
  ) throws(SQLError) -> BoundExpression? {
    let width = plan.schema.count
    var all: [BoundExpression] = []
    for one in pulled.conditions {
      all.append(try meeting(one.remapped { $0 + width }))
    }
    all += try more(width)
    return BoundExpression.chain(all[...], .and)
  }

  /// Outer references as columns of the plan.
  private func meeting(_ condition: BoundExpression) throws(SQLError) -> BoundExpression {
    if case .outer(let id) = condition.node, context.outerReferences[id].depth == binder.outer.count {
      return try over(context.outerReferences[id].value)
    }
    return try condition.mapChildren { (child) throws(SQLError) in try meeting(child) }
  }
}

/// The value of a subquery that may have one row only.
enum SingleRow {
  /// `value`, unless `count` says that there were more.
  static func value(_ value: BoundExpression, count: BoundExpression, span: SourceSpan) -> BoundExpression {
    let function = BoundFunction(
      "scalar_subquery", [value.type, .bigint], returns: value.type, nulls: .handled, canFail: true
    ) { (context, operands) throws(SQLError) in
      let counts = operands[1].flattened(rows: context.rows)
      if case .int64(let c) = counts {
        for row in 0..<context.rows where c.values[row] > 1 && !counts.isNull(row) {
          throw SQLError(
            .data, "SCALAR_SUBQUERY_TOO_MANY_ROWS", "a scalar subquery gave more than one row",
            hint: "aggregate its rows to one, or add LIMIT 1")
        }
      }
      return operands[0].flattened(rows: context.rows)
    }
    return BoundExpression(.call(ScalarCall(function, [value, count])), type: value.type, span: span)
  }
}

extension LogicalPlan {
  /// For a plan made of a GROUP BY without keys: the value that column `ordinal` has over no rows. Nil for other plans.
  ///
  /// `original` is the plan as it was written: once correlated conditions are pulled up the aggregate has keys.
  func valueOfNothing(_ ordinal: Int, _ context: StatementContext, wasGlobal original: LogicalPlan) throws(SQLError) -> Value? {
    var columns: [BoundExpression]?
    var plan = original
    while case .project(let project) = plan {
      let mine = project.columns.map(\.expression)
      columns = columns?.map { $0.substituting(mine) } ?? mine
      plan = project.input
    }
    guard case .aggregate(let aggregate) = plan, aggregate.keys.isEmpty else { return nil }
    var results: [BoundExpression] = []
    for call in aggregate.calls {
      let accumulator = call.aggregate.make(false)
      accumulator.grow(to: 1)
      results.append(.literal(try accumulator.result(of: [0]).value(at: 0), call.aggregate.result))
    }
    let value = columns?[ordinal].substituting(results) ?? results[ordinal]
    guard value.isConstant else { return nil }
    return try context.constantValue(value)
  }

  /// LIMIT 1 on top.
  fileprivate var hasOneRowAtMost: Bool {
    switch self {
    case .project(let project): project.input.hasOneRowAtMost
    case .filter(let filter): filter.input.hasOneRowAtMost
    case .limit(let limit): limit.count.map { $0 <= 1 } ?? false
    default: false
    }
  }

  /// The plan with TRUE as one more column.
  func appendingTrue() -> LogicalPlan {
    var columns = schema.fields.enumerated().map { NamedExpression(.column($0.offset, $0.element), as: $0.element.name) }
    columns.append(NamedExpression(.literal(.bool(true), .boolean), as: "_there"))
    return .project(.init(input: self, columns: columns))
  }
}
