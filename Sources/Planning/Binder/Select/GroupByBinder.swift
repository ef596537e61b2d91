internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension SelectBinder {
  /// The keys: expressions, positions and aliases of the select list, or ALL of it that holds no aggregate; and the sets
  /// of them to group by. Elements between commas multiply: each set of one is joined with each of the others.
  mutating func bindGroupBy() throws(SQLError) {
    guard let groupBy = select.groupBy else { return }
    var sets: [[Int]] = [[]]
    for element in groupBy.elements {
      let further = try bind(element, span: groupBy.span)
      let (count, isTooLarge) = sets.count.multipliedReportingOverflow(by: further.count)
      if isTooLarge || count > GroupingSets.setsMax { throw .tooManyGroupingSets(groupBy.span) }
      sets = sets.flatMap { set in further.map { set + $0.filter { !set.contains($0) } } }
    }
    if groupBy.elements.contains(where: \.hasSets) {
      if groupKeys.count > GroupingSets.keysMax { throw .tooManyGroupingKeys(groupKeys.count, span: groupBy.span) }
      groupingSets = GroupingSets(sets: sets)
      try refuseSessionInSets()
    }
    guard groupKeys.contains(where: { $0.expression.containsGenerated }) else { return }
    for generator in generators where generator.arguments.contains(where: { $0.containsAggregate }) {
      throw .aggregateInGroupBy(generator.function.name, span: generator.span)
    }
    for index in generators.indices { generators[index].isBelowAggregate = true }
  }

  /// The sets that an element stands for, each as positions of group keys.
  private mutating func bind(_ element: AST.GroupingElement, span: SourceSpan) throws(SQLError) -> [[Int]] {
    switch element {
    case .expression(let expression): return [try bindKey(expression)]
    case .set(let expressions): return [try bindKeys(expressions)]
    case .all:
      // A column or an alias of that name is meant first.
      if !groupsByAllItems {
        return [try bindKey(AST.Expression(.name(AST.ObjectName([AST.Identifier("all", span: span)])), span: span))]
      }
      return [try bindAllItems()]
    case .rollup(let parts) where parts.contains(where: \.isEmpty), .cube(let parts) where parts.contains(where: \.isEmpty):
      throw SQLError(
        .bind, "_LEGACY_ERROR_TEMP_0051", "a part of ROLLUP and CUBE is an expression or several, not none", span: span,
        hint: parts.count > 1 ? "leave () out" : "GROUPING SETS (())")
    case .rollup(let parts):
      let keys = try parts.map { (part) throws(SQLError) in try bindKeys(part) }
      return (0...keys.count).reversed().map { Self.merged(keys[..<$0]) }
    case .cube(let parts):
      let keys = try parts.map { (part) throws(SQLError) in try bindKeys(part) }
      // Shifting by more than this would give more sets than may be.
      guard keys.count < Int.bitWidth - 2, 1 << keys.count <= GroupingSets.setsMax else { throw .tooManyGroupingSets(span) }
      return (0..<1 << keys.count).map { left in
        Self.merged(keys.indices.filter { left >> (keys.count - 1 - $0) & 1 == 0 }.map { keys[$0] }[...])
      }
    case .groupingSets(let elements): return try bindSets(elements, span: span)
    case .keyedSets(let keys, let elements):
      // The keys in front only say in which order `grouping_id` has its bits.
      _ = try bindKeys(keys)
      let count = groupKeys.count
      let sets = try bindSets(elements, span: span)
      if groupKeys.count > count { throw .missingInGroupingKeys(groupKeys[count].name, span: groupKeys[count].expression.span) }
      return sets
    }
  }

  private mutating func bindSets(_ elements: [AST.GroupingElement], span: SourceSpan) throws(SQLError) -> [[Int]] {
    var sets: [[Int]] = []
    for element in elements {
      sets += try bind(element, span: span)
      if sets.count > GroupingSets.setsMax { throw .tooManyGroupingSets(span) }
    }
    return sets
  }

  private static func merged(_ parts: ArraySlice<[Int]>) -> [Int] {
    parts.reduce(into: []) { set, part in set += part.filter { !set.contains($0) } }
  }

  /// A session is made by the rows of one group; there is none of rows that belong to several.
  private func refuseSessionInSets() throws(SQLError) {
    for key in groupKeys {
      guard let start = TimeWindows.parts(of: key.expression)?.start, case .column(let ordinal) = start.node,
        let index = Placeholder.window(ordinal), let entries = base.windows?.entries, entries.indices.contains(index / 2),
        entries[index / 2].isSession
      else { continue }
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "session_window beside ROLLUP, CUBE or GROUPING SETS is not supported",
        span: key.expression.span, hint: "make the sessions in a subquery, and group what it gives by the sets")
    }
  }

  // MARK: Keys

  private mutating func bindKeys(_ expressions: [AST.Expression]) throws(SQLError) -> [Int] {
    var keys: [Int] = []
    for expression in expressions { keys += try bindKey(expression).filter { !keys.contains($0) } }
    return keys
  }

  private mutating func bindKey(_ expression: AST.Expression) throws(SQLError) -> [Int] {
    switch expression.kind {
    case .row(let parts): return try bindKeys(parts)
    case .literal(.number(let number)) where number.kind == .integer && context.settings.groupsByOrdinals:
      return [try bindPosition(number.text, span: expression.span)]
    default: break
    }
    var binder = base
    binder.clause = .groupBy
    binder.groupings = nil
    binder.aliases = context.settings.groupsByAliases ? .afterInput(itemNames) : .none
    let key = try binder.bind(expression)
    if let call = key.firstColumn(where: { Placeholder.aggregate($0) != nil }) {
      throw .aggregateInGroupBy(aggregateName(call), span: expression.span)
    }
    return [add(key, name: base.outputName(of: expression), span: expression.span)]
  }

  /// Items of the select list by the names that they have or were given.
  private var itemNames: SelectAliases {
    var names = SelectAliases()
    for item in items { names.add(item.name, item.expression) }
    return names
  }

  private mutating func bindPosition(_ text: String, span: SourceSpan) throws(SQLError) -> Int {
    guard let position = Int(text), (1...max(1, items.count)).contains(position), position <= items.count else {
      throw .positionOutOfRange("GROUP BY", position: text, count: items.count, span: span)
    }
    if let star = select.items.first(where: \.isStar) { throw .starWithGroupByPosition(span: star.span) }
    let item = items[position - 1]
    if item.expression.containsAggregate { throw .groupByPositionAggregate(position, span: span) }
    return add(item.expression, name: item.name, span: span)
  }

  /// GROUP BY ALL: items without aggregates. Where an item mixes an aggregate with columns, the columns must be keys already.
  private mutating func bindAllItems() throws(SQLError) -> [Int] {
    var keys: [Int] = []
    for item in items where !item.expression.containsAggregate && !item.expression.containsOver {
      keys.append(add(item.expression, name: item.name, span: item.span))
    }
    return keys
  }

  private mutating func add(_ key: BoundExpression, name: String, span: SourceSpan) -> Int {
    if let known = groupKeys.firstIndex(where: { $0.expression.isSame(as: key) }) { return known }
    groupKeys.append(NamedExpression(key, as: name))
    return groupKeys.count - 1
  }

  /// Name of the call that a placeholder stands for.
  func aggregateName(_ placeholder: BoundExpression) -> String {
    guard case .column(let ordinal) = placeholder.node, let index = Placeholder.aggregate(ordinal) else { return "" }
    return collector.calls[index].aggregate.name
  }
}

extension AST.GroupingElement {
  /// Every expression that is grouped by, some perhaps in several sets.
  var keys: [AST.Expression] {
    switch self {
    case .expression(let key): [key]
    case .set(let keys): keys
    case .rollup(let parts), .cube(let parts): parts.flatMap { $0 }
    case .groupingSets(let elements), .keyedSets(_, let elements): elements.flatMap(\.keys)
    case .all: []
    }
  }

  /// Whether it stands for several sets of keys.
  var hasSets: Bool {
    switch self {
    case .rollup, .cube, .groupingSets, .keyedSets: true
    case .expression, .set, .all: false
    }
  }
}

extension AST.SelectItem {
  fileprivate var isStar: Bool {
    if case .star = expression.kind { return true }
    return false
  }
}

extension SQLError {
  fileprivate static func tooManyGroupingSets(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "GROUPING_SIZE_LIMIT_EXCEEDED", "GROUP BY has more than \(GroupingSets.setsMax) grouping sets", span: span,
      hint: "list the sets that are needed: GROUPING SETS ((a, b), (a), ())")
  }

  fileprivate static func tooManyGroupingKeys(_ count: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "GROUPING_SIZE_LIMIT_EXCEEDED",
      "grouping sets have \(count) keys, \(GroupingSets.keysMax) is the most", span: span)
  }

  fileprivate static func starWithGroupByPosition(span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "STAR_GROUP_BY_POS", "a position in GROUP BY counts items of the select list, and * stands for several",
      span: span, hint: "write the columns out, or group by their names")
  }

  fileprivate static func missingInGroupingKeys(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "MISSING_AGGREGATION", "\"\(name)\" is in GROUPING SETS, but not among the keys before it", span: span,
      hint: "leave the keys out: GROUP BY GROUPING SETS (…)")
  }
}
