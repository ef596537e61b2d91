import Columnar
import Diagnostics
import Testing

@testable import Connectors

/// Options of Spark's readers: what Spark 4.3 reads from the same bytes.
@Suite struct SparkReaderTests {
  let folder = TemporaryFolder()

  private func rows(
    _ connector: ConnectorDefinition, _ text: String, _ schema: String, _ options: [String: String]
  ) throws -> [String] {
    try rows(connector, Array(text.utf8), schema, options)
  }

  /// Rows as `1|x|NULL`; the schema is written `a bigint, b string`.
  private func rows(
    _ connector: ConnectorDefinition, _ bytes: [UInt8], _ schema: String, _ options: [String: String]
  ) throws -> [String] {
    let path = folder.write("in", bytes)
    let fields = schema.split(separator: ",").map { column -> Field in
      let words = column.split(separator: " ")
      return Field(String(words[0]), Self.types[String(words[1])] ?? .null)
    }
    let source = try open(connector, options.merging(["path": path]) { $1 }, schema: schema.isEmpty ? nil : Schema(fields))
    let types = source.schema.types
    return try drain(source).rows.map { row in
      zip(row, types).map { $0 == .null ? "NULL" : ColumnText.string($0, type: $1) }.joined(separator: "|")
    }
  }

  private static let types: [String: DataType] = [
    "bigint": .bigint, "int": .int, "tinyint": .tinyint, "string": .string, "double": .double, "boolean": .boolean,
    "date": .date, "timestamp": .timestamp, "ntz": .timestampNTZ, "decimal": .decimal(precision: 6, scale: 2),
    "ints": .array(.int), "struct": .structure([Field("x", .int), Field("y", .string)]),
  ]

  private static let ab = "a bigint, b string"
  private static let abc = "a bigint, b string, _corrupt_record string"

  private static let csv: [(String, String, [String: String], [String])] = [
    (#"1,"a \"q\" z"|2,"a \\ z"|3,"a\nb"|4,x\y|5,"\\""#, ab, [:], [#"1|a "q" z"#, #"2|a \ z"#, #"3|a\nb"#, #"4|x\y"#, #"5|\"#]),
    (#"1,"a ""q"" z"|2,"x\""#, ab, ["escape": "\""], [#"1|a "q" z"#, #"2|x\"#]),
    (
      #"1,"a "q" z"|2,a"b"c|3,"abc"d,e|5,"x" |6, "y""#, abc, [:],
      [#"1|"a "q" z"|NULL"#, #"2|a"b"c|NULL"#, #"3|"abc"d|3,"abc"d,e"#, "5|x|NULL", #"6| "y"|NULL"#]
    ),
    ("#c|1,x|2,#y", abc, ["comment": "#"], ["1|x|NULL", "2|#y|NULL"]),
    ("1,NA|NA,\"\"|2,\"NA\"|3,", ab, ["nullValue": "NA"], ["1|NULL", "NULL|", "2|NULL", "3|NULL"]),
    ("1,\"\"|2,", ab, ["emptyValue": "E"], ["1|E", "2|NULL"]),
    (
      " 1 , x |2,\" y \"|3, \"z\" ,", abc, ["ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true"],
      ["1|x|NULL", "2| y |NULL", "3|z|3, \"z\" ,"]
    ),
    (" 1 , x |2,\" y \"|3, \"z\" ", abc, [:], ["NULL| x | 1 , x ", "2| y |NULL", "3| \"z\" |NULL"]),
    (" 1 , x |3, \"z\" ", abc, ["ignoreLeadingWhiteSpace": "true"], ["NULL|x | 1 , x ", "3|z|NULL"]),
    ("\"\",\"\"|,", "a bigint, b double, _corrupt_record string", [:], ["NULL|NULL|NULL", "NULL|NULL|NULL"]),
    ("   |1,x|\t||2,y", abc, [:], ["1|x|NULL", "2|y|NULL"]),
    ("1||x".replacing("||", with: "~~") + "|2~~\"a~~b\"", ab, ["sep": "~~"], ["1|x", "2|a~~b"]),
    (##"2,"x\"y"|4,"q#\z"|5,"a\\b"|6,"#\""##, ab, ["charToEscapeQuoteEscaping": "#"], [#"2|x"y"#, #"4|q\z"#, #"5|a\\b"#, #"6|\"#]),
    (##"2,"x\"y"|4,"q#\z"|5,"a\\b""##, ab, ["charToEscapeQuoteEscaping": "\\"], [#"2|x"y"#, #"4|q#\z"#, #"5|a\b"#]),
    ("1,\"x\"|2,\"a,b\"", abc, ["quote": ""], ["1|\"x\"|NULL", "2|\"a|2,\"a,b\""]),
    (
      "300,99999999999,9223372036854775808|1,2,3", "a tinyint, b int, c bigint, _corrupt_record string", [:],
      ["NULL|NULL|NULL|300,99999999999,9223372036854775808", "1|2|3|NULL"]
    ),
    (
      "2024-01-02 03:04:05,2024-01-02T03:04:05Z|2024-01-02T03:04,2024-01-02", "a ntz, b ntz", [:],
      ["2024-01-02 03:04:05|NULL", "2024-01-02 03:04:00|2024-01-02 00:00:00"]
    ),
    (
      "02/01/2024,02/01/2024 03:04|2024-01-02,x", "a date, b timestamp, _corrupt_record string",
      ["dateFormat": "dd/MM/yyyy", "timestampFormat": "dd/MM/yyyy HH:mm"],
      ["2024-01-02|2024-01-02 03:04:00|NULL", "NULL|NULL|2024-01-02,x"]
    ),
    (
      "true,1.5,12.345,2024-1-2|t,-Infinity,1e2,20240102|TRUE,1e3,-Inf,2024-01-02", "a boolean, d double, n decimal, x date", [:],
      ["true|1.5|12.35|2024-01-02", "NULL|-Infinity|100.00|NULL", "true|1000.0|NULL|2024-01-02"]
    ),
  ]

  @Test(arguments: csv.indices) func readsCsvAsSparkDoes(case number: Int) throws {
    let (text, schema, options, expected) = Self.csv[number]
    let lines = text.replacing("|", with: "\n") + "\n"
    #expect(try rows(.csv, lines, schema, options.merging(["header": "false"]) { $1 }) == expected)
  }

  @Test func moreColumnsThanAllowedAreAnError() throws {
    let inferred = failure { _ = try rows(.csv, "1,2,3\n", "", ["maxColumns": "2"]) }
    #expect(inferred?.errorClass == "MALFORMED_CSV_RECORD")
    let declared = failure { _ = try rows(.csv, "1,x\n1,x,y,z\n", Self.ab, ["maxColumns": "2", "mode": "PERMISSIVE", "header": "false"]) }
    #expect(declared?.message == "'\(folder.file("in"))', line 2: 4 fields, maxColumns is 2")
    #expect(try rows(.csv, "1,x\n", Self.ab, ["maxColumns": "2", "header": "false"]) == ["1|x"])
  }

  /// Every option of Spark's readers and writers is known, or refused by its name.
  @Test(arguments: [
    "sep", "delimiter", "encoding", "charset", "quote", "quoteAll", "escape", "escapeQuotes", "comment", "header", "inferSchema",
    "preferDate", "enforceSchema", "ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace", "nullValue", "nanValue", "positiveInf",
    "negativeInf", "dateFormat", "timestampFormat", "timestampNTZFormat", "enableDateTimeParsingFallback", "maxColumns",
    "maxCharsPerColumn", "mode", "columnNameOfCorruptRecord", "multiLine", "charToEscapeQuoteEscaping", "samplingRatio", "emptyValue",
    "locale", "lineSep", "unescapedQuoteHandling", "compression", "codec", "timeZone", "extension", "columnPruning",
    "singleVariantColumn", "basePath", "mergeSchema", "recursiveFileLookup", "pathGlobFilter", "modifiedBefore", "modifiedAfter",
    "ignoreCorruptFiles", "ignoreMissingFiles", "maxFilesPerTrigger", "maxBytesPerTrigger", "latestFirst", "fileNameOnly",
    "maxFileAge", "maxCachedFiles", "cleanSource", "sourceArchiveDir",
  ]) func optionsOfCsvAreKnown(_ name: String) {
    isKnown(name, .csv)
  }

  @Test(arguments: [
    "timeZone", "primitivesAsString", "prefersDecimal", "allowComments", "allowUnquotedFieldNames", "allowSingleQuotes",
    "allowNumericLeadingZeros", "allowBackslashEscapingAnyCharacter", "mode", "columnNameOfCorruptRecord", "dateFormat",
    "timestampFormat", "timestampNTZFormat", "enableDateTimeParsingFallback", "multiLine", "allowUnquotedControlChars", "encoding",
    "lineSep", "samplingRatio", "dropFieldIfAllNull", "locale", "allowNonNumericNumbers", "compression", "ignoreNullFields",
    "writeNonAsciiCharacterAsCodePoint", "singleVariantColumn", "useUnsafeRow", "inferTimestamp", "pretty",
  ]) func optionsOfJsonAreKnown(_ name: String) {
    isKnown(name, .json)
  }

  private func isKnown(_ name: String, _ connector: ConnectorDefinition) {
    let error = failure { _ = try request(connector, ["path": "x", name: "?"]) }
    #expect(error?.errorClass != "UNKNOWN_OPTION", "\(name)")
    if error?.errorClass == "UNSUPPORTED_FEATURE" { #expect(error?.hint != nil) }
  }

  @Test func csvRecordsOverLines() throws {
    let options = ["multiLine": "true", "header": "false"]
    #expect(
      try rows(.csv, "1,\"two\nlines\"\n2,\"crlf\r\nx\"\r\n3,5\" pipe\n4,z", Self.ab, options)
        == ["1|two\nlines", "2|crlf\r\nx", "3|5\" pipe", "4|z"])
    #expect(try rows(.csv, "1,x;2,y\n;3,z", Self.ab, ["lineSep": ";", "header": "false"]) == ["1|x", "2|y\n", "3|z"])
    #expect(try rows(.csv, [0xEF, 0xBB, 0xBF] + Array("1,x\n".utf8), Self.ab, ["header": "false"]) == ["1|x"])
    #expect(try rows(.csv, Array("1,".utf8) + [0xFF, 10], Self.ab, ["header": "false"]) == ["1|\u{FFFD}"])
  }

  private static let json: [(String, String, [String: String], [String])] = [
    (
      #"{"a":1,"b":"x"}~~[{"a":2},{"b":"y"}]~{"a":"3","b":4}~{"b":{"c": [1, 2]}}~null~1"#, abc, [:],
      ["1|x|NULL", "2|NULL|NULL", "NULL|y|NULL", #"NULL|4|{"a":"3","b":4}"#, #"NULL|{"c": [1, 2]}|NULL"#, "NULL|NULL|null", "NULL|NULL|1"]
    ),
    (#"{"a":1 /* x */,"b":"y"} // z"#, abc, ["allowComments": "true"], ["1|y|NULL"]),
    (#"{"a":1 /* x */,"b":"y"} // z"#, abc, [:], [#"NULL|NULL|{"a":1 /* x */,"b":"y"} // z"#]),
    (#"{a:1,b:"y"}~{b1:2,a:3}"#, abc, ["allowUnquotedFieldNames": "true"], ["1|y|NULL", "3|NULL|NULL"]),
    (#"{a:1,b:"y"}"#, abc, [:], [#"NULL|NULL|{a:1,b:"y"}"#]),
    (#"{'a':1,'b':'y"'}~{'b':'it\'s'}~{"b":'mixed'}"#, abc, [:], [#"1|y"|NULL"#, "NULL|it's|NULL", "NULL|mixed|NULL"]),
    (#"{"b":'mixed'}"#, abc, ["allowSingleQuotes": "false"], [#"NULL|NULL|{"b":'mixed'}"#]),
    (#"{"a":007,"b":"y"}~{"a":-01}"#, abc, ["allowNumericLeadingZeros": "true"], ["7|y|NULL", "-1|NULL|NULL"]),
    (#"{"a":007,"b":"y"}"#, abc, [:], [#"NULL|NULL|{"a":007,"b":"y"}"#]),
    (#"{"a":1,"b":"\q\$"}"#, abc, ["allowBackslashEscapingAnyCharacter": "true"], ["1|q$|NULL"]),
    (#"{"a":1,"b":"\q\$"}"#, abc, [:], [#"NULL|NULL|{"a":1,"b":"\q\$"}"#]),
    ("{\"a\":1,\"b\":\"x\ty\"}", abc, ["allowUnquotedControlChars": "true"], ["1|x\ty|NULL"]),
    ("{\"a\":1,\"b\":\"x\ty\"}", abc, [:], ["NULL|NULL|{\"a\":1,\"b\":\"x\ty\"}"]),
    (#"{"b":NaN,"a":1}~{"b":-INF}"#, abc, [:], ["1|NaN|NULL", "NULL|-INF|NULL"]),
    (#"{"b":NaN,"a":1}"#, abc, ["allowNonNumericNumbers": "false"], [#"NULL|NULL|{"b":NaN,"a":1}"#]),
    (
      #"{"i":1.0}~{"i":"5"}~{"i":300}~{"i":true}~{"i":null}"#, "i tinyint, _corrupt_record string", [:],
      [#"NULL|{"i":1.0}"#, #"NULL|{"i":"5"}"#, #"NULL|{"i":300}"#, #"NULL|{"i":true}"#, "NULL|NULL"]
    ),
    (#"{"n":1.005}~{"n":"1.5"}~{"n":12345.678}~{"n":1e2}"#, "n decimal", [:], ["1.01", "1.50", "NULL", "100.00"]),
    (#"{"b":1.50}~{"b":1e5}~{"b":[1,{"x":"y"}]}~{"b":-0}"#, "b string", [:], ["1.50", "1e5", #"[1,{"x":"y"}]"#, "-0"]),
    (
      #"{"s":{"x":1,"y":"z"},"l":[1,"2",null]}~{"s":[1],"l":{}}~{"s":{"x":"bad","y":"ok"},"l":1}~{"l":[1,2]}"#, "s struct, l ints", [:],
      ["{1, z}|NULL", "NULL|NULL", "{null, ok}|NULL", "NULL|[1, 2]"]
    ),
    (#"{"a":1,"a":2}~{"A":5}"#, "a bigint", [:], ["2", "NULL"]),
    (#"{"a":1}~{"a":"x","b":"ok"}~{bad"#, ab, ["mode": "DROPMALFORMED"], ["1|NULL"]),
    (#"{"a":1}~{bad"#, "a bigint, bad string", ["columnNameOfCorruptRecord": "bad"], ["1|NULL", "NULL|{bad"]),
  ]

  @Test(arguments: json.indices) func readsJsonAsSparkDoes(case number: Int) throws {
    let (text, schema, options, expected) = Self.json[number]
    #expect(try rows(.json, text.replacing("~", with: "\n") + "\n", schema, options) == expected)
  }

  @Test func jsonOverLines() throws {
    #expect(try rows(.json, "[{\"a\":1,\n\"b\":\"x\"},\n{\"a\":2}]", Self.ab, ["multiLine": "true"]) == ["1|x", "2|NULL"])
    #expect(try rows(.json, #"{"a":1};{"a":2}"#, Self.ab, ["lineSep": ";"]) == ["1|NULL", "2|NULL"])
  }

  @Test func separatorsOfSeveralCharacters() throws {
    let text = "a|b||c\nd||||e"
    #expect(try rows(.text, text, "value string", ["lineSep": "||"]) == ["a|b", "c\nd", "", "e"])
    #expect(try rows(.text, text + "||", "value string", ["lineSep": "||"]) == ["a|b", "c\nd", "", "e"])
    let json = "{\"a\":1,\n\"b\":\"x||\"}<>{\"a\":2}<>nonsense<>{\"a\":3,\"b\":\"y\"}<>"
    #expect(try rows(.json, json, Self.abc, ["lineSep": "<>"]) == ["1|x|||NULL", "2|NULL|NULL", "NULL|NULL|nonsense", "3|y|NULL"])
    #expect(try rows(.json, json, "", ["lineSep": "<>"]) == ["1|x||", "2|NULL", "NULL|NULL", "3|y"])
    #expect(try rows(.csv, "1,x||2,y|\n||||3,\"z\"||", Self.ab, ["lineSep": "||", "header": "false"]) == ["1|x", "2|y|\n", "3|z"])
    #expect(try rows(.csv, "n,m||1,x||22,y||", "", ["lineSep": "||"]) == ["1|x", "22|y"])
    let twice = failure { _ = try rows(.csv, "1,x||2,y", Self.ab, ["lineSep": "||", "multiLine": "true"]) }
    #expect(twice?.hint == "leave out lineSep or multiLine")
  }

  /// A document of JSON is known by its form where columns are declared too; Spark needs to be told.
  @Test(arguments: ["[\n{\"a\":1,\"b\":\"x\"},\n{\"a\":2}\n]\n", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n{\n  \"a\": 2\n}\n"])
  func aDocumentWithDeclaredColumns(text: String) throws {
    #expect(try rows(.json, text, Self.ab, [:]) == ["1|x", "2|NULL"])
    #expect(try rows(.json, text, Self.ab, ["multiLine": "false"]).count > 2)
  }

  @Test func namingTheColumnForMalformedRecordsAddsIt() throws {
    let text = "{\"a\":1}\n{\"a\":\n"
    #expect(try rows(.json, text, "", ["columnNameOfCorruptRecord": "bad"]) == ["1|NULL", "NULL|{\"a\":"])
    #expect(try rows(.json, text, "", [:]) == ["1", "NULL"])
  }

  /// What separated values declare by themselves.
  @Test(
    arguments: [
      ("a,b~12345678901234567890,1~1,2", [:], "a DECIMAL(20,0), b BIGINT"), ("a~123456789012345678901~1.5", [:], "a DOUBLE"),
      ("a~0000000000000000000000001~-1", [:], "a BIGINT"), ("a~1234567890123456789012345678901234567890", [:], "a DOUBLE"),
      ("a, b ~ 1 , x ", ["ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true"], "a BIGINT, b STRING"),
      ("a,b~NA,1~2,NA", ["nullValue": "NA"], "a BIGINT, b BIGINT"), ("a~2024-01-02~2024-01-02T00:00:01", [:], "a TIMESTAMP"),
    ] as [(String, [String: String], String)])
  func csvInference(text: String, options: [String: String], schema: String) throws {
    folder.write("i.csv", text.replacing("~", with: "\n"))
    let source = try open(.csv, options.merging(["path": folder.file("i.csv"), "header": "true"]) { $1 })
    #expect(source.schema.description.uppercased() == schema.uppercased())
  }

  /// What a text declares by itself.
  @Test(
    arguments: [
      (#"{"b":1,"a":"x"}~{"b":1.5,"c":{"z":1,"y":[1,2.5]}}"#, [:], "b DOUBLE, a STRING, c STRUCT<z:BIGINT,y:ARRAY<DOUBLE>>"),
      (#"{"c":12345678901234567890}"#, [:], "c DECIMAL(20,0)"),
      (#"{"b":1,"c":true,"d":1.5,"e":null}"#, ["primitivesAsString": "true"], "b STRING, c STRING, d STRING, e STRING"),
      (#"{"b":1.5}~{"b":10.25}"#, ["prefersDecimal": "true"], "b DECIMAL(4,2)"),
      (#"{"b":1.50}~{"b":22.125}~{"b":3}"#, ["prefersDecimal": "true"], "b DECIMAL(23,3)"),
      (#"{"t":"2024-01-02T03:04:05Z"}~{"t":"2024-01-02 03:04:05"}"#, ["inferTimestamp": "true"], "t TIMESTAMP"),
      (#"{"a":null,"b":[],"c":{},"d":[null],"e":1}"#, ["dropFieldIfAllNull": "true"], "e BIGINT"),
      (#"{'a':1}~{"b":[1,"x"]}~{"d":true}~{"d":1}"#, [:], "a BIGINT, b ARRAY<STRING>, d STRING"),
    ] as [(String, [String: String], String)])
  func jsonInference(text: String, options: [String: String], schema: String) throws {
    folder.write("i.json", text.replacing("~", with: "\n"))
    let source = try open(.json, options.merging(["path": folder.file("i.json")]) { $1 })
    #expect(source.schema.description.uppercased().replacing(":", with: ":") == schema.uppercased())
  }

  @Test func csvNamesThatComeTwice() throws {
    folder.write("i.csv", "a,a,A,,b\n1,2,3,4,5\n")
    let source = try open(.csv, ["path": folder.file("i.csv"), "header": "true"])
    #expect(source.schema.names == ["a0", "a1", "A2", "_c3", "b"])
  }

  @Test func text() throws {
    #expect(try rows(.text, "a\r\nb\n\nc", "", [:]) == ["a", "b", "", "c"])
    #expect(try rows(.text, "a\r\nb\n\nc", "", ["wholetext": "true"]) == ["a\r\nb\n\nc"])
    #expect(try rows(.text, "a;b\n;c", "", ["lineSep": ";"]) == ["a", "b\n", "c"])
  }

  @Test(arguments: [
    ("encoding", "ISO-8859-1"), ("charset", "UTF-16"), ("lineSep", ""), ("quote", "ab"), ("sep", ""), ("samplingRatio", "2"),
    ("modifiedAfter", "yesterday-ish"), ("mode", "maybe"), ("foo", "bar"),
  ]) func refused(option: String, value: String) throws {
    folder.write("in", "1,x\n")
    let connector: ConnectorDefinition = option == "samplingRatio" ? .json : .csv
    #expect(failure { _ = try open(connector, ["path": folder.file("in"), option: value]) } != nil)
  }
}
