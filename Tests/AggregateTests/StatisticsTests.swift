import Columnar
import Diagnostics
import Expressions
import Testing

/// Variances, covariances, regressions.
@Suite struct StatisticsTests {
  private static func moment(_ values: [Double], _ order: Int) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { sum, x in
      sum + (0..<order).reduce(1) { power, _ in power * (x - mean) }
    }
  }

  private static func single(
    _ name: String, _ value: @escaping @Sendable ([Double]) -> Double?
  ) -> AggregateCase {
    AggregateCase(name: name, types: [.double]) { rows in
      let values = Meaning.doubles(rows)
      if values.isEmpty { return .null }
      if !values.allSatisfy(\.isFinite) {
        return name.hasSuffix("samp") && values.count == 1 ? .null : .float64(.nan)
      }
      return value(values).map { .float64($0) } ?? .null
    }
  }

  private static func isConstant(_ values: [Double]) -> Bool { values.allSatisfy { $0 == values[0] } }

  static let moments: [AggregateCase] = [
    single("var_pop") { moment($0, 2) / Double($0.count) },
    single("var_samp") { $0.count == 1 ? nil : moment($0, 2) / Double($0.count - 1) },
    single("stddev_pop") { (moment($0, 2) / Double($0.count)).squareRoot() },
    single("stddev_samp") { $0.count == 1 ? nil : (moment($0, 2) / Double($0.count - 1)).squareRoot() },
    single("skewness") { values in
      let m2 = moment(values, 2)
      let power = (m2 * m2 * m2).squareRoot()
      return isConstant(values) ? nil : Double(values.count).squareRoot() * moment(values, 3) / power
    },
    single("kurtosis") { values in
      let m2 = moment(values, 2)
      return isConstant(values) ? nil : Double(values.count) * moment(values, 4) / (m2 * m2) - 3
    },
  ]

  private struct Pairs {
    var x: [Double]
    var y: [Double]
    var count: Double { Double(x.count) }
    var xy: Double {
      let xMean = x.reduce(0, +) / count
      let yMean = y.reduce(0, +) / count
      return zip(x, y).reduce(0) { $0 + ($1.0 - xMean) * ($1.1 - yMean) }
    }
    var xx: Double { isConstant(x) ? 0 : moment(x, 2) }
    var yy: Double { isConstant(y) ? 0 : moment(y, 2) }
  }

  /// The first argument is y, as in `regr_slope(y, x)`.
  private static func pair(_ name: String, _ value: @escaping @Sendable (Pairs) -> Double?) -> AggregateCase {
    AggregateCase(name: name, types: [.double, .double], isFinite: true) { rows in
      let both = rows.filter { !$0.contains(.null) }
      if both.isEmpty { return name == "regr_count" ? .int64(0) : .null }
      if name == "regr_count" { return .int64(Int64(both.count)) }
      return value(Pairs(x: Meaning.doubles(both, 1), y: Meaning.doubles(both, 0))).map { .float64($0) }
        ?? .null
    }
  }

  static let pairs: [AggregateCase] = [
    pair("covar_pop") { $0.xy / $0.count },
    pair("covar_samp") { $0.count == 1 ? nil : $0.xy / ($0.count - 1) },
    pair("corr") { $0.count == 1 || $0.xx == 0 || $0.yy == 0 ? nil : $0.xy / ($0.xx * $0.yy).squareRoot() },
    pair("regr_r2") { $0.xx == 0 ? nil : $0.yy == 0 ? 1 : $0.xy * $0.xy / ($0.xx * $0.yy) },
    pair("regr_slope") { $0.xx == 0 ? nil : $0.xy / $0.xx },
    pair("regr_intercept") { p in
      p.xx == 0 ? nil : (p.y.reduce(0, +) - p.xy / p.xx * p.x.reduce(0, +)) / p.count
    },
    pair("regr_sxx") { $0.xx },
    pair("regr_syy") { $0.yy },
    pair("regr_sxy") { $0.xy },
    pair("regr_count") { $0.count },
    pair("regr_avgx") { $0.x.reduce(0, +) / $0.count },
    pair("regr_avgy") { $0.y.reduce(0, +) / $0.count },
  ]

  static let cases = moments + pairs

  @Test(arguments: cases) func appendOnly(_ test: AggregateCase) throws {
    try AggregateChecks.incremental(test, isRetractable: false)
  }

  @Test(arguments: cases) func retractions(_ test: AggregateCase) throws {
    try AggregateChecks.incremental(test, isRetractable: true)
  }

  @Test(arguments: cases) func mergedParts(_ test: AggregateCase) throws {
    try AggregateChecks.mergedParts(test, isRetractable: false)
    try AggregateChecks.mergedParts(test, isRetractable: true)
  }

  @Test(arguments: cases) func restoredState(_ test: AggregateCase) throws {
    try AggregateChecks.restoredState(test, isRetractable: false)
    try AggregateChecks.restoredState(test, isRetractable: true)
  }

  @Test(arguments: cases) func reusedGroups(_ test: AggregateCase) throws {
    try AggregateChecks.reusedGroups(test, isRetractable: false)
    try AggregateChecks.reusedGroups(test, isRetractable: true)
  }

  /// The state of one kind of accumulator is good for the other.
  @Test(arguments: cases) func statesOfBothKindsMix(_ test: AggregateCase) throws {
    let bound = try test.bind()
    var changes = ChangeGenerator(test, seed: 3, isRetractable: false)
    let appending = bound.make(false)
    let retracting = bound.make(true)
    for accumulator in [appending, retracting] {
      accumulator.grow(to: 4)
      try accumulator.update(test.input(changes.batch(30), isWeighted: false))
    }
    let (a, b) = (try appending.state(of: [0, 1, 2, 3]), try retracting.state(of: [0, 1, 2, 3]))
    try appending.merge(b, into: [0, 1, 2, 3])
    try retracting.merge(a, into: [0, 1, 2, 3])
    try test.expect(appending, changes.live, groups: 4, "sums merged into moments")
    try test.expect(retracting, changes.live, groups: 4, "moments merged into sums")
  }

  /// A number far from the others that comes and goes costs no digit.
  @Test(arguments: cases) func farNumbersLeaveNoTrace(_ test: AggregateCase) throws {
    let accumulator = try test.bind().make(true)
    accumulator.grow(to: 1)
    var live = LiveRows()
    func apply(_ x: Double, _ y: Double, _ weight: Int64) throws {
      let values: [Value] = test.types.count == 1 ? [.float64(x)] : [.float64(y), .float64(x)]
      let row = WeightedRow(group: 0, values: values, position: 0, weight: weight)
      live.apply(row)
      try accumulator.update(test.input([row], isWeighted: true))
    }
    try apply(4e4, -3e4, 1)
    for (x, y) in [(1.5, 2.0), (2.5, 1.0), (3.0, 7.0), (1.25, 0.5)] { try apply(x, y, 2) }
    try apply(.infinity, 1, 1)
    try apply(1, .nan, 1)
    try apply(4e4, -3e4, -1)
    try apply(.infinity, 1, -1)
    try apply(1, .nan, -1)
    try test.expect(accumulator, live, groups: 1, "far numbers gone")
  }

  @Test func refusedTypes() throws {
    for name in ["stddev", "kurtosis"] {
      let error = #expect(throws: SQLError.self) { _ = try bindAggregate(name, [.boolean]) }
      #expect(error?.errorClass == "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE")
      #expect(try bindAggregate(name, [.decimal(precision: 5, scale: 2)]).parameters == [.double])
    }
    let error = #expect(throws: SQLError.self) { _ = try bindAggregate("corr", [.int]) }
    #expect(error?.errorClass == "WRONG_NUM_ARGS.WITHOUT_SUGGESTION")
    let averages = try bindAggregate("regr_avgx", [.int, .decimal(precision: 3, scale: 2)])
    #expect(averages.result == .decimal(precision: 7, scale: 6))
    #expect(averages.parameters == [.int, .decimal(precision: 3, scale: 2)])
  }
}
