import Diagnostics

// From loose to tight: lambda, OR, AND, NOT, one predicate, then values by operator precedence.

extension Parser {
  mutating func expression() throws(SQLError) -> AST.Expression {
    let outer = try enter()
    defer { leave(outer) }
    if isLambda() { return try lambda() }
    return try disjunction()
  }

  mutating func expressionList() throws(SQLError) -> [AST.Expression] {
    try commaSeparated { (parser) throws(SQLError) in try parser.expression() }
  }

  /// `x -> e`, `(x, y) -> e`, `() -> e`
  private mutating func lambda() throws(SQLError) -> AST.Expression {
    let start = token.span
    let parameters = try lambdaParameters()
    try expect(.arrow)
    let body = try expression()
    return .init(.lambda(parameters: parameters, body: body), span: span(from: start))
  }

  mutating func lambdaParameters() throws(SQLError) -> [AST.Identifier] {
    if at(.leftParen) {
      return try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.name() }
    }
    return [try name()]
  }

  private func isLambda() -> Bool {
    if isName() { return kind(ahead: 1) == .symbol(.arrow) }
    guard at(.leftParen) else { return false }
    var distance = 1
    while isName(ahead: distance) {
      distance += 1
      guard kind(ahead: distance) == .symbol(.comma) else { break }
      distance += 1
    }
    return kind(ahead: distance) == .symbol(.rightParen) && kind(ahead: distance + 1) == .symbol(.arrow)
  }

  private mutating func disjunction() throws(SQLError) -> AST.Expression {
    try chain(of: .or, keyword: .or) { (parser) throws(SQLError) in try parser.conjunction() }
  }

  private mutating func conjunction() throws(SQLError) -> AST.Expression {
    try chain(of: .and, keyword: .and) { (parser) throws(SQLError) in try parser.negation() }
  }

  /// `a AND b AND c` is one node; operands that are such chains themselves, in parentheses, are taken in.
  private mutating func chain(
    of logical: AST.LogicalOperator, keyword: Keyword, _ operand: (inout Parser) throws(SQLError) -> AST.Expression
  ) throws(SQLError) -> AST.Expression {
    let first = try operand(&self)
    guard at(keyword) else { return first }
    var operands: [AST.Expression] = []
    Self.flatten(first, logical, into: &operands)
    while at(keyword) {
      advance()
      Self.flatten(try beside(operand), logical, into: &operands)
    }
    try grow()
    return .init(.logical(logical, operands), span: span(from: first.span))
  }

  private static func flatten(
    _ expression: AST.Expression, _ logical: AST.LogicalOperator, into operands: inout [AST.Expression]
  ) {
    if case .logical(logical, let inner) = expression.kind {
      operands.append(contentsOf: inner)
    } else {
      operands.append(expression)
    }
  }

  private mutating func negation() throws(SQLError) -> AST.Expression {
    guard at(.not) || at(.bang) else { return try predicate() }
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    advance()
    let operand = try negation()
    return .init(.not(operand), span: span(from: start))
  }

  /// Values joined by operators of at least `power`.
  mutating func value(power: Int = 1) throws(SQLError) -> AST.Expression {
    var left = try unary()
    while let (binary, operatorPower) = Self.binaryOperator(kind), operatorPower >= power {
      advance()
      let right = try beside { (parser) throws(SQLError) in try parser.value(power: operatorPower + 1) }
      try grow()
      left = .init(.binary(binary, left, right), span: span(from: left.span))
    }
    return left
  }

  /// `-e`, `+e`, `~e`; a minus right before a number belongs to the number.
  private mutating func unary() throws(SQLError) -> AST.Expression {
    let operation: AST.UnaryOperator
    switch kind {
    case .symbol(.hyphen):
      if case .number = kind(ahead: 1) { return try postfix() }
      operation = .minus
    case .symbol(.plus): operation = .plus
    case .symbol(.tilde): operation = .bitNot
    case .word, .quotedName, .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end:
      return try postfix()
    }
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    advance()
    let operand = try unary()
    return .init(.unary(operation, operand), span: span(from: start))
  }

  /// `e[i]`, `e.name`, `e::type`
  private mutating func postfix() throws(SQLError) -> AST.Expression {
    let start = token.span
    var base = try primary()
    while true {
      if at(.leftBracket) {
        advance()
        let index = try expression()
        try expect(.rightBracket)
        base = .init(.element(base, index: index), span: span(from: start))
      } else if at(.dot) {
        advance()
        base = .init(.field(base, try anyName()), span: span(from: start))
      } else if at(.doubleColon) {
        advance()
        base = .init(.cast(base, try typeName(), isTry: false), span: span(from: start))
      } else {
        return base
      }
      try grow()
    }
  }
}

extension Parser {
  /// Operators between values; a higher power binds tighter.
  static func binaryOperator(_ kind: TokenKind) -> (AST.BinaryOperator, power: Int)? {
    switch kind {
    case .word(.div): (.integerDivide, 7)
    case .symbol(let symbol): binaryOperator(symbol)
    case .word, .quotedName, .string, .binary, .number, .hintStart, .hintEnd, .end: nil
    }
  }

  private static func binaryOperator(_ symbol: Symbol) -> (AST.BinaryOperator, power: Int)? {
    switch symbol {
    case .star: (.multiply, 7)
    case .slash: (.divide, 7)
    case .percent: (.modulo, 7)
    case .plus: (.add, 6)
    case .hyphen: (.subtract, 6)
    case .doubleBar: (.concat, 6)
    case .shiftLeft: (.shiftLeft, 5)
    case .shiftRight: (.shiftRight, 5)
    case .shiftRightUnsigned: (.shiftRightUnsigned, 5)
    case .ampersand: (.bitAnd, 4)
    case .caret: (.bitXor, 3)
    case .bar: (.bitOr, 2)
    case .equal, .doubleEqual: (.equal, 1)
    case .notEqual, .angles: (.notEqual, 1)
    case .less: (.less, 1)
    case .lessOrEqual: (.lessOrEqual, 1)
    case .greater: (.greater, 1)
    case .greaterOrEqual: (.greaterOrEqual, 1)
    case .nullSafeEqual: (.nullSafeEqual, 1)
    case .leftParen, .rightParen, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .comma, .dot, .semicolon,
      .colon, .doubleColon, .pipe, .tilde, .bang, .arrow, .fatArrow, .question, .dollar:
      nil
    }
  }
}
