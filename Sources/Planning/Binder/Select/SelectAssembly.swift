internal import Columnar
internal import Diagnostics
internal import Expressions

extension SelectBinder {
  /// The operators of the SELECT over its input.
  func assemble(orderBy keys: [SortKey], limit: LimitClause?) throws(SQLError) -> BoundRelation {
    var stage = Stage(binder: self)
    try stage.group()
    try stage.generate()
    var columns: [NamedExpression] = []
    for item in items { columns.append(NamedExpression(try stage.translated(item.expression), as: item.name)) }
    let isDistinct = select.quantifier == .distinct
    let sortKeys = try translated(keys, isDistinct: isDistinct, stage, &columns)
    var plan = LogicalPlan.project(.init(input: stage.plan, columns: columns))
    if isDistinct {
      if let item = items.first(where: { !$0.expression.type.isOrderable }) {
        throw .notGroupable(item.expression.type, in: "SELECT DISTINCT", span: item.span)
      }
      plan = .distinct(.init(input: plan))
    }
    if !sortKeys.isEmpty { plan = .sort(.init(input: plan, keys: sortKeys)) }
    if let limit { plan = limit.applied(to: plan) }
    let scope = Scope(
      items.indices.map { Scope.Column(qualifier: qualifier(of: items[$0]), field: columns[$0].field) })
    if columns.count > items.count { plan = plan.keepingFirst(items.count) }
    return BoundRelation(plan: plan, scope: scope)
  }

  /// A plain column keeps the name of its relation, for pipes and ORDER BY above.
  private func qualifier(of item: Item) -> [String] {
    guard case .column(let ordinal) = item.expression.node, Placeholder.isInput(ordinal) else { return [] }
    return input.scope.columns[ordinal].qualifier
  }

  /// Sort keys over the output; what the output does not hold is added to `columns`, behind what is shown.
  private func translated(
    _ keys: [SortKey], isDistinct: Bool, _ stage: Stage, _ columns: inout [NamedExpression]
  ) throws(SQLError) -> [SortKey] {
    var result: [SortKey] = []
    for var key in keys {
      if let index = items.firstIndex(where: { $0.expression.isSame(as: key.expression) }) {
        key.expression.node = .column(index)
      } else if key.expression.columnsUsed.allSatisfy({ Placeholder.item($0) != nil }) {
        key.expression = key.expression.remapped { Placeholder.item($0) ?? $0 }
      } else {
        if isDistinct { throw .orderByNotInDistinct(span: key.expression.span) }
        let hidden = try stage.translated(key.expression.replacingItems(items))
        let index = columns.firstIndex { $0.expression.isSame(as: hidden) } ?? columns.count
        if index == columns.count { columns.append(NamedExpression(hidden, as: "_sort\(index - items.count)")) }
        key.expression = .column(index, columns[index].field, span: key.expression.span)
      }
      result.append(key)
    }
    return result
  }

  /// The plan while it grows, and how to translate what was bound over the SELECT's input to what the plan gives now.
  struct Stage {
    let binder: SelectBinder
    var plan: LogicalPlan
    /// Where the generator's columns begin, once they are there.
    private var generatedBase: Int?
    private var isGrouped = false

    init(binder: SelectBinder) {
      self.binder = binder
      plan = binder.input.plan
    }

    /// GROUP BY and HAVING.
    mutating func group() throws(SQLError) {
      guard binder.isAggregate else { return }
      if let generator = binder.generator, generator.isBelowAggregate { append(generator, generator.arguments) }
      let keys = binder.groupKeys.map { NamedExpression(resolved($0.expression), as: $0.name) }
      plan = .aggregate(.init(input: plan, keys: keys, calls: binder.collector.calls))
      isGrouped = true
      if let having = binder.having {
        if let made = having.firstColumn(where: { Placeholder.generated($0) != nil }),
          binder.generator?.isBelowAggregate == false
        {
          throw .generatorOutsideSelect(binder.generator?.function.name ?? "", clause: "HAVING", span: made.span)
        }
        plan = .filter(.init(input: plan, predicate: try translated(having)))
      }
    }

    /// The generator of the select list, unless grouping needed it before.
    mutating func generate() throws(SQLError) {
      guard let generator = binder.generator, !(generator.isBelowAggregate && isGrouped) else { return }
      var arguments: [BoundExpression] = []
      for argument in generator.arguments { arguments.append(try translated(argument)) }
      append(generator, arguments)
    }

    private mutating func append(_ generator: Generator, _ arguments: [BoundExpression]) {
      let width = plan.schema.count
      generatedBase = width
      plan = .generate(
        .init(
          input: plan, kept: Array(0..<width), generator: generator.function, arguments: arguments,
          isOuter: generator.isOuter, fields: generator.fields, span: generator.span))
    }

    /// The generator's placeholders as columns of the plan.
    private func resolved(_ expression: BoundExpression) -> BoundExpression {
      guard let generatedBase else { return expression }
      return expression.remapped { ordinal in Placeholder.generated(ordinal).map { generatedBase + $0 } ?? ordinal }
    }

    /// `expression` over the plan as it stands.
    func translated(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
      isGrouped ? try overGroups(expression) : resolved(expression)
    }

    /// Keys become columns, aggregates become columns, and nothing else of the input may be left.
    private func overGroups(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
      if expression.literalValue == nil,
        let index = binder.groupKeys.firstIndex(where: { $0.expression.isSame(as: expression) })
      {
        return .column(index, binder.groupKeys[index].field, span: expression.span)
      }
      guard case .column(let ordinal) = expression.node else {
        return try expression.mapChildren { (child) throws(SQLError) in try overGroups(child) }
      }
      var column = expression
      let keyCount = binder.groupKeys.count
      if let index = Placeholder.aggregate(ordinal) {
        column.node = .column(keyCount + index)
        return column
      }
      if let index = Placeholder.generated(ordinal) {
        guard binder.generator?.isBelowAggregate == false, let generatedBase else {
          throw notGrouped(binder.generator?.fields[index].name ?? "", expression.span)
        }
        column.node = .column(generatedBase + index)
        return column
      }
      throw notGrouped(binder.input.scope.columns[ordinal].field.name, expression.span)
    }

    private func notGrouped(_ column: String, _ span: SourceSpan) -> SQLError {
      binder.select.groupBy == nil ? .missingGroupBy(column, span: span) : .missingAggregation(column, span: span)
    }
  }
}

extension BoundExpression {
  /// Items of the select list put in for their placeholders.
  fileprivate func replacingItems(_ items: [SelectBinder.Item]) -> BoundExpression {
    if case .column(let ordinal) = node, let index = Placeholder.item(ordinal) { return items[index].expression }
    return mapChildren { $0.replacingItems(items) }
  }
}

extension LogicalPlan {
  /// The first `count` columns.
  func keepingFirst(_ count: Int) -> LogicalPlan {
    let fields = schema.fields.prefix(count)
    return .project(
      .init(input: self, columns: fields.enumerated().map { NamedExpression(.column($0, $1), as: $1.name) }))
  }
}
