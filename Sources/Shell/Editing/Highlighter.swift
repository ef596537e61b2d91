import Diagnostics
import SQLSyntax

/// Colours of a statement while it is typed.
struct Highlighter: Sendable {
  /// Lower-case names of functions.
  var functionNames: Set<String>
  var dialect = SQLDialect.spark

  /// Longer texts stay plain: they were pasted, and every key would cost.
  private static let bytesMax = 32 << 10

  /// The style of each byte.
  func styles(of bytes: [UInt8]) -> [Style] {
    var styles = [Style](repeating: .plain, count: bytes.count)
    guard bytes.count <= Self.bytesMax else { return styles }
    let source = SourceText(name: "", bytes: bytes)
    var splitter = StatementSplitter(source, dialect: dialect)
    while let piece = splitter.next() {
      switch piece {
      case .command(let span):
        let word = bytes[Int(span.lower)..<Int(span.upper)].prefix { $0 != UInt8(ascii: " ") }
        for index in word.indices { styles[index] = .command }
      case .statement(let span, _): paint(span, of: bytes, into: &styles)
      }
    }
    return styles
  }

  private func paint(_ span: SourceSpan, of bytes: [UInt8], into styles: inout [Style]) {
    let (lower, upper) = (Int(span.lower), Int(span.upper))
    let pieces = TokenScan.pieces(of: SourceText(name: "", bytes: Array(bytes[lower..<upper])), dialect: dialect)
    for (index, piece) in pieces.enumerated() {
      let range = (lower + Int(piece.span.lower))..<(lower + Int(piece.span.upper))
      let style = style(of: piece, range, bytes, isCall: index + 1 < pieces.count && isParenthesis(pieces[index + 1]))
      if style == .plain { continue }
      for position in range { styles[position] = style }
    }
  }

  private func isParenthesis(_ piece: TokenScan.Piece) -> Bool { piece.kind == .token(.symbol(.leftParen)) }

  private func style(of piece: TokenScan.Piece, _ range: Range<Int>, _ bytes: [UInt8], isCall: Bool) -> Style {
    switch piece.kind {
    case .comment: return .comment
    case .broken:
      let first = bytes[range.lowerBound]
      return first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") ? .string : .error
    case .token(let token):
      switch token {
      case .string, .binary: return .string
      case .number: return .number
      case .hintStart, .hintEnd: return .comment
      case .word(let keyword):
        if isCall, functionNames.contains(String(decoding: bytes[range], as: UTF8.self).lowercased()) { return .function }
        return keyword == nil ? .plain : .keyword
      case .quotedName, .symbol, .end: return .plain
      }
    }
  }
}
