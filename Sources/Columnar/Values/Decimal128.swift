/// Arithmetic of decimals: an unscaled `Int128` of up to 38 digits, whose scale its type knows.
///
/// The value is `unscaled` · 10^−`scale`, with scales 0 to 38. Operations take the scales of their operands and the
/// shape of the result (see ``DecimalShape``), round half up (away from zero), and are nil when the result has
/// more digits than the shape allows. Intermediates have 256 bits where they need them; common cases have 128.
package enum Decimal128 {
  /// Whether `unscaled` has at most `precision` digits.
  @inline(__always)
  package static func fits(_ unscaled: Int128, precision: Int) -> Bool {
    let bound = PowersOfTen.exact(precision)
    return unscaled < bound && unscaled > -bound
  }

  /// The value in another scale, rounded half up; nil when it has more than `precision` digits there.
  package static func rescale(_ unscaled: Int128, from scale: Int, to shape: DecimalShape) -> Int128? {
    let up = shape.scale &- scale
    if up == 0 { return fits(unscaled, precision: shape.precision) ? unscaled : nil }
    if up > 0 {
      let (scaled, overflow) = unscaled.multipliedReportingOverflow(by: PowersOfTen.exact(up))
      // No power of ten that is too large for the table is cut to its end unnoticed.
      if overflow || (up > PowersOfTen.exactMax && unscaled != 0) { return nil }
      return fits(scaled, precision: shape.precision) ? scaled : nil
    }
    let rounded = dropDigits(unscaled, -up, .halfUp)
    return fits(rounded, precision: shape.precision) ? rounded : nil
  }

  // MARK: Arithmetic

  /// `left + right`.
  package static func add(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int, to shape: DecimalShape
  ) -> Int128? {
    if leftScale == rightScale {
      let (sum, overflow) = left.addingReportingOverflow(right)
      if !overflow { return rescale(sum, from: leftScale, to: shape) }
    } else {
      let scale = max(leftScale, rightScale)
      let (a, over) = left.multipliedReportingOverflow(by: PowersOfTen.exact(scale &- leftScale))
      let (b, over2) = right.multipliedReportingOverflow(by: PowersOfTen.exact(scale &- rightScale))
      let (sum, over3) = a.addingReportingOverflow(b)
      if !over, !over2, !over3 { return rescale(sum, from: scale, to: shape) }
    }
    return wideSum(left, leftScale, right, rightScale, shape)
  }

  /// `left - right`.
  package static func subtract(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int, to shape: DecimalShape
  ) -> Int128? {
    let (negated, overflow) = Int128(0).subtractingReportingOverflow(right)
    return overflow ? nil : add(left, scale: leftScale, negated, scale: rightScale, to: shape)
  }

  /// `left * right`. Like Spark, a product of more than 39 digits is rounded to 39 first.
  package static func multiply(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int, to shape: DecimalShape
  ) -> Int128? {
    let scale = leftScale &+ rightScale
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    if !overflow { return rescale(product, from: scale, to: shape) }
    var wide = UInt256(left.magnitude, times: right.magnitude)
    let excess = wide.digitCount &- (DecimalShape.digitsMax &+ 1)
    if excess > 0 { wide = wide.droppingDigits(excess) }
    return narrowed(wide, scale: scale &- max(excess, 0), isNegative: (left < 0) != (right < 0), shape)
  }

  /// `left / right`; nil too when `right` is zero. Like Spark, the quotient is rounded to 39 digits behind the point
  /// first.
  package static func divide(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int, to shape: DecimalShape
  ) -> Int128? {
    if right == 0 { return nil }
    let isNegative = (left < 0) != (right < 0)
    let up = shape.scale &+ rightScale &- leftScale
    // Dividend and divisor at the scale of the result; a dividend of more than 256 bits has a quotient of over 128.
    guard let dividend = UInt256(left.magnitude).scaled(by: max(up, 0)),
      let divisor = UInt256(right.magnitude).scaled(by: max(-up, 0)),
      let (quotient, rest) = dividend.divided(by: divisor), let whole = quotient.narrow
    else { return nil }
    let (rounded, overflow) = whole.addingReportingOverflow(
      roundsUp(rest, divisor, guardDigits: DecimalShape.digitsMax &+ 1 &- shape.scale) ? 1 : 0)
    return overflow ? nil : signed(rounded, isNegative, precision: shape.precision)
  }

  /// Whether `rest`/`divisor` is at least one half after rounding it to `guardDigits` digits.
  private static func roundsUp(_ rest: UInt256, _ divisor: UInt256, guardDigits: Int) -> Bool {
    // rest ≥ divisor/2, written without overflow.
    let missing = divisor.subtracting(rest)
    if rest >= missing { return true }
    // 1 − 2·rest/divisor ≤ 10^−guardDigits
    guard let scaled = missing.subtracting(rest).scaled(by: guardDigits) else { return false }
    return divisor >= scaled
  }

  /// The integral part of `left / right`; nil when `right` is zero or the result has more than 38 digits.
  package static func integralQuotient(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int
  ) -> Int128? {
    guard let (quotient, _, _) = wideDivision(left, leftScale, right, rightScale), let whole = quotient.narrow
    else {
      return nil
    }
    return signed(whole, (left < 0) != (right < 0), precision: DecimalShape.digitsMax)
  }

  /// `left % right`, with the sign of `left`. Nil too when `right` is zero, or the integral quotient has more than 39
  /// digits (Java's "division impossible").
  package static func remainder(
    _ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int, to shape: DecimalShape
  ) -> Int128? {
    guard let (quotient, rest, scale) = wideDivision(left, leftScale, right, rightScale) else { return nil }
    if quotient.digitCount > DecimalShape.digitsMax &+ 1 { return nil }
    return narrowed(rest, scale: scale, isNegative: left < 0, shape)
  }

  /// Division of the magnitudes at their common scale.
  private static func wideDivision(
    _ left: Int128, _ leftScale: Int, _ right: Int128, _ rightScale: Int
  ) -> (quotient: UInt256, remainder: UInt256, scale: Int)? {
    let scale = max(leftScale, rightScale)
    guard let dividend = UInt256(left.magnitude).scaled(by: scale &- leftScale),
      let divisor = UInt256(right.magnitude).scaled(by: scale &- rightScale),
      let (quotient, remainder) = dividend.divided(by: divisor)
    else { return nil }
    return (quotient, remainder, scale)
  }

  private static func wideSum(
    _ left: Int128, _ leftScale: Int, _ right: Int128, _ rightScale: Int, _ shape: DecimalShape
  ) -> Int128? {
    let scale = max(leftScale, rightScale)
    guard let a = UInt256(left.magnitude).scaled(by: scale &- leftScale),
      let b = UInt256(right.magnitude).scaled(by: scale &- rightScale)
    else { return nil }
    if (left < 0) == (right < 0) {
      return a.adding(b).flatMap { narrowed($0, scale: scale, isNegative: left < 0, shape) }
    }
    return a >= b
      ? narrowed(a.subtracting(b), scale: scale, isNegative: left < 0, shape)
      : narrowed(b.subtracting(a), scale: scale, isNegative: right < 0, shape)
  }

  /// A wide magnitude brought to the scale and sign of the result.
  private static func narrowed(_ value: UInt256, scale: Int, isNegative: Bool, _ shape: DecimalShape)
    -> Int128?
  {
    let scaled =
      scale > shape.scale
      ? value.droppingDigits(scale &- shape.scale) : value.scaled(by: shape.scale &- scale)
    return scaled?.narrow.flatMap { signed($0, isNegative, precision: shape.precision) }
  }

  private static func signed(_ magnitude: UInt128, _ isNegative: Bool, precision: Int) -> Int128? {
    guard let value = Int128(exactly: magnitude), fits(value, precision: precision) else { return nil }
    return isNegative ? -value : value
  }

  // MARK: Order

  /// Whether `left` is below (−1), equal to (0) or above (1) `right`, whatever their scales.
  package static func compare(_ left: Int128, scale leftScale: Int, _ right: Int128, scale rightScale: Int)
    -> Int
  {
    if leftScale == rightScale { return left < right ? -1 : left == right ? 0 : 1 }
    let (a, over) = left.multipliedReportingOverflow(by: PowersOfTen.exact(max(rightScale &- leftScale, 0)))
    let (b, over2) = right.multipliedReportingOverflow(by: PowersOfTen.exact(max(leftScale &- rightScale, 0)))
    // At most one of the two was scaled. If it does not fit, it is the one further from zero.
    if over { return left < 0 ? -1 : 1 }
    if over2 { return right < 0 ? 1 : -1 }
    return a < b ? -1 : a == b ? 0 : 1
  }

  // MARK: Rounding

  /// How a value between two others is rounded.
  package enum Rounding: UInt8, Sendable {
    /// The nearest, halves away from zero: `round`.
    case halfUp
    /// The nearest, halves to the even neighbour: `bround`.
    case halfEven
    /// Downwards: `floor`.
    case floor
    /// Upwards: `ceil`.
    case ceiling
    /// Towards zero: casts to integers.
    case truncate
  }

  /// `unscaled` / 10^`digits`, rounded; `digits` of any size, unchanged when it is not positive.
  package static func dropDigits(_ unscaled: Int128, _ digits: Int, _ rounding: Rounding) -> Int128 {
    if digits <= 0 { return unscaled }
    // Beyond the table nothing is left but the sign, and less than half: 10³⁹ is more than twice any 38-digit number.
    let isBeyond = digits > PowersOfTen.exactMax
    let power = PowersOfTen.exact(digits)
    let (quotient, rest) = isBeyond ? (0, unscaled) : unscaled.quotientAndRemainder(dividingBy: power)
    if rest == 0 { return quotient }
    let away: Bool
    switch rounding {
    case .truncate: away = false
    case .floor: away = rest < 0
    case .ceiling: away = rest > 0
    case .halfUp, .halfEven:
      let half = UInt128(truncatingIfNeeded: power / 2)
      let magnitude = rest.magnitude
      away =
        !isBeyond && (magnitude > half || (magnitude == half && (rounding == .halfUp || quotient & 1 != 0)))
    }
    return away ? (rest < 0 ? quotient &- 1 : quotient &+ 1) : quotient
  }

  /// `unscaled` rounded to `digits` behind the point (before it, if negative), in the scale of `shape`, which is
  /// ``DecimalShape/rounded(to:)`` of the operand's; nil when it has more digits than that allows.
  package static func round(
    _ unscaled: Int128, scale: Int, to digits: Int, _ rounding: Rounding, shape: DecimalShape
  ) -> Int128? {
    if digits >= scale { return rescale(unscaled, from: scale, to: shape) }
    let dropped = scale.subtractingReportingOverflow(digits)
    let rounded = dropDigits(unscaled, dropped.overflow ? .max : dropped.partialValue, rounding)
    // What was dropped before the point comes back as zeros.
    if digits < 0, rounded != 0 {
      guard digits >= -PowersOfTen.exactMax else { return nil }
      let (value, overflow) = rounded.multipliedReportingOverflow(by: PowersOfTen.exact(-digits))
      return overflow ? nil : rescale(value, from: 0, to: shape)
    }
    return rescale(rounded, from: max(digits, 0), to: shape)
  }
}
