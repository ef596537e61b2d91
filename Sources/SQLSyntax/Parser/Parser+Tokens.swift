import Diagnostics

/// Something that could have stood where the parser found something else.
enum Expected: Equatable {
  case keyword(Keyword)
  case symbol(Symbol)
  /// A name for a whole production: `an expression`.
  case what(String)
}

extension Parser {
  var token: Token { tokens[index] }
  var kind: TokenKind { tokens[index].kind }

  /// The current word as a keyword.
  var keyword: Keyword? { keyword(ahead: 0) }

  func kind(ahead distance: Int) -> TokenKind {
    let position = index + distance
    return position < tokens.count ? tokens[position].kind : .end
  }

  func keyword(ahead distance: Int) -> Keyword? {
    if case .word(let keyword) = kind(ahead: distance) { keyword } else { nil }
  }

  func at(_ keyword: Keyword) -> Bool { kind == .word(keyword) }
  func at(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
  func at(_ first: Keyword, _ second: Keyword) -> Bool { at(first) && kind(ahead: 1) == .word(second) }
  func at(_ first: Keyword, _ second: Symbol) -> Bool { at(first) && kind(ahead: 1) == .symbol(second) }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  /// Remembers, for the error message, that `item` could stand here.
  mutating func note(_ item: Expected) {
    if expectedIndex != index {
      expected.removeAll(keepingCapacity: true)
      expectedIndex = index
    }
    expected.append(item)
  }

  mutating func accept(_ keyword: Keyword) -> Bool {
    if at(keyword) {
      advance()
      return true
    }
    note(.keyword(keyword))
    return false
  }

  mutating func accept(_ symbol: Symbol) -> Bool {
    if at(symbol) {
      advance()
      return true
    }
    note(.symbol(symbol))
    return false
  }

  /// Both words or none.
  mutating func accept(_ first: Keyword, _ second: Keyword) -> Bool {
    if at(first, second) {
      advance()
      advance()
      return true
    }
    note(.keyword(first))
    return false
  }

  mutating func expect(_ keyword: Keyword) throws(SQLError) {
    guard accept(keyword) else { throw unexpected() }
  }

  mutating func expect(_ symbol: Symbol) throws(SQLError) {
    guard accept(symbol) else { throw unexpected() }
  }

  mutating func expect(_ first: Keyword, _ second: Keyword) throws(SQLError) {
    try expect(first)
    try expect(second)
  }

  /// Takes whichever of `keywords` stands here.
  mutating func accept(anyOf keywords: [Keyword]) -> Keyword? {
    for keyword in keywords where at(keyword) {
      advance()
      return keyword
    }
    for keyword in keywords { note(.keyword(keyword)) }
    return nil
  }

  /// The span from `start` to the end of the last token taken.
  func span(from start: SourceSpan) -> SourceSpan {
    guard index > 0 else { return start }
    return SourceSpan(lower: start.lower, upper: max(start.lower, tokens[index - 1].span.upper))
  }

  /// The text of the current token.
  var tokenText: String { source.text(of: token.span) }
}

extension Parser {
  /// `element {"," element}`. Every list of the language comes through here, so this is where progress is checked.
  mutating func commaSeparated<Element>(
    _ element: (inout Parser) throws(SQLError) -> Element
  ) throws(SQLError) -> [Element] {
    var elements: [Element] = []
    repeat {
      let before = index
      elements.append(try element(&self))
      try checkProgress(since: before)
    } while accept(.comma)
    return elements
  }

  /// `"(" element {"," element} ")"`
  mutating func parenthesisedList<Element>(
    _ element: (inout Parser) throws(SQLError) -> Element
  ) throws(SQLError) -> [Element] {
    try expect(.leftParen)
    let elements = try commaSeparated(element)
    try expect(.rightParen)
    return elements
  }

  /// `"(" [element {"," element}] ")"`
  mutating func parenthesisedListOrNone<Element>(
    _ element: (inout Parser) throws(SQLError) -> Element
  ) throws(SQLError) -> [Element] {
    if at(.leftParen), kind(ahead: 1) == .symbol(.rightParen) {
      advance()
      advance()
      return []
    }
    return try parenthesisedList(element)
  }

  /// Fails instead of looping when an iteration of a loop took no token.
  func checkProgress(since before: Int) throws(SQLError) {
    guard index > before else { throw .internal("the parser stands still at \"\(tokenText)\"") }
  }
}
