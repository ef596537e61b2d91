/// A number in decimal notation, taken apart: `[sign] digits [. digits] [e [sign] digits] [d | f]`.
///
/// `digits` holds the first 19 significant digits, as many as always fit; the value is at least
/// `digits` · 10^`exponent`, and exactly that unless ``isCut``.
struct DecimalNotation {
  var digits: UInt64 = 0
  var exponent = 0
  var isNegative = false
  /// Digits other than zero follow the ones in `digits`.
  var isCut = false
  /// Where digits and point stand, and the exponent as written.
  private var mantissa = 0..<0
  private var writtenExponent = 0

  private static let digitsMax = 19
  /// Written exponents are capped here: far beyond every format, far from overflow.
  private static let exponentCap = 1_000_000_000

  /// Nil when `text`, which is trimmed, is anything else.
  init?(_ text: UnsafeRawBufferPointer) {
    let end = text.count
    var index = 0
    if index < end, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      isNegative = text[index] == UInt8(ascii: "-")
      index &+= 1
    }
    let start = index
    var seen = 0
    var kept = 0
    var pointAt = -1
    while index < end {
      let digit = text[index] &- 0x30
      if digit < 10 {
        seen &+= 1
        if kept < Self.digitsMax {
          digits = digits &* 10 &+ UInt64(digit)
          if digits != 0 { kept &+= 1 }
          if pointAt >= 0 { exponent &-= 1 }
        } else {
          if digit != 0 { isCut = true }
          if pointAt < 0 { exponent &+= 1 }
        }
      } else if text[index] == UInt8(ascii: "."), pointAt < 0 {
        pointAt = index
      } else {
        break
      }
      index &+= 1
    }
    guard seen > 0 else { return nil }
    mantissa = start..<index
    if index < end, text[index] | 0x20 == UInt8(ascii: "e") {
      index &+= 1
      var negative = false
      if index < end, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        negative = text[index] == UInt8(ascii: "-")
        index &+= 1
      }
      let first = index
      while index < end, AsciiText.isDigit(text[index]) {
        writtenExponent = min(writtenExponent &* 10 &+ Int(text[index] &- 0x30), Self.exponentCap)
        index &+= 1
      }
      guard index > first else { return nil }
      if negative { writtenExponent = -writtenExponent }
      exponent &+= writtenExponent
    }
    if index < end, text[index] | 0x20 == UInt8(ascii: "d") || text[index] | 0x20 == UInt8(ascii: "f") {
      index &+= 1
    }
    guard index == end else { return nil }
  }

  /// More significant digits than any double has; what follows matters only by not being zero.
  private static let digitsDecisive = 800

  /// Runs `body` on the number without sign and point (whatever the locale), built on the stack:
  /// at most 800 digits, a 1 for all the rest, and an exponent.
  func withCString<Result>(_ text: UnsafeRawBufferPointer, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.digitsDecisive + 32) { buffer in
      var count = 0
      var power = writtenExponent
      var afterPoint = false
      var sticky = false
      for index in mantissa {
        let byte = text[index]
        guard AsciiText.isDigit(byte) else {
          afterPoint = true
          continue
        }
        if count == 0, byte == 0x30 {
          if afterPoint { power &-= 1 }
        } else if count < Self.digitsDecisive {
          buffer[count] = CChar(truncatingIfNeeded: byte)
          count &+= 1
          if afterPoint { power &-= 1 }
        } else {
          if byte != 0x30 { sticky = true }
          if !afterPoint { power &+= 1 }
        }
      }
      if sticky {
        buffer[count] = 0x31
        count &+= 1
        power &-= 1
      }
      buffer[count] = CChar(UInt8(ascii: "e"))
      count &+= 1
      if power < 0 {
        buffer[count] = CChar(UInt8(ascii: "-"))
        count &+= 1
      }
      var magnitude = power.magnitude
      var digitsLeft = IntegerText.digitCount(UInt64(magnitude))
      let exponentEnd = count &+ digitsLeft
      while digitsLeft > 0 {
        digitsLeft &-= 1
        buffer[count &+ digitsLeft] = CChar(truncatingIfNeeded: 0x30 &+ magnitude % 10)
        magnitude /= 10
      }
      buffer[exponentEnd] = 0
      guard let start = buffer.baseAddress else { return body("0") }
      return body(UnsafePointer(start))
    }
  }
}
