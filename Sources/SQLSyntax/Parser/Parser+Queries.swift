import Diagnostics

extension Parser {
  /// Whether a query begins here; one in parentheses of its own is found by `continuedQuery`.
  func isQueryStart(ahead distance: Int = 0) -> Bool {
    switch keyword(ahead: distance) {
    case .select, .with, .values, .from: true
    case .table: isOnlyName(ahead: distance + 1)
    default: false
    }
  }

  /// Whether a query begins behind the parentheses that open here.
  func isQueryInParentheses(ahead distance: Int) -> Bool {
    var distance = distance
    while kind(ahead: distance) == .symbol(.leftParen) { distance += 1 }
    return isQueryStart(ahead: distance)
  }

  /// A query, of which the WITH may have been read.
  mutating func query(after known: AST.WithClause? = nil, from beginning: SourceSpan? = nil) throws(SQLError) -> AST.Query {
    let outer = try enter()
    defer { leave(outer) }
    let start = beginning ?? token.span
    let with = if let known { known } else { accept(.with) ? try withClause() : nil }
    let body = try queryBody(startingWith: try queryTerm())
    return try queryTail(with: with, body: body, from: start)
  }

  /// A query whose first operand was read as an expression: `((SELECT 1) UNION SELECT 2)`, `((SELECT 1) LIMIT 1)`.
  mutating func continuedQuery(after expression: AST.Expression) throws(SQLError) -> AST.Query? {
    guard case .scalarSubquery(let query) = expression.kind, isQueryContinuation else { return nil }
    return try self.query(continuing: Self.body(of: query), from: expression.span)
  }

  /// The rest of a query whose first operand has been read.
  mutating func query(continuing first: AST.QueryBody, from start: SourceSpan) throws(SQLError) -> AST.Query {
    try queryTail(with: nil, body: try queryBody(startingWith: first), from: start)
  }

  var isQueryContinuation: Bool {
    switch kind {
    case .symbol(.pipe): true
    case .word(.union), .word(.except), .word(.minus), .word(.intersect), .word(.order), .word(.limit),
      .word(.offset), .word(.fetch):
      true
    case .word(.sort), .word(.cluster), .word(.distribute): kind(ahead: 1) == .word(.by)
    case .word, .quotedName, .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end: false
    }
  }

  /// A query in parentheses as an operand: without clauses of its own it is its body.
  static func body(of query: AST.Query) -> AST.QueryBody {
    let isPlain =
      query.with == nil && query.ordering.isEmpty && query.limit == nil && query.offset == nil
      && query.pipes.isEmpty
    return isPlain ? query.body : .query(query)
  }

  private mutating func queryTail(
    with: AST.WithClause?, body: AST.QueryBody, from start: SourceSpan
  ) throws(SQLError) -> AST.Query {
    var query = AST.Query(with: with, body: body, span: start)
    query.ordering = try ordering()
    try limits(&query)
    while accept(.pipe) { query.pipes.append(try pipeOperator()) }
    if !query.pipes.isEmpty { try pipeTail(&query) }
    query.span = span(from: start)
    if case .query(let inner) = query.body, Self.isEmpty(query) { return inner }
    return query
  }

  private static func isEmpty(_ query: AST.Query) -> Bool {
    var plain = query
    plain.body = .values([])
    if case .query = body(of: plain) { return false }
    return true
  }

  mutating func withClause() throws(SQLError) -> AST.WithClause {
    let isRecursive = at(.recursive) && isOnlyName(ahead: 1)
    if isRecursive { advance() }
    let tables = try commaSeparated { (parser) throws(SQLError) in
      let name = try parser.onlyName()
      let columns = parser.isNameList() ? try parser.nameList() : []
      let levelsMax = try parser.recursionLevels()
      _ = parser.accept(.as)
      try parser.expect(.leftParen)
      let query = try parser.query()
      try parser.expect(.rightParen)
      return AST.CommonTable(name: name, columns: columns, levelsMax: levelsMax, query: query)
    }
    return .init(isRecursive: isRecursive, tables: tables)
  }

  /// `(a, b)`, where `(TABLE a)` could stand as well.
  private func isNameList() -> Bool {
    guard at(.leftParen) else { return false }
    if case .word = kind(ahead: 1) {} else if !isOnlyName(ahead: 1) { return false }
    return kind(ahead: 2) == .symbol(.comma) || kind(ahead: 2) == .symbol(.rightParen)
  }

  /// `MAX RECURSION LEVEL n`
  private mutating func recursionLevels() throws(SQLError) -> Int? {
    guard accept(.max) else { return nil }
    try expect(.recursion)
    try expect(.level)
    return try integer()
  }

  /// Operands joined by UNION and EXCEPT; INTERSECT binds tighter.
  private mutating func queryBody(startingWith first: AST.QueryBody) throws(SQLError) -> AST.QueryBody {
    let start = token.span
    var left = try intersections(startingWith: first)
    while let operation = accept(anyOf: [.union, .except, .minus]) {
      let isAll = setQuantifier()
      let right = try intersections(startingWith: try queryTerm())
      try grow()
      left = .setOperation(
        .init(
          operator: operation == .union ? .union : .except, isAll: isAll, left: left, right: right,
          span: span(from: start)))
    }
    return left
  }

  private mutating func intersections(startingWith first: AST.QueryBody) throws(SQLError) -> AST.QueryBody {
    let start = token.span
    var left = first
    while accept(.intersect) {
      let isAll = setQuantifier()
      let right = try queryTerm()
      try grow()
      left = .setOperation(
        .init(operator: .intersect, isAll: isAll, left: left, right: right, span: span(from: start)))
    }
    return left
  }

  /// `[ALL | DISTINCT]`
  mutating func setQuantifier() -> Bool {
    if accept(.all) { return true }
    _ = accept(.distinct)
    return false
  }

  /// One operand of a set operation.
  mutating func queryTerm() throws(SQLError) -> AST.QueryBody {
    if at(.select) { return .select(try select()) }
    if at(.values) { return try valuesQuery() }
    if at(.table), isOnlyName(ahead: 1) {
      advance()
      return .table(try objectName())
    }
    if accept(.from) {
      let relations = try relations()
      return at(.select) ? .select(try select(from: relations)) : .from(relations)
    }
    guard at(.leftParen) else {
      note(.keyword(.select))
      throw unexpected("a query")
    }
    advance()
    let query = try query()
    try expect(.rightParen)
    return Self.body(of: query)
  }

  /// `VALUES rows [alias]`; with an alias it is what `FROM VALUES rows alias` is.
  private mutating func valuesQuery() throws(SQLError) -> AST.QueryBody {
    let start = token.span
    try expect(.values)
    let rows = try valueRows()
    guard let alias = try tableAlias() else { return .values(rows) }
    var relation = AST.Relation(.values(rows), span: span(from: start))
    relation.alias = alias
    return .from([relation])
  }

  /// `(1, 'a'), (2, 'b')`, or `1, 2` for rows of one value.
  mutating func valueRows() throws(SQLError) -> [[AST.Expression]] {
    try commaSeparated { (parser) throws(SQLError) in
      let start = parser.token
      let row = try parser.expression()
      // A row in parentheses begins at this token; a struct in parentheses begins one later.
      guard start.kind == .symbol(.leftParen), row.span.lower == start.span.lower else { return [row] }
      return switch row.kind {
      case .row(let values): values
      // Names of values say nothing in a table.
      case .structure(let items): items.map(\.expression)
      default: [row]
      }
    }
  }
}

extension Parser {
  mutating func ordering() throws(SQLError) -> AST.Ordering {
    var ordering = AST.Ordering()
    if at(.order) { ordering.orderBy = try orderBy() } else { note(.keyword(.order)) }
    if accept(.cluster, .by) { ordering.clusterBy = try expressionList() }
    if accept(.distribute, .by) { ordering.distributeBy = try expressionList() }
    if accept(.sort, .by) { ordering.sortBy = try sortItems() }
    return ordering
  }

  /// `ORDER BY …`
  mutating func orderBy() throws(SQLError) -> [AST.SortItem] {
    try expect(.order, .by)
    return try sortItems()
  }

  mutating func sortItems() throws(SQLError) -> [AST.SortItem] {
    try commaSeparated { (parser) throws(SQLError) in
      let start = parser.token.span
      // Nothing else begins with ALL.
      let expression =
        parser.accept(.all)
        ? AST.Expression(.name(AST.ObjectName([AST.Identifier("all", span: start)])), span: start) : try parser.expression()
      var item = AST.SortItem(expression)
      if parser.accept(.desc) { item.isDescending = true } else { _ = parser.accept(.asc) }
      if parser.accept(.nulls) {
        item.nulls = parser.accept(.first) ? .first : .last
        if item.nulls == .last { try parser.expect(.last) }
      }
      return item
    }
  }

  /// LIMIT and OFFSET in either order, or FETCH FIRST n ROWS ONLY.
  mutating func limits(_ query: inout AST.Query) throws(SQLError) {
    let hasLimit = accept(.limit)
    if hasLimit { query.limit = try limit() }
    if accept(.offset) {
      query.offset = try expression()
      _ = accept(anyOf: [.rows, .row])
      if !hasLimit, accept(.limit) {
        query.limit = try limit()
        return
      }
    }
    if !hasLimit, accept(.fetch) { query.limit = try fetch() }
  }

  /// A number of rows, or ALL for no limit.
  mutating func limit() throws(SQLError) -> AST.Expression? {
    accept(.all) ? nil : try expression()
  }

  /// `FETCH {FIRST | NEXT} [n] {ROW | ROWS} ONLY`
  private mutating func fetch() throws(SQLError) -> AST.Expression {
    guard accept(anyOf: [.first, .next]) != nil else { throw unexpected() }
    let span = token.span
    let count: AST.Expression
    if case .number = kind {
      count = .init(.literal(.number(try numberLiteral())), span: span)
    } else {
      count = .init(.literal(.number(.init(text: "1", kind: .integer))), span: span)
    }
    guard accept(anyOf: [.rows, .row]) != nil else { throw unexpected() }
    try expect(.only)
    return count
  }
}
