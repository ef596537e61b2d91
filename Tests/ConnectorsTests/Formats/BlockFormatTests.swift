import Columnar
import Diagnostics
import Testing

@testable import Connectors

@Suite struct SparkBlockTests {
  @Test func theSeedsListing() throws {
    var encoding = try Encoding("spark", wordCounts)
    try encoding.step([[.string("cat"), .int64(1)], [.string("dog"), .int64(3)]])
    try encoding.step([
      [.string("cat"), .int64(2)], [.string("dog"), .int64(3)], [.string("owl"), .int64(1)],
    ])
    #expect(
      try encoding.finish() == """
        -------------------------------------------
        Batch: 0
        -------------------------------------------
        +----+-----+
        |word|count|
        +----+-----+
        | cat|    1|
        | dog|    3|
        +----+-----+

        -------------------------------------------
        Batch: 1
        -------------------------------------------
        +----+-----+
        |word|count|
        +----+-----+
        | cat|    2|
        | dog|    3|
        | owl|    1|
        +----+-----+


        """)
  }

  @Test func stepsWithoutInputHaveNoBlock() throws {
    var encoding = try Encoding("spark", wordCounts)
    try encoding.step([], hasConsumed: false)
    #expect(encoding.out.text.isEmpty)
    try encoding.step([], hasConsumed: true)
    #expect(encoding.out.text.hasSuffix("+----+-----+\n|word|count|\n+----+-----+\n+----+-----+\n\n"))
    try encoding.step([[.string("a"), .int64(1)]], hasConsumed: false)
    #expect(try encoding.finish().contains("Batch: 2"))
  }

  @Test func onlyTheTopRowsAreShown() throws {
    let schema = Schema([Field("n", .int)])
    let rows = (0..<25).map { [Value.int32($0)] }
    let shown = try text("spark", schema, rows)
    #expect(shown.hasSuffix("| 19|\n+---+\nonly showing top 20 rows\n\n"))
    #expect(
      try text("spark", schema, rows) { $0.rowsMax = 1 }.hasSuffix("|  0|\n+---+\nonly showing top 1 row\n\n")
    )
    #expect(try text("spark", schema, rows) { $0.rowsMax = 25 }.hasSuffix("| 24|\n+---+\n\n"))
    #expect(
      try text("spark", schema, rows) { $0.rowsMax = 0 }
        .hasSuffix("+---+\n|  n|\n+---+\n+---+\nonly showing top 0 rows\n\n"))
  }

  @Test func cellsAreCutAsInShow() throws {
    let schema = Schema([Field("a_long_column_name_that_stays", .string)])
    let row: [[Value]] = [[.string("abcdefghijklmnopqrstuvwxyz")], [.string("äöü日本\n")]]
    func lines(_ truncate: Int?) throws -> [Substring] {
      try text("spark", schema, row) { $0.truncate = truncate }.split(separator: "\n").dropFirst(6).dropLast()
        .map { $0 }
    }
    #expect(try lines(nil) == ["|         abcdefghijklmnopq...|", "|                    äöü日本\\n|"])
    #expect(try lines(0) == ["|abcdefghijklmnopqrstuvwxyz   |", "|äöü日本\\n                    |"])
    #expect(try lines(3) == ["|                          abc|", "|                          äöü|"])
    #expect(try lines(5) == ["|                        ab...|", "|                        äö...|"])
  }

  @Test func nestedValuesLookAsInShow() throws {
    #expect(
      try text("spark", ValueFormatTests.schema, ValueFormatTests.rows) { $0.truncate = 0 }
        .split(separator: "\n").dropFirst(6).dropLast().map { $0.split(separator: "|").map { $0.trimmed } }
        == [
          [
            "true", "1.0E7", "-12.34", "[00 FF 61]", "1970-01-02", "2018-12-24 11:23:46.5",
            "{1 -> a\"b, 2 -> NULL}",
            "{5, [p, NULL]}", "INTERVAL '1 02:03:04.000001' DAY TO SECOND", "-3",
          ],
          [
            "false", "NaN", "0.05", "[]", "0001-01-01", "1970-01-01 00:00:00", "{}", "NULL",
            "INTERVAL '0 00:00:00' DAY TO SECOND", "NULL",
          ],
        ])
  }
}

@Suite struct PprintBlockTests {
  @Test func theSeedsListing() throws {
    var encoding = try Encoding("pprint", wordCounts)
    let micros: Int64 = 1_545_651_026_999_999
    try encoding.step([], hasConsumed: false, micros: micros)
    try encoding.step(
      [[.string("blue"), .int64(5)], [.string("green"), .int64(3)]], micros: micros + 1_000_000)
    #expect(
      try encoding.finish() == """
        -------------------------------------------
        Time: 2018-12-24 11:30:26
        -------------------------------------------

        -------------------------------------------
        Time: 2018-12-24 11:30:27
        -------------------------------------------
        ('blue', 5)
        ('green', 3)


        """)
  }

  @Test func tenRowsThenDots() throws {
    let schema = Schema([Field("n", .bigint)])
    let shown = try text("pprint", schema, (0..<12).map { [.int64($0)] })
    #expect(shown.hasSuffix("\n8\n9\n...\n\n"))
    #expect(
      try text("pprint", schema, (0..<12).map { [.int64($0)] }) { $0.rowsMax = 12 }.hasSuffix("\n11\n\n"))
  }

  @Test func oneColumnIsPrinted() throws {
    func printed(_ type: DataType, _ value: Value) throws -> Substring? {
      try text("pprint", Schema([Field("v", type)]), [[value]]).split(separator: "\n").last
    }
    #expect(try printed(.string, .string("it's")) == "it's")
    #expect(try printed(.array(.string), .list([.string("a")])) == "['a']")
    #expect(try printed(.date, .int32(0)) == "1970-01-01")
    #expect(try printed(.timestamp, .int64(500_000)) == "1970-01-01 00:00:00.500000")
    #expect(try printed(.timestamp, .int64(0)) == "1970-01-01 00:00:00")
    #expect(try printed(.decimal(precision: 5, scale: 1), .int128(15)) == "1.5")
    #expect(try printed(.string, .null) == "None")
  }
}

extension Substring {
  var trimmed: String { String(self).trimmingSpaces() }
}
