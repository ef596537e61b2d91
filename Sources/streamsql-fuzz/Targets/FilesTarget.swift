import Columnar
import Connectors
import Diagnostics
import Glibc
import SeededRandom

extension FuzzTarget {
  /// Any bytes as a file of separated values or JSON: a clean error or rows, which are the same in whatever pieces they are
  /// handed over, and in each column the same whichever others are read.
  static let files = FuzzTarget(
    name: "files",
    input: { random in FuzzedFile.input(&random) },
    run: { bytes in
      for kind in FuzzedFile.kinds {
        if let problem = FuzzedFile(bytes, kind).problem() { return "\(kind.connector.name) \(kind.options): \(problem)" }
      }
      return nil
    })
}

/// One input as a file of one kind.
private struct FuzzedFile {
  struct Kind: Sendable {
    var connector: ConnectorDefinition
    var options: [String: String] = [:]
    var suffix: String
    /// Nil: inferred.
    var schema: Schema?
  }

  private static let schema = Schema([
    Field("a", .bigint), Field("b", .string), Field("c", .double), Field("ts", .timestamp),
    Field("n", .decimal(precision: 9, scale: 2)),
  ])
  private static let nested = Schema(
    schema.fields + [
      Field("l", .array(.int)), Field("s", .structure([Field("x", .bigint), Field("y", .array(.string))])),
      Field("m", .map(key: .string, value: .boolean)), Field("_corrupt_record", .string),
    ])

  static let kinds = [
    Kind(connector: .csv, suffix: "csv", schema: schema), Kind(connector: .csv, suffix: "csv"),
    Kind(connector: .csv, options: ["multiLine": "true", "quote": "'", "sep": "||"], suffix: "csv", schema: schema),
    Kind(connector: .csv, options: ["comment": "#", "ignoreLeadingWhiteSpace": "true", "lineSep": ";"], suffix: "csv"),
    Kind(connector: .json, suffix: "json", schema: nested), Kind(connector: .json, suffix: "json"),
    Kind(
      connector: .json,
      options: [
        "allowComments": "true", "allowUnquotedFieldNames": "true", "allowNumericLeadingZeros": "true",
        "allowBackslashEscapingAnyCharacter": "true", "allowUnquotedControlChars": "true",
      ], suffix: "json", schema: nested),
    Kind(connector: .json, options: ["multiLine": "true"], suffix: "json", schema: nested),
    Kind(connector: .csv, options: ["lineSep": "||", "header": "true"], suffix: "csv"),
    Kind(connector: .json, options: ["lineSep": "},"], suffix: "json", schema: nested),
    Kind(connector: .json, options: ["prefersDecimal": "true", "inferTimestamp": "true", "columnNameOfCorruptRecord": "bad"], suffix: "json"),
    Kind(connector: .text, options: ["lineSep": "\n\n"], suffix: "txt"), Kind(connector: .text, suffix: "txt.gz"), Kind(connector: .text, suffix: "txt.zst"),
  ]

  private static let records = [
    "1,x,1.5,2024-01-02T03:04:05Z,12.5", "a,b,c,ts,n", "-7,\"quoted, \"\"twice\"\"\",NaN,2024-01-02 03:04:05.123,1", ",,,,", "\"\",\"\",\"\"",
    "1,\"two\nlines\",2", "1|| 'x' ||3", "#c", "1;2;3", "{\"a\":1,\"b\":\"x\\n\\u00e9\",\"c\":1e3,\"ts\":\"2024-01-02T03:04:05Z\",\"n\":1.005}",
    "{\"l\":[1,2,null],\"s\":{\"x\":1,\"y\":[\"p\",\"q\"]},\"m\":{\"k\":true,\"j\":false}}", "[{\"a\":1},{\"a\":2}]",
    "{a:1,'b':'x', /* c */ \"c\":007}", "{\"a\":\"no\",\"l\":[\"no\"],\"s\":[]}", "{\"b\":{\"deep\":[[[[]]]]}}", "{}", "null",
    "{\"a\":9223372036854775808,\"c\":1e999,\"n\":123456789012}", "{\"a\":1}{\"a\":2}", "\u{FEFF}{\"a\":1}",
  ]

  static func input(_ random: inout SplitMix) -> [UInt8] {
    if random.chance(in: 8) { return TextMutation.bytes(&random, upTo: 300) }
    var bytes: [UInt8] = []
    for _ in 0...random.below(8) {
      bytes += Array(random.element(of: records).utf8)
      bytes += random.element(of: [[10], [13, 10], [10], [10], [13], [], [10, 10]])
    }
    // Longer than what is read at once, so that a record straddles the border.
    if random.chance(in: 20) {
      bytes.insert(contentsOf: [UInt8](repeating: 120, count: (256 << 10) - random.below(64)), at: random.below(bytes.count + 1))
    }
    for _ in 0..<random.below(4) where !bytes.isEmpty {
      let at = random.below(bytes.count)
      switch random.below(3) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: at)
      default: bytes.insert(random.element(of: Array("\"'\\,{}[]:\n\r;# \t0eu-".utf8)), at: at)
      }
    }
    return bytes
  }

  private let kind: Kind
  private let path: String
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], _ kind: Kind) {
    self.bytes = bytes
    self.kind = kind
    path = ScratchFile.path("file.\(kind.suffix)")
  }

  func problem() -> String? {
    ScratchFile.write(bytes, to: path)
    defer { unlink(path) }
    do throws(SQLError) {
      let whole = try rows(ReadLimit())
      for limit in [ReadLimit(rows: 1), ReadLimit(rows: 3), ReadLimit(bytes: 7)] {
        if let difference = try difference(whole, rows(limit)) { return "in pieces of \(limit): \(difference)" }
      }
      for column in 0..<(kind.schema?.count ?? 0) where kind.schema?[column].name != "_corrupt_record" {
        let expected = whole.map { [$0[column]] }
        if let difference = try difference(expected, rows(ReadLimit(), columns: [column])) {
          return "column \(column) alone: \(difference)"
        }
      }
      return nil
    } catch {
      return error.kind == .internal || error.errorClass == "INTERNAL_ERROR" ? String(describing: error) : nil
    }
  }

  private func difference(_ expected: [[Value]], _ found: [[Value]]) -> String? {
    // As text where they differ, since there NaN equals itself.
    for (number, pair) in zip(expected, found).enumerated() where pair.0 != pair.1 && "\(pair.0)" != "\(pair.1)" {
      return "row \(number) is \(pair.1), was \(pair.0)"
    }
    return expected.count == found.count ? nil : "\(found.count) rows of \(expected.count)"
  }

  private func rows(_ limit: ReadLimit, columns: [Int]? = nil) throws(SQLError) -> [[Value]] {
    var options = OptionValues()
    options.set("path", path, span: .none)
    for (key, value) in kind.options { options.set(key, value, span: .none) }
    let request = SourceRequest(
      options: options, schema: kind.schema, isStream: false,
      environment: ConnectorEnvironment(zoneName: "UTC", output: MemoryOutput(), isStdinData: false), span: .none)
    guard let factory = kind.connector.source else { return [] }
    let description = try factory.describe(request)
    let source = try factory.open(request, description, columns ?? Array(0..<description.schema.count))
    defer { source.stop() }
    var rows: [[Value]] = []
    while true {
      var left = limit
      guard case .morsel(let morsel) = try source.poll(&left) else { break }
      guard case .bytes(let buffer, let start, let end, let decoder) = morsel.content else { continue }
      try decoder.decode(buffer, start..<end) { (batch) throws(SQLError) in
        for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(at: row) }) }
      }
    }
    return rows
  }
}
