import Diagnostics

/// A place of a statement that a value is put into: `?`, or `:name`.
package struct ParameterMarker: Equatable, Sendable {
  /// Nil for `?`.
  package var name: String?
  package var span: SourceSpan

  /// The markers of a statement from left to right, none in strings and comments.
  ///
  /// A colon makes one with the name right behind it, unless it stands right behind a name itself, as in `STRUCT<a:INT>`. A
  /// question mark inside `PATTERN (…)` is a quantifier. Where the text has no tokens, the markers before that are found: its
  /// error is the parser's to tell.
  package static func markers(in text: SourceText, dialect: SQLDialect) -> [ParameterMarker] {
    var lexer = Lexer(text, dialect: dialect)
    var markers: [ParameterMarker] = []
    var previous: Token?
    /// Open parentheses since the word PATTERN.
    var patternDepth = 0
    while let token = try? lexer.next(), token.kind != .end {
      switch token.kind {
      case .symbol(.leftParen) where patternDepth > 0 || previous?.kind == .word(.pattern): patternDepth += 1
      case .symbol(.rightParen) where patternDepth > 0: patternDepth -= 1
      case .symbol(.question) where patternDepth == 0: markers.append(ParameterMarker(name: nil, span: token.span))
      case .symbol(.colon) where !isField(token, after: previous):
        var ahead = lexer
        if let name = try? ahead.next(), name.span.lower == token.span.upper, let spelled = Self.name(name, in: text) {
          markers.append(ParameterMarker(name: spelled, span: token.span.union(name.span)))
          lexer = ahead
        }
      default: break
      }
      previous = token
    }
    return markers
  }

  private static func isField(_ colon: Token, after previous: Token?) -> Bool {
    guard let previous, previous.span.upper == colon.span.lower else { return false }
    switch previous.kind {
    case .word(let keyword): return !(keyword?.isReserved ?? false)
    case .quotedName: return true
    case .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end: return false
    }
  }

  private static func name(_ token: Token, in text: SourceText) -> String? {
    switch token.kind {
    case .word: text.text(of: token.span)
    case .quotedName(let name): name
    case .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end: nil
    }
  }
}
