internal import Columnar
internal import Diagnostics
internal import Expressions

/// Computes a correlated subquery for all rows of the query around it at once.
///
/// The distinct values that the query around gives to the columns asked for are joined to what the subquery reads, and
/// carried up through it behind its own columns: every operator works for each of them. The query around then meets the
/// result by equality (Neumann and Kemper, Unnesting Arbitrary Queries, 2015). Costs the subquery once for each such value;
/// conditions that can be pulled up are cheaper (`CorrelationPullUp`).
struct Unnesting {
  /// The query around, as far as it is built.
  let outer: LogicalPlan
  /// An outer reference over its columns.
  let value: (Int) throws(SQLError) -> BoundExpression
  let binder: ExpressionBinder

  /// The subquery's columns with the outer values behind them, and the conditions on those.
  func unnest(
    _ plan: LogicalPlan, _ puller: CorrelationPullUp, span: SourceSpan
  ) throws(SQLError) -> CorrelationPullUp.Result {
    var ids: [Int] = []
    puller.noteOuter(plan, &ids)
    var columns: [NamedExpression] = []
    for id in ids { columns.append(NamedExpression(try value(id), as: "_outer\(columns.count)")) }
    let values = LogicalPlan.distinct(.init(input: .project(.init(input: outer, columns: columns))))
    let push = DomainPush(values: values, ids: ids, puller: puller, binder: binder, span: span)
    let width = plan.schema.count
    var conditions: [BoundExpression] = []
    for (index, id) in ids.enumerated() {
      let field = values.schema[index]
      let outer = BoundExpression(.outer(id), type: field.type, isNullable: field.isNullable, span: span)
      conditions.append(try binder.call("<=>", [outer, .column(width + index, field, span: span)], span: span))
    }
    return CorrelationPullUp.Result(plan: try push.push(plan), conditions: conditions)
  }
}

extension CorrelationPullUp {
  /// The outer references of a plan, in order of appearance.
  fileprivate func noteOuter(_ plan: LogicalPlan, _ ids: inout [Int]) {
    var found: [Int] = []
    func note(_ expression: BoundExpression) {
      expression.visit {
        if case .outer(let id) = $0.node, context.outerReferences[id].depth == depth { found.append(id) }
      }
    }
    _ = plan.mapExpressions { expression in
      note(expression)
      return expression
    }
    if case .matchRecognize(let match) = plan { match.spec.patternExpressions.forEach(note) }
    for id in found where !ids.contains(id) { ids.append(id) }
    for input in plan.inputs { noteOuter(input, &ids) }
  }
}

/// Carries the outer values up through a plan.
private struct DomainPush {
  let values: LogicalPlan
  let ids: [Int]
  let puller: CorrelationPullUp
  let binder: ExpressionBinder
  let span: SourceSpan
  /// Recursions that we are in the step of: the rows they have found carry the outer values.
  var recursions: Set<Int> = []

  private var fields: [Field] { values.schema.fields }

  /// Whether a plan needs the outer values, or has them already.
  private func asks(_ plan: LogicalPlan) -> Bool {
    puller.isCorrelated(plan) || recursions.contains { plan.references(to: $0) > 0 }
  }

  /// A plan with the columns of `plan`, then the outer values.
  func push(_ plan: LogicalPlan) throws(SQLError) -> LogicalPlan {
    guard asks(plan) else {
      return .join(.init(left: plan, right: values, kind: .inner, condition: nil, span: span))
    }
    switch plan {
    case .filter(let filter):
      let width = filter.input.schema.count
      return .filter(.init(input: try push(filter.input), predicate: over(filter.predicate, at: width)))
    case .project(let project):
      let width = project.input.schema.count
      let columns = project.columns.map { NamedExpression(over($0.expression, at: width), as: $0.name) }
      return .project(.init(input: try push(project.input), columns: columns + domain(at: width)))
    case .aggregate(let aggregate): return try push(aggregate)
    case .distinct(let distinct): return .distinct(.init(input: try push(distinct.input)))
    case .sort(let sort): return try push(sort.input)
    case .union(var union):
      for index in union.inputs.indices { union.inputs[index] = try push(union.inputs[index]) }
      union.schema = Schema(union.schema.fields + fields)
      return .union(union)
    case .generate(var generate):
      let width = generate.input.schema.count
      let kept = generate.kept.count
      generate.input = try push(generate.input)
      generate.arguments = generate.arguments.map { over($0, at: width) }
      generate.kept += fields.indices.map { width + $0 }
      let made = (0..<generate.fields.count).map { kept + fields.count + $0 }
      return picked(.generate(generate), Array(0..<kept) + made + fields.indices.map { kept + $0 })
    case .join(let join): return try push(join)
    case .watermark(var watermark):
      watermark.input = try push(watermark.input)
      return .watermark(watermark)
    case .windowAssign(var assign):
      let width = assign.input.schema.count
      assign.time = over(assign.time, at: width)
      assign.input = try push(assign.input)
      let behind = width + fields.count
      return picked(.windowAssign(assign), Array(0..<width) + [behind, behind + 1] + fields.indices.map { width + $0 })
    case .values(let list):
      let rows = list.rows.map { row in
        LogicalPlan.project(
          .init(
            input: values,
            columns: zip(row, list.schema.names).map { NamedExpression(over($0, at: 0), as: $1) } + domain(at: 0)))
      }
      return rows.count == 1 ? rows[0] : .union(.init(inputs: rows, schema: Schema(list.schema.fields + fields)))
    case .limit(let limit): return try push(limit)
    case .over(let over):
      let width = over.input.schema.count
      var copy = over.mapExpressions { self.over($0, at: width) }
      copy.input = try push(over.input)
      copy.partitionBy += columns(at: width)
      let calls = over.calls.indices.map { width + fields.count + $0 }
      return picked(.over(copy), Array(0..<width) + calls + fields.indices.map { width + $0 })
    case .rankLimit(let limit):
      if limit.expiry != nil { throw puller.unsupported(span) }
      let width = limit.input.schema.count
      var copy = limit.mapExpressions { over($0, at: width) }
      copy.input = try push(limit.input)
      copy.partitionBy += columns(at: width)
      let rank = limit.rank == nil ? [] : [width + fields.count]
      return picked(.rankLimit(copy), Array(0..<width) + rank + fields.indices.map { width + $0 })
    case .matchRecognize(let match): return .matchRecognize(try push(match))
    case .recursive(var recursive):
      recursive.base = try push(recursive.base)
      var inner = self
      inner.recursions.insert(recursive.id)
      recursive.step = try inner.push(recursive.step)
      recursive.schema = Schema(recursive.schema.fields + fields)
      return .recursive(recursive)
    case .recursiveReference(var reference):
      reference.schema = Schema(reference.schema.fields + fields)
      return .recursiveReference(reference)
    case .scan: throw puller.unsupported(span)
    }
  }

  /// Matches within the rows of each outer value. Conditions and measures read it from the last row of the match, as they
  /// would any column that is the same in the whole partition.
  private func push(_ match: LogicalPlan.MatchRecognize) throws(SQLError) -> LogicalPlan.MatchRecognize {
    let width = match.input.schema.count
    var copy = match
    copy.input = try push(match.input)
    copy.spec = match.spec.mapInputExpressions { over($0, at: width) }
    for index in copy.order.indices { copy.order[index].expression = over(copy.order[index].expression, at: width) }
    func navigations(isFinal: Bool) -> [RowNavigation] {
      zip(columns(at: width), fields).map {
        RowNavigation(.expression($0), variables: nil, isFinal: isFinal, type: $1.type, text: "outer value")
      }
    }
    let (tested, shown) = (copy.spec.navigations.count, copy.spec.measureNavigations.count)
    if copy.spec.variables.contains(where: { $0.condition.map(puller.isCorrelated) ?? false }) {
      copy.spec.navigations += navigations(isFinal: false)
      for index in copy.spec.variables.indices {
        copy.spec.variables[index].condition = copy.spec.variables[index].condition.map { over($0, at: tested) }
      }
    }
    if copy.spec.measures.contains(where: puller.isCorrelated) {
      copy.spec.measureNavigations += navigations(isFinal: true)
      copy.spec.measures = copy.spec.measures.map { over($0, at: shown) }
    }
    let known = match.spec.partition.count
    copy.spec.partition += columns(at: width)
    copy.spec.output += fields.indices.map { .partition(known + $0) }
    copy.spec.fields += fields
    return copy
  }

  /// The first rows for each of the outer values.
  private func push(_ limit: LogicalPlan.Limit) throws(SQLError) -> LogicalPlan {
    let (input, keys) = limit.input.liftingOrder()
    let width = input.schema.count
    let orderBy = keys.map { key in
      var key = key
      key.expression = over(key.expression, at: width)
      return key
    }
    let first = PartitionedLimit(limit: limit, binder: binder, span: span)
    let plan = try first.applied(to: try push(input), orderBy: orderBy, within: columns(at: width))
    let kept = limit.input.schema.count
    return kept == width ? plan : picked(plan, Array(0..<kept) + fields.indices.map { width + $0 })
  }

  /// Groups by the outer values too. Without GROUP BY a value whose group has no rows must come out as well.
  private func push(_ aggregate: LogicalPlan.Aggregate) throws(SQLError) -> LogicalPlan {
    let width = aggregate.input.schema.count
    guard case .aggregate(var grouped) = LogicalPlan.aggregate(aggregate).mapExpressions({ over($0, at: width) }) else {
      throw puller.unsupported(span)
    }
    grouped.input = try push(aggregate.input)
    grouped.keys += domain(at: width)
    let keys = aggregate.keys.count
    let made = aggregate.keyFields.count - keys + aggregate.calls.count
    let calls = (0..<made).map { keys + fields.count + $0 }
    if keys > 0 || aggregate.windowing != nil { return picked(.aggregate(grouped), Array(0..<keys) + calls + fields.indices.map { keys + $0 }) }
    let marked = LogicalPlan.aggregate(grouped).appendingTrue()
    var conditions: [BoundExpression] = []
    for (index, field) in fields.enumerated() {
      conditions.append(
        try binder.call(
          "<=>", [.column(index, field, span: span), .column(fields.count + index, field, span: span)], span: span))
    }
    let joined = LogicalPlan.join(
      .init(
        left: values, right: marked, kind: .left, condition: BoundExpression.chain(conditions[...], .and), span: span))
    let schema = joined.schema
    let isMissing = try binder.call("isnull", [.column(schema.count - 1, schema[schema.count - 1], span: span)], span: span)
    var columns: [NamedExpression] = []
    for (index, call) in aggregate.calls.enumerated() {
      let at = 2 * fields.count + index
      let column = BoundExpression.column(at, schema[at], span: span)
      guard let empty = try LogicalPlan.aggregate(aggregate).valueOfNothing(index, puller.context, wasGlobal: .aggregate(aggregate))
      else { throw puller.unsupported(span) }
      let nothing = BoundExpression.literal(empty, column.type, span: span)
      let value = BoundExpression(
        .conditional(branches: [.init(condition: isMissing, value: nothing)], otherwise: column), type: column.type, span: span)
      columns.append(NamedExpression(value, as: call.name))
    }
    return .project(.init(input: joined, columns: columns + domain(at: 0)))
  }

  /// Both sides carry the outer values if the right one asks for them; they meet where those are the same. What a FULL join
  /// gives of one side alone has those of that side.
  private func push(_ join: LogicalPlan.Join) throws(SQLError) -> LogicalPlan {
    let asksRight = asks(join.right) || join.kind == .full
    if join.kind.isAsOf || join.kind.isLookup { throw puller.unsupported(span) }
    let oldLeft = join.left.schema.count
    let oldRight = join.right.schema.count
    // An inner join needs them once.
    let pushesLeft = join.kind != .inner || !asksRight || asks(join.left)
    var copy = join
    copy.left = pushesLeft ? try push(join.left) : join.left
    copy.right = asksRight ? try push(join.right) : join.right
    let newLeft = copy.left.schema.count
    let domainAt = pushesLeft ? oldLeft : newLeft + oldRight
    var conditions: [BoundExpression] = []
    for conjunct in join.condition?.conjuncts ?? [] {
      let moved = conjunct.remapped { $0 < oldLeft ? $0 : $0 - oldLeft + newLeft }
      conditions.append(over(moved, at: domainAt))
    }
    if pushesLeft && asksRight {
      for (index, field) in fields.enumerated() {
        conditions.append(
          try binder.call(
            "<=>",
            [.column(oldLeft + index, field, span: span), .column(newLeft + oldRight + index, field, span: span)], span: span))
      }
    }
    copy.condition = BoundExpression.chain(conditions[...], .and)
    var order = Array(0..<oldLeft)
    if join.kind.givesPairs { order += (0..<oldRight).map { newLeft + $0 } }
    if join.kind == .leftMark { order.append(newLeft) }
    if join.kind == .full { return try bothSides(copy, order, oldLeft, newLeft + oldRight) }
    return picked(.join(copy), order + fields.indices.map { domainAt + $0 })
  }

  /// Columns of a FULL join, then the outer values, which stand on either side.
  private func bothSides(
    _ join: LogicalPlan.Join, _ order: [Int], _ left: Int, _ right: Int
  ) throws(SQLError) -> LogicalPlan {
    let schema = LogicalPlan.join(join).schema
    var columns = order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }
    for (index, field) in fields.enumerated() {
      let sides = [left, right].map { BoundExpression.column($0 + index, schema[$0 + index], span: span) }
      let value = BoundExpression(.coalesce(sides), type: field.type, isNullable: true, span: span)
      columns.append(NamedExpression(value, as: field.name))
    }
    return .project(.init(input: .join(join), columns: columns))
  }

  // MARK: Parts

  /// Columns of the domain in the place of outer references.
  private func over(_ expression: BoundExpression, at width: Int) -> BoundExpression {
    if case .outer(let id) = expression.node, let index = ids.firstIndex(of: id) {
      return .column(width + index, fields[index], span: expression.span)
    }
    return expression.mapChildren { over($0, at: width) }
  }

  private func domain(at width: Int) -> [NamedExpression] {
    fields.enumerated().map { NamedExpression(.column(width + $0, $1), as: $1.name) }
  }

  private func columns(at width: Int) -> [BoundExpression] {
    fields.enumerated().map { .column(width + $0, $1, span: span) }
  }

  private func picked(_ plan: LogicalPlan, _ order: [Int]) -> LogicalPlan {
    let schema = plan.schema
    return .project(.init(input: plan, columns: order.map { NamedExpression(.column($0, schema[$0]), as: schema[$0].name) }))
  }
}
