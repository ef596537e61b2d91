internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `covar_pop`, `covar_samp`, `corr`, and the linear regressions `regr_…` of y over x.
  static let pairs: [AggregateFunction] =
    [
      pairFunction(
        .covariancePopulation, "covar_pop(expr1, expr2)", "the covariance of a population of pairs",
        "SELECT covar_pop(a, b) FROM VALUES (1, 1), (2, 2), (3, 3) AS t(a, b)", "0.6666666666666666"),
      pairFunction(
        .covarianceSample, "covar_samp(expr1, expr2)",
        "the covariance of a sample of pairs; NULL for fewer than two",
        "SELECT covar_samp(a, b) FROM VALUES (1, 1), (2, 2), (3, 3) AS t(a, b)", "1.0"),
      pairFunction(
        .correlation, "corr(expr1, expr2)", "Pearson's correlation of pairs; NULL if either side is constant",
        "SELECT corr(a, b) FROM VALUES (3, 2), (3, 3), (6, 4) AS t(a, b)", "0.8660254037844387"),
      pairFunction(
        .regressionR2, "regr_r2(y, x)", "how well the regression line fits: the square of the correlation",
        "SELECT regr_r2(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "0.9879248658318426"),
      pairFunction(
        .regressionSlope, "regr_slope(y, x)", "the slope of the regression line",
        "SELECT regr_slope(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "0.5465116279069766"),
      pairFunction(
        .regressionIntercept, "regr_intercept(y, x)", "where the regression line meets x = 0",
        "SELECT regr_intercept(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "0.11627906976744296"),
      pairFunction(
        .regressionXX, "regr_sxx(y, x)",
        "the sum of squares of x around its mean, over rows where both are there",
        "SELECT regr_sxx(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "28.66666666666667"),
      pairFunction(
        .regressionYY, "regr_syy(y, x)",
        "the sum of squares of y around its mean, over rows where both are there",
        "SELECT regr_syy(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "8.666666666666666"),
      pairFunction(
        .regressionXY, "regr_sxy(y, x)", "the sum of products of x and y around their means",
        "SELECT regr_sxy(y, x) FROM VALUES (1, 2), (2, 3), (5, 9) AS t(y, x)", "15.666666666666668"),
    ] + regressionCounts

  private static func pairFunction(
    _ statistic: PairStatistic, _ signature: String, _ summary: String, _ sql: String, _ result: String
  ) -> AggregateFunction {
    AggregateFunction(.aggregate(statistic.rawValue, signature, summary, sql, result)) {
      (call) throws(SQLError) in
      try call.expect(2)
      for i in 0..<2 { _ = try call.numericParameter(i) }
      return BoundAggregate(
        call.name, [.double, .double], returns: .double, stateTypes: ComomentAccumulator.stateTypes,
        isInvertible: true
      ) { retractable in
        if retractable { return PairSumAccumulator(statistic) }
        return ComomentAccumulator(statistic)
      }
    }
  }

  /// `regr_count`, `regr_avgx`, `regr_avgy`: counts and averages over the rows where both sides are there.
  private static let regressionCounts: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "regr_count", "regr_count(y, x)", "the number of rows where both y and x are not NULL",
        "SELECT regr_count(y, x) FROM VALUES (1, 2), (2, 2), (2, NULL) AS t(y, x)", "2")
    ) { (call) throws(SQLError) in
      try call.expect(2)
      for i in 0..<2 { _ = try call.numericParameter(i) }
      return BoundAggregate(
        call.name, call.types, returns: .bigint, isNullable: false, stateTypes: [.bigint], isInvertible: true
      ) { _ in CountAccumulator(.notNull) }
    },
    averageFunction(
      "regr_avgx", of: 1, "the mean of x over rows where both are not NULL",
      "SELECT regr_avgx(y, x) FROM VALUES (1, 2), (2, 2), (2, NULL) AS t(y, x)", "2.0"),
    averageFunction(
      "regr_avgy", of: 0, "the mean of y over rows where both are not NULL",
      "SELECT regr_avgy(y, x) FROM VALUES (1, 2), (2, 2), (2, NULL) AS t(y, x)", "1.5"),
  ]

  private static func averageFunction(
    _ name: String, of index: Int, _ summary: String, _ sql: String, _ result: String
  ) -> AggregateFunction {
    AggregateFunction(.aggregate(name, "\(name)(y, x)", summary, sql, result)) { (call) throws(SQLError) in
      try call.expect(2)
      for i in 0..<2 { _ = try call.numericParameter(i) }
      var one = call
      one.arguments = [call.arguments[index]]
      var bound = try bindSum(one, .average, isTry: false)
      let type = bound.parameters[0]
      bound.parameters = [DataType](repeating: .double, count: 2)
      for i in 0..<2 { bound.parameters[i] = i == index ? type : call.types[i] }
      let make = bound.make
      bound.make = { PairedAccumulator(make($0), index: index) }
      return bound
    }
  }
}

/// A number that says something about pairs of numbers. The first argument is called x here; of regressions, which take
/// (y, x), the names are swapped where it says so.
enum PairStatistic: String, Sendable {
  case covariancePopulation = "covar_pop"
  case covarianceSample = "covar_samp"
  case correlation = "corr"
  case regressionR2 = "regr_r2"
  case regressionSlope = "regr_slope"
  case regressionIntercept = "regr_intercept"
  case regressionXX = "regr_sxx"
  case regressionYY = "regr_syy"
  case regressionXY = "regr_sxy"

  var style: Comoments.Style {
    switch self {
    case .covariancePopulation, .covarianceSample, .correlation, .regressionR2: .correlation
    case .regressionSlope, .regressionIntercept, .regressionXX, .regressionYY, .regressionXY: .regression
    }
  }

  /// Whether the second argument is taken first, as Spark does.
  var isSwapped: Bool {
    switch self {
    case .regressionSlope, .regressionIntercept: true
    case .covariancePopulation, .covarianceSample, .correlation, .regressionR2, .regressionXX, .regressionYY,
      .regressionXY:
      false
    }
  }

  /// Its value, nil where Spark gives NULL.
  func value(_ m: Comoments) -> Double? {
    let n = m.count
    if n == 0 { return nil }
    switch self {
    case .covariancePopulation: return m.product / n
    case .covarianceSample: return n == 1 ? nil : m.product / (n - 1)
    case .correlation:
      let scale = (m.xSquares * m.ySquares).squareRoot()
      return n == 1 || scale == 0 ? nil : m.product / scale
    case .regressionR2:
      // x is the first argument: the dependent side.
      if m.ySquares == 0 { return nil }
      if m.xSquares == 0 { return 1 }
      let correlation = m.product / (m.xSquares * m.ySquares).squareRoot()
      return correlation * correlation
    case .regressionSlope: return m.xSquares == 0 ? nil : m.product / m.xSquares
    case .regressionIntercept:
      if m.xSquares == 0 { return nil }
      // Spark's partial means pass through a merge with nothing, which may cost the last digit.
      return m.yMean / n * n - m.product / m.xSquares * (m.xMean / n * n)
    case .regressionXX: return m.ySquares
    case .regressionYY: return m.xSquares
    case .regressionXY: return m.product
    }
  }
}

extension AggregateInput {
  /// Calls `body` for every row where both arguments are there, with the indices of their values.
  @inline(__always)
  func forEachPair(
    _ left: Operand, _ right: Operand, _ body: (_ l: Int, _ r: Int, _ group: Int, _ weight: Int64) -> Void
  ) {
    let a = left.isConstant ? left.flattened(rows: rows) : left.column
    let b = right.isConstant ? right.flattened(rows: rows) : right.column
    let both = Validity.intersection(a.validity, b.validity)
    forEachValid(Operand(.int8(PrimitiveColumn([], validity: both)))) { row, _, group, weight in
      body(row &* left.stride, row &* right.stride, group, weight)
    }
  }
}

/// Products of pairs that are never taken back.
final class ComomentAccumulator: Accumulator {
  static let stateTypes: [DataType] = [.bigint, .bigint, .array(.double)]

  private let statistic: PairStatistic
  private var states: [Comoments] = []

  init(_ statistic: PairStatistic) { self.statistic = statistic }

  func grow(to count: Int) { states.grow(to: count, filler: Comoments()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard input.arguments.count == 2 else { return }
    let left = input.arguments[statistic.isSwapped ? 1 : 0]
    let right = input.arguments[statistic.isSwapped ? 0 : 1]
    let xs: [Double] = try left.values()
    let ys: [Double] = try right.values()
    let style = statistic.style
    xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        states.withUnsafeMutableBufferPointer { states in
          input.forEachPair(left, right) { l, r, group, weight in
            if weight == 1 {
              states[group].add(xs[l], ys[r], style: style)
            } else {
              states[group].merge(Comoments(count: Double(weight), xMean: xs[l], yMean: ys[r]))
            }
          }
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let partial = try ComomentState.read(state)
    for (i, group) in groups.enumerated() { states[Int(group)].merge(partial[i].comoments) }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    ComomentState.write(groups.map { .comoments(states[Int($0)]) })
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    doubleColumn(groups.count) { statistic.value(states[Int(groups[$0])]) }
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = Comoments() }
  }

  var memoryBytes: Int { states.storageBytes }
}

/// Products of pairs that may be taken back.
final class PairSumAccumulator: Accumulator {
  private let statistic: PairStatistic
  private var states: [PairSums] = []
  /// Weight of the rows that are not finite, or too large to be summed.
  private var outliers: [Int32: Int64] = [:]

  init(_ statistic: PairStatistic) { self.statistic = statistic }

  func grow(to count: Int) { states.grow(to: count, filler: PairSums()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard input.arguments.count == 2 else { return }
    let left = input.arguments[statistic.isSwapped ? 1 : 0]
    let right = input.arguments[statistic.isSwapped ? 0 : 1]
    let xs: [Double] = try left.values()
    let ys: [Double] = try right.values()
    var rest: [(group: Int32, weight: Int64)] = []
    xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        states.withUnsafeMutableBufferPointer { states in
          input.forEachPair(left, right) { l, r, group, weight in
            if !states[group].add(xs[l], ys[r], weight: weight) {
              rest.append((Int32(truncatingIfNeeded: group), weight))
            }
          }
        }
      }
    }
    for row in rest { addOutlier(row.group, row.weight) }
  }

  private func addOutlier(_ group: Int32, _ weight: Int64) {
    let sum = (outliers[group] ?? 0) &+ weight
    outliers[group] = sum == 0 ? nil : sum
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    for (partial, group) in zip(try ComomentState.read(state), groups) {
      let (sums, outliers) = partial.sums
      states[Int(group)].merge(sums)
      if outliers != 0 { addOutlier(group, outliers) }
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    ComomentState.write(groups.map { .sums(states[Int($0)], outliers: outliers[$0] ?? 0) })
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    doubleColumn(groups.count) { i in
      let group = Int(groups[i])
      // Nothing is left: the origin and rounding errors go too.
      if states[group].rows == 0 && outliers[groups[i]] == nil { states[group] = PairSums() }
      guard let others = outliers[groups[i]] else { return statistic.value(states[group].comoments) }
      return statistic.value(.unknown(rows: states[group].rows &+ others))
    }
  }

  func reset(_ groups: [Int32]) {
    for group in groups {
      states[Int(group)] = PairSums()
      if !outliers.isEmpty { outliers[group] = nil }
    }
  }

  var memoryBytes: Int { states.storageBytes + outliers.capacity * 16 }
}

extension Comoments {
  /// What is known of rows when one of them is not a finite number.
  fileprivate static func unknown(rows: Int64) -> Comoments {
    Comoments(
      count: Double(rows), xMean: .nan, yMean: .nan, product: .nan, xSquares: .nan, ySquares: .nan)
  }
}

/// One group's products in a state column, in either form: each can be merged into the other.
enum ComomentState {
  case comoments(Comoments)
  case sums(PairSums, outliers: Int64)

  var comoments: Comoments {
    switch self {
    case .comoments(let moments): return moments
    case .sums(let sums, let outliers):
      return outliers == 0 ? sums.comoments : .unknown(rows: sums.rows &+ outliers)
    }
  }

  var sums: (PairSums, outliers: Int64) {
    switch self {
    case .sums(let sums, let outliers): return (sums, outliers)
    case .comoments(let moments):
      if moments.product.isFinite && moments.xSquares.isFinite && moments.ySquares.isFinite {
        return (PairSums(moments), 0)
      }
      return (PairSums(), Int64(moments.count))
    }
  }

  static func write(_ states: [ComomentState]) -> [Column] {
    var rows: [Int64] = []
    var outliers: [Int64] = []
    var doubles: [Double] = []
    var offsets: [Int32] = [0]
    for state in states {
      switch state {
      case .comoments(let m):
        rows.append(Int64(m.count))
        outliers.append(0)
        doubles += [m.xMean, m.yMean, m.product, m.xSquares, m.ySquares]
      case .sums(let s, let others):
        rows.append(s.rows)
        outliers.append(others)
        doubles += [s.isOriginSet ? 1 : 0, s.xOrigin, s.yOrigin]
        for sum in [s.x, s.y, s.xy, s.xx, s.yy] { doubles += [sum.high, sum.low] }
      }
      offsets.append(Int32(truncatingIfNeeded: doubles.count))
    }
    return [
      .int64(PrimitiveColumn(rows)), .int64(PrimitiveColumn(outliers)),
      .list(ListColumn(offsets: offsets, child: .float64(PrimitiveColumn(doubles)))),
    ]
  }

  static func read(_ state: [Column]) throws(SQLError) -> [ComomentState] {
    let rows: [Int64] = try state.stateValues(0, of: "a covariance")
    let outliers: [Int64] = try state.stateValues(1, of: "a covariance")
    guard state.count == 3, case .list(let list) = state[2],
      let doubles = Double.primitive(of: list.child)?.values
    else { throw .malformedState("a covariance") }
    var result: [ComomentState] = []
    for (i, count) in rows.enumerated() {
      let d = Array(doubles[Int(list.offsets[i])..<Int(list.offsets[i + 1])])
      switch d.count {
      case 5:
        result.append(
          .comoments(
            Comoments(
              count: Double(count), xMean: d[0], yMean: d[1], product: d[2], xSquares: d[3], ySquares: d[4])))
      case 13:
        var sums = PairSums()
        sums.rows = count
        sums.isOriginSet = d[0] != 0
        sums.xOrigin = d[1]
        sums.yOrigin = d[2]
        sums.x = DoubleDouble(d[3], d[4])
        sums.y = DoubleDouble(d[5], d[6])
        sums.xy = DoubleDouble(d[7], d[8])
        sums.xx = DoubleDouble(d[9], d[10])
        sums.yy = DoubleDouble(d[11], d[12])
        result.append(.sums(sums, outliers: outliers[i]))
      default: throw .malformedState("a covariance")
      }
    }
    return result
  }
}

/// An aggregate of one argument that looks only at rows where all arguments are there.
final class PairedAccumulator: Accumulator {
  private let inner: any Accumulator
  private let index: Int

  init(_ inner: any Accumulator, index: Int) {
    self.inner = inner
    self.index = index
  }

  func grow(to count: Int) { inner.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    let columns = input.arguments.map { $0.flattened(rows: input.rows) }
    let both = columns.reduce(nil as Validity?) { Validity.intersection($0, $1.validity) }
    var paired = input
    paired.arguments = [Operand(columns[index].with(validity: both))]
    try inner.update(paired)
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    try inner.merge(state, into: groups)
  }
  func state(of groups: [Int32]) throws(SQLError) -> [Column] { try inner.state(of: groups) }
  func result(of groups: [Int32]) throws(SQLError) -> Column { try inner.result(of: groups) }
  func reset(_ groups: [Int32]) { inner.reset(groups) }
  var memoryBytes: Int { inner.memoryBytes }
}
