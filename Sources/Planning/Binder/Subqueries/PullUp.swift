internal import Columnar
internal import Diagnostics
internal import Expressions

/// Takes the conditions on columns of the query around it out of a subquery.
///
/// What is left of the subquery can be computed by itself; the conditions become those of a join (decorrelation by
/// predicate pull-up, as in Spark's PullupCorrelatedPredicates). Conditions that pass a GROUP BY must be equalities:
/// their inner operands become keys. Where that is not enough, the subquery is unnested over the values that it asks for.
struct CorrelationPullUp {
  let context: StatementContext
  /// The scope whose columns are pulled up.
  let depth: Int
  /// Duplicates do not matter above: DISTINCT may be passed by any condition.
  var isExistential: Bool
  /// Nor does it matter which rows there are, if any (EXISTS): LIMIT may be passed.
  var asksForAny = false
  var unnesting: Unnesting

  struct Result {
    /// Gives all columns of the original plan, and behind them what the conditions use.
    var plan: LogicalPlan
    /// Over the plan's columns and outer references.
    var conditions: [BoundExpression]
  }

  func isCorrelated(_ expression: BoundExpression) -> Bool {
    var found = false
    expression.visit {
      if case .outer(let id) = $0.node, context.outerReferences[id].depth == depth { found = true }
    }
    return found
  }

  func isCorrelated(_ plan: LogicalPlan) -> Bool {
    var found = false
    _ = plan.mapExpressions { expression in
      found = found || isCorrelated(expression)
      return expression
    }
    // The conditions and measures of a pattern are over rows of a partition, not over columns of the input.
    if case .matchRecognize(let match) = plan { found = found || match.spec.patternExpressions.contains(where: isCorrelated) }
    return found || plan.inputs.contains { isCorrelated($0) }
  }

  func pull(_ plan: LogicalPlan, span: SourceSpan) throws(SQLError) -> Result {
    do throws(SQLError) {
      return try lift(plan, isTop: true, span: span)
    } catch {
      if !error.isUnsupportedCorrelation { throw error }
      return try unnesting.unnest(plan, self, span: span)
    }
  }

  /// `isTop` says that nothing but a select list stands above: who asks then knows what an aggregate without rows gives.
  private func lift(_ plan: LogicalPlan, isTop: Bool = false, span: SourceSpan) throws(SQLError) -> Result {
    guard isCorrelated(plan) else { return Result(plan: plan, conditions: []) }
    switch plan {
    case .filter(let filter):
      var below = try lift(filter.input, span: span)
      let (pulled, kept) = filter.predicate.split(isCorrelated)
      below.conditions += pulled?.conjuncts ?? []
      if let kept { below.plan = .filter(.init(input: below.plan, predicate: kept)) }
      return below
    case .project(let project):
      if project.columns.contains(where: { isCorrelated($0.expression) }) { throw unsupported(span) }
      let below = try lift(project.input, isTop: isTop, span: span)
      return passing(below, over: project.columns) { .project(.init(input: below.plan, columns: $0)) }
    case .aggregate(let aggregate):
      // Below another operator a group without rows must not be missing.
      if aggregate.keys.isEmpty && !isTop { throw unsupported(span) }
      return try lift(aggregate, span: span)
    case .distinct(var distinct):
      var below = try lift(distinct.input, span: span)
      if !isExistential { below = try withKeys(below, width: distinct.input.schema.count, span: span) }
      distinct.input = below.plan
      return Result(plan: .distinct(distinct), conditions: below.conditions)
    case .sort(let sort): return try lift(sort.input, span: span)
    case .limit(let limit):
      if asksForAny, limit.offset == 0, limit.count != 0 { return try lift(limit.input, span: span) }
      return try lift(limit, span: span)
    case .over(let over): return try lift(over, span: span)
    case .generate(var generate):
      if generate.arguments.contains(where: isCorrelated) { throw unsupported(span) }
      let below = try lift(generate.input, span: span)
      let width = generate.kept.count
      let made = generate.fields.count
      generate.input = below.plan
      let used = Set(below.conditions.flatMap { $0.columnsUsed }).subtracting(generate.kept).sorted()
      generate.kept += used
      let position: (Int) -> Int = { ordinal in generate.kept.firstIndex(of: ordinal) ?? 0 }
      // The kept columns that only conditions use come behind the generator's.
      let schema = generate.schema
      let order = Array(0..<width) + (0..<made).map { generate.kept.count + $0 } + (width..<generate.kept.count)
      let columns = order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
      return Result(
        plan: .project(.init(input: .generate(generate), columns: columns)),
        conditions: below.conditions.map { $0.remapped { order.firstIndex(of: position($0)) ?? 0 } })
    case .join(let join): return try lift(join, span: span)
    case .watermark(var watermark):
      // Conditions only add columns behind, so the event time stays where it is.
      let below = try lift(watermark.input, span: span)
      watermark.input = below.plan
      return Result(plan: .watermark(watermark), conditions: below.conditions)
    case .scan, .values, .union, .windowAssign, .matchRecognize, .recursive, .recursiveReference, .rankLimit:
      throw unsupported(span)
    }
  }

  /// The first columns, and behind them only what the outer query compares by equality: rows that differ in nothing else are
  /// the same.
  private func withKeys(_ found: Result, width: Int, span: SourceSpan) throws(SQLError) -> Result {
    let schema = found.plan.schema
    var columns = (0..<width).map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
    var conditions: [BoundExpression] = []
    for condition in found.conditions {
      let (_, inner) = try equality(condition, span: span)
      let key = NamedExpression(inner, as: "_key\(columns.count)")
      conditions.append(condition.replacing(inner, by: .column(columns.count, key.field, span: inner.span)))
      columns.append(key)
    }
    return Result(plan: .project(.init(input: found.plan, columns: columns)), conditions: conditions)
  }

  /// A projection that also passes on what the conditions use.
  private func passing(
    _ below: Result, over columns: [NamedExpression], _ make: ([NamedExpression]) -> LogicalPlan
  ) -> Result {
    var columns = columns
    let schema = below.plan.schema
    let conditions = below.conditions.map { condition in
      condition.remapped { ordinal in
        if let index = columns.firstIndex(where: { $0.expression.columnOrdinal == ordinal }) { return index }
        columns.append(NamedExpression(.column(ordinal, schema[ordinal]), as: schema[ordinal].name))
        return columns.count - 1
      }
    }
    return Result(plan: make(columns), conditions: conditions)
  }

  private func lift(_ aggregate: LogicalPlan.Aggregate, span: SourceSpan) throws(SQLError) -> Result {
    let parts = aggregate.keys.map(\.expression) + aggregate.calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
    if parts.contains(where: isCorrelated) || aggregate.windowing != nil { throw unsupported(span) }
    let below = try exact.lift(aggregate.input, span: span)
    var copy = aggregate
    copy.input = below.plan
    let keyCount = aggregate.keys.count
    var conditions: [BoundExpression] = []
    for condition in below.conditions {
      let (_, inner) = try equality(condition, span: span)
      let index = copy.keys.firstIndex { $0.expression.isSame(as: inner) } ?? copy.keys.count
      if index == copy.keys.count { copy.keys.append(NamedExpression(inner, as: "_key\(index)")) }
      conditions.append(condition.replacing(inner, by: .column(index, copy.keys[index].field, span: inner.span)))
    }
    // Keys, calls, then the new keys.
    let schema = copy.schema
    let added = keyCount..<copy.keys.count
    let order = Array(0..<keyCount) + (copy.keys.count..<schema.count) + added
    let columns = order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
    return Result(
      plan: added.isEmpty ? .aggregate(copy) : .project(.init(input: .aggregate(copy), columns: columns)),
      conditions: conditions.map { $0.remapped { order.firstIndex(of: $0) ?? $0 } })
  }

  /// The same for what counts rows: each must come as often as it is there.
  private var exact: CorrelationPullUp {
    var copy = self
    copy.isExistential = false
    copy.asksForAny = false
    return copy
  }

  /// The first rows of each value that the conditions compare.
  private func lift(_ limit: LogicalPlan.Limit, span: SourceSpan) throws(SQLError) -> Result {
    let (input, keys) = limit.input.liftingOrder()
    if keys.contains(where: { isCorrelated($0.expression) }) { throw unsupported(span) }
    let width = input.schema.count
    let below = try withKeys(try exact.lift(input, span: span), width: width, span: span)
    let partition = (width..<below.plan.schema.count).map { BoundExpression.column($0, below.plan.schema[$0], span: span) }
    let first = PartitionedLimit(limit: limit, binder: unnesting.binder, span: span)
    let plan = try first.applied(to: below.plan, orderBy: keys, within: partition)
    return Result(plan: plan, conditions: below.conditions).dropping(limit.input.schema.count..<width)
  }

  /// Window functions look at the rows of one value that the conditions compare.
  private func lift(_ over: LogicalPlan.Over, span: SourceSpan) throws(SQLError) -> Result {
    if over.expressions.contains(where: isCorrelated) { throw unsupported(span) }
    let width = over.input.schema.count
    let below = try withKeys(try exact.lift(over.input, span: span), width: width, span: span)
    let added = width..<below.plan.schema.count
    var copy = over
    copy.input = below.plan
    copy.partitionBy += added.map { .column($0, below.plan.schema[$0], span: span) }
    let schema = copy.schema
    let order = Array(0..<width) + (added.upperBound..<schema.count) + added
    let columns = order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
    return Result(
      plan: .project(.init(input: .over(copy), columns: columns)),
      conditions: below.conditions.map { $0.remapped { order.firstIndex(of: $0) ?? $0 } })
  }

  private func lift(_ join: LogicalPlan.Join, span: SourceSpan) throws(SQLError) -> Result {
    let isInner = join.kind == .inner
    if !isInner && (isCorrelated(join.right) || join.kind == .full || join.kind.isAsOf || join.kind.isLookup) { throw unsupported(span) }
    let (pulled, kept) = join.condition?.split(isCorrelated) ?? (nil, nil)
    if pulled != nil && !isInner { throw unsupported(span) }
    let left = try lift(join.left, span: span)
    let right = try lift(join.right, span: span)
    let oldLeft = join.left.schema.count
    let newLeft = left.plan.schema.count
    let oldRight = join.right.schema.count
    func moved(_ ordinal: Int) -> Int { ordinal < oldLeft ? ordinal : ordinal - oldLeft + newLeft }
    var copy = join
    copy.left = left.plan
    copy.right = right.plan
    copy.condition = kept?.remapped(moved)
    let joined = LogicalPlan.join(copy)
    let schema = joined.schema
    var order = Array(0..<oldLeft)
    if join.kind.givesPairs { order += (0..<oldRight).map { newLeft + $0 } }
    if join.kind == .leftMark { order.append(newLeft) }
    order += oldLeft..<newLeft
    if join.kind.givesPairs { order += (newLeft + oldRight)..<schema.count }
    let columns = order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
    let conditions =
      left.conditions + right.conditions.map { $0.remapped { $0 + newLeft } }
      + (pulled?.conjuncts ?? []).map { $0.remapped(moved) }
    return Result(
      plan: order == Array(schema.fields.indices) ? joined : .project(.init(input: joined, columns: columns)),
      conditions: conditions.map { $0.remapped { order.firstIndex(of: $0) ?? $0 } })
  }

  /// The operands of an equality between the outer query and the subquery.
  func equality(
    _ condition: BoundExpression, span: SourceSpan
  ) throws(SQLError) -> (outer: BoundExpression, inner: BoundExpression) {
    if case .call(let call) = condition.node, call.arguments.count == 2, ["=", "<=>"].contains(call.function.name) {
      let (a, b) = (call.arguments[0], call.arguments[1])
      if a.columnsUsed.isEmpty, isCorrelated(a), !isCorrelated(b), !b.columnsUsed.isEmpty { return (a, b) }
      if b.columnsUsed.isEmpty, isCorrelated(b), !isCorrelated(a), !a.columnsUsed.isEmpty { return (b, a) }
    }
    throw unsupported(condition.span.isNone ? span : condition.span)
  }

  func unsupported(_ span: SourceSpan) -> SQLError { UnsupportedFeature.correlatedColumn.error(span) }
}

extension CorrelationPullUp.Result {
  /// Without columns that no condition uses.
  fileprivate func dropping(_ columns: Range<Int>) -> CorrelationPullUp.Result {
    if columns.isEmpty { return self }
    let schema = plan.schema
    let kept = schema.fields.indices.filter { !columns.contains($0) }
    return CorrelationPullUp.Result(
      plan: .project(
        .init(input: plan, columns: kept.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) })),
      conditions: conditions.map { $0.remapped { $0 < columns.lowerBound ? $0 : $0 - columns.count } })
  }
}

extension SQLError {
  /// Whether a correlated subquery is beyond pulling conditions up.
  fileprivate var isUnsupportedCorrelation: Bool {
    message == UnsupportedFeature.correlatedColumn.error(.none).message
  }
}

extension BoundExpression {
  /// The same expression with `part` wherever `old` stood.
  func replacing(_ old: BoundExpression, by part: BoundExpression) -> BoundExpression {
    isSame(as: old) ? part : mapChildren { $0.replacing(old, by: part) }
  }
}
