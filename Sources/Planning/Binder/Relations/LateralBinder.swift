internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// `FROM t, LATERAL (SELECT … t.a …)`: a relation that may use the columns of the relations before it.
extension QueryBinder {
  /// Whether a relation is a LATERAL subquery, or a LATERAL call of a function of the user, which is one with parameters.
  func isLateralSubquery(_ relation: AST.Relation) -> Bool {
    guard relation.isLateral else { return false }
    switch relation.kind {
    case .subquery: return true
    case .function(let call): return context.catalog.routine(named: call.name.last.text.lowercased()) != nil
    case .name, .path, .unnest, .values, .join, .parenthesised, .pivot, .unpivot: return false
    }
  }

  /// The rows of `left`, each beside those that the subquery gives for it; `isOuter` keeps rows for which it gives none.
  ///
  /// The subquery is computed for all rows at once: its conditions on columns of `left` become those of a join.
  func bindLateral(
    _ relation: AST.Relation, over left: BoundRelation, isOuter: Bool, on expression: AST.Expression?, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    let inner = try bindInner(relation, over: left.scope)
    let scope = Scope(left.scope.columns + inner.scope.columns)
    var condition: BoundExpression?
    if let expression { condition = try expressionBinder(scope, .joinCondition).bindCondition(expression) }
    return try lateralJoined(left, inner, isOuter: isOuter, on: condition, span: span)
  }

  /// The same where the columns of both sides that are called alike must be equal.
  func bindLateral(
    _ join: AST.Relation.Join, over left: BoundRelation, isOuter: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundRelation? {
    let inner = try bindInner(join.right, over: left.scope)
    guard let names = try mergedNames(join, left.scope, inner.scope) else { return nil }
    return try bindUsing(names, left, inner, isOuter ? .left : .inner, span: span) { (condition) throws(SQLError) in
      try lateralJoined(left, inner, isOuter: isOuter, on: condition, span: span)
    }
  }

  /// The subquery, with references to columns of the relations before it.
  private func bindInner(_ relation: AST.Relation, over left: Scope) throws(SQLError) -> BoundRelation {
    var queries = self
    queries.outer = outer + [left]
    var relation = relation
    if case .subquery = relation.kind { relation.isLateral = false }
    return try queries.bind(relation)
  }

  private func lateralJoined(
    _ left: BoundRelation, _ inner: BoundRelation, isOuter: Bool, on condition: BoundExpression?, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    var lateral = LateralJoin(
      binder: expressionBinder(left.scope, .joinCondition), left: left.plan, span: span, isOuter: isOuter)
    let width = left.scope.columns.count
    var scope = Scope(left.scope.columns + inner.scope.columns)
    var condition = condition?.literalValue == .bool(true) ? nil : condition
    let values = try lateral.attach(inner.plan, on: isOuter ? condition : nil)
    if isOuter {
      condition = nil
      for index in width..<scope.columns.count { scope.columns[index].field.isNullable = true }
    }
    let kept = left.scope.columns.enumerated().map { NamedExpression(.column($0, $1.field), as: $1.field.name) }
    let made = zip(values, inner.scope.columns).map { NamedExpression($0, as: $1.field.name) }
    let plan = LogicalPlan.project(.init(input: lateral.plan, columns: kept + made))
    return BoundRelation(plan: plan.filtered(condition), scope: scope)
  }
}

/// Joins a correlated subquery to the relation whose columns it uses.
private struct LateralJoin {
  let binder: ExpressionBinder
  let left: LogicalPlan
  let span: SourceSpan
  let isOuter: Bool
  private(set) var plan: LogicalPlan

  init(binder: ExpressionBinder, left: LogicalPlan, span: SourceSpan, isOuter: Bool) {
    self.binder = binder
    self.left = left
    self.span = span
    self.isOuter = isOuter
    plan = left
  }

  /// Makes `plan` the join, and gives the subquery's columns over it. `condition` is over the relation's columns and the
  /// subquery's, and says which rows of the subquery an outer join takes.
  mutating func attach(_ subquery: LogicalPlan, on condition: BoundExpression?) throws(SQLError) -> [BoundExpression] {
    let context = binder.context
    let unnesting = Unnesting(
      outer: left, value: { (id) throws(SQLError) in context.outerReferences[id].value }, binder: binder)
    let puller = CorrelationPullUp(
      context: context, depth: binder.outer.count, isExistential: false, unnesting: unnesting)
    // What the outermost select list computes can be computed over the join.
    var core = subquery
    var outputs = core.schema.fields.enumerated().map { BoundExpression.column($0, $1, span: span) }
    while case .project(let project) = core, project.columns.contains(where: { puller.isCorrelated($0.expression) }) {
      outputs = outputs.map { $0.substituting(project.columns.map(\.expression)) }
      core = project.input
    }
    let pulled = try puller.pull(core, span: span)
    let width = left.schema.count
    // An aggregate without GROUP BY gives a row also where it had none to look at.
    let nothing = pulled.conditions.isEmpty ? nil : try core.valuesOfNothing(context)
    let right = pulled.plan.appendingTrue()
    let flag = BoundExpression.column(
      width + right.schema.count - 1, right.schema[right.schema.count - 1].asNullable, span: span)
    let isLeft = isOuter || nothing != nil
    var conditions = pulled.conditions.map { resolved($0.remapped { $0 + width }) }
    if nothing == nil, let condition {
      let relation = left.schema.fields.enumerated().map { BoundExpression.column($0, $1, span: span) }
      conditions.append(condition.substituting(relation + outputs.map { resolved($0.remapped { $0 + width }) }))
    }
    plan = .join(
      .init(
        left: left, right: right, kind: isLeft ? .left : .inner, condition: BoundExpression.chain(conditions[...], .and),
        span: span))
    let isMissing = try binder.call("isnull", [flag], span: span)
    let values = outputs.map { (output) in
      let value = resolved(output.remapped { $0 + width })
      if !isLeft || (nothing == nil && output.columnOrdinal != nil) { return value }
      let otherwise = nothing.map { resolved(output.substituting($0)) } ?? .literal(.null, output.type, span: span)
      return BoundExpression(
        .conditional(branches: [.init(condition: isMissing, value: otherwise)], otherwise: value), type: output.type,
        span: span)
    }
    guard nothing != nil, let condition else { return values }
    // Each row has one row of the subquery, and shows it if the condition holds for the two.
    let relation = left.schema.fields.enumerated().map { BoundExpression.column($0, $1, span: span) }
    let isMet = condition.substituting(relation + values)
    return values.map {
      BoundExpression(
        .conditional(branches: [.init(condition: isMet, value: $0)], otherwise: nil), type: $0.type, isNullable: true,
        span: span)
    }
  }

  /// Columns of the relation in the place of references to them.
  private func resolved(_ expression: BoundExpression) -> BoundExpression {
    if case .outer(let id) = expression.node, binder.context.outerReferences[id].depth == binder.outer.count {
      return binder.context.outerReferences[id].value
    }
    return expression.mapChildren { resolved($0) }
  }
}

extension LogicalPlan {
  /// For a plan made of a GROUP BY without keys: its columns over no rows. Nil for other plans.
  fileprivate func valuesOfNothing(_ context: StatementContext) throws(SQLError) -> [BoundExpression]? {
    var values: [BoundExpression] = []
    for (ordinal, field) in schema.fields.enumerated() {
      guard let value = try valueOfNothing(ordinal, context, wasGlobal: self) else { return nil }
      values.append(.literal(value, field.type))
    }
    return values.isEmpty ? nil : values
  }
}
