import Diagnostics

extension Lexer {
  /// `'it''s\n'`: doubled quotes and backslash escapes; other bytes pass as they are.
  mutating func quotedString(by quote: UInt8) throws(SQLError) -> [UInt8] {
    let start = position
    position += 1
    var bytes: [UInt8] = []
    while let byte = peek() {
      if byte == quote {
        position += 1
        guard peek() == quote else { return bytes }
        bytes.append(quote)
        position += 1
      } else if byte == UInt8(ascii: "\\"), peek(1) != nil {
        escape(into: &bytes)
      } else {
        bytes.append(byte)
        position += 1
      }
    }
    throw .unterminated("string", SourceSpan(start, start + 1))
  }

  /// `` `a``b` `` and, in the ANSI dialect, `"a""b"`: no escapes.
  mutating func quotedName(by quote: UInt8) throws(SQLError) -> String {
    let start = position
    position += 1
    var bytes: [UInt8] = []
    while let byte = peek() {
      position += 1
      if byte == quote {
        guard peek() == quote else {
          let span = SourceSpan(start, position)
          guard !bytes.isEmpty else { throw .emptyName(span) }
          guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8(span) }
          return text
        }
        position += 1
      }
      bytes.append(byte)
    }
    throw .unterminated("quoted name", SourceSpan(start, start + 1))
  }

  /// `r'\d+'`: up to the next quote of the same kind.
  mutating func rawString() throws(SQLError) -> [UInt8] {
    let start = position
    let quote = source.bytes[position + 1]
    position += 2
    let first = position
    while let byte = peek() {
      position += 1
      if byte == quote { return Array(source.bytes[first..<(position - 1)]) }
    }
    throw .unterminated("string", SourceSpan(start, start + 2))
  }

  /// `$$ … $$`
  mutating func dollarString() throws(SQLError) -> [UInt8] {
    let start = position
    let dollar = UInt8(ascii: "$")
    position += 2
    let first = position
    while let byte = peek() {
      if byte == dollar, peek(1) == dollar {
        defer { position += 2 }
        return Array(source.bytes[first..<position])
      }
      position += 1
    }
    throw .unterminated("string", SourceSpan(start, start + 2))
  }

  /// `X'1F2E'`; an odd number of digits gets a leading zero, as in Spark.
  mutating func hexString() throws(SQLError) -> [UInt8] {
    let start = position
    position += 1
    let digits = try quotedString(by: UInt8(ascii: "'"))
    var bytes: [UInt8] = []
    var isHigh = digits.count.isMultiple(of: 2)
    if !isHigh { bytes.append(0) }
    for digit in digits {
      guard let value = hexValue(digit) else { throw .badHexString(SourceSpan(start, position)) }
      if isHigh {
        bytes.append(value << 4)
      } else {
        bytes[bytes.count - 1] |= value
      }
      isHigh.toggle()
    }
    return bytes
  }

  /// A backslash and what follows it, with Spark's rules: `\%` and `\_` keep their backslash for LIKE.
  private mutating func escape(into bytes: inout [UInt8]) {
    guard let code = peek(1) else { return }
    if let (scalar, length) = numericEscape(code) {
      bytes.append(contentsOf: String(scalar).utf8)
      position += length
      return
    }
    position += 2
    switch code {
    case UInt8(ascii: "0"): bytes.append(0)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "Z"): bytes.append(0x1A)
    case UInt8(ascii: "%"), UInt8(ascii: "_"): bytes.append(contentsOf: [UInt8(ascii: "\\"), code])
    default: bytes.append(code)
    }
  }

  /// `\u00e9`, `\U0001F600` and octal `\101`: the scalar and the length with the backslash.
  private func numericEscape(_ code: UInt8) -> (Unicode.Scalar, Int)? {
    switch code {
    case UInt8(ascii: "u"): scalar(digits: 4, base: 16, after: 2)
    case UInt8(ascii: "U"): scalar(digits: 8, base: 16, after: 2)
    case UInt8(ascii: "0"), UInt8(ascii: "1"): scalar(digits: 3, base: 8, after: 1)
    default: nil
    }
  }

  private func scalar(digits: Int, base: UInt32, after offset: Int) -> (Unicode.Scalar, Int)? {
    var value: UInt32 = 0
    for index in 0..<digits {
      guard let byte = peek(offset + index), let digit = hexValue(byte), UInt32(digit) < base else { return nil }
      let (next, overflow) = value.multipliedReportingOverflow(by: base)
      if overflow { return nil }
      value = next | UInt32(digit)
    }
    return Unicode.Scalar(value).map { ($0, offset + digits) }
  }
}

func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
