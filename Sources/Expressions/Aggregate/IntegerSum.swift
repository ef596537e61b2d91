internal import Columnar
internal import Diagnostics

/// Sums and averages of integers and intervals: a 128-bit sum and a row count a group.
///
/// Products of value and weight take at most 127 bits, so that it takes 2⁶³ rows of the largest to leave the state;
/// the order of rows never matters (SEM-10).
final class IntegerSumAccumulator: Accumulator {
  private struct State {
    var sum: Int128 = 0
    /// Weight of the rows that are not NULL.
    var rows: Int64 = 0
  }

  static let stateTypes: [DataType] = [.decimal(precision: 38, scale: 0), .bigint]

  private let rules: SumRules
  private var states: [State] = []

  init(_ rules: SumRules) { self.rules = rules }

  func grow(to count: Int) { states.grow(to: count, filler: State()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    switch operand.column {
    case .int8(let c): add(c.values, operand, input)
    case .int16(let c): add(c.values, operand, input)
    case .int32(let c): add(c.values, operand, input)
    case .int64(let c): add(c.values, operand, input)
    case .null: return
    default: throw .internal("an integer sum got a column of \(operand.column.physical)")
    }
  }

  @inline(__always)
  private func add<T: FixedWidthInteger>(_ values: [T], _ operand: Operand, _ input: AggregateInput) {
    states.withUnsafeMutableBufferPointer { states in
      values.withUnsafeBufferPointer { values in
        if input.weights == nil {
          input.forEachValid(operand) { _, index, group, _ in
            states[group].sum &+= Int128(truncatingIfNeeded: values[index])
            states[group].rows &+= 1
          }
        } else {
          input.forEachValid(operand) { _, index, group, weight in
            let product = Int64(truncatingIfNeeded: values[index]).multipliedFullWidth(by: weight)
            states[group].sum &+= Int128(product.high) << 64 | Int128(product.low)
            states[group].rows &+= weight
          }
        }
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let sums: [Int128] = try state.stateValues(0, of: "sum")
    let rows: [Int64] = try state.stateValues(1, of: "sum")
    for (i, group) in groups.enumerated() {
      states[Int(group)].sum &+= sums[i]
      states[Int(group)].rows &+= rows[i]
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      .int128(PrimitiveColumn(gatherGroups(states, groups) { $0.sum })),
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.rows })),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    var validity = Validity(repeating: true, count: groups.count)
    var values = [Int64](repeating: 0, count: groups.count)
    let isAverage = rules.function == .average
    let range =
      rules.total.physical == .int32
      ? Int128(Int32.min)...Int128(Int32.max) : Int128(Int64.min)...Int128(Int64.max)
    if isAverage && rules.result == .double { return average(of: groups) }
    for (i, group) in groups.enumerated() {
      let state = states[Int(group)]
      if state.rows == 0 {
        validity.set(i, false)
      } else if range.contains(state.sum) {
        values[i] = Int64(truncatingIfNeeded: isAverage ? Self.halfUp(state.sum, state.rows) : state.sum)
      } else {
        switch rules.overflow {
        case .raise: throw rules.sumOverflow
        case .null: validity.set(i, false)
        case .legacy where rules.total.isInterval: throw rules.sumOverflow
        case .legacy: values[i] = Int64(truncatingIfNeeded: state.sum)
        }
      }
    }
    let mask = validity.isAllValid ? nil : validity
    if rules.result.physical == .int32 {
      return .int32(PrimitiveColumn(values.map { Int32(truncatingIfNeeded: $0) }, validity: mask))
    }
    return .int64(PrimitiveColumn(values, validity: mask))
  }

  private func average(of groups: [Int32]) -> Column {
    let values = gatherGroups(states, groups) { $0.rows == 0 ? 0 : Self.double($0.sum) / Double($0.rows) }
    let validity = Validity(count: groups.count) { states[Int(groups[$0])].rows != 0 }
    return .float64(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
  }

  /// The nearest double; a conversion from 128 bits is slow, and seldom needed.
  @inline(__always)
  private static func double(_ sum: Int128) -> Double {
    let narrow = Int64(truncatingIfNeeded: sum)
    return Int128(narrow) == sum ? Double(narrow) : Double(sum)
  }

  /// The quotient rounded to the nearest integer, halves away from zero; `divisor` is not 0.
  private static func halfUp(_ dividend: Int128, _ divisor: Int64) -> Int128 {
    let by = Int128(divisor)
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: by)
    if remainder.magnitude * 2 < by.magnitude { return quotient }
    return (dividend < 0) == (by < 0) ? quotient + 1 : quotient - 1
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = State() }
  }

  var memoryBytes: Int { states.storageBytes }
}
