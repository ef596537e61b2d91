import Diagnostics

/// `IDENTIFIER('t' || '.a')`: a name that is put together from strings, for scripts whose names come from elsewhere.
extension Parser {
  /// How many tokens the clause has that begins at `distance`; nil if none begins there.
  func identifierClauseLength(ahead distance: Int = 0) -> Int? {
    guard kind(ahead: distance) == .word(.identifier), kind(ahead: distance + 1) == .symbol(.leftParen) else { return nil }
    var length = 2
    while isString(ahead: distance + length) {
      switch kind(ahead: distance + length + 1) {
      case .symbol(.doubleBar): length += 2
      case .symbol(.rightParen): return length + 2
      default: return nil
      }
    }
    return nil
  }

  /// The name that a clause gives; nil if none begins here.
  mutating func identifierClause() throws(SQLError) -> [AST.Identifier]? {
    guard let length = identifierClauseLength() else { return nil }
    let start = token.span
    var bytes: [UInt8] = []
    for _ in 0..<length {
      if case .string(let more, _) = kind { bytes.append(contentsOf: more) }
      advance()
    }
    return try AST.ObjectName(text: String(decoding: bytes, as: UTF8.self), span: span(from: start)).parts
  }
}

extension AST.ObjectName {
  /// The name that a text spells: parts between dots, in backquotes where a part holds more than letters, digits and `_`.
  package init(text: String, span: SourceSpan) throws(SQLError) {
    if text.isEmpty {
      throw SQLError(.parse, "PARSE_EMPTY_STATEMENT", "the text of a name is empty", span: span)
    }
    guard let parts = Self.parts(of: text) else {
      throw SQLError(
        .parse, "PARSE_SYNTAX_ERROR", "'\(text)' is no name", span: span,
        hint: "put what is no word in backquotes: '`two words`'")
    }
    self.init(parts.map { AST.Identifier($0, span: span) })
  }

  /// Nil if a part is empty, is no word and not in backquotes, or if a backquote is left open.
  package static func parts(of text: String) -> [String]? {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    var wasQuoted = false
    var rest = Array(text)[...]
    while let character = rest.popFirst() {
      switch character {
      case "`" where isQuoted && rest.first == "`":
        rest.removeFirst()
        part.append("`")
      case "`":
        guard isQuoted || part.isEmpty else { return nil }
        isQuoted.toggle()
        wasQuoted = true
      case "." where !isQuoted:
        guard !part.isEmpty else { return nil }
        parts.append(part)
        (part, wasQuoted) = ("", false)
      default:
        guard isQuoted || !wasQuoted && (character.isLetter || character.isNumber || character == "_") else { return nil }
        part.append(character)
      }
    }
    guard !isQuoted, !part.isEmpty else { return nil }
    return parts + [part]
  }
}
