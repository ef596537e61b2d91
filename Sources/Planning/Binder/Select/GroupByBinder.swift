internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension SelectBinder {
  /// The keys: expressions, positions and aliases of the select list, or ALL of it that holds no aggregate.
  mutating func bindGroupBy() throws(SQLError) {
    guard let groupBy = select.groupBy else { return }
    for element in groupBy.elements { try bind(element, span: groupBy.span) }
    guard groupKeys.contains(where: { $0.expression.containsGenerated }) else { return }
    if let generator, generator.arguments.contains(where: { $0.containsAggregate }) {
      throw .aggregateInGroupBy(generator.function.name, span: generator.span)
    }
    generator?.isBelowAggregate = true
  }

  private mutating func bind(_ element: AST.GroupingElement, span: SourceSpan) throws(SQLError) {
    switch element {
    case .expression(let expression): try bindKey(expression)
    case .set(let expressions):
      for expression in expressions { try bindKey(expression) }
    case .all:
      for item in items where !item.expression.containsAggregate { addKey(item.expression, name: item.name) }
    case .rollup, .cube, .groupingSets: throw UnsupportedFeature.groupingSets.error(span)
    }
  }

  private mutating func bindKey(_ expression: AST.Expression) throws(SQLError) {
    switch expression.kind {
    case .row(let parts):
      for part in parts { try bindKey(part) }
      return
    case .literal(.number(let number)) where number.kind == .integer:
      return try bindPosition(number.text, span: expression.span)
    default: break
    }
    var binder = base
    binder.clause = .groupBy
    binder.aliases = .afterInput(aliases)
    let key = try binder.bind(expression)
    if let call = key.firstColumn(where: { Placeholder.aggregate($0) != nil }) {
      throw .aggregateInGroupBy(aggregateName(call), span: expression.span)
    }
    try add(key, name: base.outputName(of: expression), span: expression.span)
  }

  private mutating func bindPosition(_ text: String, span: SourceSpan) throws(SQLError) {
    guard let position = Int(text), (1...max(1, items.count)).contains(position), position <= items.count else {
      throw .positionOutOfRange("GROUP BY", position: text, count: items.count, span: span)
    }
    let item = items[position - 1]
    if item.expression.containsAggregate { throw .groupByPositionAggregate(position, span: span) }
    try add(item.expression, name: item.name, span: span)
  }

  private mutating func add(_ key: BoundExpression, name: String, span: SourceSpan) throws(SQLError) {
    guard key.type.isOrderable else { throw .notGroupable(key.type, in: "GROUP BY", span: span) }
    addKey(key, name: name)
  }

  private mutating func addKey(_ key: BoundExpression, name: String) {
    if groupKeys.contains(where: { $0.expression.isSame(as: key) }) { return }
    groupKeys.append(NamedExpression(key, as: name))
  }

  /// Name of the call that a placeholder stands for.
  func aggregateName(_ placeholder: BoundExpression) -> String {
    guard case .column(let ordinal) = placeholder.node, let index = Placeholder.aggregate(ordinal) else { return "" }
    return collector.calls[index].aggregate.name
  }
}
