import Diagnostics

/// Finds the statements and dot commands of a script, one at a time.
///
/// The next piece is looked for only when asked, so that `SET dialect` counts for what follows it. A statement ends at
/// `;` outside of strings and comments; a command (`.mode csv`, `\dt`) is known at the start of a statement only, and
/// ends at the end of its line.
package struct StatementSplitter {
  package enum Piece: Equatable, Sendable {
    /// The text without `;`. Not terminated: the text ended before a `;` came.
    case statement(SourceSpan, isTerminated: Bool)
    /// A dot or backslash command, without its newline.
    case command(SourceSpan)

    package var span: SourceSpan {
      switch self {
      case .statement(let span, _), .command(let span): span
      }
    }
  }

  package let source: SourceText
  package var dialect: SQLDialect
  /// Where the next piece is looked for.
  package private(set) var position: Int

  package init(_ source: SourceText, from position: Int = 0, dialect: SQLDialect = .spark) {
    self.source = source
    self.position = position
    self.dialect = dialect
  }

  /// The next piece, or nil when only blanks and comments are left. Empty statements are skipped.
  package mutating func next() -> Piece? {
    while position < source.bytes.count {
      var lexer = Lexer(source, from: position, dialect: dialect)
      do { try lexer.skipBlanks() } catch {
        return unterminated(from: position)  // an open comment
      }
      let start = lexer.position
      guard start < source.bytes.count else { break }
      if isCommand(at: start) { return command(at: start) }
      switch Self.scan(&lexer) {
      case .semicolon(let end):
        position = lexer.position
        if end > start { return .statement(SourceSpan(start, end), isTerminated: true) }
      case .end, .open:
        return unterminated(from: start)
      }
    }
    position = source.bytes.count
    return nil
  }

  /// Whether a shell can run what was typed: every statement has its `;`, no string or comment is open.
  package static func isComplete(_ source: SourceText, dialect: SQLDialect = .spark) -> Bool {
    var splitter = StatementSplitter(source, dialect: dialect)
    while let piece = splitter.next() {
      if case .statement(_, isTerminated: false) = piece { return false }
    }
    return true
  }

  private mutating func unterminated(from start: Int) -> Piece {
    position = source.bytes.count
    return .statement(SourceSpan(start, source.bytes.count), isTerminated: false)
  }

  private func isCommand(at start: Int) -> Bool {
    let first = source.bytes[start]
    let second = start + 1 < source.bytes.count ? source.bytes[start + 1] : UInt8(ascii: "\n")
    if first == UInt8(ascii: "\\") { return true }
    return first == UInt8(ascii: ".") && isWordByte(second) && !isDigit(second)
  }

  private mutating func command(at start: Int) -> Piece {
    let newline = source.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? source.bytes.count
    position = min(newline + 1, source.bytes.count)
    var end = newline
    while end > start, source.bytes[end - 1] == UInt8(ascii: "\r") || source.bytes[end - 1] == UInt8(ascii: " ") {
      end -= 1
    }
    return .command(SourceSpan(start, end))
  }

  private enum ScanResult { case semicolon(Int), end, open }

  /// Reads up to the next `;`; bad tokens are passed over, the parser will name them.
  private static func scan(_ lexer: inout Lexer) -> ScanResult {
    while true {
      do {
        let token = try lexer.next()
        if token.kind == .end { return .end }
        if token.kind == .symbol(.semicolon) { return .semicolon(Int(token.span.lower)) }
      } catch {
        if lexer.position >= lexer.end { return .open }
      }
    }
  }
}
