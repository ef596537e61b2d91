import Diagnostics

/// One lexical piece. Its text is `SourceText.text(of: span)`; only what needs decoding is kept beside.
package struct Token: Equatable, Sendable {
  package var kind: TokenKind
  package var span: SourceSpan
}

package enum TokenKind: Equatable, Sendable {
  /// A name or a keyword without quotes.
  case word(Keyword?)
  /// `` `name` ``, or `"name"` in the ANSI dialect, decoded.
  case quotedName(String)
  /// A string after escapes.
  case string([UInt8], Quote)
  /// `X'1F'`, decoded.
  case binary([UInt8])
  case number(AST.NumberLiteral.Kind)
  case symbol(Symbol)
  /// `/*+` and the `*/` that closes it.
  case hintStart, hintEnd
  /// After the last token.
  case end

  package enum Quote: Equatable, Sendable { case single, double, raw, dollar }
}

package enum Symbol: String, CaseIterable, Sendable {
  case leftParen = "("
  case rightParen = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case dot = "."
  case semicolon = ";"
  case colon = ":"
  case doubleColon = "::"
  case plus = "+"
  case hyphen = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case ampersand = "&"
  case bar = "|"
  case doubleBar = "||"
  case pipe = "|>"
  case caret = "^"
  case tilde = "~"
  case bang = "!"
  case equal = "="
  case doubleEqual = "=="
  case notEqual = "!="
  case angles = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case nullSafeEqual = "<=>"
  case greater = ">"
  case greaterOrEqual = ">="
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case shiftRightUnsigned = ">>>"
  case arrow = "->"
  case fatArrow = "=>"
  case question = "?"
  case dollar = "$"
}

/// What double quotes mean; `SET dialect = ansi` changes it.
package enum SQLDialect: String, CaseIterable, Sendable {
  /// `"x"` is a string.
  case spark
  /// `"x"` is a name.
  case ansi
}
