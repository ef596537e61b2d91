import Columnar
import Diagnostics
import Testing

@testable import Connectors

/// A clock that stands still far in the future, so that everything is due.
private let late: @Sendable () -> Int64 = { 1_700_000_000_000_000 }

@Suite struct DatagenTests {
  private func rows(_ options: [String: String], _ fields: [Field], columns: [Int]? = nil) throws -> [[Value]] {
    try drain(
      open(
        .datagen, ["rows-per-second": "1000000000"].merging(options) { $1 }, columns: columns, schema: Schema(fields))
    ).rows
  }

  @Test func sequencesEndTheSource() throws {
    let fields = [Field("id", .bigint), Field("s", .string), Field("d", .decimal(precision: 5, scale: 2))]
    let made = try rows(
      [
        "fields.id.kind": "sequence", "fields.id.start": "5", "fields.id.end": "7", "fields.s.kind": "sequence",
        "fields.s.start": "1", "fields.s.end": "100", "fields.d.kind": "sequence", "fields.d.start": "-1", "fields.d.end": "999",
      ], fields)
    #expect(
      made == [
        [.int64(5), .string("1"), .int128(-100)], [.int64(6), .string("2"), .int128(0)], [.int64(7), .string("3"), .int128(100)],
      ])
  }

  @Test func randomValuesStayInTheirBounds() throws {
    let fields = [
      Field("i", .int), Field("f", .double), Field("s", .string), Field("b", .boolean), Field("t", .timestamp), Field("y", .tinyint),
    ]
    let options = [
      "number-of-rows": "5000", "fields.i.min": "-3", "fields.i.max": "3", "fields.f.min": "1.5", "fields.f.max": "2",
      "fields.s.length": "20", "fields.s.var-len": "true", "fields.i.null-rate": "0.5", "fields.t.max-past": "10 s",
    ]
    let made = try rows(options, fields)
    #expect(made.count == 5000)
    let integers = made.compactMap(\.[0].integer)
    #expect(Set(integers) == Set(-3...3))
    #expect((2000...3000).contains(integers.count))
    #expect(made.allSatisfy { if case .float64(let v) = $0[1] { (1.5...2).contains(v) } else { false } })
    #expect(Set(made.map { $0[2].text?.count }) == Set(0...20))
    #expect(made.allSatisfy { $0[2].text?.allSatisfy(\.isHexDigit) == true })
    #expect(Set(made.map { $0[3] }) == [.bool(true), .bool(false)])
    #expect(Set(made.compactMap(\.[5].integer)).count > 200)
    // The same rows again, whatever is asked for and in whatever pieces.
    #expect(try rows(options, fields, columns: [2, 0]) == made.map { [$0[2], $0[0]] })
    #expect(try rows(options.merging(["seed": "1"]) { $1 }, fields, columns: [0]) != made.map { [$0[0]] })
  }

  @Test func nestedValues() throws {
    let person = DataType.structure([Field("name", .string), Field("age", .int)])
    let fields = [Field("p", person), Field("a", .array(.int)), Field("m", .map(key: .string, value: .bigint))]
    let made = try rows(
      [
        "number-of-rows": "50", "fields.p.name.length": "3", "fields.p.age.min": "1", "fields.p.age.max": "1",
        "fields.a.length": "4", "fields.a.element.max": "9", "fields.a.element.min": "0", "fields.a.null-rate": "0.3",
        "fields.m.key.length": "2",
      ], fields)
    for row in made {
      guard case .structure(let parts) = row[0] else { Issue.record("no struct: \(row)"); return }
      #expect(parts[0].text?.count == 3)
      #expect(parts[1] == .int32(1))
      if case .list(let items) = row[1] {
        #expect(items.count == 4)
        #expect(items.allSatisfy { (0...9).contains($0.integer ?? -1) })
      } else {
        #expect(row[1] == .null)
      }
      guard case .map(let entries) = row[2] else { Issue.record("no map: \(row)"); return }
      #expect(entries.map(\.key.text?.count) == [2])
    }
    #expect(made.contains { $0[1] == .null })
  }

  @Test(arguments: [
    (["fields.x.kind": "sequence", "fields.x.start": "2", "fields.x.end": "1"], "INVALID_OPTION_VALUE"),
    (["fields.x.min": "many"], "INVALID_OPTION_VALUE"), (["fields.x.min": "3000000000"], "INVALID_OPTION_VALUE"),
    (["fields.x.null-rate": "2"], "INVALID_OPTION_VALUE"), (["fields.y.kind": "random"], "UNKNOWN_OPTION"),
    (["fields.x.color": "red"], "UNKNOWN_OPTION"), (["fields.x.kind": "wild"], "INVALID_OPTION_VALUE"),
    (["fields.s.kind": "sequence", "fields.s.start": "1"], "INVALID_OPTION_VALUE"),
    (["fields.s.length": "-1"], "INVALID_OPTION_VALUE"), (["fields.s.length": "99999999999"], "INVALID_OPTION_VALUE"),
  ])
  func wrongOptions(_ options: [String: String], _ expected: String) {
    let fields = [Field("x", .int), Field("s", .string)]
    #expect(failure { _ = try rows(options, fields) }?.errorClass == expected)
  }

  @Test func typesThatAreNotMade() {
    let interval = [Field("i", .dayTimeInterval(.day, .second))]
    #expect(failure { _ = try rows([:], interval) }?.errorClass == "UNSUPPORTED_FEATURE")
    #expect(failure { _ = try open(.datagen) }?.errorClass == "UNABLE_TO_INFER_SCHEMA")
  }
}

@Suite struct RateMicroBatchTests {
  @Test func batchesAreSteps() throws {
    let drained = try drain(
      open(
        .rateMicroBatch, ["rowsPerBatch": "3", "startTimestamp": "1000", "advanceMillisPerBatch": "500", "batches": "2"]))
    #expect(drained.boundaries == 2)
    #expect(
      drained.rows
        == (0..<6).map { [.int64(1_000_000 + ($0 / 3) * 500_000), .int64($0)] })
  }

  @Test func itGoesOnAnywhere() throws {
    let options = ["rowsPerBatch": "10", "batches": "3"]
    let source = try open(.rateMicroBatch, options)
    try source.start {}
    var limit = ReadLimit(rows: 4)
    _ = try source.poll(&limit)
    let other = try open(.rateMicroBatch, options)
    try other.seek(to: #require(source.position))
    #expect(try drain(other).rows.map { $0[1].integer } == (4..<30).map { $0 })
    for wrong in ["", "1", "1 11", "-1 0", "a b"] { #expect(failure { try other.seek(to: wrong) } != nil) }
  }
}

@Suite struct ForeignConnectorTests {
  @Test(arguments: ["kafka", "Kinesis", "pulsar", "jdbc", "upsert-kafka"]) func refusedByNameWithAdvice(_ name: String) {
    let error = failure { _ = try ConnectorRegistry.builtin.source(named: name, span: .none) }
    #expect(error?.errorClass == "UNSUPPORTED_DATA_SOURCE")
    #expect(error?.message.contains("\"\(name.lowercased())\"") == true)
    #expect(error?.hint?.isEmpty == false)
  }
}
