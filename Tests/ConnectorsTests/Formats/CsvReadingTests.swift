import Columnar
import Diagnostics
import Glibc
import Testing

@testable import Connectors

@Suite struct CsvReadingTests {
  let folder = TemporaryFolder()

  private func rows(
    _ text: String, _ fields: [Field], _ options: [String: String] = [:], columns: [Int]? = nil
  ) throws -> [[String]] {
    folder.write("a.csv", text)
    let source = try open(
      .csv, options.merging(["path": folder.file("a.csv")]) { $1 }, columns: columns, schema: Schema(fields))
    let wanted = (columns ?? Array(fields.indices)).map { fields[$0].type }
    return try drain(source).rows.map { row in zip(row, wanted).map { shown($0, $1) } }
  }

  private func shown(_ value: Value, _ type: DataType) -> String {
    var text = ByteWriter()
    var printer = ColumnText()
    printer.append(row: 0, of: Column([value], type: type), type: type, to: &text)
    return value == .null ? "NULL" : text.string
  }

  private let ab = [Field("a", .bigint), Field("b", .string)]

  @Test func fieldsAreColumns() throws {
    let text = "a,b\n1,x\r\n-2,\"a, \"\"quoted\"\" one\"\n\n3,\n4,\"\"\n5,a long text of many letters"
    let expected = [
      ["1", "x"], ["-2", "a, \"quoted\" one"], ["3", "NULL"], ["4", ""], ["5", "a long text of many letters"],
    ]
    #expect(try rows(text, ab) == expected)
    #expect(try rows(text, ab, ["header": "true"]) == expected)
    #expect(try rows(text, ab, columns: [1]) == expected.map { [$0[1]] })
    #expect(try rows(text, ab, columns: []).count == 5)
    #expect(try rows("1,x\n", ab) == [["1", "x"]])
    #expect(try rows("\u{FEFF}a,b\n1,x\n", ab) == [["1", "x"]])
  }

  /// Blank lines and comments may come before the header, in whatever pieces a file is read.
  @Test(arguments: ["", "1"]) func theHeaderIsTheFirstRecord(rowsMax: String) throws {
    folder.write("h.csv", "\n  \n#note\na,b\n1,x\n2,b\n")
    var options = ["path": folder.file("h.csv"), "comment": "#"]
    if !rowsMax.isEmpty { options["maxRowsPerTrigger"] = rowsMax }
    for header in [nil, "true"] {
      options["header"] = header
      #expect(try drain(open(.csv, options)).rows.map { $0.last } == [.string("x"), .string("b")])
    }
  }

  @Test func everyType() throws {
    let fields = [
      Field("t", .boolean), Field("i", .int), Field("d", .double), Field("n", .decimal(precision: 5, scale: 2)),
      Field("day", .date), Field("ts", .timestamp), Field("nt", .timestampNTZ),
    ]
    #expect(
      try rows("TRUE,7,1e3,12.345,2024-02-29,2024-02-29T10:00:00.25Z,2024-02-29 10:00:00\n,,,,,,\nfalse,-1,Inf,1,2024-1-1,2024-01-01,2024-01-01\n", fields)
        == [
          ["true", "7", "1000.0", "12.35", "2024-02-29", "2024-02-29 10:00:00.25", "2024-02-29 10:00:00"],
          Array(repeating: "NULL", count: 7),
          ["false", "-1", "Infinity", "1.00", "2024-01-01", "2024-01-01 00:00:00", "2024-01-01 00:00:00"],
        ])
  }

  @Test func dialects() throws {
    #expect(try rows("1\tx\n", ab, ["sep": "\\t"]) == [["1", "x"]])
    #expect(try rows("1||x\n", ab, ["sep": "||"]) == [["1", "x"]])
    #expect(try rows("# note\n1;'a;b'\n", ab, ["sep": ";", "quote": "'", "comment": "#"]) == [["1", "a;b"]])
    #expect(try rows("NA,NA\n", ab, ["nullValue": "NA"]) == [["NULL", "NULL"]])
    #expect(
      try rows(" 1 , x \n", ab, ["ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true"]) == [["1", "x"]])
    #expect(try rows("1,\"two\nlines\"\n2,y", ab, ["multiLine": "true"]) == [["1", "two\nlines"], ["2", "y"]])
    let day = [Field("a", .date)]
    #expect(try rows("31.12.2024\n", day, ["dateFormat": "dd.MM.yyyy"]) == [["2024-12-31"]])
  }

  @Test func malformedRecords() throws {
    let text = "1,x\ny,z\n2\n3,x,more\n4,\"open\n5,ok\n"
    let fields = ab + [Field("_corrupt_record", .string)]
    #expect(
      try rows(text, fields) == [
        ["1", "x", "NULL"], ["NULL", "z", "y,z"], ["2", "NULL", "2"], ["3", "x", "3,x,more"],
        ["NULL", "NULL", "4,\"open"], ["5", "ok", "NULL"],
      ])
    #expect(try rows(text, ab, ["mode": "DROPMALFORMED"]) == [["1", "x"], ["5", "ok"]])
    let error = failure { _ = try rows(text, ab, ["mode": "FAILFAST"]) }
    #expect(
      error?.message == "'\(folder.file("a.csv"))' line 2: column \"a\" cannot take 'y' as BIGINT: y,z")
  }

  @Test(arguments: [
    ("id,name\n1,x\n2,y\n", "id BIGINT, name STRING"),
    (
      "1,2.5,true,2024-01-01,2024-01-01 10:00:00\n2,3,false,,2024-01-02T00:00:00Z\n",
      "_c0 BIGINT, _c1 DOUBLE, _c2 BOOLEAN, _c3 DATE, _c4 TIMESTAMP"
    ),
    ("a,b\nx,y\n", "a STRING, b STRING"),
    ("x,y\nx,z\n", "_c0 STRING, _c1 STRING"),
    ("a,a\n1,2\n", "a0 BIGINT, a1 BIGINT"), ("a,,c\n1,2,3\n", "a BIGINT, _c1 BIGINT, c BIGINT"), ("x,,y\nz,3,w\n", "_c0 STRING, _c1 BIGINT, _c2 STRING"),
    ("n,m\n1,\n2.5,\n", "n DOUBLE, m STRING"),
  ])
  func inference(text: String, schema: String) throws {
    folder.write("i.csv", text)
    let request = try request(.csv, ["path": folder.file("i.csv")])
    let description = try #require(ConnectorDefinition.csv.source).describe(request)
    #expect(description.schema.description == schema)
  }

  @Test func jsonInference() throws {
    folder.write(
      "i.json", #"{"b":1,"a":{"x":[1,2.5],"y":null}}"# + "\nnot json\n" + #"{"b":2.5,"c":true,"a":{"z":"t"},"d":[]}"# + "\n")
    let request = try request(.json, ["path": folder.file("i.json")])
    let description = try #require(ConnectorDefinition.json.source).describe(request)
    #expect(
      description.schema.description.lowercased()
        == "b double, a struct<x:array<double>,y:string,z:string>, c boolean, d array<string>")
    folder.write("e.json", "")
    let error = failure { _ = try open(.json, ["path": folder.file("e.json")]) }
    #expect(error?.errorClass == "UNABLE_TO_INFER_SCHEMA")
  }

  @Test(arguments: 0..<10) func mutatedInput(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed + 7)
    let fields = [Field("a", .bigint), Field("b", .string), Field("c", .double), Field("_corrupt_record", .string)]
    for _ in 0..<50 {
      var bytes = Array(String(repeating: "1,\"x \"\"y\"\"\",2.5\r\n22,plain,\n", count: 4).utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) { bytes[at] = UInt8.random(in: 0...255, using: &random) } else { bytes.remove(at: at) }
      }
      folder.write("m.csv", bytes)
      let rows = try drain(open(.csv, ["path": folder.file("m.csv")], schema: Schema(fields))).rows
      #expect(rows.count <= bytes.split(separator: 10).count)
      _ = failure { _ = try open(.csv, ["path": folder.file("m.csv")]) }
    }
  }
}

@Suite struct TailTests {
  /// A followed file grows, is cut, rotated away and made anew: each line comes once.
  @Test func survivesRotation() throws {
    let folder = TemporaryFolder()
    let path = folder.write("app.log", "one\ntw")
    let request = try request(.text, ["path": path], isStream: true)
    let factory = try #require(ConnectorDefinition.text.source)
    let source = try factory.open(request, try factory.describe(request), [0])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    defer { source.stop() }
    func lines(_ count: Int) throws -> [String] {
      var seen: [String] = []
      while seen.count < count {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): seen += try morsel.rows().map { $0[0].text ?? "" }
        case .idle: arrivals.wait()
        case .stepBoundary: break
        case .ended: return seen + ["ended"]
        }
      }
      return seen
    }
    #expect(try lines(1) == ["one"])
    let file = fopen(path, "a")
    fputs("o\nthree\n", file)
    fclose(file)
    #expect(try lines(2) == ["two", "three"])
    folder.write("app.log", "cut\n")
    #expect(try lines(1) == ["cut"])
    rename(path, path + ".1")
    folder.write("app.log", "fresh\n")
    #expect(try lines(1) == ["fresh"])
  }
}

@Suite struct NexmarkTests {
  @Test func sharesAndReferences() throws {
    let bids = try drain(open(.nexmark, ["events": "bid", "events.num": "5000"])).rows
    #expect(bids.count == 4600)
    let again = try drain(open(.nexmark, ["events": "bid", "events.num": "5000"], columns: [2])).rows
    #expect(again.map { $0[0] } == bids.map { $0[2] })
    let all = try drain(open(.nexmark, ["events.num": "50"])).rows
    #expect(all.map { $0[0] } == [.int32(0)] + Array(repeating: .int32(1), count: 3) + Array(repeating: .int32(2), count: 46))
    #expect(all[0][2] == .null && all[0][1] != .null)
  }
}
