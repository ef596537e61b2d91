internal import Columnar
internal import Diagnostics

/// Sums and averages of decimals: a 192-bit sum and a row count a group.
///
/// 38 digits take 127 bits, a weight 63: 2¹ rows of the largest may still be added before the state itself overflows.
/// Rows of weight ±1 may come 2⁶⁴ times.
final class DecimalSumAccumulator: Accumulator {
  /// `high · 2¹²⁸ + low`, in two's complement.
  private struct State {
    var low: UInt128 = 0
    var high: Int64 = 0
    /// Weight of the rows that are not NULL.
    var rows: Int64 = 0

    @inline(__always)
    mutating func add(low more: UInt128, high upper: Int64) {
      let (sum, carry) = low.addingReportingOverflow(more)
      low = sum
      high &+= upper &+ (carry ? 1 : 0)
    }

    /// The sum, if 128 bits hold it.
    var narrow: Int128? {
      let value = Int128(truncatingIfNeeded: low)
      return high == (value < 0 ? -1 : 0) ? value : nil
    }
  }

  static let stateTypes: [DataType] = [.decimal(precision: 38, scale: 0), .bigint, .bigint]

  private let rules: SumRules
  private var states: [State] = []

  init(_ rules: SumRules) { self.rules = rules }

  func grow(to count: Int) { states.grow(to: count, filler: State()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    if case .null = operand.column { return }
    guard case .int128(let c) = operand.column else {
      throw .internal("a decimal sum got a column of \(operand.column.physical)")
    }
    states.withUnsafeMutableBufferPointer { states in
      c.values.withUnsafeBufferPointer { values in
        input.forEachValid(operand) { _, index, group, weight in
          let value = values[index]
          if weight == 1 {
            states[group].add(low: UInt128(truncatingIfNeeded: value), high: value < 0 ? -1 : 0)
          } else {
            let product = Self.multiply(value, weight)
            states[group].add(low: product.low, high: product.high)
          }
          states[group].rows &+= weight
        }
      }
    }
  }

  private static func multiply(_ value: Int128, _ weight: Int64) -> (low: UInt128, high: Int64) {
    let product = value.magnitude.multipliedFullWidth(by: UInt128(weight.magnitude))
    if (value < 0) == (weight < 0) { return (product.low, Int64(truncatingIfNeeded: product.high)) }
    let low = ~product.low &+ 1
    return (low, Int64(truncatingIfNeeded: ~product.high &+ (low == 0 ? 1 : 0)))
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let lows: [Int128] = try state.stateValues(0, of: "sum")
    let highs: [Int64] = try state.stateValues(1, of: "sum")
    let rows: [Int64] = try state.stateValues(2, of: "sum")
    for (i, group) in groups.enumerated() {
      states[Int(group)].add(low: UInt128(truncatingIfNeeded: lows[i]), high: highs[i])
      states[Int(group)].rows &+= rows[i]
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      .int128(PrimitiveColumn(gatherGroups(states, groups) { Int128(truncatingIfNeeded: $0.low) })),
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.high })),
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.rows })),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    guard case .decimal(let totalDigits, let totalScale) = rules.total,
      case .decimal(let resultDigits, let resultScale) = rules.result
    else { throw .internal("a decimal sum without a decimal result") }
    let shape = DecimalShape(precision: resultDigits, scale: resultScale)
    var validity = Validity(repeating: true, count: groups.count)
    var values = [Int128](repeating: 0, count: groups.count)
    for (i, group) in groups.enumerated() {
      let state = states[Int(group)]
      if state.rows == 0 {
        validity.set(i, false)
        continue
      }
      guard let sum = state.narrow, Decimal128.fits(sum, precision: totalDigits) else {
        if rules.overflow == .raise { throw rules.sumOverflow }
        validity.set(i, false)
        continue
      }
      if rules.function == .sum {
        values[i] = sum
        continue
      }
      guard let mean = Decimal128.divide(sum, scale: totalScale, Int128(state.rows), scale: 0, to: shape)
      else {
        if rules.overflow == .raise { throw rules.averageOutOfRange }
        validity.set(i, false)
        continue
      }
      values[i] = mean
    }
    return .int128(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = State() }
  }

  var memoryBytes: Int { states.storageBytes }
}
