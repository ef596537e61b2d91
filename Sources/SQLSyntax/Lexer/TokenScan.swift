import Diagnostics

/// A text cut into tokens, comments and what is no token, for those who colour or complete it while it is typed.
///
/// Never throws and covers everything but white space; a string or comment that is still open is `.broken` up to the end.
package enum TokenScan {
  package struct Piece: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
      case token(TokenKind)
      case comment
      case broken
    }
    package var kind: Kind
    package var span: SourceSpan
  }

  package static func pieces(of source: SourceText, dialect: SQLDialect) -> [Piece] {
    var lexer = Lexer(source, dialect: dialect)
    var pieces: [Piece] = []
    while lexer.position < lexer.end {
      let blankStart = lexer.position
      do { try lexer.skipBlanks() } catch {
        pieces.append(Piece(kind: .comment, span: SourceSpan(blankStart, lexer.end)))
        return pieces
      }
      if source.bytes[blankStart..<lexer.position].contains(where: { $0 > 0x20 }) {
        pieces.append(Piece(kind: .comment, span: SourceSpan(blankStart, lexer.position)))
      }
      let start = lexer.position
      if start >= lexer.end { break }
      do {
        let token = try lexer.next()
        pieces.append(Piece(kind: .token(token.kind), span: token.span))
      } catch {
        pieces.append(Piece(kind: .broken, span: SourceSpan(start, max(lexer.position, start + 1))))
        lexer.position = max(lexer.position, start + 1)
      }
    }
    return pieces
  }
}
