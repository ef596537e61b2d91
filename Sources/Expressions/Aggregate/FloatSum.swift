internal import Columnar
internal import Diagnostics

/// Sums and averages of floating-point numbers, the same for any order of the rows within rounding (SEM-10).
///
/// A group holds a finite sum with the error of every addition beside it (Neumaier's compensated summation, by Knuth's
/// branch-free TwoSum), and, for the few groups that need them, counts of NaN, +∞ and −∞ and a second sum, scaled down,
/// for numbers near the end of the range, so that a row taken back leaves no trace.
final class FloatSumAccumulator: Accumulator {
  private struct State {
    var sum = 0.0
    /// What the additions to `sum` have rounded away.
    var lost = 0.0
    /// Weight of the rows that are not NULL, of any kind.
    var rows: Int64 = 0

    @inline(__always)
    mutating func add(_ value: Double) {
      let total = sum + value
      let part = total - sum
      lost += (sum - (total - part)) + (value - part)
      sum = total
    }
  }

  /// Rows that cannot be added to a finite sum.
  private struct Outliers {
    var nan: Int64 = 0
    var positive: Int64 = 0
    var negative: Int64 = 0
    /// Sum of numbers of at least `largeMin`, times `downscale`.
    var large = State()

    var isEmpty: Bool {
      nan == 0 && positive == 0 && negative == 0 && large.sum == 0 && large.lost == 0
    }
  }

  /// Numbers of this size are summed scaled down: 2⁶⁴ smaller ones cannot overflow.
  private static let largeMin = 0x1p960
  private static let downscale = 0x1p-128
  private static let upscale = 0x1p128

  private static let outlierFields = [
    Field("nan", .bigint), Field("positive", .bigint), Field("negative", .bigint), Field("large", .double),
    Field("lost", .double),
  ]

  static let stateTypes: [DataType] = [.double, .double, .bigint, .structure(outlierFields)]

  private let rules: SumRules
  private var states: [State] = []
  private var outliers: [Int32: Outliers] = [:]

  init(_ rules: SumRules) { self.rules = rules }

  func grow(to count: Int) { states.grow(to: count, filler: State()) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let operand = input.arguments.first else { return }
    switch operand.column {
    case .float32(let c): add(c.values, operand, input)
    case .float64(let c): add(c.values, operand, input)
    case .null: return
    default: throw .internal("a floating-point sum got a column of \(operand.column.physical)")
    }
  }

  @inline(__always)
  private func add<T: BinaryFloatingPoint>(_ values: [T], _ operand: Operand, _ input: AggregateInput) {
    // Rows the loop leaves for later: NaN, infinities, numbers near the end of the range.
    var rest: [(group: Int32, value: Double, weight: Int64)] = []
    states.withUnsafeMutableBufferPointer { states in
      values.withUnsafeBufferPointer { values in
        if input.weights == nil {
          input.forEachValid(operand) { _, index, group, _ in
            let value = Double(values[index])
            if abs(value) < Self.largeMin {
              states[group].add(value)
            } else {
              rest.append((Int32(truncatingIfNeeded: group), value, 1))
            }
            states[group].rows &+= 1
          }
        } else {
          input.forEachValid(operand) { _, index, group, weight in
            let value = Double(values[index])
            let times = Double(weight)
            let product = value * times
            if abs(product) < Self.largeMin {
              states[group].add(product)
              // What the product itself has rounded away.
              if weight.magnitude != 1 { states[group].lost += (-product).addingProduct(value, times) }
            } else {
              rest.append((Int32(truncatingIfNeeded: group), value, weight))
            }
            states[group].rows &+= weight
          }
        }
      }
    }
    for row in rest { addOutlier(row.group, row.value, weight: row.weight) }
  }

  private func addOutlier(_ group: Int32, _ value: Double, weight: Int64) {
    var own = outliers[group] ?? Outliers()
    if value.isNaN {
      own.nan &+= weight
    } else if value.isInfinite {
      if value > 0 { own.positive &+= weight } else { own.negative &+= weight }
    } else {
      own.large.add(value * Self.downscale * Double(weight))
    }
    outliers[group] = own.isEmpty ? nil : own
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    let sums: [Double] = try state.stateValues(0, of: "sum")
    let losses: [Double] = try state.stateValues(1, of: "sum")
    let rows: [Int64] = try state.stateValues(2, of: "sum")
    for (i, group) in groups.enumerated() {
      states[Int(group)].add(sums[i])
      states[Int(group)].lost += losses[i]
      states[Int(group)].rows &+= rows[i]
      guard case .structure(let fields) = state[3].value(at: i) else { continue }
      guard fields.count == 5, case .int64(let nan) = fields[0], case .int64(let positive) = fields[1],
        case .int64(let negative) = fields[2], case .float64(let large) = fields[3],
        case .float64(let lost) = fields[4]
      else { throw .malformedState("sum") }
      var own = outliers[group] ?? Outliers()
      own.nan &+= nan
      own.positive &+= positive
      own.negative &+= negative
      own.large.add(large)
      own.large.lost += lost
      outliers[group] = own.isEmpty ? nil : own
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    let fields = groups.map { group -> Value in
      guard let own = outliers[group] else { return .null }
      return .structure([
        .int64(own.nan), .int64(own.positive), .int64(own.negative), .float64(own.large.sum),
        .float64(own.large.lost),
      ])
    }
    return [
      .float64(PrimitiveColumn(gatherGroups(states, groups) { $0.sum })),
      .float64(PrimitiveColumn(gatherGroups(states, groups) { $0.lost })),
      .int64(PrimitiveColumn(gatherGroups(states, groups) { $0.rows })),
      Column(fields, type: .structure(Self.outlierFields)),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let isAverage = rules.function == .average
    var values = [Double](repeating: 0, count: groups.count)
    var validity = Validity(repeating: true, count: groups.count)
    for (i, group) in groups.enumerated() {
      let rows = states[Int(group)].rows
      if rows == 0 {
        // Nothing is left: rounding errors of what was taken back go too.
        states[Int(group)] = State()
        outliers[group] = nil
        validity.set(i, false)
      } else {
        values[i] = total(group, dividedBy: isAverage ? Double(rows) : 1)
      }
    }
    return .float64(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
  }

  private func total(_ group: Int32, dividedBy divisor: Double) -> Double {
    let state = states[Int(group)]
    let finite = state.sum + state.lost
    guard !outliers.isEmpty, let own = outliers[group] else { return finite / divisor }
    if own.nan != 0 || (own.positive != 0 && own.negative != 0) { return .nan }
    if own.positive != 0 { return .infinity }
    if own.negative != 0 { return -.infinity }
    let large = own.large.sum + own.large.lost
    if large == 0 { return finite / divisor }
    return (large + finite * Self.downscale) * Self.upscale / divisor
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = State() }
    if !outliers.isEmpty { for group in groups { outliers[group] = nil } }
  }

  var memoryBytes: Int {
    states.storageBytes + outliers.capacity * (MemoryLayout<Outliers>.stride + MemoryLayout<Int32>.stride)
  }
}
