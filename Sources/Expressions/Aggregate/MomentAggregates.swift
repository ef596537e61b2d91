internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `var_pop`, `var_samp`, `stddev_pop`, `stddev_samp`, `skewness`, `kurtosis`.
  static let moments: [AggregateFunction] = [
    momentFunction(
      .stddevSample, aliases: ["stddev", "std"], "stddev_samp(expr)",
      "the standard deviation of a sample; NULL for fewer than two values",
      "SELECT stddev_samp(x) FROM VALUES (1), (2), (3) AS t(x)", "1.0"),
    momentFunction(
      .stddevPopulation, "stddev_pop(expr)", "the standard deviation of a population",
      "SELECT stddev_pop(x) FROM VALUES (1), (2), (3) AS t(x)", "0.816496580927726"),
    momentFunction(
      .varianceSample, aliases: ["variance"], "var_samp(expr)",
      "the variance of a sample; NULL for fewer than two values",
      "SELECT var_samp(x) FROM VALUES (1), (2), (3) AS t(x)", "1.0"),
    momentFunction(
      .variancePopulation, "var_pop(expr)", "the variance of a population",
      "SELECT var_pop(x) FROM VALUES (1), (2), (3) AS t(x)", "0.6666666666666666"),
    momentFunction(
      .skewness, "skewness(expr)", "the skewness; NULL if all values are equal",
      "SELECT skewness(x) FROM VALUES (-10), (-20), (100), (1000) AS t(x)", "1.1135657469022011"),
    momentFunction(
      .kurtosis, "kurtosis(expr)", "the excess kurtosis; NULL if all values are equal",
      "SELECT kurtosis(x) FROM VALUES (-10), (-20), (100), (1000) AS t(x)", "-0.7014368047529609"),
  ]

  private static func momentFunction(
    _ statistic: MomentStatistic, aliases: [String] = [], _ signature: String, _ summary: String,
    _ sql: String,
    _ result: String
  ) -> AggregateFunction {
    let name = statistic.rawValue
    return AggregateFunction(.aggregate(name, aliases: aliases, signature, summary, sql, result)) {
      (call) throws(SQLError) in
      try call.expect(1)
      _ = try call.numericParameter(0)
      return BoundAggregate(
        call.name, [.double], returns: .double, stateTypes: MomentAccumulator.stateTypes, isInvertible: true
      ) { retractable in
        if retractable { return PowerSumAccumulator(statistic) }
        return MomentAccumulator(statistic)
      }
    }
  }
}

/// A number that says something about the spread of others.
enum MomentStatistic: String, Sendable {
  case stddevSample = "stddev_samp"
  case stddevPopulation = "stddev_pop"
  case varianceSample = "var_samp"
  case variancePopulation = "var_pop"
  case skewness, kurtosis

  /// The highest moment it is made of.
  var order: Int {
    switch self {
    case .stddevSample, .stddevPopulation, .varianceSample, .variancePopulation: 2
    case .skewness: 3
    case .kurtosis: 4
    }
  }

  /// Its value, nil where Spark gives NULL.
  func value(_ moments: CentralMoments) -> Double? {
    let n = moments.count
    let m2 = moments.second
    if n == 0 { return nil }
    switch self {
    case .stddevSample: return n == 1 ? nil : (m2 / (n - 1)).squareRoot()
    case .stddevPopulation: return (m2 / n).squareRoot()
    case .varianceSample: return n == 1 ? nil : m2 / (n - 1)
    case .variancePopulation: return m2 / n
    case .skewness: return m2 == 0 ? nil : n.squareRoot() * moments.third / (m2 * m2 * m2).squareRoot()
    case .kurtosis: return m2 == 0 ? nil : n * moments.fourth / (m2 * m2) - 3
    }
  }
}

/// Doubles as a column, NULL where there is none.
func doubleColumn(_ count: Int, _ value: (Int) -> Double?) -> Column {
  var values = [Double](repeating: 0, count: count)
  var validity = Validity(repeating: true, count: count)
  for i in 0..<count {
    if let found = value(i) { values[i] = found } else { validity.set(i, false) }
  }
  return .float64(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
}

/// Moments of rows that are never taken back.
final class MomentAccumulator: Accumulator {
  /// A row count, and five doubles; for power sums a row count, the outliers' and ten doubles.
  static let stateTypes: [DataType] = [.bigint, .bigint, .array(.double)]

  private let statistic: MomentStatistic
  private var states: [CentralMoments] = []

  init(_ statistic: MomentStatistic) { self.statistic = statistic }

  func grow(to count: Int) { states.grow(to: count, filler: CentralMoments()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    let values: [Double] = try operand.values()
    let order = statistic.order
    values.withUnsafeBufferPointer { values in
      states.withUnsafeMutableBufferPointer { states in
        input.forEachValid(operand) { _, index, group, weight in
          if weight == 1 {
            states[group].add(values[index], order: order)
          } else {
            states[group].merge(CentralMoments(count: Double(weight), mean: values[index]))
          }
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let partial = try MomentState.read(state)
    for (i, group) in groups.enumerated() { states[Int(group)].merge(partial[i].moments) }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    MomentState.write(groups.map { .moments(states[Int($0)]) })
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    doubleColumn(groups.count) { statistic.value(states[Int(groups[$0])]) }
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = CentralMoments() }
  }

  var memoryBytes: Int { states.storageBytes }
}

/// Moments of rows that may be taken back.
final class PowerSumAccumulator: Accumulator {
  private let statistic: MomentStatistic
  private var states: [PowerSums] = []
  /// Weight of the rows that are not finite, or too large to be summed.
  private var outliers: [Int32: Int64] = [:]

  init(_ statistic: MomentStatistic) { self.statistic = statistic }

  func grow(to count: Int) { states.grow(to: count, filler: PowerSums()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    let values: [Double] = try operand.values()
    let order = statistic.order
    var rest: [(group: Int32, weight: Int64)] = []
    values.withUnsafeBufferPointer { values in
      states.withUnsafeMutableBufferPointer { states in
        input.forEachValid(operand) { _, index, group, weight in
          if !states[group].add(values[index], weight: weight, order: order) {
            rest.append((Int32(truncatingIfNeeded: group), weight))
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
    for (partial, group) in zip(try MomentState.read(state), groups) {
      let (sums, outliers) = partial.sums
      states[Int(group)].merge(sums)
      if outliers != 0 { addOutlier(group, outliers) }
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    MomentState.write(groups.map { .sums(states[Int($0)], outliers: outliers[$0] ?? 0) })
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    doubleColumn(groups.count) { i in
      let group = Int(groups[i])
      // Nothing is left: the origin and rounding errors go too.
      if states[group].rows == 0 && outliers[groups[i]] == nil { states[group] = PowerSums() }
      guard let others = outliers[groups[i]] else { return statistic.value(states[group].moments) }
      let count = Double(states[group].rows &+ others)
      return statistic.value(
        CentralMoments(count: count, mean: .nan, second: .nan, third: .nan, fourth: .nan))
    }
  }

  func reset(_ groups: [Int32]) {
    for group in groups {
      states[Int(group)] = PowerSums()
      if !outliers.isEmpty { outliers[group] = nil }
    }
  }

  var memoryBytes: Int { states.storageBytes + outliers.capacity * 16 }
}

/// One group's moments in a state column, in either form: each can be merged into the other.
enum MomentState {
  case moments(CentralMoments)
  case sums(PowerSums, outliers: Int64)

  var moments: CentralMoments {
    switch self {
    case .moments(let moments): return moments
    case .sums(let sums, let outliers):
      if outliers == 0 { return sums.moments }
      return CentralMoments(
        count: Double(sums.rows &+ outliers), mean: .nan, second: .nan, third: .nan, fourth: .nan)
    }
  }

  var sums: (PowerSums, outliers: Int64) {
    switch self {
    case .sums(let sums, let outliers): return (sums, outliers)
    case .moments(let moments):
      if moments.second.isFinite { return (PowerSums(moments), 0) }
      return (PowerSums(), Int64(moments.count))
    }
  }

  static func write(_ states: [MomentState]) -> [Column] {
    var rows: [Int64] = []
    var outliers: [Int64] = []
    var doubles: [Double] = []
    var offsets: [Int32] = [0]
    for state in states {
      switch state {
      case .moments(let m):
        rows.append(Int64(m.count))
        outliers.append(0)
        doubles += [m.mean, m.second, m.third, m.fourth]
      case .sums(let s, let others):
        rows.append(s.rows)
        outliers.append(others)
        doubles += [s.isOriginSet ? 1 : 0, s.origin]
        for sum in [s.first, s.second, s.third, s.fourth] { doubles += [sum.high, sum.low] }
      }
      offsets.append(Int32(truncatingIfNeeded: doubles.count))
    }
    return [
      .int64(PrimitiveColumn(rows)), .int64(PrimitiveColumn(outliers)),
      .list(ListColumn(offsets: offsets, child: .float64(PrimitiveColumn(doubles)))),
    ]
  }

  static func read(_ state: [Column]) throws(SQLError) -> [MomentState] {
    let rows: [Int64] = try state.stateValues(0, of: "a variance")
    let outliers: [Int64] = try state.stateValues(1, of: "a variance")
    guard state.count == 3, case .list(let list) = state[2],
      let doubles = Double.primitive(of: list.child)?.values
    else { throw .malformedState("a variance") }
    var result: [MomentState] = []
    for (i, count) in rows.enumerated() {
      let d = Array(doubles[Int(list.offsets[i])..<Int(list.offsets[i + 1])])
      switch d.count {
      case 4:
        result.append(
          .moments(CentralMoments(count: Double(count), mean: d[0], second: d[1], third: d[2], fourth: d[3])))
      case 10:
        var sums = PowerSums()
        sums.rows = count
        sums.isOriginSet = d[0] != 0
        sums.origin = d[1]
        sums.first = DoubleDouble(d[2], d[3])
        sums.second = DoubleDouble(d[4], d[5])
        sums.third = DoubleDouble(d[6], d[7])
        sums.fourth = DoubleDouble(d[8], d[9])
        result.append(.sums(sums, outliers: outliers[i]))
      default: throw .malformedState("a variance")
      }
    }
    return result
  }
}
