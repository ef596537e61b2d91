internal import Columnar

/// Base 64 of RFC 4648, read by the rules of Java's MIME decoder.
enum Base64 {
  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  static func encode(_ bytes: UnsafeRawBufferPointer, into out: inout ByteWriter) {
    let letters = alphabet.utf8Start
    var at = 0
    while at < bytes.count {
      let left = min(3, bytes.count &- at)
      var word = UInt32(bytes[at]) << 16
      if left > 1 { word |= UInt32(bytes[at &+ 1]) << 8 }
      if left > 2 { word |= UInt32(bytes[at &+ 2]) }
      for i in 0..<4 {
        out.append(i <= left ? letters[Int(word &>> UInt32(18 &- i &* 6) & 63)] : UInt8(ascii: "="))
      }
      at &+= 3
    }
  }

  /// Appends the bytes that `text` stands for; characters outside of the alphabet are skipped. False if the padding is
  /// wrong, or a lone last character holds no byte.
  static func decode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    var word: UInt32 = 0
    var digits = 0
    var at = 0
    loop: while at < text.count {
      let byte = text[at]
      at &+= 1
      if byte == UInt8(ascii: "=") {
        if digits == 0 { return false }
        if digits == 2 {
          guard at < text.count, text[at] == UInt8(ascii: "=") else { return false }
          at &+= 1
        }
        break loop
      }
      guard let digit = value(byte) else { continue }
      word = word << 6 | digit
      digits &+= 1
      if digits == 4 {
        for shift in [16 as UInt32, 8, 0] { out.append(UInt8(truncatingIfNeeded: word &>> shift)) }
        word = 0
        digits = 0
      }
    }
    switch digits {
    case 1: return false
    case 2: out.append(UInt8(truncatingIfNeeded: word &>> 4))
    case 3:
      out.append(UInt8(truncatingIfNeeded: word &>> 10))
      out.append(UInt8(truncatingIfNeeded: word &>> 2))
    default: break
    }
    return !text[at...].contains { value($0) != nil }
  }

  /// Whether `text` is base 64 and nothing else but blanks, none behind the padding: what `to_binary` demands.
  static func isStrict(_ text: UnsafeRawBufferPointer) -> Bool {
    var digits = 0
    var padding = 0
    for byte in text {
      switch byte {
      case 9...13, 32: if padding > 0 { return false }
      case UInt8(ascii: "="):
        padding += 1
      default:
        if padding > 0 || value(byte) == nil { return false }
        digits += 1
      }
    }
    return switch digits % 4 {
    case 0: padding == 0
    case 2: padding == 0 || padding == 2
    case 3: padding <= 1
    default: false
    }
  }

  @inline(__always)
  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte) &- 0x41
    case 0x61...0x7A: UInt32(byte) &- 0x61 &+ 26
    case 0x30...0x39: UInt32(byte) &- 0x30 &+ 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
