import Diagnostics

extension Parser {
  func isIntervalUnit(ahead distance: Int = 0) -> Bool { unit(ahead: distance) != nil }

  /// A unit by its full name, singular or plural: UNIT of the grammar.
  private func unit(ahead distance: Int) -> AST.IntervalUnit? {
    guard case .word = kind(ahead: distance) else { return nil }
    let text = source.text(of: tokens[index + distance].span)
    guard text.utf8.count > 2, let unit = AST.IntervalUnit(word: text) else { return nil }
    let upper = text.uppercased()
    return upper == unit.rawValue || upper == unit.rawValue + "S" ? unit : nil
  }

  mutating func intervalUnit() throws(SQLError) -> AST.IntervalUnit {
    guard let unit = unit(ahead: 0) else {
      var error = unexpected("a unit of time")
      if error.hint == nil, case .word = kind {
        error.hint = closestMatch(to: tokenText, in: AST.IntervalUnit.allCases.map(\.rawValue)).map { "did you mean \($0)?" }
      }
      throw error
    }
    advance()
    return unit
  }

  /// What follows INTERVAL: `'1 day'`, `'5' SECOND`, `1 DAY 2 HOURS`, `'1-2' YEAR TO MONTH`.
  mutating func intervalLiteral() throws(SQLError) -> AST.IntervalLiteral {
    let start = token.span
    let isNegative = at(.hyphen)
    let isSigned = isNegative || at(.plus)
    if isSigned { advance() }
    if isString() {
      let text = try stringLiteral()
      if !isSigned, !isIntervalUnit() { return .text(text) }
      let unit = try intervalUnit()
      if at(.to), isIntervalUnit(ahead: 1) {
        advance()
        return .range(text, isNegative: isNegative, from: unit, to: try intervalUnit())
      }
      let first = AST.IntervalField(
        value: Self.negated(text.text, isNegative), unit: unit, span: span(from: start))
      return .units(try intervalFields(after: first))
    }
    let first = try intervalField(isNegative: isNegative)
    return .units(try intervalFields(after: first))
  }

  /// More `value UNIT` pairs.
  private mutating func intervalFields(after first: AST.IntervalField) throws(SQLError) -> [AST.IntervalField] {
    var fields = [first]
    while true {
      let isNegative = at(.hyphen)
      let isSigned = isNegative || at(.plus)
      let ahead = isSigned ? 1 : 0
      guard isIntervalNumber(ahead: ahead) || isString(ahead: ahead), isIntervalUnit(ahead: ahead + 1) else { return fields }
      if isSigned { advance() }
      fields.append(try intervalField(isNegative: isNegative))
    }
  }

  private func isIntervalNumber(ahead distance: Int = 0) -> Bool {
    let kind = kind(ahead: distance)
    return kind == .number(.integer) || kind == .number(.decimal)
  }

  private mutating func intervalField(isNegative: Bool) throws(SQLError) -> AST.IntervalField {
    let start = token.span
    let text: String
    if isString() {
      text = try singleString().text
    } else {
      guard isIntervalNumber() else { throw unexpected("a string or a number") }
      text = try numberLiteral().text
    }
    let unit = try intervalUnit()
    return .init(value: Self.negated(text, isNegative), unit: unit, span: span(from: start))
  }

  private static func negated(_ text: String, _ isNegative: Bool) -> String {
    guard isNegative else { return text }
    return text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text
  }

  /// `8 SECONDS`, `'8 seconds'`, `INTERVAL '8' SECOND`, `30s`
  mutating func duration() throws(SQLError) -> AST.Duration {
    let start = token.span
    let hasInterval = accept(.interval)
    let value: AST.IntervalValue
    if !hasInterval, let short = shortDuration() {
      advance()
      value = short
    } else if hasInterval || isString() || isIntervalNumber() {
      value = try intervalLiteral().value(at: span(from: start))
    } else {
      throw unexpected("a duration such as 10 SECONDS")
    }
    let place = span(from: start)
    guard value.months == 0, value.micros >= 0 else {
      throw .badInterval(
        source.text(of: place), at: place, hint: "a duration is not negative and does not count months")
    }
    return .init(micros: value.micros, span: place)
  }

  /// `30s`, `1d`, `500ms`, `1h30m`: the lexer sees a number with a suffix, or a word.
  private func shortDuration() -> AST.IntervalValue? {
    switch kind {
    case .number(.smallint), .number(.double), .word:
      guard let first = source.bytes[Int(token.span.lower)...].first, isDigit(first),
        let last = tokenText.unicodeScalars.last, last.properties.isAlphabetic
      else { return nil }
      return AST.IntervalValue(text: tokenText)
    case .number, .quotedName, .string, .binary, .symbol, .hintStart, .hintEnd, .end:
      return nil
    }
  }
}
