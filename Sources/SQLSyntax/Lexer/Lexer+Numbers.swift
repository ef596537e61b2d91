import Diagnostics

extension Lexer {
  /// `1`, `1.5`, `.5`, `1e-3`, with Spark's suffixes `Y S L F D BD` in any case.
  ///
  /// A word may begin with a digit, as in Spark: `5m` and `2nd_try` are words.
  mutating func number() throws(SQLError) -> TokenKind {
    let start = position
    skipDigits()
    var isWhole = true
    if peek() == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      skipDigits()
    }
    var isScientific = false
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e"), let length = exponentLength() {
      isScientific = true
      position += length
    }
    let suffixStart = position
    while let byte = peek(), isWordByte(byte), wideSpaceOrQuote() == nil { position += 1 }
    let suffix = String(decoding: source.bytes[suffixStart..<position], as: UTF8.self).uppercased()
    if let kind = kind(suffix: suffix, isWhole: isWhole, isScientific: isScientific) { return .number(kind) }
    let isWord = source.bytes[start..<position].allSatisfy(isWordByte)
    guard isWord else { throw .badNumber(SourceSpan(start, position), in: source) }
    guard String(validating: source.bytes[start..<position], as: UTF8.self) != nil else {
      throw .invalidUTF8(SourceSpan(start, position))
    }
    return .word(nil)
  }

  private func kind(suffix: String, isWhole: Bool, isScientific: Bool) -> AST.NumberLiteral.Kind? {
    switch suffix {
    case "": isScientific ? .double : isWhole ? .integer : .decimal
    case "D": .double
    case "F": .float
    case "BD": .bigDecimal
    case "L": isWhole && !isScientific ? .bigint : nil
    case "S": isWhole && !isScientific ? .smallint : nil
    case "Y": isWhole && !isScientific ? .tinyint : nil
    default: nil
    }
  }

  private mutating func skipDigits() {
    while let byte = peek(), isDigit(byte) { position += 1 }
  }

  /// The length of `e3`, `e+3` or `E-3` at the position.
  private func exponentLength() -> Int? {
    var length = 1
    if let sign = peek(1), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { length += 1 }
    guard let digit = peek(length), isDigit(digit) else { return nil }
    while let digit = peek(length), isDigit(digit) { length += 1 }
    return length
  }
}
