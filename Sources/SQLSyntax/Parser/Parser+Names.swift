import Diagnostics

extension Parser {
  /// Whether the token can be a name where an expression or a relation may stand: NAME of the grammar.
  func isName(ahead distance: Int = 0) -> Bool {
    switch kind(ahead: distance) {
    case .word(let keyword): !(keyword?.isReserved ?? false)
    case .quotedName: true
    case .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end: false
    }
  }

  /// NAME, or a string in double quotes: where nothing but a name can stand.
  func isOnlyName(ahead distance: Int = 0) -> Bool {
    if case .string(_, .double) = kind(ahead: distance) { return true }
    return isName(ahead: distance)
  }

  mutating func name() throws(SQLError) -> AST.Identifier {
    guard isName() else { throw unexpected(Self.aName) }
    return takeName()
  }

  mutating func onlyName() throws(SQLError) -> AST.Identifier {
    guard isOnlyName() else { throw unexpected(Self.aName) }
    return takeName()
  }

  /// Any word, reserved ones too: after AS, after a dot, and in column definitions.
  mutating func anyName() throws(SQLError) -> AST.Identifier {
    if case .word = kind { return takeName() }
    return try onlyName()
  }

  /// Makes a name of the current token, which is a word, a quoted name or a string.
  private mutating func takeName() -> AST.Identifier {
    defer { advance() }
    switch kind {
    case .quotedName(let text): return .init(text, isQuoted: true, span: token.span)
    case .string(let bytes, _):
      return .init(String(decoding: bytes, as: UTF8.self), isQuoted: true, span: token.span)
    case .word, .binary, .number, .symbol, .hintStart, .hintEnd, .end:
      return .init(tokenText, span: token.span)
    }
  }

  /// `name {"." anyName}` for relations, functions and the like; IDENTIFIER may spell its beginning.
  mutating func objectName() throws(SQLError) -> AST.ObjectName {
    if let parts = try identifierClause() { return .init(parts + (try dotted(from: parts[parts.count - 1])).dropFirst()) }
    return .init(try dotted(from: try onlyName()))
  }

  /// The rest of a dotted name; stops before `.*`.
  mutating func dotted(from first: AST.Identifier) throws(SQLError) -> [AST.Identifier] {
    var parts = [first]
    while at(.dot), kind(ahead: 1) != .symbol(.star) {
      advance()
      parts.append(try anyName())
    }
    return parts
  }

  /// `"(" name {"," name} ")"`
  mutating func nameList() throws(SQLError) -> [AST.Identifier] {
    try parenthesisedList { (parser) throws(SQLError) in try parser.anyName() }
  }

  /// `[AS] name`; without AS a word must not look like the next clause.
  mutating func alias() throws(SQLError) -> AST.Identifier? {
    if accept(.as) { return try anyName() }
    guard isImplicitAlias() else { return nil }
    implicitAlias = (index, expectedIndex == index ? expected : [])
    return try name()
  }

  /// ALIAS of the grammar: a name that may follow without AS.
  func isImplicitAlias(ahead distance: Int = 0) -> Bool {
    guard isName(ahead: distance) else { return false }
    guard let keyword = keyword(ahead: distance) else { return true }
    return keyword.reservation == .soft && !isStreamClause(ahead: distance)
  }

  var isStreamClause: Bool { isStreamClause(ahead: 0) }

  /// Clauses of a statement are known by their first two words.
  func isStreamClause(ahead distance: Int) -> Bool {
    guard let keyword = keyword(ahead: distance) else { return false }
    let next = self.keyword(ahead: distance + 1)
    switch keyword {
    case .output: return next == .mode
    case .emit:
      switch next {
      case .changes, .final, .on, .updates, .snapshot: return true
      default: return false
      }
    case .trigger:
      switch next {
      case .every, .once, .available, .continuous, .realtime: return true
      default: return false
      }
    case .checkpoint: return isString(ahead: distance + 1)
    default: return false
    }
  }
}

extension Parser {
  func isString(ahead distance: Int = 0) -> Bool {
    if case .string = kind(ahead: distance) { true } else { false }
  }

  /// Adjacent strings are one.
  mutating func stringLiteral() throws(SQLError) -> AST.StringLiteral {
    var literal = try singleString()
    while case .string(let more, _) = kind {
      literal.bytes.append(contentsOf: more)
      advance()
    }
    literal.span = span(from: literal.span)
    return literal
  }

  /// One string, not joined with the next: keys of options.
  mutating func singleString() throws(SQLError) -> AST.StringLiteral {
    guard case .string(let bytes, _) = kind else { throw unexpected("a string") }
    let span = token.span
    advance()
    return .init(bytes: bytes, span: span)
  }

  /// A number as written, without its suffix.
  mutating func numberLiteral(isNegative: Bool = false) throws(SQLError) -> AST.NumberLiteral {
    guard case .number(let kind) = kind else { throw unexpected("a number") }
    var text = tokenText
    switch kind {
    case .integer, .decimal: break
    case .tinyint, .smallint, .bigint, .float: text.removeLast()
    case .bigDecimal: text.removeLast(2)
    case .double: if text.hasSuffix("d") || text.hasSuffix("D") { text.removeLast() }
    }
    advance()
    return .init(text: isNegative ? "-" + text : text, kind: kind)
  }

  /// A whole number without sign or suffix, such as the 10 of `DECIMAL(10, 2)`.
  mutating func integer() throws(SQLError) -> Int {
    guard kind == .number(.integer) else { throw unexpected("a whole number") }
    guard let value = Int(tokenText), value <= Int(Int32.max) else {
      throw SQLError(
        .parse, "NUMERIC_VALUE_OUT_OF_RANGE", "\(tokenText) is too large here", span: token.span)
    }
    advance()
    return value
  }
}
