/// A number as the unevaluated sum of two doubles: 106 bits, for sums that rows are taken back from.
///
/// The algorithms are Dekker's and Knuth's; products use the fused multiply-add. Finite values only.
struct DoubleDouble: Sendable {
  var high: Double
  var low: Double

  @inline(__always)
  init(_ high: Double, _ low: Double = 0) {
    self.high = high
    self.low = low
  }

  static let zero = DoubleDouble(0)

  var double: Double { high + low }

  /// `a + b` without rounding.
  @inline(__always)
  static func exactSum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    let part = sum - a
    return DoubleDouble(sum, (a - (sum - part)) + (b - part))
  }

  /// `a · b` without rounding.
  @inline(__always)
  static func exactProduct(_ a: Double, _ b: Double) -> DoubleDouble {
    let product = a * b
    return DoubleDouble(product, (-product).addingProduct(a, b))
  }

  /// The same value with `low` below the last bit of `high`.
  @inline(__always)
  private var normalized: DoubleDouble {
    let sum = high + low
    return DoubleDouble(sum, low - (sum - high))
  }

  @inline(__always)
  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let high = exactSum(a.high, b.high)
    let low = exactSum(a.low, b.low)
    let first = DoubleDouble(high.high, high.low + low.high).normalized
    return DoubleDouble(first.high, first.low + low.low).normalized
  }

  @inline(__always)
  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

  @inline(__always)
  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  @inline(__always)
  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = exactProduct(a.high, b.high)
    return DoubleDouble(product.high, product.low + (a.high * b.low + a.low * b.high)).normalized
  }

  @inline(__always)
  static func * (a: DoubleDouble, b: Double) -> DoubleDouble {
    let product = exactProduct(a.high, b)
    return DoubleDouble(product.high, product.low + a.low * b).normalized
  }

  static func / (a: DoubleDouble, b: Double) -> DoubleDouble {
    let first = a.high / b
    let rest = a - exactProduct(first, b)
    return exactSum(first, (rest.high + rest.low) / b)
  }

  @inline(__always)
  static func += (a: inout DoubleDouble, b: DoubleDouble) { a = a + b }
}
