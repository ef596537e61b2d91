/// Powers of ten: exact ones up to 10³⁸, and 128-bit significands of 10⁻³⁴² … 10³²⁴ for floating-point text.
///
/// The tables are computed once, at first use (well under a millisecond), and live as long as the process.
enum PowersOfTen {
  /// The largest exponent whose power fits an `Int128`.
  static let exactMax = 38

  // Written once before anybody can read it, never freed.
  private nonisolated(unsafe) static let exactTable: UnsafePointer<Int128> = {
    let table = UnsafeMutablePointer<Int128>.allocate(capacity: exactMax + 1)
    var power: Int128 = 1
    for exponent in 0...exactMax {
      table[exponent] = power
      if exponent < exactMax { power *= 10 }
    }
    return UnsafePointer(table)
  }()

  /// 10 to `exponent`; the exponent is clamped into 0...38.
  static func exact(_ exponent: Int) -> Int128 {
    exactTable[min(max(exponent, 0), exactMax)]
  }

  /// The largest power of ten that a `Double` holds exactly.
  static let exactDoubleMax = 22

  // Written once before anybody can read it, never freed.
  private nonisolated(unsafe) static let doubleTable: UnsafePointer<Double> = {
    let table = UnsafeMutablePointer<Double>.allocate(capacity: exactDoubleMax + 1)
    var power = 1.0
    for exponent in 0...exactDoubleMax {
      table[exponent] = power
      power *= 10
    }
    return UnsafePointer(table)
  }()

  /// 10 to `exponent`, exact; the exponent is clamped into 0...22.
  static func double(_ exponent: Int) -> Double {
    doubleTable[min(max(exponent, 0), exactDoubleMax)]
  }

  /// The number of decimal digits of `magnitude`; 0 for zero, at most 39.
  static func digitCount(_ magnitude: UInt128) -> Int {
    if magnitude == 0 { return 0 }
    if let small = UInt64(exactly: magnitude) { return IntegerText.digitCount(small) }
    // floor(bits · log₁₀ 2) is the count or one too small.
    let bits = 128 &- magnitude.leadingZeroBitCount
    let low = (bits &* 1233) &>> 12
    return magnitude >= UInt128(truncatingIfNeeded: exactTable[low]) ? low &+ 1 : low
  }

  // MARK: 128-bit significands

  static let significandMin = -342
  static let significandMax = 324

  /// The leading 128 bits of a power of ten, its highest bit set; bits below are cut off.
  struct Significand {
    var high: UInt64
    var low: UInt64
  }

  /// Powers 5⁰ … 5⁵⁵ fit 128 bits, so that their significands are exact.
  static let exactSignificandMax = 55

  // Written once before anybody can read it, never freed.
  private nonisolated(unsafe) static let significands: UnsafePointer<Significand> = computeSignificands()

  /// The significand of 10 to `exponent`, bits below the 128th cut off; the exponent is clamped into the table.
  static func significand(_ exponent: Int) -> Significand {
    significands[min(max(exponent, significandMin), significandMax) &- significandMin]
  }

  /// The significand of 10 to `exponent`, rounded up where it is not exact.
  static func significandRoundedUp(_ exponent: Int) -> Significand {
    var value = significand(exponent)
    if exponent < 0 || exponent > exactSignificandMax {
      value.low &+= 1
      if value.low == 0 { value.high &+= 1 }
    }
    return value
  }

  /// 10ⁿ = 5ⁿ · 2ⁿ has the significand of 5ⁿ. Positive powers are multiplied up exactly; for negative ones
  /// ⌊2ᴺ / 5ⁿ⌋ is divided by 5 again and again, which is exact too, because the floor of a floor is one floor.
  private static func computeSignificands() -> UnsafePointer<Significand> {
    let table = UnsafeMutablePointer<Significand>.allocate(capacity: significandMax - significandMin + 1)
    let words = 16  // 1024 bits: 5³⁴² has 795, and 128 must remain below 2ᴺ / 5³⁴²
    var limbs = [UInt64](repeating: 0, count: words)
    limbs[0] = 1
    for exponent in 0...significandMax {
      table[exponent - significandMin] = leadingBits(limbs)
      var carry: UInt64 = 0
      for index in 0..<words {
        let product = limbs[index].multipliedFullWidth(by: 5)
        let (sum, overflow) = product.low.addingReportingOverflow(carry)
        limbs[index] = sum
        carry = product.high &+ (overflow ? 1 : 0)
      }
    }
    limbs = [UInt64](repeating: 0, count: words)
    limbs[words - 1] = 1 << 63
    for exponent in 1...(-significandMin) {
      var remainder: UInt64 = 0
      for index in (0..<words).reversed() {
        let division = UInt64(5).dividingFullWidth((remainder, limbs[index]))
        limbs[index] = division.quotient
        remainder = division.remainder
      }
      table[-exponent - significandMin] = leadingBits(limbs)
    }
    return UnsafePointer(table)
  }

  private static func leadingBits(_ limbs: [UInt64]) -> Significand {
    let top = limbs.lastIndex { $0 != 0 } ?? 0
    let shift = UInt64(limbs[top].leadingZeroBitCount)
    func limb(_ index: Int) -> UInt64 { index >= 0 ? limbs[index] : 0 }
    func shifted(_ index: Int) -> UInt64 {
      shift == 0 ? limb(index) : limb(index) << shift | limb(index - 1) >> (64 - shift)
    }
    return Significand(high: shifted(top), low: shifted(top - 1))
  }
}
