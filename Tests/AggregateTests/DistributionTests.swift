import Columnar
import Expressions
import Testing

/// Percentiles, modes, bits and picks by another column: each means the same computed a change at a time, merged from
/// parts, and after a restore.
@Suite struct DistributionTests {
  static let cases: [AggregateCase] = percentiles + bits + frequencies + picksBy

  static let percentiles: [AggregateCase] = [
    AggregateCase(name: "median", types: [.double], isFinite: true) { percentile(Meaning.doubles($0), 0.5) },
    AggregateCase(name: "percentile", types: [.double], constants: [(.float64(0.3), .double)], isFinite: true) {
      percentile(Meaning.doubles($0), 0.3)
    },
    AggregateCase(
      name: "percentile", types: [.double], constants: [(.list([.float64(0), .float64(0.9)]), .array(.double))],
      isFinite: true
    ) { rows in
      let values = Meaning.doubles(rows)
      return values.isEmpty ? .null : .list([percentile(values, 0), percentile(values, 0.9)])
    },
    AggregateCase(name: "percentile_approx", types: [.int], constants: [(.float64(0.25), .double)]) { rows in
      let sorted = Meaning.integers(rows).sorted()
      return sorted.isEmpty ? .null : .int32(Int32(sorted[max(0, Int((Double(sorted.count) * 0.25).rounded(.up)) - 1)]))
    },
    AggregateCase(name: "approx_percentile", types: [.date], constants: [(.float64(1), .double)]) { rows in
      Meaning.integers(rows).max().map { .int32(Int32($0)) } ?? .null
    },
  ]

  static func percentile(_ values: [Double], _ share: Double) -> Value {
    if values.isEmpty { return .null }
    let sorted = values.sorted()
    let place = Double(sorted.count - 1) * share
    let low = sorted[Int(place.rounded(.down))]
    let high = sorted[Int(place.rounded(.up))]
    return .float64(low + (high - low) * (place - place.rounded(.down)))
  }

  static let bits: [AggregateCase] = [DataType.tinyint, .smallint, .int, .bigint].flatMap { type in
    [
      AggregateCase(name: "bit_and", types: [type]) { fold($0, type) { $0 & $1 } },
      AggregateCase(name: "bit_or", types: [type]) { fold($0, type) { $0 | $1 } },
      AggregateCase(name: "bit_xor", types: [type]) { fold($0, type) { $0 ^ $1 } },
    ]
  }

  static func fold(_ rows: [[Value]], _ type: DataType, _ combine: (Int64, Int64) -> Int64) -> Value {
    let values = Meaning.integers(rows).map { Int64($0) }
    guard let first = values.first else { return .null }
    let result = values.dropFirst().reduce(first, combine)
    return switch type {
    case .tinyint: .int8(Int8(result))
    case .smallint: .int16(Int16(result))
    case .int: .int32(Int32(result))
    default: .int64(result)
    }
  }

  static let frequencies: [AggregateCase] = [DataType.int, .string, .decimal(precision: 12, scale: 2), .array(.int)].flatMap {
    type in
    [
      AggregateCase(name: "mode", types: [type]) { rows in
        let values = Meaning.present(rows)
        var best: (value: Value, count: Int)?
        for value in Meaning.distinct(values) {
          let count = values.count { order($0, value) == 0 }
          if count > best?.count ?? 0 { best = (value, count) }
        }
        return best?.value ?? .null
      },
      AggregateCase(name: "approx_count_distinct", types: [type], constants: [(.float64(0.01), .double)]) { rows in
        .int64(Int64(Meaning.distinct(Meaning.present(rows)).count))
      },
    ]
  }

  static let picksBy: [AggregateCase] = [DataType.int, .string, .double, .array(.string)].flatMap { type in
    [
      AggregateCase(name: "max_by", types: [.string, type]) { pick($0) { order($0, $1) >= 0 } },
      AggregateCase(name: "min_by", types: [.int, type]) { pick($0) { order($0, $1) <= 0 } },
    ]
  }

  /// The value of the last row that no row before beats.
  static func pick(_ rows: [[Value]], _ wins: (Value, Value) -> Bool) -> Value {
    var best: [Value]?
    for row in rows where !row[1].isNull {
      if best.map({ wins(row[1], $0[1]) }) ?? true { best = row }
    }
    return best?[0] ?? .null
  }

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
    try AggregateChecks.reusedGroups(test, isRetractable: true)
  }

  /// The sketch stays within three standard errors far beyond what linear counting covers.
  @Test func sketchOfManyValues() throws {
    let bound = try bindAggregate("approx_count_distinct", [.bigint])
    let accumulator = bound.make(false)
    accumulator.grow(to: 1)
    let rows = (0..<50_000).map { WeightedRow(group: 0, values: [.int64(Int64($0 % 20_000))], position: Int64($0)) }
    try accumulator.update(AggregateInput(rows, [.bigint], constants: [], isWeighted: false))
    guard case .int64(let estimate) = try accumulator.result(of: [0]).value(at: 0) else { throw TestFailure.noEstimate }
    #expect(abs(Double(estimate) - 20_000) < 20_000 * 0.15)
  }

  enum TestFailure: Error { case noEstimate }
}
