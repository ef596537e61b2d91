import Diagnostics

extension Parser {
  /// How many alternatives a message lists.
  private static let listedMax = 6

  static let aName = "a name"
  static let anExpression = "an expression"

  /// The error for the current token: what it is, and what was expected instead.
  func unexpected() -> SQLError {
    if let known = bangForNot() ?? collation() { return known }
    if let alias = implicitAlias, alias.index == index - 1,
      let keyword = misspelt(tokens[alias.index], among: alias.expected + (expectedIndex == index ? expected : []))
    {
      if let error = wrongSecondWord(alias.index, [.keyword(keyword)]) { return error }
      return .unexpected(
        found(tokens[alias.index]), expected: keyword.rawValue, at: tokens[alias.index].span,
        hint: "did you mean \(keyword.rawValue)?")
    }
    let items = expectedIndex == index ? expected : []
    if let error = wrongSecondWord(index, items) { return error }
    var span = token.span
    if kind == .end, index > 0 {
      // The end has no text: the caret goes right behind the last token.
      let end = tokens[index - 1].span.upper
      span = SourceSpan(lower: end, upper: end)
    }
    return .unexpected(found(token), expected: Self.list(items), at: span, hint: hint(among: items))
  }

  /// `a ! IN (b)`, `a IS ! NULL`: Spark took `!` for every NOT once.
  private func bangForNot() -> SQLError? {
    guard at(.bang), index > 0 else { return nil }
    let isTest = tokens[index - 1].kind == .word(.is)
    switch kind(ahead: 1) {
    case .word(.between), .word(.in), .word(.like), .word(.ilike), .word(.rlike), .word(.regexp), .word(.exists): break
    case .word(.null), .word(.true), .word(.false), .word(.unknown), .word(.distinct): if !isTest { return nil }
    default: return nil
    }
    return SQLError(.parse, "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", "! stands before an expression only", span: token.span, hint: "write NOT")
  }

  /// `a COLLATE UTF8_LCASE`, where COLLATE may have been taken for an alias.
  private func collation() -> SQLError? {
    for place in [index, index - 1] where place > 0 && place + 1 < tokens.count {
      guard case .word = tokens[place].kind, source.text(of: tokens[place].span).uppercased() == "COLLATE",
        case .word = tokens[place + 1].kind
      else { continue }
      return .unsupported(
        "COLLATE", span: tokens[place].span.union(tokens[place + 1].span),
        hint: "texts are compared byte by byte, as by UTF8_BINARY; lower(a) = lower(b) compares without case", kind: .parse)
    }
    return nil
  }

  /// The error for the current token where `what` must stand.
  mutating func unexpected(_ what: String) -> SQLError {
    note(.what(what))
    return unexpected()
  }

  /// A clause of streams that is known by two words, of which the second is another.
  private func wrongSecondWord(_ index: Int, _ items: [Expected]) -> SQLError? {
    guard case .word(let word) = tokens[index].kind, let keyword = word, items.contains(.keyword(keyword)), index + 1 < tokens.count
    else { return nil }
    let followers: [Keyword]
    switch keyword {
    case .output: followers = [.mode]
    case .emit: followers = [.changes, .final, .on, .updates, .snapshot]
    case .trigger: followers = [.every, .once, .available, .continuous, .realtime]
    default: return nil
    }
    let next = tokens[index + 1]
    let meant = misspelt(next, among: followers.map { .keyword($0) })
    return .unexpected(
      "\(found(next)) after \(keyword.rawValue)", expected: Self.list(followers.map { .keyword($0) }), at: next.span,
      hint: meant.map { "did you mean \($0.rawValue)?" })
  }

  private func found(_ token: Token) -> String {
    switch token.kind {
    case .end: "end of the statement"
    case .string: "string \(shortened(token))"
    case .binary: "binary literal \(shortened(token))"
    case .number: "number \(shortened(token))"
    case .hintStart: "hint"
    case .hintEnd: "end of a hint"
    case .word, .quotedName, .symbol: "\"\(shortened(token))\""
    }
  }

  private func shortened(_ token: Token) -> String {
    let text = source.text(of: token.span)
    return text.unicodeScalars.count > 40 ? "\(String(text.unicodeScalars.prefix(40)))…" : text
  }

  private func misspelt(_ token: Token, among items: [Expected]) -> Keyword? {
    guard case .word(let keyword) = token.kind, !(keyword?.isReserved ?? false) else { return nil }
    let candidates = items.compactMap { item -> String? in
      if case .keyword(let keyword) = item { keyword.rawValue } else { nil }
    }
    let text = source.text(of: token.span)
    guard text.utf8.count > 2 else { return nil }
    return closestMatch(to: text, in: candidates).flatMap(Keyword.init(rawValue:))
  }

  private func hint(among items: [Expected]) -> String? {
    if let keyword = misspelt(token, among: items) { return "did you mean \(keyword.rawValue)?" }
    if isStreamClause, depth > 0 {
      return "\(tokenText.uppercased()) belongs to the statement: it cannot stand inside parentheses"
    }
    if let keyword, keyword.isReserved, items.contains(.what(Self.aName)) || items.contains(.what(Self.anExpression)) {
      return "\(keyword.rawValue) is a reserved word; to use it as a name, put it in backquotes"
    }
    if index > 0, source.text(of: token.span) == "=>" {
      if case .string = tokens[index - 1].kind { return "the name of an option stands in backquotes if it has dots: `a.b` => …" }
    }
    if at(.ampersand), index > 0, tokens[index - 1].kind == .symbol(.ampersand) { return "write AND" }
    return foreignSyntax(isExpression: items.contains(.what(Self.anExpression)))
  }

  /// `a, b or c`, without repetitions.
  private static func list(_ items: [Expected]) -> String {
    var texts: [String] = []
    for item in items {
      let text =
        switch item {
        case .keyword(let keyword): keyword.rawValue
        case .symbol(let symbol): "\"\(symbol.rawValue)\""
        case .what(let what): what
        }
      if !texts.contains(text) { texts.append(text) }
    }
    if texts.count > listedMax { return texts.prefix(listedMax).joined(separator: ", ") + ", …" }
    guard let last = texts.popLast() else { return "the end of the statement" }
    return texts.isEmpty ? last : texts.joined(separator: ", ") + " or " + last
  }
}

extension SQLError {
  static func unexpected(_ found: String, expected: String, at span: SourceSpan, hint: String?) -> SQLError {
    SQLError(
      .parse, "PARSE_SYNTAX_ERROR", "unexpected \(found), expected \(expected)", span: span, hint: hint)
  }

  static func emptyList(_ subclass: String, _ what: String, at span: SourceSpan) -> SQLError {
    SQLError(.parse, "INVALID_SQL_SYNTAX." + subclass, "the list in parentheses is empty, expected \(what)", span: span)
  }

  /// `GEO '…'`: only some types have literals of this form.
  static func typedLiteral(_ type: String, at span: SourceSpan) -> SQLError {
    if type.lowercased() == "time" {
      return SQLError(
        .parse, "UNSUPPORTED_TIME_TYPE", "type TIME is not supported, nor are its literals", span: span,
        hint: "write INTERVAL '12:34:56' HOUR TO SECOND, the time since midnight; added to a DATE it is a TIMESTAMP")
    }
    return SQLError(
      .parse, "UNSUPPORTED_TYPED_LITERAL", "there are no literals of the form \(type) '…'", span: span,
      hint: type.lowercased() == "x"
        ? "write a binary without a space: X'1F'"
        : "there are DATE, TIMESTAMP, TIMESTAMP_NTZ, TIMESTAMP_LTZ and INTERVAL '…'; CAST('…' AS type) does for others")
  }

  static func quotedUnit(_ unit: String, of function: String, at span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "the unit of \(function) is a word, found the string '\(unit)'", span: span,
      hint: "write \(unit.uppercased()) without quotes")
  }

  static func nestedTooDeep(at span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "STATEMENT_TOO_DEEP",
      "the statement nests more than \(Parser.nestingDepthMax) levels or chains more than "
        + "\(Parser.treeHeightMax) operators",
      span: span, hint: "split it with WITH or views")
  }

  static func statementTooLong(bytes: Int, at span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "STATEMENT_TOO_LONG",
      "the statement has \(bytes) bytes, the limit is \(Parser.statementBytesMax)", span: span,
      hint: "read large data from a file")
  }

  static func duplicateClause(_ clause: String, at span: SourceSpan) -> SQLError {
    SQLError(.parse, "DUPLICATE_CLAUSES", "\(clause) is given twice", span: span, hint: "keep one of them")
  }

  static func badInterval(_ text: String, at span: SourceSpan?, hint: String? = nil) -> SQLError {
    SQLError(
      .parse, "INVALID_INTERVAL_FORMAT", "\"\(text)\" is not an interval", span: span,
      hint: hint ?? "write it like '10 seconds' or INTERVAL 10 SECONDS")
  }
}
