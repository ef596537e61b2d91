internal import Columnar

/// The escapes of JSON strings.
enum JsonEscapes {
  /// Whether every backslash begins an escape that JSON has.
  static func areValid(_ text: UnsafeRawBufferPointer) -> Bool {
    var at = 0
    while at < text.count {
      guard text[at] == UInt8(ascii: "\\") else {
        at += 1
        continue
      }
      guard at + 1 < text.count else { return false }
      if text[at + 1] == UInt8(ascii: "u") {
        guard codeUnit(text, at + 2) != nil else { return false }
        at += 6
      } else {
        guard plain(text[at + 1]) != nil else { return false }
        at += 2
      }
    }
    return true
  }

  /// Appends the string that `text` stands for; false if an escape is none. Half a surrogate pair becomes U+FFFD.
  static func unescape(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    var at = 0
    var from = 0
    while at < text.count {
      guard text[at] == UInt8(ascii: "\\") else {
        at += 1
        continue
      }
      out.append(UnsafeRawBufferPointer(rebasing: text[from..<at]))
      guard at + 1 < text.count else { return false }
      if text[at + 1] == UInt8(ascii: "u") {
        guard let first = codeUnit(text, at + 2) else { return false }
        at += 6
        var scalar = first
        if first & 0xFC00 == 0xD800, at + 1 < text.count, text[at] == UInt8(ascii: "\\"),
          text[at + 1] == UInt8(ascii: "u"), let second = codeUnit(text, at + 2), second & 0xFC00 == 0xDC00
        {
          scalar = 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)
          at += 6
        } else if first & 0xF800 == 0xD800 {
          scalar = 0xFFFD
        }
        append(scalar, into: &out)
      } else {
        guard let byte = plain(text[at + 1]) else { return false }
        out.append(byte)
        at += 2
      }
      from = at
    }
    out.append(UnsafeRawBufferPointer(rebasing: text[from..<text.count]))
    return true
  }

  private static func plain(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "f"): 12
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "t"): 9
    default: nil
    }
  }

  private static func codeUnit(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt32? {
    guard at + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for i in at..<at + 4 {
      switch text[i] {
      case 0x30...0x39: value = value << 4 | UInt32(text[i] - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(text[i] - 0x37)
      case 0x61...0x66: value = value << 4 | UInt32(text[i] - 0x57)
      default: return nil
      }
    }
    return value
  }

  private static func append(_ scalar: UInt32, into out: inout ByteWriter) {
    switch scalar {
    case 0..<0x80: out.append(UInt8(scalar))
    case 0x80..<0x800:
      out.append(UInt8(0xC0 | scalar >> 6))
      out.append(UInt8(0x80 | scalar & 0x3F))
    case 0x800..<0x10000:
      out.append(UInt8(0xE0 | scalar >> 12))
      out.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      out.append(UInt8(0x80 | scalar & 0x3F))
    default:
      out.append(UInt8(0xF0 | scalar >> 18 & 7))
      out.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      out.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      out.append(UInt8(0x80 | scalar & 0x3F))
    }
  }
}
