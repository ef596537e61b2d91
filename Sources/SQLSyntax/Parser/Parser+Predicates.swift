import Diagnostics

extension Parser {
  /// A value and at most one of IS, BETWEEN, IN, LIKE … behind it.
  mutating func predicate() throws(SQLError) -> AST.Expression {
    let operand = try value()
    let kind: AST.ExpressionKind
    if at(.is) {
      advance()
      kind = try isPredicate(operand)
    } else if at(.not), let next = keyword(ahead: 1), Self.negatable.contains(next) {
      advance()
      guard let negated = try negatablePredicate(operand, isNegated: true) else { throw unexpected() }
      kind = negated
    } else if let plain = try negatablePredicate(operand, isNegated: false) {
      kind = plain
    } else {
      return operand
    }
    try grow()
    return .init(kind, span: span(from: operand.span))
  }

  private static let negatable: [Keyword] = [.between, .in, .like, .ilike, .rlike, .regexp]

  private mutating func isPredicate(_ operand: AST.Expression) throws(SQLError) -> AST.ExpressionKind {
    let isNegated = accept(.not)
    if accept(.null) { return .isTest(operand, .null, isNegated: isNegated) }
    if accept(.true) { return .isTest(operand, .true, isNegated: isNegated) }
    if accept(.false) { return .isTest(operand, .false, isNegated: isNegated) }
    if accept(.unknown) { return .isTest(operand, .unknown, isNegated: isNegated) }
    try expect(.distinct, .from)
    return .isDistinctFrom(operand, try value(), isNegated: isNegated)
  }

  private mutating func negatablePredicate(
    _ operand: AST.Expression, isNegated: Bool
  ) throws(SQLError) -> AST.ExpressionKind? {
    if at(.between) {
      advance()
      let low = try value()
      try expect(.and)
      return .between(operand, low: low, high: try value(), isNegated: isNegated)
    }
    if at(.in) {
      advance()
      return try membership(operand, isNegated: isNegated)
    }
    if at(.like) || at(.ilike) {
      let operation: AST.LikePredicate.Operator = at(.like) ? .like : .ilike
      advance()
      return .like(try like(operand, operation, isNegated: isNegated))
    }
    if at(.rlike) || at(.regexp) {
      advance()
      return .like(
        .init(
          value: operand, operator: .rlike, quantifier: .one, patterns: [try value()], escape: nil,
          isNegated: isNegated))
    }
    return nil
  }

  /// `(a, b, …)` or `(query)` after IN.
  private mutating func membership(
    _ operand: AST.Expression, isNegated: Bool
  ) throws(SQLError) -> AST.ExpressionKind {
    let start = token.span
    try expect(.leftParen)
    if at(.rightParen) { throw .emptyList("EMPTY_IN_PREDICATE", "a value", at: span(from: start)) }
    if isQueryStart() {
      let query = try query()
      try expect(.rightParen)
      return .inSubquery(operand, query, isNegated: isNegated)
    }
    var elements = [try expression()]
    if let query = try continuedQuery(after: elements[0]) {
      try expect(.rightParen)
      return .inSubquery(operand, query, isNegated: isNegated)
    }
    if accept(.comma) { elements += try expressionList() }
    try expect(.rightParen)
    return .inList(operand, elements, isNegated: isNegated)
  }

  private mutating func like(
    _ operand: AST.Expression, _ operation: AST.LikePredicate.Operator, isNegated: Bool
  ) throws(SQLError) -> AST.LikePredicate {
    if kind(ahead: 1) == .symbol(.leftParen), at(.any) || at(.some) || at(.all) {
      let quantifier: AST.LikePredicate.Quantifier = at(.all) ? .all : .any
      advance()
      if kind(ahead: 1) == .symbol(.rightParen) { throw .emptyList("EMPTY_QUANTIFIED_PATTERN", "a pattern", at: token.span) }
      let patterns = try parenthesisedList { (parser) throws(SQLError) in try parser.expression() }
      return .init(
        value: operand, operator: operation, quantifier: quantifier, patterns: patterns, escape: try escapeClause(),
        isNegated: isNegated)
    }
    let pattern = try value()
    return .init(
      value: operand, operator: operation, quantifier: .one, patterns: [pattern], escape: try escapeClause(),
      isNegated: isNegated)
  }

  private mutating func escapeClause() throws(SQLError) -> AST.StringLiteral? {
    isString(ahead: 1) && accept(.escape) ? try stringLiteral() : nil
  }
}
