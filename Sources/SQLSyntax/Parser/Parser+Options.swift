import Diagnostics

extension Parser {
  /// `(key = 'value', key 'value', …)`
  mutating func options() throws(SQLError) -> [AST.Option] {
    try parenthesisedListOrNone { (parser) throws(SQLError) in try parser.option() }
  }

  private mutating func option() throws(SQLError) -> AST.Option {
    let key = try optionKey()
    _ = accept(.equal)
    let start = token.span
    let value = try optionValue()
    return .init(key: key, value: value, valueSpan: span(from: start))
  }

  /// A string, or words between dots.
  private mutating func optionKey() throws(SQLError) -> AST.Identifier {
    if isString() {
      let string = try singleString()
      return .init(string.text, isQuoted: true, span: string.span)
    }
    let start = token.span
    let parts = try dotted(from: try anyName())
    return .init(parts.map(\.text).joined(separator: "."), span: span(from: start))
  }

  /// A string, a number (`30s` and `30 SECONDS` stay text), a truth value, NULL, or a bare word.
  private mutating func optionValue() throws(SQLError) -> AST.Literal {
    let start = token.span
    switch kind {
    case .string:
      return .string(try stringLiteral())
    case .number(let number):
      let text = tokenText
      let literal = try numberLiteral()
      if isIntervalUnit() {
        let unit = try intervalUnit()
        return .string(.init("\(text) \(unit.rawValue.lowercased())", span: span(from: start)))
      }
      return number == .integer || number == .decimal ? .number(literal) : .string(.init(text, span: start))
    case .symbol(.hyphen):
      advance()
      return .number(try numberLiteral(isNegative: true))
    case .word(.true), .word(.false):
      defer { advance() }
      return .boolean(at(.true))
    case .word(.null):
      advance()
      return .null
    case .word:
      defer { advance() }
      return .string(.init(tokenText, span: start))
    case .quotedName, .binary, .symbol, .hintStart, .hintEnd, .end:
      throw unexpected("the value of an option")
    }
  }
}
