/// Count, means and products of pairs of numbers, computed step by step as Spark computes them (its `Covariance` and
/// `PearsonCorrelation`), so that the last digit is Spark's too.
struct Comoments: BitwiseCopyable, Sendable {
  var count = 0.0
  var xMean = 0.0
  var yMean = 0.0
  /// Σ(x − x̄)(y − ȳ), Σ(x − x̄)², Σ(y − ȳ)².
  var product = 0.0
  var xSquares = 0.0
  var ySquares = 0.0

  @inline(__always)
  mutating func add(_ x: Double, _ y: Double, style: Style) {
    let newCount = count + 1
    let dx = x - xMean
    let dy = y - yMean
    let dxN = dx / newCount
    let dyN = dy / newCount
    let newX = xMean + dxN
    let newY = yMean + dyN
    product += dx * (y - newY)
    switch style {
    case .correlation:
      xSquares += dx * (x - newX)
      ySquares += dy * (y - newY)
    case .regression:
      xSquares += dx * (dx - dxN)
      ySquares += dy * (dy - dyN)
    }
    count = newCount
    xMean = newX
    yMean = newY
  }

  /// Two ways to the same squares, which differ in the last digit: Spark's correlation and its variance.
  enum Style: Sendable { case correlation, regression }

  /// Adds the moments of other numbers; into nothing, exactly as they are.
  mutating func merge(_ other: Comoments) {
    if count == 0 {
      self = other
      return
    }
    let n1 = count
    let n2 = other.count
    let newCount = n1 + n2
    let dx = other.xMean - xMean
    let dy = other.yMean - yMean
    let dxN = dx / newCount
    let dyN = dy / newCount
    product = product + other.product + dx * dyN * n1 * n2
    xSquares = xSquares + other.xSquares + dx * dxN * n1 * n2
    ySquares = ySquares + other.ySquares + dy * dyN * n1 * n2
    count = newCount
    xMean += dxN * n2
    yMean += dyN * n2
  }
}

/// Sums over pairs, from which rows can be taken back: see `PowerSums`.
struct PairSums: BitwiseCopyable, Sendable {
  /// Rows in the sums: those that `add` refused are not.
  var rows: Int64 = 0
  var xOrigin = 0.0
  var yOrigin = 0.0
  var isOriginSet = false
  var x = DoubleDouble.zero
  var y = DoubleDouble.zero
  var xy = DoubleDouble.zero
  var xx = DoubleDouble.zero
  var yy = DoubleDouble.zero

  /// Larger numbers have no squares that could be summed.
  static let numberMax = 0x1p500

  init() {}

  /// Adds `weight` rows; false if a number is too large or not finite.
  mutating func add(_ left: Double, _ right: Double, weight: Int64) -> Bool {
    guard abs(left) < PairSums.numberMax, abs(right) < PairSums.numberMax else { return false }
    rows &+= weight
    if !isOriginSet {
      xOrigin = left
      yOrigin = right
      isOriginSet = true
    }
    let dx = DoubleDouble.exactSum(left, -xOrigin)
    let dy = DoubleDouble.exactSum(right, -yOrigin)
    let times = Double(weight)
    x += dx * times
    y += dy * times
    xy += dx * dy * times
    xx += dx * dx * times
    yy += dy * dy * times
    return true
  }

  mutating func merge(_ other: PairSums) {
    defer { rows &+= other.rows }
    guard other.isOriginSet else { return }
    if !isOriginSet {
      xOrigin = other.xOrigin
      yOrigin = other.yOrigin
      isOriginSet = true
    }
    let stepX = DoubleDouble.exactSum(other.xOrigin, -xOrigin)
    let stepY = DoubleDouble.exactSum(other.yOrigin, -yOrigin)
    let n = Double(other.rows)
    x += other.x + stepX * n
    y += other.y + stepY * n
    xy += other.xy + stepX * other.y + stepY * other.x + stepX * stepY * n
    xx += other.xx + stepX * other.x * 2 + stepX * stepX * n
    yy += other.yy + stepY * other.y * 2 + stepY * stepY * n
  }

  var comoments: Comoments {
    guard rows != 0 else { return Comoments() }
    let n = Double(rows)
    let xMean = x / n
    let yMean = y / n
    /// What is left of a sum after everything has cancelled is rounding.
    func centered(_ sum: DoubleDouble, _ part: DoubleDouble) -> Double {
      let rest = sum - part
      return abs(rest.high) > PowerSums.noise * abs(sum.high) ? rest.double : 0
    }
    let xSquares = max(0, centered(xx, xMean * x))
    let ySquares = max(0, centered(yy, yMean * y))
    return Comoments(
      count: n, xMean: (DoubleDouble(xOrigin) + xMean).double, yMean: (DoubleDouble(yOrigin) + yMean).double,
      product: xSquares == 0 || ySquares == 0 ? 0 : centered(xy, xMean * y), xSquares: xSquares,
      ySquares: ySquares)
  }

  init(_ moments: Comoments) {
    rows = Int64(moments.count)
    xOrigin = moments.xMean
    yOrigin = moments.yMean
    isOriginSet = moments.count != 0
    xy = DoubleDouble(moments.product)
    xx = DoubleDouble(moments.xSquares)
    yy = DoubleDouble(moments.ySquares)
  }
}
