import Diagnostics

extension Parser {
  /// What follows FROM.
  mutating func relations() throws(SQLError) -> [AST.Relation] {
    try commaSeparated { (parser) throws(SQLError) in try parser.relation() }
  }

  /// A relation and the joins and pivots behind it.
  mutating func relation() throws(SQLError) -> AST.Relation {
    let outer = try enter()
    defer { leave(outer) }
    return try relationTail(of: try relationPrimary())
  }

  private mutating func relationTail(of first: AST.Relation) throws(SQLError) -> AST.Relation {
    var left = first
    while true {
      if let (kind, isNatural) = try joinKind() {
        let right = try relationPrimary()
        let join = AST.Relation.Join(
          kind: kind, isNatural: isNatural, left: left, right: right, condition: try joinCondition())
        left = .init(.join(join), span: span(from: left.span))
      } else if at(.pivot) {
        left = .init(.pivot(left, try pivot()), span: span(from: left.span))
      } else if at(.unpivot) {
        left = .init(.unpivot(left, try unpivot()), span: span(from: left.span))
      } else {
        return left
      }
      try grow()
    }
  }

  /// `[NATURAL] [INNER | CROSS | LEFT [OUTER | SEMI | ANTI] | …] JOIN`
  mutating func joinKind() throws(SQLError) -> (AST.Relation.Join.Kind, isNatural: Bool)? {
    let isNatural = accept(.natural)
    var kind = AST.Relation.Join.Kind.inner
    switch accept(anyOf: [.inner, .cross, .left, .right, .full, .semi, .anti, .asof]) {
    case .cross: kind = .cross
    case .left:
      kind = accept(.semi) ? .leftSemi : accept(.anti) ? .leftAnti : .left
      if kind == .left { _ = accept(.outer) }
    case .right:
      kind = .right
      _ = accept(.outer)
    case .full:
      kind = .full
      _ = accept(.outer)
    case .semi: kind = .leftSemi
    case .anti: kind = .leftAnti
    case .asof:
      kind = accept(.left) ? .asOfLeft : .asOf
      if kind == .asOfLeft { _ = accept(.outer) }
    case nil:
      if !isNatural, !at(.join) {
        note(.keyword(.join))
        return nil
      }
    default: break
    }
    try expect(.join)
    return (kind, isNatural)
  }

  /// `ON e`, `USING (a, b)`, or nothing
  mutating func joinCondition() throws(SQLError) -> AST.Relation.Join.Condition {
    if accept(.on) { return .on(try expression()) }
    if accept(.using) { return .using(try nameList()) }
    return .none
  }

  /// One relation with all that may decorate it.
  mutating func relationPrimary() throws(SQLError) -> AST.Relation {
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    let isLateral = accept(.lateral)
    let isStream = at(.stream)
    if isStream {
      advance()
      guard isString() || isRelationName || at(.leftParen) else {
        throw unexpected("a relation after STREAM").hinted(
          "a relation named stream is written in backquotes")
      }
    }
    var relation = AST.Relation(try relationKind(), span: start)
    relation.isLateral = isLateral
    relation.isStream = isStream
    try decorate(&relation)
    relation.span = span(from: start)
    return Self.withoutParentheses(relation)
  }

  /// A name that can be a relation: STREAM is the modifier there.
  private var isRelationName: Bool { isName() && !at(.stream) }

  private mutating func relationKind() throws(SQLError) -> AST.RelationKind {
    if isString() { return .path(try stringLiteral()) }
    if accept(.values) { return .values(try valueRows()) }
    if at(.leftParen) { return try parenthesisedRelation() }
    if at(.unnest, .leftParen) {
      advance()
      let arrays = try parenthesisedList { (parser) throws(SQLError) in try parser.expression() }
      let withOrdinality = at(.with, .ordinality)
      if withOrdinality {
        advance()
        advance()
      }
      return .unnest(arrays, withOrdinality: withOrdinality)
    }
    if at(.table, .leftParen) {
      advance()
      advance()
      let call = try relationCall(try objectName())
      try expect(.rightParen)
      return .function(call)
    }
    guard isRelationName else { throw unexpected("a relation") }
    let name = try objectName()
    return at(.leftParen) ? .function(try relationCall(name)) : .name(name)
  }

  /// `(query)`, `(a JOIN b)`, `(t)`, and `((SELECT 1) UNION SELECT 2)`
  private mutating func parenthesisedRelation() throws(SQLError) -> AST.RelationKind {
    try expect(.leftParen)
    if isQueryStart(), !at(.values) {
      let query = try query()
      try expect(.rightParen)
      return .subquery(query)
    }
    let inner = try relation()
    if inner.isBare, let body = Self.queryBody(of: inner), inner.isValues || isQueryContinuation {
      let query = try query(continuing: body, from: inner.span)
      try expect(.rightParen)
      return .subquery(query)
    }
    // `(VALUES (1) AS t ORDER BY 1)`: a query after all.
    if inner.isValues, inner.alias != nil, isQueryContinuation {
      let query = try query(continuing: .from([inner]), from: inner.span)
      try expect(.rightParen)
      return .subquery(query)
    }
    try expect(.rightParen)
    return .parenthesised(inner)
  }

  /// What a relation would be as the first operand of a query.
  private static func queryBody(of relation: AST.Relation) -> AST.QueryBody? {
    switch relation.kind {
    case .subquery(let query): body(of: query)
    case .values(let rows): .values(rows)
    case .name, .path, .function, .unnest, .join, .parenthesised, .pivot, .unpivot: nil
    }
  }

  /// `(t)` is `t`, unless the inner relation has an alias or such of its own and the outer one too.
  private static func withoutParentheses(_ relation: AST.Relation) -> AST.Relation {
    guard case .parenthesised(let inner) = relation.kind else { return relation }
    switch inner.kind {
    case .join, .pivot, .unpivot: return relation
    case .name, .path, .function, .unnest, .subquery, .values, .parenthesised: break
    }
    if relation.isBare { return inner }
    guard inner.isBare else { return relation }
    var merged = relation
    merged.kind = inner.kind
    return merged
  }

  /// `(arguments)` of a table function.
  private mutating func relationCall(_ name: AST.ObjectName) throws(SQLError) -> AST.FunctionCall {
    let arguments = try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.relationArgument() }
    return .init(name: name, arguments: arguments)
  }

  private mutating func relationArgument() throws(SQLError) -> AST.Argument {
    var name: AST.Identifier?
    if isName(), kind(ahead: 1) == .symbol(.fatArrow) {
      name = try self.name()
      advance()
    }
    if at(.descriptor, .leftParen) {
      advance()
      return .init(name: name, value: .descriptor(try nameList()))
    }
    if at(.table), isOnlyName(ahead: 1) || kind(ahead: 1) == .symbol(.leftParen) {
      return .init(name: name, value: try tableArgument())
    }
    return .init(name: name, value: .expression(try expression()))
  }

  /// `TABLE t`, `TABLE(t)`, `TABLE (SELECT …)`, with or without PARTITION BY
  private mutating func tableArgument() throws(SQLError) -> AST.Argument.Value {
    let start = token.span
    advance()
    var query: AST.Query
    if at(.leftParen), isQueryStart(ahead: 1) || kind(ahead: 1) == .symbol(.leftParen) {
      advance()
      query = try self.query()
      try expect(.rightParen)
    } else {
      let isParenthesised = accept(.leftParen)
      query = .init(body: .table(try objectName()), span: start)
      if isParenthesised { try expect(.rightParen) }
    }
    query.span = span(from: start)
    guard accept(.partition) else { return .table(query, partitionBy: []) }
    try expect(.by)
    if at(.leftParen) {
      let row = try expression()
      if case .row(let keys) = row.kind { return .table(query, partitionBy: keys) }
      return .table(query, partitionBy: [row])
    }
    return .table(query, partitionBy: [try expression()])
  }
}

extension AST.Relation {
  var isValues: Bool {
    if case .values = kind { true } else { false }
  }

  /// Nothing but its kind.
  var isBare: Bool {
    !isStream && !isLateral && hints.isEmpty && options.isEmpty && systemTime == nil && sample == nil
      && watermark == nil && matchRecognize == nil && alias == nil
  }
}
