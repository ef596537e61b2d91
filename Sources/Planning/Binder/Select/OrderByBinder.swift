internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// ORDER BY of what is no SELECT: names and positions of the output columns.
  func bindSortKeys(_ items: [AST.SortItem], over scope: Scope) throws(SQLError) -> [SortKey] {
    let columns = scope.columns.enumerated().map { BoundExpression.column($0.offset, $0.element.field) }
    var keys: [SortKey] = []
    for item in items {
      if let all = item.allColumns(columns, in: scope) {
        keys += all
        continue
      }
      var expression: BoundExpression
      if let position = try item.position(upTo: columns.count) {
        expression = columns[position]
        expression.span = item.expression.span
      } else {
        expression = try expressionBinder(scope, .orderBy).bind(item.expression)
      }
      keys.append(try item.key(expression))
    }
    return keys
  }

  /// LIMIT and OFFSET: constants, not negative.
  func bindLimit(_ limit: AST.Expression?, _ offset: AST.Expression?) throws(SQLError) -> LimitClause? {
    if limit == nil && offset == nil { return nil }
    let count: Int?
    if let limit { count = try bindCount(limit, "LIMIT") } else { count = nil }
    return LimitClause(count: count, offset: try offset.map { (e) throws(SQLError) in try bindCount(e, "OFFSET") } ?? 0)
  }

  private func bindCount(_ expression: AST.Expression, _ clause: String) throws(SQLError) -> Int {
    let bound: BoundExpression
    do {
      bound = try expressionBinder(Scope(), .limit).bind(expression)
    } catch  where error.errorClass == "UNRESOLVED_COLUMN" {
      throw .invalidLimit(clause, subclass: "IS_UNFOLDABLE", "a constant, without columns", span: expression.span)
    }
    guard bound.isConstant else {
      throw .invalidLimit(clause, subclass: "IS_UNFOLDABLE", "a constant", span: expression.span)
    }
    guard bound.type.isIntegral else {
      throw .invalidLimit(clause, subclass: "DATA_TYPE", "an integer, found \(bound.type.sqlName)", span: expression.span)
    }
    guard let value = try context.constantValue(bound).integer else {
      throw .invalidLimit(clause, subclass: "IS_NULL", "an integer, found NULL", span: expression.span)
    }
    guard value >= 0 else {
      throw .invalidLimit(clause, subclass: "IS_NEGATIVE", "at least 0, found \(value)", span: expression.span)
    }
    return Int(value)
  }
}

extension AST.SortItem {
  /// The column that an integer stands for, from 0; nil if the item is no integer.
  func position(upTo count: Int) throws(SQLError) -> Int? {
    guard case .literal(.number(let number)) = expression.kind, number.kind == .integer else { return nil }
    guard let position = Int(number.text), position >= 1, position <= count else {
      throw .positionOutOfRange("ORDER BY", position: number.text, count: count, span: expression.span)
    }
    return position - 1
  }

  /// ORDER BY ALL: a key for each column, unless one is called so.
  func allColumns(_ columns: [BoundExpression], in scope: Scope) -> [SortKey]? {
    guard case .name(let name) = expression.kind, name.parts.count == 1, !name.parts[0].isQuoted,
      name.text.lowercased() == "all", scope.ordinals(qualifier: [], name: "all").isEmpty
    else { return nil }
    return columns.map { SortKey($0, isDescending: isDescending, nullsFirst: nullsFirst) }
  }

  var nullsFirst: Bool? {
    switch nulls {
    case .first: true
    case .last: false
    case nil: nil
    }
  }

  func key(_ bound: BoundExpression) throws(SQLError) -> SortKey {
    guard bound.type.isOrderable else { throw .notOrderable(bound.type, in: "ORDER BY", span: expression.span) }
    return SortKey(bound, isDescending: isDescending, nullsFirst: nullsFirst)
  }
}

extension SelectBinder {
  /// ORDER BY of a SELECT: output columns first, then what the SELECT reads; items of the select list stand as placeholders.
  mutating func bindOrderBy(_ sortItems: [AST.SortItem]) throws(SQLError) -> [SortKey] {
    if sortItems.isEmpty { return [] }
    let columns = items.enumerated().map { index, item in
      BoundExpression(
        .column(Placeholder.items + index), type: item.expression.type, isNullable: item.expression.isNullable,
        span: item.span)
    }
    var binder = base
    binder.clause = .orderBy
    binder.aggregates = collector
    binder.overs = overs
    binder.aliases = .beforeInput(outputNames(columns))
    var keys: [SortKey] = []
    for item in sortItems {
      if sortItems.count == 1, let all = item.allColumns(columns, in: input.scope) {
        keys += all
      } else if context.settings.ordersByOrdinals, let position = try item.position(upTo: columns.count) {
        keys.append(try item.key(columns[position]))
      } else {
        keys.append(try item.key(try binder.bind(item.expression)))
      }
    }
    return keys
  }

  /// Output columns by name; of columns that are the same, the first.
  private func outputNames(_ columns: [BoundExpression]) -> SelectAliases {
    var names = SelectAliases()
    for (index, item) in items.enumerated() {
      let isRepeated = items[..<index].contains {
        $0.name.equalsIgnoringCase(item.name) && $0.expression.isSame(as: item.expression)
      }
      if !isRepeated { names.add(item.name, columns[index]) }
    }
    return names
  }
}
