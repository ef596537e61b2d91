/// Spark's generator of random numbers (`XORShiftRandom`, after Marsaglia, 2003), with the draws that Java makes of it.
struct XORShift {
  private var state: UInt64

  /// The seed is hashed, so that seeds beside each other lead far apart.
  init(seed: UInt64) {
    let low = Self.hash(seed, 0x3C07_4A61)
    state = UInt64(Self.hash(seed, low)) << 32 | UInt64(low)
  }

  private mutating func next(bits: UInt64) -> UInt64 {
    state ^= state << 21
    state ^= state >> 35
    state ^= state << 4
    return state & (1 << bits - 1)
  }

  /// In 0 ..< 1, with 53 bits.
  mutating func nextUnit() -> Double {
    let high = next(bits: 26) << 27
    return Double(high &+ next(bits: 27)) * 0x1p-53
  }

  mutating func nextInt() -> Int32 { Int32(truncatingIfNeeded: next(bits: 32)) }

  /// A value of the standard normal distribution, by Marsaglia's polar method.
  mutating func nextGaussian(logarithm: (Double) -> Double) -> Double {
    while true {
      let x = 2 * nextUnit() - 1
      let y = 2 * nextUnit() - 1
      let square = x * x + y * y
      if square < 1, square != 0 { return x * (-2 * logarithm(square) / square).squareRoot() }
    }
  }

  /// MurmurHash3 (Appleby, 2008) of the eight bytes of `value`, the highest first.
  private static func hash(_ value: UInt64, _ seed: UInt32) -> UInt32 {
    func mixed(_ h: UInt32, _ word: UInt32) -> UInt32 {
      var k = word.byteSwapped &* 0xCC9E_2D51
      k = (k << 15 | k >> 17) &* 0x1B87_3593
      return ((h ^ k) << 13 | (h ^ k) >> 19) &* 5 &+ 0xE654_6B64
    }
    var h = mixed(mixed(seed, UInt32(truncatingIfNeeded: value >> 32)), UInt32(truncatingIfNeeded: value)) ^ 8
    h = (h ^ h >> 16) &* 0x85EB_CA6B
    h = (h ^ h >> 13) &* 0xC2B2_AE35
    return h ^ h >> 16
  }
}
