import Diagnostics
import SeededRandom

@testable import SQLSyntax

/// Tokens that have no spelling of their own, by the names that the grammar gives them.
enum TokenClass: String, CaseIterable {
  case softWord = "soft word"
  case noAliasWord = "no-alias word"
  case reservedWord = "reserved word"
  case quotedName = "quoted name"
  case string
  case nameString = "string of a name"
  case doubleQuotedString = "double-quoted string"
  case binary
  case number
  case wholeNumber = "whole number"
  case decimalNumber = "decimal number"
  case shortDuration = "short duration"
  case timeUnit = "time unit"
}

/// What stands for one token in the grammar.
enum Terminal: Hashable {
  case keyword(Keyword)
  case symbol(Symbol)
  case hintStart, hintEnd
  case ofClass(TokenClass)

  init?(spelling: String) {
    if spelling == "/*+" {
      self = .hintStart
    } else if spelling == "*/" {
      self = .hintEnd
    } else if let keyword = Keyword(rawValue: spelling) {
      self = .keyword(keyword)
    } else if let symbol = Symbol(rawValue: spelling) {
      self = .symbol(symbol)
    } else {
      return nil
    }
  }

  var text: String {
    switch self {
    case .keyword(let keyword): "\"\(keyword.rawValue)\""
    case .symbol(let symbol): "\"\(symbol.rawValue)\""
    case .hintStart: "\"/*+\""
    case .hintEnd: "\"*/\""
    case .ofClass(let tokenClass): "?\(tokenClass.rawValue)?"
    }
  }
}

extension TokenClass {
  func matches(_ kind: TokenKind, text: @autoclosure () -> String) -> Bool {
    switch self {
    case .softWord: Self.reservation(of: kind) == .soft
    case .noAliasWord: Self.reservation(of: kind) == .noAlias
    case .reservedWord: Self.reservation(of: kind) == .reserved
    case .quotedName: if case .quotedName = kind { true } else { false }
    case .string: if case .string = kind { true } else { false }
    case .nameString: if case .string(let bytes, _) = kind { Self.isName(String(decoding: bytes, as: UTF8.self)) } else { false }
    case .doubleQuotedString: if case .string(_, .double) = kind { true } else { false }
    case .binary: if case .binary = kind { true } else { false }
    case .number: if case .number = kind { true } else { false }
    case .wholeNumber: kind == .number(.integer)
    case .decimalNumber: kind == .number(.decimal)
    case .shortDuration: Self.isShortDuration(kind, text())
    case .timeUnit: if case .word = kind { Self.isTimeUnit(text()) } else { false }
    }
  }

  private static func reservation(of kind: TokenKind) -> Keyword.Reservation? {
    guard case .word(let keyword) = kind else { return nil }
    return keyword?.reservation ?? .soft
  }

  /// What is a name alone and beside others; backquotes are not, since the text of two strings may close one.
  private static func isName(_ text: String) -> Bool { !text.contains("`") && AST.ObjectName.parts(of: text) != nil }

  private static func isShortDuration(_ kind: TokenKind, _ text: String) -> Bool {
    switch kind {
    case .number(.smallint), .number(.double), .word:
      guard let first = text.utf8.first, isDigit(first), text.last?.isLetter ?? false else { return false }
      return AST.IntervalValue(text: text) != nil
    case .number, .quotedName, .string, .binary, .symbol, .hintStart, .hintEnd, .end:
      return false
    }
  }

  private static func isTimeUnit(_ text: String) -> Bool {
    let upper = text.uppercased()
    return AST.IntervalUnit.allCases.contains { upper == $0.rawValue || upper == $0.rawValue + "S" }
  }
}

// What the sampler writes for a terminal.
extension Terminal {
  func sample(dialect: SQLDialect, using random: inout SplitMix) -> String {
    switch self {
    case .keyword(let keyword): random.chance(in: 8) ? keyword.rawValue.lowercased() : keyword.rawValue
    case .symbol(let symbol): symbol.rawValue
    case .hintStart: "/*+"
    case .hintEnd: "*/"
    case .ofClass(let tokenClass): tokenClass.sample(dialect: dialect, using: &random)
    }
  }
}

extension TokenClass {
  func sample(dialect: SQLDialect, using random: inout SplitMix) -> String {
    switch self {
    case .softWord:
      random.chance(in: 4)
        ? random.element(of: Self.keywords(.soft)) : random.element(of: ["a", "b", "t", "x", "count", "größe", "_1"])
    case .noAliasWord: random.element(of: Self.keywords(.noAlias))
    case .reservedWord: random.element(of: Self.keywords(.reserved))
    case .quotedName:
      dialect == .ansi && random.chance(in: 2) ? "\"a \"\"b\"" : random.element(of: ["`a b`", "`x``y`", "`select`", "`q`"])
    case .string:
      dialect == .spark && random.chance(in: 6)
        ? "\"d\""
        : random.element(of: [
          "'s'", "'it''s'", "'10 seconds'", "'1'", "'1 02:03:04'", "r'\\d'", "$$x$$", "'\\n%'", "'10 seconds'", "'5'",
        ])
    case .nameString: random.element(of: ["'s'", "'a.b'", "$$x$$", "'t_1'"])
    case .doubleQuotedString: "\"d q\""
    case .binary: "X'1F'"
    case .number: random.element(of: ["1", "2", "1.5", ".5", "1e3", "7L", "2S", "3Y", "1.5F", "2D", "1BD"])
    case .wholeNumber: random.element(of: ["1", "2", "10"])
    case .decimalNumber: random.element(of: ["1.5", ".5", "2."])
    case .shortDuration: random.element(of: ["30s", "1d", "500ms", "1h30m"])
    case .timeUnit: random.element(of: ["DAY", "SECOND", "DAY", "SECOND", "seconds", "HOURS", "minute", "MONTH", "YEAR"])
    }
  }

  static func keywords(_ reservation: Keyword.Reservation) -> [String] {
    Keyword.allCases.filter { $0.reservation == reservation }.map(\.rawValue)
  }
}
