/// Decimals from and to text and other numbers, as Spark casts them.
package enum DecimalText {
  /// What became of a text that should be a decimal.
  package enum Outcome: Equatable, Sendable {
    /// The unscaled value in the wanted scale.
    case value(Int128)
    /// Not the notation of a number.
    case malformed
    /// A number with more digits before the point than the wanted type has.
    case outOfRange
    /// A number with more than 38 digits before the point, which no type has.
    case outOfAllRanges
  }

  /// The decimal that `text` spells, rounded half up to the scale of `shape`.
  ///
  /// Takes surrounding blanks, a sign, digits with a point, and an exponent.
  package static func parse(_ text: UnsafeRawBufferPointer, as shape: DecimalShape) -> Outcome {
    guard let notation = Notation(AsciiText.javaTrimmed(text)) else { return .malformed }
    if notation.isZero { return .value(0) }
    if notation.integralDigits > DecimalShape.digitsMax { return .outOfAllRanges }
    guard let unscaled = notation.unscaled(scale: shape.scale),
      Decimal128.fits(unscaled, precision: shape.precision)
    else { return .outOfRange }
    return .value(unscaled)
  }

  /// The decimal that a literal spells (`1.50`, `1e-3`), with exactly its digits; nil when it is no number, or has more
  /// than 38 digits in all or behind the point.
  package static func parseLiteral(_ text: UnsafeRawBufferPointer) -> (unscaled: Int128, shape: DecimalShape)? {
    guard let notation = Notation(text), notation.writtenScale <= DecimalShape.digitsMax else { return nil }
    let scale = max(notation.writtenScale, 0)
    guard let unscaled = notation.isZero ? 0 : notation.unscaled(scale: scale),
      Decimal128.fits(unscaled, precision: DecimalShape.digitsMax)
    else { return nil }
    let digits = max(PowersOfTen.digitCount(unscaled.magnitude), 1)
    return (unscaled, DecimalShape(precision: max(digits, scale), scale: scale))
  }

  // MARK: Printing

  /// Appends the value without exponent and with all digits of its scale: `-0.50`, `0.00`, `123`.
  package static func format(_ unscaled: Int128, scale: Int, into out: inout ByteWriter) {
    if scale <= 0 {
      IntegerText.format(unscaled, into: &out)
      if unscaled != 0 { out.append(repeating: 0x30, times: -scale) }
      return
    }
    if unscaled < 0 { out.append(UInt8(ascii: "-")) }
    let power = UInt128(truncatingIfNeeded: PowersOfTen.exact(scale))
    let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: power)
    IntegerText.format(magnitude: whole, into: &out)
    out.append(UInt8(ascii: "."))
    out.append(repeating: 0x30, times: scale &- max(PowersOfTen.digitCount(fraction), 1))
    IntegerText.format(magnitude: fraction, into: &out)
  }

  /// Appends the value as Java's `BigDecimal.toString` does, which Spark's casts use outside ANSI mode: below 10⁻⁶
  /// with an exponent (`1E-7`, `0E-18`).
  package static func formatScientific(_ unscaled: Int128, scale: Int, into out: inout ByteWriter) {
    let digits = max(PowersOfTen.digitCount(unscaled.magnitude), 1)
    let exponent = digits &- 1 &- scale
    if scale >= 0, exponent >= -6 { return format(unscaled, scale: scale, into: &out) }
    format(unscaled, scale: digits &- 1, into: &out)
    out.append(UInt8(ascii: "E"))
    if exponent > 0 { out.append(UInt8(ascii: "+")) }
    IntegerText.format(Int64(exponent), into: &out)
  }

  // MARK: Other numbers

  /// The decimal closest to `value`, read from its shortest text, as Java's `BigDecimal.valueOf` does. Nil when it has
  /// too many digits or is not finite. A `Float` is widened first, as in Spark.
  package static func decimal(double value: Double, as shape: DecimalShape) -> Int128? {
    guard value.isFinite else { return nil }
    if value == 0 { return 0 }
    let shortest = ShortestDecimal(value)
    let magnitude = Int128(shortest.digits)
    let up = shape.scale &+ shortest.exponent
    if up > PowersOfTen.exactMax { return nil }
    let unscaled: Int128
    if up >= 0 {
      let (scaled, overflow) = magnitude.multipliedReportingOverflow(by: PowersOfTen.exact(up))
      if overflow { return nil }
      unscaled = scaled
    } else {
      unscaled = Decimal128.dropDigits(magnitude, -up, .halfUp)
    }
    guard Decimal128.fits(unscaled, precision: shape.precision) else { return nil }
    return value < 0 ? -unscaled : unscaled
  }

  /// The decimal equal to `value`; nil when it has too many digits.
  package static func decimal(integer value: Int64, as shape: DecimalShape) -> Int128? {
    Decimal128.rescale(Int128(value), from: 0, to: shape)
  }

  /// The double closest to the decimal.
  package static func double(_ unscaled: Int128, scale: Int) -> Double {
    let magnitude: Double
    if let small = UInt64(exactly: unscaled.magnitude) {
      magnitude = DoubleText.double(digits: small, exponent: -scale)
    } else {
      magnitude = reread(unscaled.magnitude, scale) { DoubleText.parse($0) } ?? 0
    }
    return unscaled < 0 ? -magnitude : magnitude
  }

  /// The float closest to the decimal.
  package static func float(_ unscaled: Int128, scale: Int) -> Float {
    let magnitude: Float
    if let small = UInt64(exactly: unscaled.magnitude) {
      magnitude = DoubleText.float(digits: small, exponent: -scale)
    } else {
      magnitude = reread(unscaled.magnitude, scale) { DoubleText.parseFloat($0) } ?? 0
    }
    return unscaled < 0 ? -magnitude : magnitude
  }

  private static func reread<Number>(
    _ magnitude: UInt128, _ scale: Int, _ read: (UnsafeRawBufferPointer) -> Number?
  ) -> Number? {
    var out = ByteWriter(capacity: 64)
    IntegerText.format(magnitude: magnitude, into: &out)
    out.append(UInt8(ascii: "e"))
    IntegerText.format(Int64(-scale), into: &out)
    return read(out.bytes)
  }

  /// The integral part of the decimal; nil when it does not fit 64 bits.
  package static func integer(_ unscaled: Int128, scale: Int) -> Int64? {
    Int64(exactly: Decimal128.dropDigits(unscaled, scale, .truncate))
  }
}

/// Java's notation of a decimal: `[sign] digits [. digits] [e [sign] digits]`, with digits of any number.
private struct Notation {
  private let text: UnsafeRawBufferPointer
  private var isNegative = false
  /// Where digits and point stand.
  private var mantissa = 0..<0
  /// Digits from the first one that is not zero to the last.
  private var significantDigits = 0
  /// Digits behind the point minus the exponent; may be negative.
  private(set) var writtenScale = 0

  init?(_ text: UnsafeRawBufferPointer) {
    self.text = text
    var index = 0
    if text.count > 0, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
      isNegative = text[0] == UInt8(ascii: "-")
      index = 1
    }
    let start = index
    var hasPoint = false
    var hasDigits = false
    while index < text.count {
      if AsciiText.isDigit(text[index]) {
        hasDigits = true
        if text[index] != 0x30 || significantDigits > 0 { significantDigits &+= 1 }
        if hasPoint { writtenScale &+= 1 }
      } else if text[index] == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        break
      }
      index &+= 1
    }
    guard hasDigits else { return nil }
    mantissa = start..<index
    if index < text.count {
      guard text[index] | 0x20 == UInt8(ascii: "e"), let exponent = Notation.exponent(text, from: index &+ 1)
      else {
        return nil
      }
      writtenScale &-= exponent
    }
  }

  /// Java takes 32 bits.
  private static func exponent(_ text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    let negative = index < text.count && text[index] == UInt8(ascii: "-")
    if negative || (index < text.count && text[index] == UInt8(ascii: "+")) { index &+= 1 }
    guard index < text.count else { return nil }
    var value = 0
    while index < text.count {
      guard AsciiText.isDigit(text[index]) else { return nil }
      value = value &* 10 &+ Int(text[index] &- 0x30)
      if value > Int(Int32.max) { return nil }
      index &+= 1
    }
    return negative ? -value : value
  }

  var isZero: Bool { significantDigits == 0 }

  /// Digits before the point of a number that is not zero; negative when zeros follow the point.
  var integralDigits: Int { significantDigits &- writtenScale }

  /// The value at `scale`, rounded half up; nil when it has more than 38 digits there.
  func unscaled(scale: Int) -> Int128? {
    let kept = significantDigits &- writtenScale &+ scale
    if kept < 0 { return 0 }
    if kept > DecimalShape.digitsMax { return nil }
    var value: Int128 = 0
    var taken = 0
    for index in mantissa {
      let digit = text[index] &- 0x30
      // The point and leading zeros.
      if digit > 9 || (taken == 0 && digit == 0) { continue }
      if taken == kept {
        if digit >= 5 { value &+= 1 }
        break
      }
      value = value &* 10 &+ Int128(digit)
      taken &+= 1
    }
    if taken < kept { value = value &* PowersOfTen.exact(kept &- taken) }
    return isNegative ? -value : value
  }
}
