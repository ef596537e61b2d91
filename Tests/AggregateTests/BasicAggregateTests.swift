import Columnar
import Diagnostics
import Expressions
import Testing

/// Every aggregate means the same computed a change at a time, in one piece, from merged parts, after a restore.
@Suite struct BasicAggregateTests {
  static let anyTypes: [DataType] = [
    .boolean, .tinyint, .smallint, .int, .bigint, .float, .double, .decimal(precision: 12, scale: 2), .string,
    .binary,
    .date, .timestamp, .timestampNTZ, .yearMonth, .dayTime, .array(.int), .array(.string),
    .structure([Field("a", .int), Field("b", .string)]), .array(.structure([Field("d", .double)])), .null,
  ]
  static let mapType = DataType.map(key: .string, value: .array(.double))

  static let cases: [AggregateCase] =
    counting + sums + anyTypes.flatMap { ofAnyType($0) } + ofUnorderedType(mapType)

  static let counting: [AggregateCase] = [
    AggregateCase(name: "count", types: []) { .int64(Int64($0.count)) },
    AggregateCase(name: "count", types: [.string], meaning: Meaning.count),
    AggregateCase(name: "count", types: [.int, .double], meaning: Meaning.count),
    AggregateCase(name: "count", types: [.null], meaning: Meaning.count),
    AggregateCase(name: "count", types: [], constants: [(.int32(1), .int)]) { .int64(Int64($0.count)) },
    AggregateCase(name: "count", types: [.int], constants: [(.null, .int)]) { _ in .int64(0) },
    AggregateCase(name: "count_if", types: [.boolean]) { rows in
      .int64(Int64(rows.filter { $0[0] == .bool(true) }.count))
    },
    AggregateCase(name: "bool_and", types: [.boolean]) { rows in
      let values = Meaning.present(rows)
      return values.isEmpty ? .null : .bool(!values.contains(.bool(false)))
    },
    AggregateCase(name: "bool_or", types: [.boolean]) { rows in
      let values = Meaning.present(rows)
      return values.isEmpty ? .null : .bool(values.contains(.bool(true)))
    },
  ]

  static let sums: [AggregateCase] =
    [.tinyint, .smallint, .int, .bigint].flatMap { type in
      [
        AggregateCase(name: "sum", types: [type], meaning: Meaning.bigintSum),
        AggregateCase(name: "try_sum", types: [type], meaning: Meaning.bigintSum),
        AggregateCase(name: "avg", types: [type], meaning: Meaning.doubleAverage),
      ]
    }
    + [.float, .double].flatMap { type in
      [
        AggregateCase(name: "sum", types: [type], meaning: Meaning.doubleSum),
        AggregateCase(name: "avg", types: [type], meaning: Meaning.doubleAverage),
      ]
    } + [
      AggregateCase(name: "sum", types: [.decimal(precision: 12, scale: 2)], meaning: Meaning.decimalSum),
      AggregateCase(name: "avg", types: [.decimal(precision: 12, scale: 2)], meaning: Meaning.decimalAverage),
      AggregateCase(name: "sum", types: [.yearMonth], meaning: Meaning.monthSum),
      AggregateCase(name: "avg", types: [.yearMonth], meaning: Meaning.monthAverage),
      AggregateCase(name: "sum", types: [.dayTime], meaning: Meaning.bigintSum),
      AggregateCase(name: "avg", types: [.dayTime], meaning: Meaning.microsAverage),
    ]

  static func ofAnyType(_ type: DataType) -> [AggregateCase] {
    [
      AggregateCase(name: "min", types: [type], meaning: Meaning.minimum),
      AggregateCase(name: "max", types: [type], meaning: Meaning.maximum),
      AggregateCase(name: "collect_set", types: [type]) { .list(Meaning.distinct(Meaning.present($0))) },
      AggregateCase(name: "collect_set", types: [type], constants: [(.bool(false), .boolean)]) { rows in
        .list(Meaning.distinct(rows.map { $0[0] }))
      },
    ] + ofUnorderedType(type)
  }

  static func ofUnorderedType(_ type: DataType) -> [AggregateCase] {
    let ignore = [(Value.bool(true), DataType.boolean)]
    return [
      AggregateCase(name: "first", types: [type]) { $0.first?[0] ?? .null },
      AggregateCase(name: "last", types: [type]) { $0.last?[0] ?? .null },
      AggregateCase(name: "first", types: [type], constants: ignore) { Meaning.present($0).first ?? .null },
      AggregateCase(name: "last", types: [type], constants: ignore) { Meaning.present($0).last ?? .null },
      AggregateCase(name: "any_value", types: [type]) { $0.first?[0] ?? .null },
      AggregateCase(name: "collect_list", types: [type]) { .list(Meaning.present($0)) },
      AggregateCase(name: "collect_list", types: [type], constants: [(.bool(false), .boolean)]) { rows in
        .list(rows.map { $0[0] })
      },
    ]
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
    try AggregateChecks.reusedGroups(test, isRetractable: false)
    try AggregateChecks.reusedGroups(test, isRetractable: true)
  }
}
