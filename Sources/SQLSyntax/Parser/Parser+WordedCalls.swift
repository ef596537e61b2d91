import Diagnostics

// Calls with words between their arguments, made into plain calls. Whether such a word is there is found by looking
// ahead to the closing parenthesis, since the words are names elsewhere.

extension Parser {
  /// nil, and nothing taken, if the call at the current parenthesis is a plain one.
  mutating func specialCall(_ name: AST.ObjectName) throws(SQLError) -> AST.Expression? {
    guard name.parts.count == 1, !name.parts[0].isQuoted,
      let keyword = Keyword(rawValue: name.text.uppercased())
    else { return nil }
    switch keyword {
    case .extract: return try extract(name)
    case .trim: return try trim(name)
    case .position: return try position(name)
    case .substring, .substr, .overlay: return try wordedCall(name, keyword)
    case .floor, .ceil: return try rounding(name, keyword)
    default: return nil
    }
  }

  private func plainCall(_ name: AST.ObjectName, _ arguments: [AST.Expression]) -> AST.Expression {
    .init(
      .call(.init(name: name, arguments: arguments.map { AST.Argument(value: .expression($0)) })),
      span: span(from: name.span))
  }

  /// `EXTRACT(YEAR FROM d)` is `extract('YEAR', d)`.
  private mutating func extract(_ name: AST.ObjectName) throws(SQLError) -> AST.Expression? {
    guard case .word = kind(ahead: 1), isName(ahead: 1), kind(ahead: 2) == .word(.from) else { return nil }
    advance()
    let field = AST.StringLiteral(tokenText.uppercased(), span: token.span)
    advance()
    advance()
    let operand = try value()
    try expect(.rightParen)
    return plainCall(name, [.init(.literal(.string(field)), span: field.span), operand])
  }

  /// `TRIM([BOTH | LEADING | TRAILING] [characters] FROM e)`: `trim`, `ltrim` or `rtrim`, the characters first.
  private mutating func trim(_ name: AST.ObjectName) throws(SQLError) -> AST.Expression? {
    guard hasWord(.from) else { return nil }
    try expect(.leftParen)
    var side = Keyword.both
    if let keyword, keyword == .both || keyword == .leading || keyword == .trailing, !isContinuation(ahead: 1) {
      side = keyword
      advance()
    }
    let characters = at(.from) ? nil : try value()
    try expect(.from)
    let operand = try value()
    try expect(.rightParen)
    let function = side == .leading ? "ltrim" : side == .trailing ? "rtrim" : "trim"
    return plainCall(
      .init([.init(function, span: name.span)]), characters.map { [$0, operand] } ?? [operand])
  }

  /// Whether BOTH, LEADING or TRAILING before this token is a column: nothing that begins a value follows.
  private func isContinuation(ahead distance: Int) -> Bool {
    switch kind(ahead: distance) {
    case .symbol(.tilde): false
    case .symbol, .end, .hintStart, .hintEnd: true
    case .word(.div): true
    case .word, .quotedName, .string, .binary, .number: false
    }
  }

  /// `POSITION(a IN b)` is `locate(a, b)`.
  private mutating func position(_ name: AST.ObjectName) throws(SQLError) -> AST.Expression? {
    guard hasWord(.in) else { return nil }
    try expect(.leftParen)
    let needle = try value()
    try expect(.in)
    let text = try value()
    try expect(.rightParen)
    return plainCall(.init([.init("locate", span: name.span)]), [needle, text])
  }

  /// `SUBSTRING(e FROM a [FOR b])`, `OVERLAY(e PLACING r FROM a [FOR b])`
  private mutating func wordedCall(
    _ name: AST.ObjectName, _ function: Keyword
  ) throws(SQLError) -> AST.Expression? {
    guard hasWord(.from) else { return nil }
    try expect(.leftParen)
    var arguments = [try value()]
    if function == .overlay {
      try expect(.placing)
      arguments.append(try value())
    }
    try expect(.from)
    arguments.append(try value())
    if accept(.for) { arguments.append(try value()) }
    try expect(.rightParen)
    return plainCall(function == .overlay ? name : .init([.init("substring", span: name.span)]), arguments)
  }

  /// `FLOOR(t TO DAY)` is `date_trunc('DAY', t)`, `CEIL(t TO DAY)` is `date_ceil('DAY', t)`.
  private mutating func rounding(
    _ name: AST.ObjectName, _ function: Keyword
  ) throws(SQLError) -> AST.Expression? {
    guard let end = closingParenthesis(), end >= 4, kind(ahead: end - 2) == .word(.to),
      isIntervalUnit(ahead: end - 1), isValueEnd(ahead: end - 3), !isIntervalRange(ahead: end - 3)
    else { return nil }
    try expect(.leftParen)
    let operand = try value()
    try expect(.to)
    let start = token.span
    let unit = try intervalUnit()
    try expect(.rightParen)
    let target = function == .floor ? "date_trunc" : "date_ceil"
    let literal = AST.Expression(.literal(.string(.init(unit.rawValue, span: start))), span: start)
    return plainCall(.init([.init(target, span: name.span)]), [literal, operand])
  }
}

extension Parser {
  /// Whether the parentheses at the current token hold `word` between values: at their own level, no comma beside it,
  /// and nothing there that would make a predicate of it (`a IS DISTINCT FROM b`, `a AND b IN (c)`).
  private func hasWord(_ word: Keyword) -> Bool {
    guard let end = closingParenthesis() else { return false }
    var depth = 0
    var count = 0
    /// Open angles of a type such as `MAP<INT, INT>`, whose commas are its own.
    var angles = 0
    for distance in 1..<end {
      switch kind(ahead: distance) {
      case .symbol(.less) where opensType(ahead: distance): (angles, depth) = (angles + 1, depth + 1)
      case .symbol(.greater) where angles > 0: (angles, depth) = (angles - 1, depth - 1)
      case .symbol(.shiftRight) where angles > 1: (angles, depth) = (angles - 2, depth - 2)
      case .symbol(.shiftRightUnsigned) where angles > 2: (angles, depth) = (angles - 3, depth - 3)
      case .symbol(.leftParen), .symbol(.leftBracket): depth += 1
      case .symbol(.rightParen), .symbol(.rightBracket): depth -= 1
      case .word(.case) where kind(ahead: distance - 1) != .symbol(.dot): depth += 1
      case .word(.end) where kind(ahead: distance - 1) != .symbol(.dot): depth -= 1
      case .word(.some(let keyword)) where depth == 0 && kind(ahead: distance - 1) != .symbol(.dot):
        if keyword == word { count += 1 } else if Self.predicateWords.contains(keyword) { return false }
      case .symbol(.comma), .symbol(.arrow), .symbol(.fatArrow), .symbol(.bang):
        if depth == 0 { return false }
      case .symbol, .word, .quotedName, .string, .binary, .number, .hintStart, .hintEnd, .end: break
      }
    }
    return count == 1
  }

  /// Whether `<` stands behind the name of a type that has others in it, in a cast.
  private func opensType(ahead distance: Int) -> Bool {
    switch kind(ahead: distance - 1) {
    case .word(.array), .word(.map), .word(.struct), .word(.row): break
    default: return false
    }
    switch kind(ahead: distance - 2) {
    case .symbol(.doubleColon), .symbol(.less), .symbol(.comma), .symbol(.colon), .word: return true
    default: return false
    }
  }

  private static let predicateWords: Set<Keyword> = [
    .all, .and, .between, .distinct, .in, .is, .not, .or, .order,
  ]

  /// The distance to the parenthesis that closes the one at the current token.
  private func closingParenthesis() -> Int? {
    var distance = 1
    var depth = 1
    while true {
      switch kind(ahead: distance) {
      case .symbol(.leftParen), .symbol(.leftBracket): depth += 1
      case .symbol(.rightParen), .symbol(.rightBracket):
        depth -= 1
        if depth == 0 { return distance }
      case .end: return nil
      case .symbol, .word, .quotedName, .string, .binary, .number, .hintStart, .hintEnd: break
      }
      distance += 1
    }
  }

  /// Whether `TO` behind this unit belongs to `INTERVAL '1' DAY TO SECOND` or to the type `INTERVAL DAY TO SECOND`.
  private func isIntervalRange(ahead distance: Int) -> Bool {
    guard isIntervalUnit(ahead: distance) else { return false }
    return isString(ahead: distance - 1) || kind(ahead: distance - 1) == .word(.interval)
  }

  /// Whether a value can end with the token.
  private func isValueEnd(ahead distance: Int) -> Bool {
    switch kind(ahead: distance) {
    case .symbol(let symbol): symbol == .rightParen || symbol == .rightBracket || symbol == .angles
    case .word(.null), .word(.true), .word(.false), .word(.end): true
    // The type of a cast: `x :: interval`.
    case .word(.interval): kind(ahead: distance - 1) == .symbol(.doubleColon)
    case .word(let keyword): !(keyword?.isReserved ?? false) || kind(ahead: distance - 1) == .symbol(.dot)
    case .quotedName, .string, .binary, .number: true
    case .hintStart, .hintEnd, .end: false
    }
  }
}
