import Diagnostics

extension Parser {
  /// `SELECT …`, its FROM already read if it came first.
  mutating func select(from relations: [AST.Relation]? = nil) throws(SQLError) -> AST.Select {
    let start = token.span
    try expect(.select)
    let hints = try hints()
    let quantifier = try selectQuantifier()
    let items = try commaSeparated { (parser) throws(SQLError) in try parser.selectItem() }
    var select = AST.Select(hints: hints, quantifier: quantifier, items: items, span: start)
    if let relations {
      select.from = relations
    } else if accept(.from) {
      select.from = try self.relations()
    }
    while at(.lateral, .view) { select.lateralViews.append(try lateralView()) }
    if accept(.where) { select.where = try expression() }
    if at(.group) { select.groupBy = try groupBy() } else { note(.keyword(.group)) }
    if accept(.having) { select.having = try expression() }
    if accept(.window) { select.windows = try namedWindows() }
    if accept(.qualify) { select.qualify = try expression() }
    select.span = span(from: start)
    return select
  }

  /// `[ALL | DISTINCT | DISTINCT ON (keys) [WITHIN WATERMARK]]`
  mutating func selectQuantifier() throws(SQLError) -> AST.SelectQuantifier {
    if at(.all) {
      advance()
      return .all
    }
    guard at(.distinct) else { return .all }
    advance()
    guard at(.on) else { return .distinct }
    advance()
    let keys = try parenthesisedList { (parser) throws(SQLError) in try parser.expression() }
    let isWithinWatermark = at(.within, .watermark)
    if isWithinWatermark {
      advance()
      advance()
    }
    return .distinctOn(keys, isWithinWatermark: isWithinWatermark)
  }

  /// `e [AS] name`, `e AS (a, b)`, `*`
  mutating func selectItem() throws(SQLError) -> AST.SelectItem {
    let start = token.span
    if let star = try star() { return .init(star, span: span(from: start)) }
    let expression = try expression()
    var aliases: [AST.Identifier] = []
    if at(.as, .leftParen) {
      advance()
      aliases = try nameList()
    } else if let alias = try alias() {
      aliases = [alias]
    }
    return .init(expression, aliases: aliases, span: span(from: start))
  }

  /// `*` or `t.*`, with what it leaves out and replaces.
  mutating func star() throws(SQLError) -> AST.Expression? {
    guard isStar() else { return nil }
    let start = token.span
    var star = AST.Star()
    if !at(.star) {
      star.qualifier = .init(try dotted(from: try name()))
      advance()
    }
    advance()
    if at(.exclude, .leftParen) || at(.except, .leftParen), isOnlyName(ahead: 2), !isQueryStart(ahead: 2) {
      advance()
      star.except = try parenthesisedList { (parser) throws(SQLError) in try parser.objectName() }
    }
    if at(.replace, .leftParen) {
      advance()
      star.replace = try parenthesisedList { (parser) throws(SQLError) in
        let start = parser.token.span
        let expression = try parser.expression()
        try parser.expect(.as)
        let alias = try parser.anyName()
        return AST.SelectItem(expression, aliases: [alias], span: parser.span(from: start))
      }
    }
    return .init(.star(star), span: span(from: start))
  }

  private func isStar() -> Bool {
    if at(.star) { return true }
    guard isName() else { return false }
    var distance = 1
    while kind(ahead: distance) == .symbol(.dot) {
      switch kind(ahead: distance + 1) {
      case .symbol(.star): return true
      case .word, .quotedName, .string(_, .double): distance += 2
      case .symbol, .string, .binary, .number, .hintStart, .hintEnd, .end: return false
      }
    }
    return false
  }

  mutating func groupBy() throws(SQLError) -> AST.GroupBy {
    let start = token.span
    try expect(.group, .by)
    var elements: [AST.GroupingElement]
    if at(.all) {
      advance()
      elements = [.all]
    } else {
      elements = try commaSeparated { (parser) throws(SQLError) in try parser.groupingElement() }
    }
    if at(.with, .rollup) || at(.with, .cube) || at(.grouping, .sets) {
      elements = try groupingModifier(elements)
    }
    var groupBy = AST.GroupBy(elements: elements, span: start)
    if accept(.timeout) { groupBy.timeout = try duration() }
    groupBy.span = span(from: start)
    return groupBy
  }

  /// `GROUP BY a, b WITH ROLLUP` is `GROUP BY ROLLUP (a, b)`; `GROUP BY a, b GROUPING SETS (…)` groups by the sets.
  private mutating func groupingModifier(
    _ elements: [AST.GroupingElement]
  ) throws(SQLError) -> [AST.GroupingElement] {
    var keys: [AST.Expression] = []
    for element in elements {
      guard case .expression(let key) = element else {
        let modifier = "\(source.text(of: token.span)) \(source.text(of: tokens[index + 1].span))"
        throw SQLError(
          .parse, "UNSUPPORTED_FEATURE", "\(modifier) takes plain expressions only",
          span: token.span, hint: "use GROUPING SETS")
      }
      keys.append(key)
    }
    if at(.grouping) {
      guard case .groupingSets(let sets) = try groupingElement() else { return elements }
      return [.keyedSets(keys, sets)]
    }
    advance()
    let isRollup = at(.rollup)
    advance()
    let parts = keys.map { [$0] }
    return [isRollup ? .rollup(parts) : .cube(parts)]
  }

  private mutating func groupingElement() throws(SQLError) -> AST.GroupingElement {
    if at(.rollup, .leftParen) || at(.cube, .leftParen) {
      let isRollup = at(.rollup)
      advance()
      let sets = try parenthesisedList { (parser) throws(SQLError) in try parser.groupingSet() }
      return isRollup ? .rollup(sets) : .cube(sets)
    }
    if at(.grouping, .sets) {
      let outer = try enter()
      defer { leave(outer) }
      advance()
      advance()
      return .groupingSets(
        try parenthesisedList { (parser) throws(SQLError) in
          if parser.isNestedGrouping { return try parser.groupingElement() }
          return .set(try parser.groupingSet())
        })
    }
    return .expression(try expression())
  }

  private var isNestedGrouping: Bool {
    at(.rollup, .leftParen) || at(.cube, .leftParen) || at(.grouping, .sets)
  }

  /// `(a, b)`, `()`, or `a`
  private mutating func groupingSet() throws(SQLError) -> [AST.Expression] {
    let start = token
    if at(.leftParen), kind(ahead: 1) == .symbol(.rightParen), kind(ahead: 2) != .symbol(.arrow) {
      advance()
      advance()
      return []
    }
    let key = try expression()
    if start.kind == .symbol(.leftParen), case .row(let keys) = key.kind, key.span.lower == start.span.lower {
      return keys
    }
    return [key]
  }

  /// `/*+ NAME(args), … */`
  mutating func hints() throws(SQLError) -> [AST.Hint] {
    guard kind == .hintStart else { return [] }
    advance()
    var hints: [AST.Hint] = []
    repeat {
      let before = index
      hints.append(try hint())
      _ = accept(.comma)
      try checkProgress(since: before)
    } while kind != .hintEnd
    advance()
    return hints
  }

  private mutating func hint() throws(SQLError) -> AST.Hint {
    if at(.options), kind(ahead: 1) == .symbol(.leftParen) {
      let name = try name()
      return .init(name: name, arguments: [], options: try options())
    }
    let name = try name()
    let arguments =
      at(.leftParen) ? try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.expression() } : []
    return .init(name: name, arguments: arguments, options: [])
  }
}
