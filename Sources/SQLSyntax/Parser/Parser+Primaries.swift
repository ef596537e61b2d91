import Diagnostics

extension Parser {
  mutating func primary() throws(SQLError) -> AST.Expression {
    let start = token.span
    switch kind {
    case .number:
      let number = try numberLiteral()
      return .init(.literal(.number(number)), span: start)
    case .symbol(.hyphen):
      advance()
      let number = try numberLiteral(isNegative: true)
      return .init(.literal(.number(number)), span: span(from: start))
    case .string:
      let string = try stringLiteral()
      return .init(.literal(.string(string)), span: string.span)
    case .binary(let bytes):
      advance()
      return .init(.literal(.binary(bytes)), span: start)
    case .symbol(.leftParen):
      return try parenthesised()
    case .quotedName, .word(nil):
      return try nameOrCall()
    case .word(.some(let keyword)):
      return try keywordPrimary(keyword)
    case .symbol, .hintStart, .hintEnd, .end:
      if let unbound = unboundParameter() { throw unbound }
      throw unexpected(Self.anExpression)
    }
  }

  private mutating func keywordPrimary(_ keyword: Keyword) throws(SQLError) -> AST.Expression {
    let start = token.span
    let next = kind(ahead: 1)
    switch keyword {
    case .null: return takeLiteral(.null)
    case .true: return takeLiteral(.boolean(true))
    case .false: return takeLiteral(.boolean(false))
    case .case: return try caseExpression()
    case .cast, .tryCast: return try castExpression(isTry: keyword == .tryCast)
    case .interval:
      advance()
      let interval = try intervalLiteral()
      return .init(.literal(.interval(interval)), span: span(from: start))
    case .exists:
      if next == .symbol(.leftParen), !isQueryInParentheses(ahead: 1) { return try call(.init([try anyName()])) }
      advance()
      try expect(.leftParen)
      let query = try query()
      try expect(.rightParen)
      return .init(.exists(query), span: span(from: start))
    case .date where isString(ahead: 1): return try typedLiteral(.date)
    case .timestamp where isString(ahead: 1): return try typedLiteral(.timestamp)
    case .timestampNtz where isString(ahead: 1): return try typedLiteral(.timestampNTZ)
    case .timestampLtz where isString(ahead: 1): return try typedLiteral(.timestampLTZ)
    case .array where next == .symbol(.leftBracket), .map where next == .symbol(.leftBracket):
      return try bracketConstructor()
    case .row where next == .symbol(.leftParen):
      advance()
      let fields = try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.expression() }
      return .init(.row(fields), span: span(from: start))
    case .struct where next == .symbol(.leftParen):
      advance()
      let fields = try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.selectItem() }
      return .init(.structure(fields), span: span(from: start))
    case .final where isPatternSemantics, .running where isPatternSemantics:
      return try patternSemanticsCall()
    case .left, .right, .like, .ilike, .rlike, .regexp, .div:
      guard next == .symbol(.leftParen) else { throw unexpected(Self.anExpression) }
      return try call(.init([try anyName()]))
    case .currentDate, .currentTime, .currentTimestamp, .currentUser, .localtime, .localtimestamp:
      // Without parentheses a column may have the name.
      return try nameOrCall()
    default:
      guard !keyword.isReserved else { throw unexpected(Self.anExpression) }
      return try nameOrCall()
    }
  }

  private mutating func takeLiteral(_ literal: AST.Literal) -> AST.Expression {
    defer { advance() }
    return .init(.literal(literal), span: token.span)
  }

  private mutating func typedLiteral(_ type: AST.TypedLiteralType) throws(SQLError) -> AST.Expression {
    let start = token.span
    advance()
    let string = try stringLiteral()
    return .init(.literal(.typed(type, string)), span: span(from: start))
  }

  private mutating func caseExpression() throws(SQLError) -> AST.Expression {
    let start = token.span
    advance()
    let operand = at(.when) ? nil : try expression()
    var branches: [AST.CaseBranch] = []
    try expect(.when)
    repeat {
      let condition = try expression()
      try expect(.then)
      branches.append(.init(condition: condition, result: try expression()))
    } while accept(.when)
    let otherwise = accept(.else) ? try expression() : nil
    try expect(.end)
    return .init(
      .caseWhen(operand: operand, branches: branches, otherwise: otherwise), span: span(from: start))
  }

  private mutating func castExpression(isTry: Bool) throws(SQLError) -> AST.Expression {
    let start = token.span
    advance()
    try expect(.leftParen)
    let operand = try expression()
    try expect(.as)
    let type = try typeName()
    try expect(.rightParen)
    return .init(.cast(operand, type, isTry: isTry), span: span(from: start))
  }

  /// `ARRAY[a, b]` and `MAP[k, v, …]` are calls of `array` and `map`.
  private mutating func bracketConstructor() throws(SQLError) -> AST.Expression {
    let start = token.span
    let name = try name()
    advance()
    let elements = at(.rightBracket) ? [] : try expressionList()
    try expect(.rightBracket)
    let arguments = elements.map { AST.Argument(value: .expression($0)) }
    return .init(.call(.init(name: .init([name]), arguments: arguments)), span: span(from: start))
  }

  /// `(e)`, `(a, b)` or `(query)`. A parenthesised expression keeps its inner span.
  private mutating func parenthesised() throws(SQLError) -> AST.Expression {
    let start = token.span
    try expect(.leftParen)
    if isQueryStart() {
      let query = try query()
      try expect(.rightParen)
      return .init(.scalarSubquery(query), span: span(from: start))
    }
    let first = try expression()
    if let query = try continuedQuery(after: first) {
      try expect(.rightParen)
      return .init(.scalarSubquery(query), span: span(from: start))
    }
    if at(.comma) || at(.as) { return try row(from: first, start) }
    note(.symbol(.comma))
    try expect(.rightParen)
    return first
  }

  /// The rest of `(a, b)` behind its first value, from `start`; with a name given to one of them, `(a AS x, b)`, it is a
  /// struct.
  private mutating func row(from first: AST.Expression, _ start: SourceSpan) throws(SQLError) -> AST.Expression {
    var items = [AST.SelectItem(first, aliases: accept(.as) ? [try anyName()] : [], span: first.span)]
    try expect(.comma)
    repeat {
      let value = try expression()
      items.append(AST.SelectItem(value, aliases: accept(.as) ? [try anyName()] : [], span: value.span))
    } while accept(.comma)
    try expect(.rightParen)
    let isNamed = items.contains { !$0.aliases.isEmpty }
    return .init(isNamed ? .structure(items) : .row(items.map(\.expression)), span: span(from: start))
  }

  private mutating func nameOrCall() throws(SQLError) -> AST.Expression {
    // IDENTIFIER('f')(x) calls f; without arguments it is a name, which the binder looks up.
    if let length = identifierClauseLength(), kind(ahead: length) == .symbol(.leftParen), let parts = try identifierClause() {
      return try call(AST.ObjectName(parts))
    }
    let name = AST.ObjectName(try dotted(from: try name()))
    if at(.leftParen) { return try call(name) }
    if name.parts.count == 1, isString() { throw .typedLiteral(name.text, at: span(from: name.span)) }
    return .init(.name(name), span: name.span)
  }
}
