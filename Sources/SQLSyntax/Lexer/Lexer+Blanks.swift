import Diagnostics

extension Lexer {
  /// Moves over white space and comments; a hint is not a comment.
  mutating func skipBlanks() throws(SQLError) {
    while let byte = peek() {
      switch byte {
      case 0x09...0x0D, 0x20:
        position += 1
      case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
        while let next = peek(), next != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*") && peek(2) != UInt8(ascii: "+"):
        try skipComment()
      case 0xC2, 0xE2, 0xE3, 0xEF:
        guard let length = wideSpace() else { return }
        position += length
      default:
        return
      }
    }
  }

  /// `/* … */`, nested.
  private mutating func skipComment() throws(SQLError) {
    let start = position
    var depth = 0
    repeat {
      guard let byte = peek() else {
        throw .unterminated("comment", SourceSpan(start, min(start + 2, end)), errorClass: "UNCLOSED_BRACKETED_COMMENT")
      }
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
      } else {
        position += 1
      }
    } while depth > 0
  }

  /// The length of a no-break space, an ideographic space, a byte order mark or a zero-width space at the position.
  func wideSpace() -> Int? {
    switch (peek(), peek(1), peek(2)) {
    case (0xC2, 0xA0, _): 2
    case (0xE2, 0x80, .some(0x80...0x8B)), (0xE2, 0x80, 0xAF), (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF): 3
    default: nil
    }
  }

  /// The length of what looks like a blank or a quote and cannot be part of a name.
  func wideSpaceOrQuote() -> Int? {
    if let length = wideSpace() { return length }
    if peek() == 0xE2, peek(1) == 0x80, let third = peek(2), (0x98...0x9F).contains(third) { return 3 }
    return nil
  }
}
