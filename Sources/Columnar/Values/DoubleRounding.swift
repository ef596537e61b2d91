/// Rounding of floating-point numbers in decimal, as Spark's `round` does: the number is taken as its shortest decimal
/// text says, so that `round(1.005, 2)` is 1.01 although the double lies below it.
package enum DoubleRounding {
  /// Beyond these no double has digits.
  private static let digitsMax = 400

  /// `value` rounded to `digits` behind the point, before it if negative. NaN and the infinities stay; zeros lose their sign.
  package static func round(_ value: Double, to digits: Int, _ rounding: Decimal128.Rounding) -> Double {
    guard value.isFinite else { return value }
    if value == 0 { return 0 }
    let digits = min(max(digits, -digitsMax), digitsMax)
    let decimal = ShortestDecimal(value)
    let dropped = -digits - decimal.exponent
    if dropped <= 0 { return value }
    let signed = value < 0 ? -Int128(decimal.digits) : Int128(decimal.digits)
    let rest = Decimal128.dropDigits(signed, dropped, rounding)
    guard rest != 0, let magnitude = UInt64(exactly: rest.magnitude) else { return 0 }
    let result = DoubleText.double(digits: magnitude, exponent: -digits)
    return rest < 0 ? -result : result
  }
}
