/// An unsigned 256-bit number: what products and scaled dividends of 38-digit decimals need.
struct UInt256: Equatable {
  var high: UInt128
  var low: UInt128

  init(high: UInt128, low: UInt128) {
    self.high = high
    self.low = low
  }

  init(_ value: UInt128) {
    high = 0
    low = value
  }

  /// The full product.
  init(_ left: UInt128, times right: UInt128) {
    let product = left.multipliedFullWidth(by: right)
    high = product.high
    low = UInt128(truncatingIfNeeded: product.low)
  }

  /// The value, or nil when it has more than 128 bits.
  var narrow: UInt128? { high == 0 ? low : nil }

  @inline(__always)
  static func < (left: UInt256, right: UInt256) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }

  @inline(__always)
  static func >= (left: UInt256, right: UInt256) -> Bool { !(left < right) }

  /// The sum, or nil when it has more than 256 bits.
  func adding(_ other: UInt256) -> UInt256? {
    let (low, carry) = low.addingReportingOverflow(other.low)
    let (sum, over) = high.addingReportingOverflow(other.high)
    let (high, over2) = sum.addingReportingOverflow(carry ? 1 : 0)
    return over || over2 ? nil : UInt256(high: high, low: low)
  }

  /// The difference; `other` must not be greater.
  func subtracting(_ other: UInt256) -> UInt256 {
    let (low, borrow) = low.subtractingReportingOverflow(other.low)
    return UInt256(high: high &- other.high &- (borrow ? 1 : 0), low: low)
  }

  /// The product with 10 to `exponent` (any exponent of at least 0), or nil when it has more than 256 bits.
  func scaled(by exponent: Int) -> UInt256? {
    var value = self
    var rest = exponent
    while rest > 0 {
      let step = min(rest, PowersOfTen.exactMax)
      let power = UInt128(truncatingIfNeeded: PowersOfTen.exact(step))
      let upper = UInt256(value.high, times: power)
      let lower = UInt256(value.low, times: power)
      let (high, overflow) = upper.low.addingReportingOverflow(lower.high)
      if upper.high != 0 || overflow { return nil }
      value = UInt256(high: high, low: lower.low)
      if value.high == 0, value.low == 0 { return value }
      rest &-= step
    }
    return value
  }

  /// Quotient and remainder; nil when `divisor` is zero.
  func divided(by divisor: UInt128) -> (quotient: UInt256, remainder: UInt128)? {
    if divisor == 0 { return nil }
    let (quotientHigh, rest) = high.quotientAndRemainder(dividingBy: divisor)
    if rest == 0 {
      let (quotientLow, remainder) = low.quotientAndRemainder(dividingBy: divisor)
      return (UInt256(high: quotientHigh, low: quotientLow), remainder)
    }
    let (quotientLow, remainder) = divisor.dividingFullWidth((rest, low))
    return (UInt256(high: quotientHigh, low: quotientLow), remainder)
  }

  /// Quotient and remainder; nil when `divisor` is zero.
  func divided(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256)? {
    if let small = divisor.narrow {
      guard let (quotient, remainder) = divided(by: small) else { return nil }
      return (quotient, UInt256(remainder))
    }
    // Rare: bit by bit. The quotient has at most as many bits as the divisor lacks.
    if self < divisor { return (UInt256(0), self) }
    let shift = divisor.high.leadingZeroBitCount &- high.leadingZeroBitCount
    var remainder = self
    var quotient: UInt128 = 0
    for bit in (0...shift).reversed() {
      let part = divisor.shiftedLeft(by: bit)
      if remainder >= part {
        remainder = remainder.subtracting(part)
        quotient |= 1 &<< UInt128(bit)
      }
    }
    return (UInt256(quotient), remainder)
  }

  /// For shifts below 128 that lose no bits.
  private func shiftedLeft(by bits: Int) -> UInt256 {
    if bits == 0 { return self }
    return UInt256(high: high &<< UInt128(bits) | low &>> UInt128(128 &- bits), low: low &<< UInt128(bits))
  }

  /// The number of decimal digits; 0 for zero.
  var digitCount: Int {
    if let small = narrow { return PowersOfTen.digitCount(small) }
    let power = UInt128(truncatingIfNeeded: PowersOfTen.exact(PowersOfTen.exactMax))
    guard let (quotient, _) = divided(by: power) else { return 0 }
    if let rest = quotient.narrow { return PowersOfTen.exactMax &+ PowersOfTen.digitCount(rest) }
    guard let (top, _) = quotient.divided(by: power) else { return 0 }
    return 2 &* PowersOfTen.exactMax &+ PowersOfTen.digitCount(top.low)
  }

  /// The value divided by 10 to `digits`, rounded half up.
  func droppingDigits(_ digits: Int) -> UInt256 {
    if digits <= 0 { return self }
    var value = self
    var rest = digits
    // Half up looks at the first dropped digit alone, so that all but one may be cut off first.
    while rest > 1 {
      let step = min(rest &- 1, PowersOfTen.exactMax)
      let power = UInt128(truncatingIfNeeded: PowersOfTen.exact(step))
      guard let (quotient, _) = value.divided(by: power) else { return UInt256(0) }
      value = quotient
      if value.high == 0, value.low == 0 { return value }
      rest &-= step
    }
    guard let (quotient, digit) = value.divided(by: UInt128(10)) else { return UInt256(0) }
    return digit >= 5 ? quotient.adding(UInt256(1)) ?? quotient : quotient
  }
}
