internal import Columnar

/// Base 32 of RFC 4648, read without regard to case; what is no digit is skipped, as are bits too few for a byte.
enum Base32 {
  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

  static func encode(_ bytes: UnsafeRawBufferPointer, into out: inout ByteWriter) {
    var word: UInt64 = 0
    var bits: UInt64 = 0
    for byte in bytes {
      word = word << 8 | UInt64(byte)
      bits &+= 8
      while bits >= 5 {
        bits &-= 5
        out.append(alphabet.utf8Start[Int(word &>> bits & 31)])
      }
    }
    if bits > 0 { out.append(alphabet.utf8Start[Int(word << (5 &- bits) & 31)]) }
    while out.count % 8 != 0 { out.append(UInt8(ascii: "=")) }
  }

  static func decode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) {
    var word: UInt64 = 0
    var bits: UInt64 = 0
    for byte in text {
      let digit: UInt64
      switch byte {
      case 0x41...0x5A: digit = UInt64(byte) &- 0x41
      case 0x61...0x7A: digit = UInt64(byte) &- 0x61
      case 0x32...0x37: digit = UInt64(byte) &- 0x32 &+ 26
      case UInt8(ascii: "="): return
      default: continue
      }
      word = word << 5 | digit
      bits &+= 5
      if bits >= 8 {
        bits &-= 8
        out.append(UInt8(truncatingIfNeeded: word &>> bits))
      }
    }
  }
}
