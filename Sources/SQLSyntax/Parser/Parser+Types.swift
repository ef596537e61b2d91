import Diagnostics

extension Parser {
  mutating func typeName() throws(SQLError) -> AST.TypeName {
    let outer = try enter()
    defer { leave(outer) }
    let start = token.span
    let kind = try typeKind()
    return .init(kind, span: span(from: start))
  }

  private mutating func typeKind() throws(SQLError) -> AST.TypeNameKind {
    if accept(.interval) { return try intervalType() }
    guard isName() else { throw unexpected("a data type") }
    if at(.array, .less) {
      advance()
      advance()
      let element = try typeName()
      try closeAngle()
      return .array(element)
    }
    if at(.map, .less) {
      advance()
      advance()
      let key = try typeName()
      try expect(.comma)
      let value = try typeName()
      try closeAngle()
      return .map(key: key, value: value)
    }
    if let fields = try structFields() { return .structure(fields) }
    return try namedType()
  }

  /// `STRUCT<…>`, `ROW<…>`, `ROW(…)`
  private mutating func structFields() throws(SQLError) -> [AST.TypeField]? {
    guard at(.struct) || at(.row) else { return nil }
    switch kind(ahead: 1) {
    case .symbol(.angles):
      advance()
      advance()
      return []
    case .symbol(.less):
      advance()
      advance()
      let fields = try commaSeparated { (parser) throws(SQLError) in try parser.typeField() }
      try closeAngle()
      return fields
    case .symbol(.leftParen) where at(.row):
      advance()
      return try parenthesisedList { (parser) throws(SQLError) in try parser.typeField() }
    case .symbol, .word, .quotedName, .string, .binary, .number, .hintStart, .hintEnd, .end:
      return nil
    }
  }

  private mutating func typeField() throws(SQLError) -> AST.TypeField {
    let name = try anyName()
    _ = accept(.colon)
    let type = try typeName()
    let isNotNull = accept(.not, .null)
    let comment = accept(.comment) ? try stringLiteral() : nil
    return .init(name: name, type: type, isNotNull: isNotNull, comment: comment)
  }

  /// Takes one `>`, the first of `>>` if need be.
  private mutating func closeAngle() throws(SQLError) {
    let rest: Symbol
    switch kind {
    case .symbol(.shiftRight): rest = .greater
    case .symbol(.shiftRightUnsigned): rest = .shiftRight
    default: return try expect(.greater)
    }
    let span = token.span
    tokens[index] = Token(kind: .symbol(rest), span: SourceSpan(lower: span.lower + 1, upper: span.upper))
  }

  /// `INTERVAL DAY TO SECOND`
  private mutating func intervalType() throws(SQLError) -> AST.TypeNameKind {
    guard isIntervalUnit() else { return .interval(from: nil, to: nil) }
    let from = try intervalUnit()
    guard at(.to), isIntervalUnit(ahead: 1) else { return .interval(from: from, to: nil) }
    advance()
    return .interval(from: from, to: try intervalUnit())
  }

  private mutating func namedType() throws(SQLError) -> AST.TypeNameKind {
    var name = try name()
    if !name.isQuoted {
      switch Keyword(rawValue: name.text.uppercased()) {
      case .double where at(.precision):
        advance()
        name.text = "DOUBLE"
      case .character where at(.varying):
        advance()
        name.text = "VARCHAR"
      default: break
      }
    }
    var parameters: [Int] = []
    if at(.leftParen) { parameters = try parenthesisedList { (parser) throws(SQLError) in try parser.integer() } }
    if !name.isQuoted { try timeZone(of: &name) }
    return .named(name, parameters: parameters)
  }

  /// `WITH [LOCAL] TIME ZONE` and `WITHOUT TIME ZONE` after TIMESTAMP or TIME.
  private mutating func timeZone(of name: inout AST.Identifier) throws(SQLError) {
    let upper = name.text.uppercased()
    guard upper == "TIMESTAMP" || upper == "TIME" else { return }
    if at(.without, .time) {
      advance()
      if upper == "TIMESTAMP" { name.text = "TIMESTAMP_NTZ" }
    } else if at(.with, .time) || (at(.with, .local) && kind(ahead: 2) == .word(.time)) {
      advance()
      if at(.local) { advance() }
      if upper == "TIMESTAMP" { name.text = "TIMESTAMP_LTZ" }
    } else {
      return
    }
    try expect(.time, .zone)
  }
}
