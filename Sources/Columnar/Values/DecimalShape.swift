/// Precision and scale of a decimal type, and what they become in arithmetic.
///
/// The rules are Spark's with `allowPrecisionLoss`: a result that would need more than 38 digits gives up digits
/// of its fraction, but keeps six of them if it has that many, and rather risks an overflow.
package struct DecimalShape: Hashable, Sendable {
  /// Digits in all, 1 to 38.
  package var precision: Int
  /// Digits behind the point, 0 to `precision`.
  package var scale: Int

  package static let digitsMax = 38
  private static let fractionDigitsKept = 6

  @inlinable
  package init(precision: Int, scale: Int) {
    self.precision = precision
    self.scale = scale
  }

  /// Digits before the point.
  package var integralDigits: Int { precision - scale }

  /// As many digits as fit; the fraction gives way, down to six digits.
  private static func adjusted(precision: Int, scale: Int) -> DecimalShape {
    if precision <= digitsMax { return DecimalShape(precision: precision, scale: scale) }
    let kept = max(digitsMax - (precision - scale), min(scale, fractionDigitsKept))
    return DecimalShape(precision: digitsMax, scale: kept)
  }

  /// Of `left + right` and `left - right`.
  package static func sum(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(left.scale, right.scale)
    return adjusted(precision: max(left.integralDigits, right.integralDigits) + scale + 1, scale: scale)
  }

  /// Of `left * right`.
  package static func product(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    adjusted(precision: left.precision + right.precision + 1, scale: left.scale + right.scale)
  }

  /// Of `left / right`.
  package static func quotient(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(fractionDigitsKept, left.scale + right.precision + 1)
    return adjusted(precision: left.integralDigits + right.scale + scale, scale: scale)
  }

  /// Of `left % right` and `pmod`.
  package static func remainder(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(left.scale, right.scale)
    return adjusted(precision: min(left.integralDigits, right.integralDigits) + scale, scale: scale)
  }

  /// Of `left div right`, before it becomes a bigint.
  package static func integralQuotient(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let digits = left.integralDigits + right.scale
    return DecimalShape(precision: min(max(digits, 1), digitsMax), scale: 0)
  }

  /// Of `round`, `bround`, `ceil` and `floor` to `digits` behind the point (before it, if negative).
  package func rounded(to digits: Int) -> DecimalShape {
    let integral = integralDigits + 1
    if digits < 0 {
      let wanted = max(integral, digits > -Self.digitsMax ? 1 - digits : Self.digitsMax)
      return DecimalShape(precision: min(wanted, Self.digitsMax), scale: 0)
    }
    let newScale = min(scale, digits)
    return DecimalShape(precision: min(integral + newScale, Self.digitsMax), scale: newScale)
  }

  /// The smallest shape that holds all values of both: common type of a union, a comparison, a `CASE`.
  package static func wider(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(left.scale, right.scale)
    let precision = max(left.integralDigits, right.integralDigits) + scale
    let excess = max(0, precision - digitsMax)
    return DecimalShape(precision: precision - excess, scale: max(0, scale - excess))
  }
}
