#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reading floating-point text.
///
/// A number of up to 19 digits is rounded by the method of Eisel and Lemire (Daniel Lemire, "Number parsing at a
/// gigabyte per second", 2021; without fallback since Mushtak and Lemire, 2023), or by one exact division or
/// multiplication where that suffices (Clinger). Longer numbers that the cut-off digits could still change, and
/// hexadecimal ones, go to the C library.
extension DoubleText {
  /// The number that `text` spells, correctly rounded, or nil.
  ///
  /// Takes what Spark's cast takes: surrounding blanks, a sign, digits with a point and an exponent, a trailing
  /// `d` or `f` in either case, hexadecimal `0x1.8p3`, and in any case `inf`, `infinity`, `nan`. Too large a
  /// number is infinite, too small a one zero.
  package static func parse(_ text: UnsafeRawBufferPointer) -> Double? {
    let text = AsciiText.javaTrimmed(text)
    guard let number = DecimalNotation(text) else {
      if let word = special(text) { return word.isNaN ? .nan : word.sign == .minus ? -.infinity : .infinity }
      return hexadecimal(text).map { strtod($0, nil) }
    }
    return number.isNegative ? -magnitude(number, in: text) : magnitude(number, in: text)
  }

  /// As ``parse(_:)``, rounded to a `Float` once.
  package static func parseFloat(_ text: UnsafeRawBufferPointer) -> Float? {
    let text = AsciiText.javaTrimmed(text)
    guard let number = DecimalNotation(text) else {
      if let word = special(text) { return word.isNaN ? .nan : word.sign == .minus ? -.infinity : .infinity }
      return hexadecimal(text).map { strtof($0, nil) }
    }
    return number.isNegative ? -floatMagnitude(number, in: text) : floatMagnitude(number, in: text)
  }

  /// `digits` · 10^`exponent`, correctly rounded.
  static func double(digits: UInt64, exponent: Int) -> Double {
    if digits < 1 << 53, exponent >= -22, exponent <= 22 {
      let power = PowersOfTen.double(abs(exponent))
      return exponent < 0 ? Double(digits) / power : Double(digits) * power
    }
    let (significand, power) = Rounding.double.round(digits, exponent: exponent)
    return Double(sign: .plus, exponentBitPattern: UInt(power), significandBitPattern: significand)
  }

  /// `digits` · 10^`exponent`, correctly rounded.
  static func float(digits: UInt64, exponent: Int) -> Float {
    if digits < 1 << 24, exponent >= -10, exponent <= 10 {
      let power = Float(PowersOfTen.double(abs(exponent)))
      return exponent < 0 ? Float(digits) / power : Float(digits) * power
    }
    let (significand, power) = Rounding.float.round(digits, exponent: exponent)
    return Float(
      sign: .plus, exponentBitPattern: UInt(power),
      significandBitPattern: UInt32(truncatingIfNeeded: significand))
  }

  private static func magnitude(_ number: DecimalNotation, in text: UnsafeRawBufferPointer) -> Double {
    let value = double(digits: number.digits, exponent: number.exponent)
    if !number.isCut || value == double(digits: number.digits &+ 1, exponent: number.exponent) {
      return value
    }
    return number.withCString(text) { strtod($0, nil) }
  }

  private static func floatMagnitude(_ number: DecimalNotation, in text: UnsafeRawBufferPointer) -> Float {
    let value = float(digits: number.digits, exponent: number.exponent)
    if !number.isCut || value == float(digits: number.digits &+ 1, exponent: number.exponent) { return value }
    return number.withCString(text) { strtof($0, nil) }
  }

  private static func special(_ text: UnsafeRawBufferPointer) -> Float? {
    guard text.count >= 3 else { return nil }
    let signed = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+")
    let word = UnsafeRawBufferPointer(rebasing: text[(signed ? 1 : 0)...])
    if AsciiText.equals(word, "inf") || AsciiText.equals(word, "infinity") {
      return text[0] == UInt8(ascii: "-") ? -.infinity : .infinity
    }
    if AsciiText.equals(word, "nan") {
      // A sign before it is only known in Java's own spelling.
      let isExact =
        word[0] == UInt8(ascii: "N") && word[1] == UInt8(ascii: "a") && word[2] == UInt8(ascii: "N")
      return !signed || isExact ? .nan : nil
    }
    return nil
  }

  /// The bytes of a Java hexadecimal number without its type suffix, ready for the C library; nil for anything else.
  private static func hexadecimal(_ text: UnsafeRawBufferPointer) -> [CChar]? {
    var index = 0
    func byte() -> UInt8 { index < text.count ? AsciiText.lowercased(text[index]) : 0 }
    func skip(while isWanted: (UInt8) -> Bool) -> Int {
      let start = index
      while index < text.count, isWanted(byte()) { index += 1 }
      return index - start
    }
    if byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: "+") { index += 1 }
    guard AsciiText.matches(text, at: index, "0x") else { return nil }
    index += 2
    let isHexDigit = { (byte: UInt8) in AsciiText.isDigit(byte) || byte &- 0x61 < 6 }
    var digits = skip(while: isHexDigit)
    if byte() == UInt8(ascii: ".") {
      index += 1
      digits += skip(while: isHexDigit)
    }
    guard digits > 0, byte() == UInt8(ascii: "p") else { return nil }
    index += 1
    if byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: "+") { index += 1 }
    guard skip(while: AsciiText.isDigit) > 0 else { return nil }
    let end = index
    if byte() == UInt8(ascii: "d") || byte() == UInt8(ascii: "f") { index += 1 }
    guard index == text.count else { return nil }
    return text[..<end].map { CChar(bitPattern: $0) } + [0]
  }
}

/// Rounding of digits · 10^exponent to one binary format.
private struct Rounding {
  /// Explicit bits of the significand.
  var bits: UInt64
  var exponentMin: Int
  var exponentInfinite: Int
  /// Decimal exponents below give zero, above infinity, whatever the (at most 20) digits are.
  var decimalMin: Int
  var decimalMax: Int
  /// Decimal exponents for which a tie is possible at all.
  var ties: ClosedRange<Int>

  static let double = Rounding(
    bits: 52, exponentMin: -1023, exponentInfinite: 0x7FF, decimalMin: -342, decimalMax: 308, ties: -4...23)
  static let float = Rounding(
    bits: 23, exponentMin: -127, exponentInfinite: 0xFF, decimalMin: -64, decimalMax: 38, ties: -17...10)

  /// The bits of the significand (without the hidden one) and of the exponent.
  func round(_ digits: UInt64, exponent: Int) -> (significand: UInt64, exponent: Int) {
    if digits == 0 || exponent < decimalMin { return (0, 0) }
    if exponent > decimalMax { return (0, exponentInfinite) }
    let zeros = digits.leadingZeroBitCount
    let product = approximateProduct(digits &<< UInt64(zeros), exponent: exponent)
    let upper = product.high &>> 63
    let shift = upper &+ 64 &- bits &- 3
    var significand = product.high &>> shift
    // floor(exponent · log₂ 10) + 63
    var power = ((217_706 &* exponent) &>> 16) &+ 63 &+ Int(upper) &- zeros &- exponentMin
    if power <= 0 {
      if 1 &- power >= 64 { return (0, 0) }
      significand &>>= UInt64(1 &- power)
      significand &+= significand & 1
      significand &>>= 1
      return significand < 1 &<< bits ? (significand, 0) : (significand & (1 &<< bits &- 1), 1)
    }
    if product.low <= 1, ties.contains(exponent), significand & 3 == 1, significand &<< shift == product.high {
      significand &= ~1
    }
    significand &+= significand & 1
    significand &>>= 1
    if significand >= 2 &<< bits {
      significand = 1 &<< bits
      power &+= 1
    }
    if power >= exponentInfinite { return (0, exponentInfinite) }
    return (significand & (1 &<< bits &- 1), power)
  }

  /// The upper 128 bits of digits · 10^exponent, exact where it matters for `bits`.
  private func approximateProduct(_ digits: UInt64, exponent: Int) -> (high: UInt64, low: UInt64) {
    // Reciprocals that would fit are rounded up, all other powers cut off.
    let power =
      exponent < 0 && exponent >= -27
      ? PowersOfTen.significandRoundedUp(exponent) : PowersOfTen.significand(exponent)
    let mask = UInt64.max &>> (bits &+ 3)
    var (high, low) = digits.multipliedFullWidth(by: power.high)
    if high & mask == mask {
      let second = digits.multipliedFullWidth(by: power.low)
      let (sum, overflow) = low.addingReportingOverflow(second.high)
      low = sum
      if overflow { high &+= 1 }
    }
    return (high, low)
  }
}
