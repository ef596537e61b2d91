/// The shortest decimal that reads back as a given binary floating-point number: `digits` · 10^`exponent`.
///
/// Among the shortest the one closest to the number, as Java 19 and later and Swift choose it. The method is
/// Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020), in the formulation with one
/// 128-bit power of ten and three roundings to odd. Sign, zero, infinities and NaN are the caller's business.
package struct ShortestDecimal {
  /// No trailing zeros.
  package private(set) var digits: UInt64
  package private(set) var exponent: Int

  /// The decimal of a finite number that is not zero; its sign is ignored.
  package init(_ value: Double) {
    let fraction = value.significandBitPattern
    let exponentBits = Int(truncatingIfNeeded: value.exponentBitPattern)
    let significand = exponentBits == 0 ? fraction : fraction | 1 << 52
    let power = (exponentBits == 0 ? 1 : exponentBits) &- 1075
    self.init(
      significand: significand, power: power, lowerIsCloser: fraction == 0 && exponentBits > 1, bits: 53
    ) {
      exponent in
      let power = PowersOfTen.significandRoundedUp(exponent)
      return { multiplier in
        let low = power.low.multipliedFullWidth(by: multiplier)
        let high = power.high.multipliedFullWidth(by: multiplier)
        let (middle, overflow) = high.low.addingReportingOverflow(low.high)
        return (high.high &+ (overflow ? 1 : 0)) | (middle > 1 ? 1 : 0)
      }
    }
    if exponentBits == 0, digits < 10, significand < 128 {
      widen(Double(significand) * 4.940656458412465, exponent: -324)
    }
  }

  /// The decimal of a finite number that is not zero; its sign is ignored.
  package init(_ value: Float) {
    let fraction = UInt64(value.significandBitPattern)
    let exponentBits = Int(truncatingIfNeeded: value.exponentBitPattern)
    let significand = exponentBits == 0 ? fraction : fraction | 1 << 23
    let power = (exponentBits == 0 ? 1 : exponentBits) &- 150
    self.init(
      significand: significand, power: power, lowerIsCloser: fraction == 0 && exponentBits > 1, bits: 24
    ) {
      exponent in
      let power = PowersOfTen.significandRoundedUp(exponent)
      // 64 bits are enough; again rounded up where bits are cut off.
      let top = power.low == 0 ? power.high : power.high &+ 1
      return { multiplier in
        let product = top.multipliedFullWidth(by: multiplier)
        return product.high | (product.low >> 32 > 1 ? 1 : 0)
      }
    }
    if exponentBits == 0, digits < 10, significand < 128 {
      widen(Double(significand) * 1.401298464324817, exponent: -45)
    }
  }

  /// - Parameter rounded: for an exponent of ten, the function that multiplies by its power and rounds to odd.
  @inline(__always)
  private init(
    significand: UInt64, power: Int, lowerIsCloser: Bool, bits: Int,
    rounded: (Int) -> (UInt64) -> UInt64
  ) {
    if power <= 0, power > -bits, significand & (1 << UInt64(-power) &- 1) == 0 {
      self.init(trimming: significand &>> UInt64(truncatingIfNeeded: -power), exponent: 0)
      return
    }
    let isEven = significand & 1 == 0
    let scale = (power &* 1_262_611 &- (lowerIsCloser ? 524_031 : 0)) &>> 22
    let shift = UInt64(truncatingIfNeeded: power &+ ((-scale &* 1_741_647) &>> 19) &+ 1)
    let multiply = rounded(-scale)
    let center = multiply((4 &* significand) &<< shift)
    let lower = multiply((4 &* significand &- 2 &+ (lowerIsCloser ? 1 : 0)) &<< shift) &+ (isEven ? 0 : 1)
    let upper = multiply((4 &* significand &+ 2) &<< shift) &- (isEven ? 0 : 1)
    let candidate = center / 4
    if candidate >= 10 {
      let shorter = candidate / 10
      let below = lower <= 40 &* shorter
      let above = 40 &* shorter &+ 40 <= upper
      if below != above {
        self.init(trimming: shorter &+ (above ? 1 : 0), exponent: scale &+ 1)
        return
      }
    }
    let below = lower <= 4 &* candidate
    let above = 4 &* candidate &+ 4 <= upper
    if below != above {
      self.init(trimming: candidate &+ (above ? 1 : 0), exponent: scale)
      return
    }
    let middle = 4 &* candidate &+ 2
    let roundUp = center > middle || (center == middle && candidate & 1 == 1)
    self.init(trimming: candidate &+ (roundUp ? 1 : 0), exponent: scale)
  }

  private init(trimming digits: UInt64, exponent: Int) {
    var rest = digits
    var power = exponent
    while rest >= 10 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      if remainder != 0 { break }
      rest = quotient
      power &+= 1
    }
    self.digits = rest
    self.exponent = power
  }

  /// Java prints two digits at least and takes the closest two; it matters for the least subnormals (`4.9E-324`).
  private mutating func widen(_ value: Double, exponent: Int) {
    var value = value
    var power = exponent
    while value >= 100 {
      value /= 10
      power &+= 1
    }
    while value < 10 {
      value *= 10
      power &-= 1
    }
    self = ShortestDecimal(trimming: UInt64(value.rounded()), exponent: power)
  }
}
