internal import Columnar

/// Reads JSON from bytes, one token after the other, without a tree and without copies.
///
/// Strict RFC 8259, but strings may stand in single quotes, as Spark reads them by default. Whoever calls looks at
/// `peek()` and takes what stands there; every method gives nil or false where the text is malformed or deeper than
/// `depthMax`, and then nothing more may be read.
struct JsonScanner {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0
  private(set) var depth = 0
  /// Whether `007` is a number.
  let allowsLeadingZeros: Bool

  /// How deep arrays and objects may nest: Jackson's limit, which is Spark's.
  static let depthMax = 1000

  init(_ bytes: UnsafeRawBufferPointer, allowsLeadingZeros: Bool = false) {
    self.bytes = bytes
    self.allowsLeadingZeros = allowsLeadingZeros
  }

  /// The next byte that is no blank, without taking it; nil at the end.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
      default: return bytes[offset]
      }
    }
    return nil
  }

  /// Takes the next byte if it is `wanted`.
  mutating func accept(_ wanted: UInt8) -> Bool {
    guard peek() == wanted else { return false }
    offset += 1
    return true
  }

  var isString: Bool {
    mutating get {
      let byte = peek()
      return byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
  }

  /// Takes `word` if it stands here and does not go on.
  mutating func accept(word: StaticString) -> Bool {
    _ = peek()
    let count = word.utf8CodeUnitCount
    guard offset + count <= bytes.count else { return false }
    for i in 0..<count where bytes[offset + i] != word.utf8Start[i] { return false }
    if offset + count < bytes.count, JsonScanner.isWordByte(bytes[offset + count]) { return false }
    offset += count
    return true
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  // MARK: Containers

  /// Takes `{` or `[`.
  mutating func open(_ bracket: UInt8) -> Bool {
    guard depth < JsonScanner.depthMax, accept(bracket) else { return false }
    depth += 1
    return true
  }

  /// What follows a member: whether the container ends here; nil if neither `,` nor `bracket` stands there.
  ///
  /// To be called before each member; `isFirst` is true before the first one.
  mutating func isAtEnd(_ bracket: UInt8, isFirst: Bool) -> Bool? {
    if accept(bracket) {
      depth -= 1
      return true
    }
    if isFirst { return peek() == nil ? nil : false }
    return accept(UInt8(ascii: ",")) && peek() != bracket ? false : nil
  }

  // MARK: Scalars

  /// Takes a number and gives its text.
  mutating func number() -> UnsafeRawBufferPointer? {
    _ = peek()
    let start = offset
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let digits = skipDigits()
    if digits == 0 || (digits > 1 && !allowsLeadingZeros && bytes[offset - digits] == UInt8(ascii: "0")) { return nil }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      if skipDigits() == 0 { return nil }
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      if skipDigits() == 0 { return nil }
    }
    if offset < bytes.count, JsonScanner.isWordByte(bytes[offset]) { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  private mutating func skipDigits() -> Int {
    let start = offset
    while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    return offset - start
  }

  /// Takes a string and appends its text, escapes undone. Lone surrogates become U+FFFD.
  mutating func string(into out: inout ByteWriter) -> Bool {
    guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
    offset += 1
    while offset < bytes.count {
      let start = offset
      while offset < bytes.count, bytes[offset] != quote, bytes[offset] != UInt8(ascii: "\\"), bytes[offset] >= 0x20 { offset += 1 }
      out.append(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]))
      guard offset < bytes.count else { return false }
      let byte = bytes[offset]
      offset += 1
      if byte == quote { return true }
      // Control characters must be escaped.
      if byte < 0x20 { return false }
      guard escape(into: &out) else { return false }
    }
    return false
  }

  private mutating func escape(into out: inout ByteWriter) -> Bool {
    guard offset < bytes.count else { return false }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): out.append(byte)
    case UInt8(ascii: "b"): out.append(UInt8(0x08))
    case UInt8(ascii: "f"): out.append(UInt8(0x0C))
    case UInt8(ascii: "n"): out.append(UInt8(0x0A))
    case UInt8(ascii: "r"): out.append(UInt8(0x0D))
    case UInt8(ascii: "t"): out.append(UInt8(0x09))
    case UInt8(ascii: "u"):
      guard let first = hex4() else { return false }
      var scalar = first
      if first & 0xFC00 == 0xD800, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
        bytes[offset + 1] == UInt8(ascii: "u")
      {
        let back = offset
        offset += 2
        guard let second = hex4() else { return false }
        if second & 0xFC00 == 0xDC00 {
          scalar = 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
        } else {
          offset = back
        }
      }
      UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")?.forEach { out.append($0) }
    default: return false
    }
    return true
  }

  private mutating func hex4() -> UInt32? {
    guard offset + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }

  // MARK: Whole values

  /// Takes a value of any kind and writes it without blanks, numbers with a fraction or exponent as doubles.
  mutating func copyValue(to out: inout ByteWriter) -> Bool {
    switch peek() {
    case UInt8(ascii: "{"): return copyContainer(UInt8(ascii: "{"), UInt8(ascii: "}"), to: &out)
    case UInt8(ascii: "["): return copyContainer(UInt8(ascii: "["), UInt8(ascii: "]"), to: &out)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return copyString(to: &out)
    case UInt8(ascii: "t"): return copy(word: "true", to: &out)
    case UInt8(ascii: "f"): return copy(word: "false", to: &out)
    case UInt8(ascii: "n"): return copy(word: "null", to: &out)
    default:
      guard let text = number() else { return false }
      JsonText.appendNumber(text, to: &out)
      return true
    }
  }

  private mutating func copy(word: StaticString, to out: inout ByteWriter) -> Bool {
    guard accept(word: word) else { return false }
    out.append(word)
    return true
  }

  private mutating func copyString(to out: inout ByteWriter) -> Bool {
    var text = ByteWriter()
    guard string(into: &text) else { return false }
    JsonText.appendString(text.bytes, to: &out)
    return true
  }

  private mutating func copyContainer(_ bracket: UInt8, _ end: UInt8, to out: inout ByteWriter) -> Bool {
    guard open(bracket) else { return false }
    out.append(bracket)
    var isFirst = true
    while true {
      guard let isEnd = isAtEnd(end, isFirst: isFirst) else { return false }
      if isEnd { break }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      if bracket == UInt8(ascii: "{") {
        guard copyString(to: &out), accept(UInt8(ascii: ":")) else { return false }
        out.append(UInt8(ascii: ":"))
      }
      guard copyValue(to: &out) else { return false }
    }
    out.append(end)
    return true
  }

  /// Takes a value of any kind and forgets it.
  mutating func skipValue() -> Bool {
    var nothing = ByteWriter()
    return copyValue(to: &nothing)
  }
}

/// Pieces of JSON as text.
enum JsonText {
  /// A string with its quotes and escapes.
  static func appendString(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let digits: StaticString = "0123456789ABCDEF"
    out.append(UInt8(ascii: "\""))
    var start = 0
    for (i, byte) in bytes.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      out.append(UnsafeRawBufferPointer(rebasing: bytes[start..<i]))
      start = i + 1
      out.append(UInt8(ascii: "\\"))
      switch byte {
      case 0x08: out.append(UInt8(ascii: "b"))
      case 0x09: out.append(UInt8(ascii: "t"))
      case 0x0A: out.append(UInt8(ascii: "n"))
      case 0x0C: out.append(UInt8(ascii: "f"))
      case 0x0D: out.append(UInt8(ascii: "r"))
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
      default:
        out.append("u00")
        out.append(digits.utf8Start[Int(byte >> 4)])
        out.append(digits.utf8Start[Int(byte & 15)])
      }
    }
    out.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    out.append(UInt8(ascii: "\""))
  }

  /// A number as Jackson writes it again: integers as they are, others as doubles.
  static func appendNumber(_ text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let isFloat = text.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    if isFloat, let value = DoubleText.parse(text) { DoubleText.format(value, into: &out) } else { out.append(text) }
  }
}
