/// Count, mean and central moments of some numbers, computed step by step as Spark computes them, so that the last digit
/// is Spark's too (its `CentralMomentAgg`; Welford 1962, Pébay 2008). Rows cannot be taken back without losing digits:
/// see `PowerSums`.
struct CentralMoments: BitwiseCopyable, Sendable {
  var count = 0.0
  var mean = 0.0
  /// Σ(x − mean)², Σ(x − mean)³, Σ(x − mean)⁴; those above the wanted order stay 0.
  var second = 0.0
  var third = 0.0
  var fourth = 0.0

  /// Adds a number; `order` is the highest moment wanted, 2 to 4.
  @inline(__always)
  mutating func add(_ x: Double, order: Int) {
    let newCount = count + 1
    let delta = x - mean
    let deltaN = delta / newCount
    let newSecond = second + delta * (delta - deltaN)
    if order >= 3 {
      let delta2 = delta * delta
      let deltaN2 = deltaN * deltaN
      let newThird = third - 3 * deltaN * newSecond + delta * (delta2 - deltaN2)
      if order >= 4 {
        fourth =
          fourth - 4 * deltaN * newThird - 6 * deltaN2 * newSecond + delta
          * (delta * delta2 - deltaN * deltaN2)
      }
      third = newThird
    }
    count = newCount
    mean += deltaN
    second = newSecond
  }

  /// Adds the moments of other numbers; into nothing, exactly as they are.
  mutating func merge(_ other: CentralMoments) {
    if count == 0 {
      self = other
      return
    }
    let n1 = count
    let n2 = other.count
    let newCount = n1 + n2
    let delta = other.mean - mean
    let deltaN = delta / newCount
    let newSecond = second + other.second + delta * deltaN * n1 * n2
    let newThird =
      third + other.third + deltaN * deltaN * delta * n1 * n2 * (n1 - n2)
      + 3 * deltaN * (n1 * other.second - n2 * second)
    let cubed = deltaN * deltaN * deltaN * delta
    fourth =
      fourth + other.fourth + cubed * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2)
      + 6 * deltaN * deltaN * (n1 * n1 * other.second + n2 * n2 * second)
      + 4 * deltaN * (n1 * other.third - n2 * third)
    count = newCount
    mean += deltaN * n2
    second = newSecond
    third = newThird
  }
}

/// Sums of powers of the distances from a fixed point, from which rows can be taken back.
///
/// The point is the first number seen, so that the powers stay small, and the sums have 106 bits, so that the moments
/// that they cancel down to keep theirs: with the origin a distance d from numbers of spread s, the k-th moment is good
/// to about (d/s)ᵏ · 2⁻¹⁰⁰.
struct PowerSums: BitwiseCopyable, Sendable {
  /// Rows in the sums: those that `add` refused are not.
  var rows: Int64 = 0
  var origin = 0.0
  var isOriginSet = false
  /// Σd, Σd², Σd³, Σd⁴ with d = x − origin.
  var first = DoubleDouble.zero
  var second = DoubleDouble.zero
  var third = DoubleDouble.zero
  var fourth = DoubleDouble.zero

  /// Larger distances have no fourth power.
  static let distanceMax = 0x1p250

  init() {}

  /// Adds `weight` rows of `x`; false if it is too large or not finite.
  mutating func add(_ x: Double, weight: Int64, order: Int) -> Bool {
    guard abs(x) < PowerSums.distanceMax else { return false }
    rows &+= weight
    if !isOriginSet {
      origin = x
      isOriginSet = true
    }
    let distance = DoubleDouble.exactSum(x, -origin)
    let times = Double(weight)
    let square = distance * distance
    first += distance * times
    second += square * times
    if order >= 3 { third += square * distance * times }
    if order >= 4 { fourth += square * square * times }
    return true
  }

  /// Adds the sums of other rows.
  mutating func merge(_ other: PowerSums) {
    defer { rows &+= other.rows }
    guard other.isOriginSet else { return }
    if !isOriginSet {
      origin = other.origin
      isOriginSet = true
    }
    // (d + s)ᵏ by the binomial theorem, s being the step from our origin to theirs.
    let step = DoubleDouble.exactSum(other.origin, -origin)
    let n = Double(other.rows)
    let square = step * step
    let cube = square * step
    first += other.first + step * n
    second += other.second + step * other.first * 2 + square * n
    third += other.third + step * other.second * 3 + square * other.first * 3 + cube * n
    fourth +=
      other.fourth + step * other.third * 4 + square * other.second * 6 + cube * other.first * 4
      + square * square * n
  }

  /// The same rows as moments.
  var moments: CentralMoments {
    guard rows != 0 else { return CentralMoments() }
    let n = Double(rows)
    let mean = first / n
    let m2 = second - mean * first
    // What is left of a sum after everything has cancelled is rounding, not variance.
    guard m2.high > PowerSums.noise * second.high else {
      return CentralMoments(count: n, mean: (DoubleDouble(origin) + mean).double)
    }
    let m3 = third - mean * second * 3 + mean * mean * first * 2
    let m4 = fourth - mean * third * 4 + mean * mean * second * 6 - mean * mean * mean * first * 3
    return CentralMoments(
      count: n, mean: (DoubleDouble(origin) + mean).double, second: m2.double, third: m3.double,
      fourth: m4.double)
  }

  static let noise = 0x1p-96

  /// The same rows, from moments.
  init(_ moments: CentralMoments) {
    rows = Int64(moments.count)
    origin = moments.mean
    isOriginSet = moments.count != 0
    second = DoubleDouble(moments.second)
    third = DoubleDouble(moments.third)
    fourth = DoubleDouble(moments.fourth)
  }
}
