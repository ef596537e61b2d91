import Diagnostics

/// Cuts a text into tokens, one at a time, over bytes.
///
/// After an error the position is behind the offending bytes, so a caller may go on (the statement splitter does).
/// Comments and white space are skipped. Whatever the bytes are, `next()` returns or throws, and moves forward
/// until the end.
struct Lexer {
  let source: SourceText
  let dialect: SQLDialect
  /// Offset of the next unread byte.
  var position: Int
  /// Where reading stops.
  let end: Int
  private var isInHint = false
  /// Looks ahead for what an IDENTIFIER spells; does not do so again inside of that.
  var isProbing = false

  init(_ source: SourceText, from lower: Int = 0, to upper: Int? = nil, dialect: SQLDialect) {
    self.source = source
    self.dialect = dialect
    end = min(upper ?? source.bytes.count, source.bytes.count)
    position = min(max(lower, 0), end)
  }

  /// The next token, or `.end`.
  mutating func next() throws(SQLError) -> Token {
    try skipBlanks()
    let start = position
    guard let byte = peek() else { return Token(kind: .end, span: SourceSpan(end, end)) }
    let kind = try token(startingWith: byte)
    let span = SourceSpan(start, position)
    if !source.undefinedVariables.isEmpty { try refuseUndefinedVariable(in: span) }
    return Token(kind: kind, span: span)
  }

  func peek(_ distance: Int = 0) -> UInt8? {
    let index = position + distance
    return index < end ? source.bytes[index] : nil
  }

  private mutating func token(startingWith byte: UInt8) throws(SQLError) -> TokenKind {
    switch byte {
    case UInt8(ascii: "'"):
      return .string(try quotedString(by: byte), .single)
    case UInt8(ascii: "\""):
      if dialect == .ansi { return .quotedName(try quotedName(by: byte)) }
      return .string(try quotedString(by: byte), .double)
    case UInt8(ascii: "`"):
      return .quotedName(try quotedName(by: byte))
    case UInt8(ascii: "$") where peek(1) == byte:
      return .string(try dollarString(), .dollar)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try number()
    case UInt8(ascii: ".") where peek(1).map(isDigit) ?? false:
      return try number()
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):  // `/*+`; plain comments are skipped
      position += 3
      isInHint = true
      return .hintStart
    case UInt8(ascii: "*") where isInHint && peek(1) == UInt8(ascii: "/"):
      position += 2
      isInHint = false
      return .hintEnd
    default:
      if isWordByte(byte) { return try word(startingWith: byte) }
      return try symbol()
    }
  }

  private mutating func word(startingWith byte: UInt8) throws(SQLError) -> TokenKind {
    if peek(1) == UInt8(ascii: "'") {
      if byte | 0x20 == UInt8(ascii: "r") { return .string(try rawString(), .raw) }
      if byte | 0x20 == UInt8(ascii: "x") { return .binary(try hexString()) }
    }
    if peek(1) == UInt8(ascii: "\""), byte | 0x20 == UInt8(ascii: "r"), dialect == .spark {
      return .string(try rawString(), .raw)
    }
    let start = position
    while let next = peek(), isWordByte(next) {
      if next >= 0x80, let length = wideSpaceOrQuote() {
        if position == start { throw .strangeCharacter(takeStrange(length), in: source) }
        break
      }
      position += 1
    }
    let bytes = source.bytes[start..<position]
    if bytes.contains(where: { $0 >= 0x80 }), String(validating: bytes, as: UTF8.self) == nil {
      throw .invalidUTF8(SourceSpan(start, position))
    }
    let keyword = Keyword(bytes: bytes)
    if keyword == .identifier, let name = nameOfIdentifierClause(from: start) { return name }
    return .word(keyword)
  }

  private mutating func takeStrange(_ length: Int) -> SourceSpan {
    let start = position
    position += length
    return SourceSpan(start, position)
  }

  private mutating func symbol() throws(SQLError) -> TokenKind {
    for length in [3, 2, 1] where position + length <= end {
      let text = String(decoding: source.bytes[position..<(position + length)], as: UTF8.self)
      if let symbol = Symbol(rawValue: text) {
        position += length
        return .symbol(symbol)
      }
    }
    throw .strangeCharacter(takeStrange(1), in: source)
  }

  private func refuseUndefinedVariable(in span: SourceSpan) throws(SQLError) {
    for variable in source.undefinedVariables
    where variable.span.lower < span.upper && span.lower < variable.span.upper {
      throw .undefinedVariable(variable)
    }
  }
}

func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") }

/// Letters, digits, `_`, and every byte beyond ASCII.
func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
    true
  default: false
  }
}
