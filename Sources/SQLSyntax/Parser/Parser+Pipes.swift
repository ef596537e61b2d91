import Diagnostics

extension Parser {
  /// What follows `|>`.
  mutating func pipeOperator() throws(SQLError) -> AST.PipeOperator {
    let start = token.span
    let kind = try pipeKind()
    try grow()
    return .init(kind: kind, span: span(from: start))
  }

  private mutating func pipeKind() throws(SQLError) -> AST.PipeKind {
    if accept(.select) {
      // A hint says how a cluster would run the step.
      _ = try hints()
      let quantifier = try selectQuantifier()
      let items = try pipeItems()
      return .select(quantifier: quantifier, items, at(.group) ? try groupBy() : nil)
    }
    if accept(.extend) { return .extend(try pipeItems()) }
    if accept(.set) { return .set(try assignments()) }
    if accept(.drop) {
      return .drop(try commaSeparated { (parser) throws(SQLError) in try parser.objectName() })
    }
    if accept(.as) { return .alias(try anyName()) }
    if accept(.where) { return .where(try expression()) }
    if at(.limit, .all) {
      advance()
      let span = token.span
      advance()
      // No limit: what may be left out in front is all there is to say.
      return .offset(
        try pipeOffset() ?? .init(.literal(.number(.init(text: "0", kind: .integer))), span: span))
    }
    if accept(.limit) {
      let count = try expression()
      return .limit(count, offset: try pipeOffset())
    }
    if let offset = try pipeOffset() { return .offset(offset) }
    if accept(.aggregate) { return try pipeAggregate() }
    if at(.order) || at(.cluster, .by) || at(.distribute, .by) || at(.sort, .by) { return .ordering(try ordering()) }
    if at(.lateral, .view) { return .lateralView(try lateralView()) }
    if at(.pivot) { return .pivot(try pivot()) }
    if at(.unpivot) { return .unpivot(try unpivot()) }
    if accept(.tablesample) { return .sample(try sample()) }
    if let operation = accept(anyOf: [.union, .except, .minus, .intersect]) {
      return try pipeSetOperation(operation)
    }
    if let (kind, isNatural) = try joinKind() {
      let right = try relationPrimary()
      return .join(kind, isNatural: isNatural, right, try joinCondition())
    }
    throw unexpected("a pipe operator")
  }

  /// `OFFSET n [ROWS]`
  private mutating func pipeOffset() throws(SQLError) -> AST.Expression? {
    guard accept(.offset) else { return nil }
    let offset = try expression()
    _ = accept(anyOf: [.rows, .row])
    return offset
  }

  private mutating func pipeItems() throws(SQLError) -> [AST.SelectItem] {
    try commaSeparated { (parser) throws(SQLError) in try parser.selectItem() }
  }

  /// `a = e, …`
  mutating func assignments() throws(SQLError) -> [AST.Assignment] {
    try commaSeparated { (parser) throws(SQLError) in
      let target = try parser.objectName()
      try parser.expect(.equal)
      return AST.Assignment(target: target, value: try parser.expression())
    }
  }

  /// `AGGREGATE [items] [GROUP BY items]`, one of the two at least.
  private mutating func pipeAggregate() throws(SQLError) -> AST.PipeKind {
    let items = at(.group) ? [] : try pipeItems()
    var keys: [AST.SelectItem] = []
    if accept(.group) {
      try expect(.by)
      if at(.all) { throw .unsupportedInPipeAggregate("GROUP BY ALL", span: token.span) }
      keys = try pipeItems()
    }
    return .aggregate(items, groupBy: keys)
  }

  /// Clauses behind the last step, which are further steps: `|> WHERE a ORDER BY b LIMIT 1`.
  mutating func pipeTail(_ query: inout AST.Query) throws(SQLError) {
    let start = token.span
    let ordering = try ordering()
    if !ordering.isEmpty { query.pipes.append(.init(kind: .ordering(ordering), span: span(from: start))) }
    let last = token.span
    var tail = AST.Query(body: .values([]), span: last)
    try limits(&tail)
    if let limit = tail.limit {
      query.pipes.append(.init(kind: .limit(limit, offset: tail.offset), span: span(from: last)))
    } else if let offset = tail.offset {
      query.pipes.append(.init(kind: .offset(offset), span: span(from: last)))
    }
  }

  private mutating func pipeSetOperation(_ keyword: Keyword) throws(SQLError) -> AST.PipeKind {
    let operation: AST.SetOperation.Operator =
      keyword == .union ? .union : keyword == .intersect ? .intersect : .except
    let isAll = setQuantifier()
    let operands = try commaSeparated { (parser) throws(SQLError) in try parser.queryTerm() }
    return .setOperation(operation, isAll: isAll, operands)
  }
}

extension SQLError {
  package static func unsupportedInPipeAggregate(_ what: String, span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", "|> AGGREGATE does not take \(what)",
      span: span, hint: "a SELECT with GROUP BY does; put it in parentheses and go on with |>")
  }
}
