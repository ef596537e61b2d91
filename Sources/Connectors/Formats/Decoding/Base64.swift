internal import Columnar

extension Base64 {
  /// Appends the bytes that `text` stands for; false if it is not base64. Padding may be left out.
  static func decode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    var end = text.count
    while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
    guard end & 3 != 1 else { return false }
    var bits: UInt32 = 0
    var held = 0
    for i in 0..<end {
      let digit: UInt8
      switch text[i] {
      case 0x41...0x5A: digit = text[i] - 0x41
      case 0x61...0x7A: digit = text[i] - 0x47
      case 0x30...0x39: digit = text[i] + 4
      case UInt8(ascii: "+"): digit = 62
      case UInt8(ascii: "/"): digit = 63
      default: return false
      }
      bits = bits << 6 | UInt32(digit)
      held += 6
      if held >= 8 {
        held -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        bits &= (1 << UInt32(held)) - 1
      }
    }
    return true
  }
}
