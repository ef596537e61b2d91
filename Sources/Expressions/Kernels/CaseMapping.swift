internal import Columnar

/// Upper, lower and title case of UTF-8: ASCII by a table-free loop, all else by Unicode's full mappings (`ß` becomes
/// `SS`). Bytes that are no UTF-8 stay.
enum CaseMapping {
  enum Target { case upper, lower }

  @inline(__always)
  static func convert(_ text: UnsafeRawBufferPointer, to target: Target, into out: inout ByteWriter) {
    if Utf8.isASCII(text) {
      let place = out.tail(text.count)
      switch target {
      case .lower:
        for i in 0..<text.count { place[i] = AsciiText.lowercased(text[i]) }
      case .upper:
        for i in 0..<text.count { place[i] = upper(text[i]) }
      }
      out.advance(by: text.count)
    } else {
      convertWide(text, to: target, into: &out)
    }
  }

  @inline(__always)
  private static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

  @inline(never)
  private static func convertWide(_ text: UnsafeRawBufferPointer, to target: Target, into out: inout ByteWriter) {
    var at = 0
    while at < text.count {
      let (scalar, width) = Utf8.scalar(text, at)
      if let scalar {
        switch target {
        case .upper: out.append(scalar.properties.uppercaseMapping)
        case .lower:
          // A sigma at the end of a word has a form of its own (Unicode's SpecialCasing, Final_Sigma).
          if scalar == "\u{3A3}", isWordEnd(text, at) {
            out.append("ς")
          } else {
            out.append(scalar.properties.lowercaseMapping)
          }
        }
      } else {
        out.append(text[at])
      }
      at += width
    }
  }

  /// Whether a cased letter stands before `at`, and none behind the character there.
  private static func isWordEnd(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    var isBehindLetter = false
    var place = 0
    while place < at {
      let (scalar, width) = Utf8.scalar(text, place)
      if let scalar, !scalar.properties.isCaseIgnorable { isBehindLetter = scalar.properties.isCased }
      place += width
    }
    guard isBehindLetter else { return false }
    place = at + Utf8.width(text, at)
    while place < text.count {
      let (scalar, width) = Utf8.scalar(text, place)
      if let scalar, !scalar.properties.isCaseIgnorable { return !scalar.properties.isCased }
      place += width
    }
    return true
  }

  /// Words between blanks with a first letter in title case and the rest in lower case.
  static func title(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) {
    var lower = ByteWriter(capacity: text.count + 16)
    convert(text, to: .lower, into: &lower)
    let bytes = lower.bytes
    var at = 0
    var isWordStart = true
    while at < bytes.count {
      let (scalar, width) = Utf8.scalar(bytes, at)
      if isWordStart, let scalar {
        out.append(scalar.properties.titlecaseMapping)
      } else {
        out.append(UnsafeRawBufferPointer(rebasing: bytes[at..<at + width]))
      }
      isWordStart = bytes[at] == UInt8(ascii: " ")
      at += width
    }
  }
}
