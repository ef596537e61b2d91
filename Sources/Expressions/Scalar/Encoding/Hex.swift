internal import Columnar

/// Bytes as hexadecimal digits and back.
enum Hex {
  static let upper: StaticString = "0123456789ABCDEF"
  static let lower: StaticString = "0123456789abcdef"

  static func append(_ bytes: UnsafeRawBufferPointer, digits: StaticString, to out: inout ByteWriter) {
    let digits = digits.utf8Start
    let target = out.tail(2 &* bytes.count)
    for i in 0..<bytes.count {
      target[2 &* i] = digits[Int(bytes[i] &>> 4)]
      target[2 &* i &+ 1] = digits[Int(bytes[i] & 15)]
    }
    out.advance(by: 2 &* bytes.count)
  }

  /// The two's complement without leading zeros.
  static func append(_ value: Int64, to out: inout ByteWriter) {
    let bits = UInt64(bitPattern: value)
    var shift: UInt64 = bits == 0 ? 0 : UInt64(63 - bits.leadingZeroBitCount) / 4 * 4
    while true {
      out.append(upper.utf8Start[Int(bits &>> shift & 15)])
      if shift == 0 { return }
      shift -= 4
    }
  }

  /// Appends the bytes that the digits of `text` stand for, the first alone if they are odd in number; false at a
  /// character that is none.
  static func decode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    var at = 0
    if text.count & 1 == 1 {
      guard let low = value(text[0]) else { return false }
      out.append(low)
      at = 1
    }
    while at < text.count {
      guard let high = value(text[at]), let low = value(text[at &+ 1]) else { return false }
      out.append(high << 4 | low)
      at &+= 2
    }
    return true
  }

  @inline(__always)
  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit &- 0x30
    case 0x41...0x46: digit &- 0x41 &+ 10
    case 0x61...0x66: digit &- 0x61 &+ 10
    default: nil
    }
  }
}
