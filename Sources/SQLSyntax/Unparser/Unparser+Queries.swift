import Diagnostics

extension Unparser {
  mutating func query(_ query: AST.Query) {
    if let with = query.with {
      write(with.isRecursive ? "WITH RECURSIVE " : "WITH ")
      list(with.tables) { unparser, table in
        unparser.name(table.name)
        if !table.columns.isEmpty {
          unparser.write(" ")
          unparser.nameList(table.columns)
        }
        if let levels = table.levelsMax { unparser.write(" MAX RECURSION LEVEL \(levels)") }
        unparser.write(" AS ")
        unparser.subquery(table.query)
      }
      write(" ")
    }
    body(query.body)
    if !query.ordering.isEmpty { write(" ") }
    ordering(query.ordering)
    clause(" LIMIT ", query.limit)
    clause(" OFFSET ", query.offset)
    for pipe in query.pipes {
      write(" |> ")
      self.pipe(pipe)
    }
  }

  /// The forms that are there, in the order of the grammar.
  mutating func ordering(_ ordering: AST.Ordering) {
    var isFirst = true
    func separator(_ isEmpty: Bool) -> String {
      defer { isFirst = isFirst && isEmpty }
      return isFirst ? "" : " "
    }
    clause(separator(ordering.orderBy.isEmpty) + "ORDER BY ", ordering.orderBy) { $0.sortItem($1) }
    clause(separator(ordering.clusterBy.isEmpty) + "CLUSTER BY ", ordering.clusterBy) { $0.expression($1) }
    clause(separator(ordering.distributeBy.isEmpty) + "DISTRIBUTE BY ", ordering.distributeBy) { $0.expression($1) }
    clause(separator(ordering.sortBy.isEmpty) + "SORT BY ", ordering.sortBy) { $0.sortItem($1) }
  }

  /// A set operation inside another one stands in parentheses, unless it is on the left and binds as tight.
  mutating func body(_ body: AST.QueryBody) {
    switch body {
    case .select(let select): self.select(select)
    case .values(let rows):
      write("VALUES ")
      list(rows) { unparser, row in unparser.parenthesised(row) { $0.expression($1) } }
    case .setOperation(let operation):
      operand(operation.left, atLeast: operation.operator == .intersect ? 2 : 1)
      write(" \(operation.operator.spelling) ")
      if operation.isAll { write("ALL ") }
      operand(operation.right, atLeast: operation.operator == .intersect ? 3 : 2)
    case .table(let name):
      write("TABLE ")
      objectName(name)
    case .from(let relations): from("FROM ", relations)
    case .query(let query): subquery(query)
    }
  }

  /// Relations between commas. Bare VALUES would take what follows the comma for a row of its own; empty options end it.
  private mutating func from(_ keyword: String, _ relations: [AST.Relation]) {
    let last = relations.count - 1
    clause(keyword, Array(relations.enumerated())) { unparser, element in
      unparser.relation(element.element)
      if element.offset < last, element.element.endsWithRows { unparser.write(" WITH ()") }
    }
  }

  private mutating func operand(_ body: AST.QueryBody, atLeast binding: Int) {
    var own = 3
    if case .setOperation(let operation) = body { own = operation.operator == .intersect ? 2 : 1 }
    guard own < binding else { return self.body(body) }
    write("(")
    self.body(body)
    write(")")
  }

  private mutating func select(_ select: AST.Select) {
    write("SELECT ")
    hints(select.hints)
    quantifier(select.quantifier)
    list(select.items) { $0.selectItem($1) }
    from(" FROM ", select.from)
    for view in select.lateralViews {
      write(" ")
      lateralView(view)
    }
    clause(" WHERE ", select.where)
    if let groupBy = select.groupBy { self.groupBy(groupBy) }
    clause(" HAVING ", select.having)
    clause(" WINDOW ", select.windows) { unparser, window in
      unparser.name(window.name)
      unparser.write(" AS ")
      unparser.window(window.specification)
    }
    clause(" QUALIFY ", select.qualify)
  }

  mutating func quantifier(_ quantifier: AST.SelectQuantifier) {
    switch quantifier {
    case .all: break
    case .distinct: write("DISTINCT ")
    case .distinctOn(let keys, let isWithinWatermark):
      write("DISTINCT ON ")
      parenthesised(keys) { $0.expression($1) }
      write(isWithinWatermark ? " WITHIN WATERMARK " : " ")
    }
  }

  mutating func selectItem(_ item: AST.SelectItem) {
    expression(item.expression)
    if let alias = item.alias {
      write(" AS ")
      anyName(alias)
    } else if !item.aliases.isEmpty {
      write(" AS ")
      nameList(item.aliases)
    }
  }

  mutating func star(_ star: AST.Star) {
    if let qualifier = star.qualifier {
      column(qualifier)
      write(".")
    }
    write("*")
    if !star.except.isEmpty {
      write(" EXCEPT ")
      parenthesised(star.except) { $0.objectName($1) }
    }
    if !star.replace.isEmpty {
      write(" REPLACE ")
      parenthesised(star.replace) { $0.selectItem($1) }
    }
  }

  mutating func groupBy(_ groupBy: AST.GroupBy) {
    clause(" GROUP BY ", groupBy.elements) { $0.grouping($1) }
    clause(" TIMEOUT ", groupBy.timeout)
  }

  private mutating func grouping(_ element: AST.GroupingElement) {
    switch element {
    case .expression(let expression): self.expression(expression)
    case .all: write("ALL")
    case .rollup(let sets):
      write("ROLLUP ")
      parenthesised(sets) { $0.groupingSet($1) }
    case .cube(let sets):
      write("CUBE ")
      parenthesised(sets) { $0.groupingSet($1) }
    case .groupingSets(let elements):
      write("GROUPING SETS ")
      parenthesised(elements) { $0.grouping($1) }
    case .keyedSets(let keys, let sets):
      list(keys) { $0.expression($1) }
      write(" ")
      grouping(.groupingSets(sets))
    case .set(let keys): groupingSet(keys)
    }
  }

  /// One key stands without parentheses unless it is a row itself.
  private mutating func groupingSet(_ keys: [AST.Expression]) {
    if keys.count == 1, case .row = keys[0].kind { return parenthesised(keys) { $0.expression($1) } }
    if keys.count == 1 { return expression(keys[0]) }
    parenthesised(keys) { $0.expression($1) }
  }

  mutating func sortItem(_ item: AST.SortItem) {
    if case .name(let name) = item.expression.kind, name.parts.count == 1, !name.parts[0].isQuoted,
      name.parts[0].text.lowercased() == "all"
    {
      write("ALL")
    } else {
      expression(item.expression)
    }
    if item.isDescending { write(" DESC") }
    switch item.nulls {
    case .first: write(" NULLS FIRST")
    case .last: write(" NULLS LAST")
    case nil: break
    }
  }

  mutating func hints(_ hints: [AST.Hint]) {
    guard !hints.isEmpty else { return }
    write("/*+ ")
    list(hints) { unparser, hint in
      let isOptions = hint.name.text.uppercased() == Keyword.options.rawValue && hint.arguments.isEmpty
      if isOptions {
        unparser.write(hint.name.text)
        unparser.options(hint.options)
      } else {
        unparser.name(hint.name)
        if !hint.arguments.isEmpty { unparser.parenthesised(hint.arguments) { $0.expression($1) } }
      }
    }
    write(" */ ")
  }

  mutating func options(_ options: [AST.Option]) {
    parenthesised(options) { unparser, option in
      unparser.string(Array(option.key.text.utf8))
      unparser.write(" = ")
      switch option.value {
      case .null, .boolean, .number, .string: unparser.literal(option.value)
      case .binary, .typed, .interval: unparser.string(Array((option.text ?? "").utf8))
      }
    }
  }
}

extension AST.Relation {
  /// Whether the last thing written of it is a row of VALUES.
  fileprivate var endsWithRows: Bool {
    switch kind {
    case .values:
      alias == nil && watermark == nil && matchRecognize == nil && sample == nil && systemTime == nil && options.isEmpty
        && hints.isEmpty
    case .join(let join): join.condition == .none && join.right.endsWithRows
    case .name, .path, .function, .unnest, .subquery, .parenthesised, .pivot, .unpivot: false
    }
  }
}
