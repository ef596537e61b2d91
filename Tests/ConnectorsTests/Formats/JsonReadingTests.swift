import Columnar
import Diagnostics
import Testing

@testable import Connectors

@Suite struct JsonReadingTests {
  let folder = TemporaryFolder()

  private func rows(
    _ text: String, _ fields: [Field], _ options: [String: String] = [:], columns: [Int]? = nil
  ) throws -> [[String]] {
    folder.write("a.json", text)
    let source = try open(
      .json, options.merging(["path": folder.file("a.json")]) { $1 }, columns: columns, schema: Schema(fields))
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

  @Test func objectsAreRows() throws {
    let text = """
      {"a": 1, "b": "x"}
      {"b":"longer than twelve bytes","a":-9223372036854775808}\r

         { "c" : {"d":[1,{"e":null}]} , "a" : 9223372036854775807 }
      {}
      {"a":1,"a":2,"b":null}
      {"a":7,"b":"last"}
      """
    let expected = [
      ["1", "x"], ["-9223372036854775808", "longer than twelve bytes"], ["9223372036854775807", "NULL"],
      ["NULL", "NULL"], ["2", "NULL"], ["7", "last"],
    ]
    #expect(try rows(text, ab) == expected)
    #expect(try rows(text, ab, columns: [1]) == expected.map { [$0[1]] })
    #expect(try rows(text, ab, columns: []).count == 6)
  }

  @Test func everyType() throws {
    let text = """
      {"t":true,"i1":-128,"i2":32767,"i4":-2147483648,"f":1.5,"d":1e300,"n":12.345,"x":"aGk=","day":"2024-02-29","ts":"2024-02-29T10:00:00.5Z","nt":"2024-02-29 10:00:00","s":1.50,"j":{"q": [1, "a b"]}}
      {"d":"NaN","f":-Infinity,"n":"7","ts":1,"day":"2024-3-1","s":"\\u00e9\\ud83d\\ude00\\n\\\\","j":[ ]}
      """
    let fields = [
      Field("t", .boolean), Field("i1", .tinyint), Field("i2", .smallint), Field("i4", .int),
      Field("f", .float), Field("d", .double), Field("n", .decimal(precision: 5, scale: 2)),
      Field("x", .binary), Field("day", .date), Field("ts", .timestamp), Field("nt", .timestampNTZ),
      Field("s", .string), Field("j", .string),
    ]
    #expect(
      try rows(text, fields) == [
        [
          "true", "-128", "32767", "-2147483648", "1.5", "1.0E300", "12.35", "hi", "2024-02-29",
          "2024-02-29 10:00:00.5", "2024-02-29 10:00:00", "1.50", #"{"q": [1, "a b"]}"#,
        ],
        [
          "NULL", "NULL", "NULL", "NULL", "-Infinity", "NaN", "7.00", "NULL", "2024-03-01",
          "1970-01-01 00:00:01", "NULL", "é😀\n\\", "[ ]",
        ],
      ])
  }

  @Test func nestedTypes() throws {
    let text = """
      {"l":[1,null,3],"m":{"x":[true]},"r":{"p":{"q":5},"z":"s"}}
      {"l":[],"m":{},"r":{}}
      {"r":{"z":"only"}}
      {"l":[4],"m":{"a":null,"a":[]},"r":null}
      """
    let fields = [
      Field("l", .array(.int)), Field("m", .map(key: .string, value: .array(.boolean))),
      Field("r", .structure([Field("p", .structure([Field("q", .bigint)])), Field("z", .string)])),
    ]
    #expect(
      try rows(text, fields) == [
        ["[1, null, 3]", "{x -> [true]}", "{{5}, s}"], ["[]", "{}", "{null, null}"],
        ["NULL", "NULL", "{null, only}"], ["[4]", "NULL", "NULL"],
      ])
  }

  private let bad = [
    #"{"a":1,"b":"good"}"#, #"{"a":"x","b":"kept"}"#, #"{"a":1,"b":"cut"#, #"{"a":01}"#, "[1]", "7",
    #"{"a":1} {"a":2}"#, #"{"b":"\q"}"#, #"{"z":tru}"#, #"{"a":1,}"#, #"{"a" 1}"#, "{\"b\":\"\u{1}\"}",
    #"{"a":2}"#,
  ]

  @Test func malformedLinesStayAlone() throws {
    let fields = ab + [Field("_corrupt_record", .string)]
    var expected = bad.map { ["NULL", "NULL", $0] }
    expected[0] = ["1", "good", "NULL"]
    expected[1] = ["NULL", "kept", bad[1]]
    expected[12] = ["2", "NULL", "NULL"]
    #expect(try rows(bad.joined(separator: "\n"), fields) == expected)
    #expect(
      try rows(bad.joined(separator: "\n"), ab, ["mode": "dropMalformed"]) == [["1", "good"], ["2", "NULL"]])
  }

  @Test func failFastNamesFileAndLine() throws {
    let error = failure {
      _ = try rows("{\"a\":1}\n\n{\"a\":1.5}\n", ab, ["mode": "FAILFAST"])
    }
    #expect(error?.errorClass == "MALFORMED_RECORD_IN_PARSING")
    #expect(
      error?.message
        == "'\(folder.file("a.json"))' line 3: column \"a\" cannot take 1.5 as BIGINT: {\"a\":1.5}")
    #expect(error?.kind.exitCode == 3)
  }

  @Test func malformedRecordsAreKept() throws {
    folder.write("a.json", bad.joined(separator: "\n"))
    let request = try request(.json, ["path": folder.file("a.json")], schema: Schema(ab))
    let factory = try #require(ConnectorDefinition.json.source)
    let description = try factory.describe(request)
    _ = try drain(factory.open(request, description, [0, 1]))
    let records = try #require(description.malformed)
    #expect(records.count == 11)
    #expect(records.kept.map(\.line) == Array(2...12).map { Int64($0) })
    #expect(records.kept[1].message == "a string does not end")
    #expect(records.kept[1].text == bad[2])
  }

  @Test func invalidUTF8IsMalformed() throws {
    folder.write("a.json", Array("{\"b\":\"ok\"}\n{\"b\":\"".utf8) + [0xFF] + Array("\"}\n{\"b\":\"yes\"}".utf8))
    let source = try open(.json, ["path": folder.file("a.json")], schema: Schema(ab))
    #expect(try drain(source).rows.map { $0[1].text } == ["ok", nil, "yes"])
  }

  @Test func wholeFiles() throws {
    let text = "[ {\"a\":1,\n\"b\":\"x\"},\n{\"a\":2}\n]\n"
    #expect(try rows(text, ab, ["multiLine": "true"]) == [["1", "x"], ["2", "NULL"]])
    let many = "[" + (0..<10_000).map { "{\"a\":\($0)}" }.joined(separator: ",") + "]"
    #expect(try rows(many, ab, ["multiLine": "true"], columns: [0]).map { $0[0] } == (0..<10_000).map { "\($0)" })
  }

  @Test func deepNestingIsRefused() throws {
    let text = "{\"b\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
    #expect(try rows(text, ab, ["mode": "DROPMALFORMED"]).isEmpty)
  }

  /// Whatever the bytes are, decoding ends, and gives no more rows than lines.
  @Test(arguments: 0..<20) func mutatedInput(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed + 1)
    let fields = [
      Field("a", .bigint), Field("l", .array(.structure([Field("x", .double)]))),
      Field("m", .map(key: .string, value: .string)), Field("_corrupt_record", .string),
    ]
    for _ in 0..<50 {
      var bytes = Array(
        String(repeating: #"{"a":12,"l":[{"x":1.5},null],"m":{"k":"v\n","q":[1,2]},"z":{"y":"é"}}"# + "\n", count: 5)
          .utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(Array("{}[]:,\"\\\n0".utf8).randomElement(using: &random) ?? 0, at: at)
        }
      }
      folder.write("m.json", bytes)
      let lines = bytes.split(separator: 10).count
      let rows = try drain(open(.json, ["path": folder.file("m.json")], schema: Schema(fields))).rows
      #expect(rows.count <= lines)
    }
  }
}

@Suite struct FolderStreamTests {
  let folder = TemporaryFolder()

  /// A step a file, empty ones too, as they come.
  @Test func filesComeOnce() throws {
    for (second, name) in ["b", "a", "c"].enumerated() {
      folder.write(name, name == "a" ? "" : "{\"a\":\(second)}\n")
      folder.touch(name, at: second)
    }
    let request = try request(
      .json, ["path": folder.path, "maxFilesPerTrigger": "1"], schema: Schema([Field("a", .bigint)]),
      isStream: true)
    let factory = try #require(ConnectorDefinition.json.source)
    let source = try factory.open(request, try factory.describe(request), [0])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    defer { source.stop() }
    func step() throws -> [String]? {
      var seen: [String] = []
      while true {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): seen += try morsel.rows().map { "\($0[0])" }
        case .stepBoundary: return seen
        case .idle: return seen.isEmpty ? nil : seen
        case .ended: return ["ended"]
        }
      }
    }
    #expect(try step() == ["int64(0)"])
    #expect(try step() == [])
    #expect(try step() == ["int64(2)"])
    #expect(try step() == nil)
    folder.write("new", "{\"a\":9}\n")
    var late: [String]?
    while late == nil {
      arrivals.wait()
      late = try step()
    }
    #expect(late == ["int64(9)"])
  }
}
