import Columnar
import Diagnostics
import Testing

@testable import Connectors

@Suite struct ValueFormatTests {
  static let inner = DataType.structure([Field("x", .int), Field("y", .array(.string))])
  static let schema = Schema([
    Field("b", .boolean), Field("f", .double), Field("d", .decimal(precision: 10, scale: 2)),
    Field("bin", .binary),
    Field("day", .date), Field("ts", .timestamp), Field("m", .map(key: .int, value: .string)),
    Field("s", inner),
    Field("i", .dayTime), Field("t", .tinyint),
  ])
  static let rows: [[Value]] = [
    [
      .bool(true), .float64(1e7), .int128(-1234), .bytes([0, 255, 97]), .int32(1),
      .int64(1_545_650_626_500_000),
      .map([.init(.int32(1), .string("a\"b")), .init(.int32(2), .null)]),
      .structure([.int32(5), .list([.string("p"), .null])]), .int64(93_784_000_001), .int8(-3),
    ],
    [
      .bool(false), .float64(.nan), .int128(5), .bytes([]), .int32(-719_162), .int64(0), .map([]), .null,
      .int64(0),
      .null,
    ],
  ]

  @Test func json() throws {
    #expect(
      try text("jsonl", Self.schema, Self.rows) == """
        {"b":true,"f":1.0E7,"d":-12.34,"bin":"AP9h","day":"1970-01-02","ts":"2018-12-24 11:23:46.500000",\
        "m":{"1":"a\\"b","2":null},"s":{"x":5,"y":["p",null]},"i":"INTERVAL '1 02:03:04.000001' DAY TO SECOND","t":-3}
        {"b":false,"f":"NaN","d":0.05,"bin":"","day":"0001-01-01","ts":"1970-01-01 00:00:00","m":{},"s":null,\
        "i":"INTERVAL '0 00:00:00' DAY TO SECOND","t":null}

        """)
  }

  @Test func jsonStringsAreAlwaysJSON() throws {
    let schema = Schema([Field("s", .string), Field("s", .string)])
    let odd: [UInt8] = Array("é\u{1}\n\"\\/日".utf8) + [0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80]
    #expect(
      try text("jsonl", schema, [[.bytes(odd), .string("\u{8}\u{C}\t\r")]])
        == "{\"s\":\"é\\u0001\\n\\\"\\\\/日\u{FFFD}\u{FFFD}(\u{FFFD}\u{FFFD}\u{FFFD}\",\"s\":\"\\b\\f\\t\\r\"}\n"
    )
    let omitted = try text("jsonl", schema, [[.null, .string("x")], [.null, .null]]) {
      $0.omitsNullFields = true
    }
    #expect(omitted == "{\"s\":\"x\"}\n{}\n")
  }

  @Test func base64() {
    for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
      var out = ByteWriter()
      Array(text.utf8).withUnsafeBytes { Base64.append($0, to: &out) }
      #expect(out.string == expected)
    }
  }

  @Test func zonesShiftTimestamps() throws {
    let schema = Schema([Field("ts", .timestamp)])
    let zone = try #require(TimeZoneRules.named("America/Los_Angeles"))
    for format in ["csv", "jsonl", "spark", "pprint", "insert"] {
      let shown = try text(format, schema, [[.int64(0)]]) { $0.zone = zone }
      #expect(shown.contains("1969-12-31 16:00:00") || shown.contains("datetime"), "\(shown)")
    }
  }

  @Test func python() throws {
    #expect(
      try text("pprint", Self.schema, Self.rows).split(separator: "\n")[3...].joined(separator: "\n") == """
        (True, 10000000.0, Decimal('-12.34'), bytearray(b'\\x00\\xffa'), datetime.date(1970, 1, 2), \
        datetime.datetime(2018, 12, 24, 11, 23, 46, 500000), {1: 'a"b', 2: None}, Row(x=5, y=['p', None]), \
        datetime.timedelta(days=1, seconds=7384, microseconds=1), -3)
        (False, nan, Decimal('0.05'), bytearray(b''), datetime.date(1, 1, 1), datetime.datetime(1970, 1, 1, 0, 0), \
        {}, None, datetime.timedelta(0), None)
        """)
  }

  @Test func pythonStringsAndFloats() {
    func repr(_ string: String) -> String {
      var out = ByteWriter()
      Array(string.utf8).withUnsafeBytes { PythonRepr.appendString($0, to: &out) }
      return out.string
    }
    #expect(repr("it's") == "\"it's\"")
    #expect(repr("'\"") == "'\\'\"'")
    #expect(repr("a\n\t\\\u{7F}\u{85}é") == "'a\\n\\t\\\\\\x7f\\x85é'")
    let floats: [(Double, String)] = [
      (5, "5.0"), (0.1, "0.1"), (1e16, "1e+16"), (1.5e300, "1.5e+300"), (1e-5, "1e-05"), (0.0001, "0.0001"),
      (123_456_789_012_345.0, "123456789012345.0"), (-0.0, "-0.0"), (1e15, "1000000000000000.0"),
      (.infinity, "inf"),
      (1e22, "1e+22"), (9_007_199_254_740_992, "9007199254740992.0"),
      (1.2345678901234567e19, "1.2345678901234567e+19"),
    ]
    for (value, expected) in floats {
      var out = ByteWriter()
      PythonRepr.appendFloat(value, to: &out)
      #expect(out.string == expected)
    }
  }

  @Test func literals() throws {
    let result = try text("insert", Self.schema, Self.rows) { $0.tableName = "my table" }
    #expect(
      result == """
        INSERT INTO `my table` (b, f, d, bin, day, ts, m, s, i, t) VALUES (true, 1.0E7D, -12.34BD, X'00FF61', \
        DATE '1970-01-02', TIMESTAMP '2018-12-24 11:23:46.5', map(1, 'a"b', 2, NULL), \
        named_struct('x', 5, 'y', array('p', NULL)), INTERVAL '1 02:03:04.000001' DAY TO SECOND, -3Y);
        INSERT INTO `my table` (b, f, d, bin, day, ts, m, s, i, t) VALUES (false, CAST('NaN' AS DOUBLE), 0.05BD, X'', \
        DATE '0001-01-01', TIMESTAMP '1970-01-01 00:00:00', map(), NULL, INTERVAL '0 00:00:00' DAY TO SECOND, NULL);

        """)
    let tricky = try text("insert", Schema([Field("s", .string)]), [[.string("it's\\n\n")]])
    #expect(tricky == "INSERT INTO result (s) VALUES ('it''s\\\\n\\n');\n")
  }
}
