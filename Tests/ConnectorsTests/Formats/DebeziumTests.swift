import Columnar
import Diagnostics
import Testing

@testable import Connectors

@Suite struct DebeziumTests {
  private let schema = Schema([Field("id", .bigint), Field("s", .string), Field("n", .structure([Field("x", .int)]))])

  /// The rows of some lines with their weights.
  private func changes(
    _ lines: String, columns: [Int] = [0, 1, 2], _ options: [String: String] = [:], malformed: MalformedRecords = MalformedRecords()
  ) throws -> [String] {
    let request = try request(.socket, options.merging(["host": "h:1", "format": "debezium-json"]) { $1 }, schema: schema)
    let reading = try DebeziumFormat().reading(request, schema, columns: columns, malformed: malformed)
    let decoder = try #require(reading.decoder(InputPlace(input: "h:1")) as? any ChangeDecoder)
    let bytes = Array(lines.utf8)
    let buffer = bytes.withUnsafeBytes { ByteBuffer(copying: $0) }
    var found: [String] = []
    try decoder.decodeChanges(buffer, 0..<bytes.count) { batch, weights throws(SQLError) in
      for row in 0..<batch.count {
        let cells = batch.columns.indices.map {
          ColumnText.string(batch.columns[$0].value(at: row), type: schema[columns[$0]].type)
        }
        found.append("\(weights?[row] ?? 1) " + cells.joined(separator: ","))
      }
    }
    return found
  }

  @Test func everyOperation() throws {
    let lines = """
      {"before": null, "after": {"id": 1, "s": "a", "n": {"x": 7}}, "op": "c", "ts_ms": 1, "source": {"db": "x"}}
      {"before": null, "after": {"id": 2, "s": null, "n": null}, "op": "r"}
      {"before": {"id": 1, "s": "a", "n": {"x": 7}}, "after": {"id": 1, "s": "b", "n": {"x": 8}}, "op": "u"}
      null
      {"before": {"id": 2, "s": null}, "op": "d"}
      null

      """
    let found = try changes(lines)
    #expect(
      found == ["1 1,a,{7}", "1 2,null,null", "-1 1,a,{7}", "1 1,b,{8}", "-1 2,null,null"])
    #expect(try changes(lines, columns: [1]) == ["1 a", "1 null", "-1 a", "1 b", "-1 null"])
    #expect(try changes(lines, columns: []) == ["1 ", "1 ", "-1 ", "1 ", "-1 "])
  }

  @Test func theSchemaMayStandBesideIt() throws {
    let lines = """
      {"schema": {"type": "struct", "fields": []}, "payload": {"before": null, "after": {"id": 1, "s": "a"}, "op": "c"}}
      {"before": {"id": 1, "s": "a"}, "after": {"id": 1, "s": "b"}, "op": "u"}
      """
    #expect(try changes(lines, columns: [0, 1]) == ["1 1,a", "-1 1,a", "1 1,b"])
  }

  @Test(arguments: [
    "{\"after\": {\"id\": 1}}", "{\"op\": \"x\", \"after\": {\"id\": 1}}", "{\"op\": \"c\", \"after\": null}", "{\"op\": \"d\"}",
    "{\"op\": \"u\", \"after\": {\"id\": 1}}", "{\"op\": \"u\", \"before\": {\"id\": 1}}", "nonsense", "{\"payload\": {}}",
  ])
  func whatIsNoChangeIsAnErrorOrCounted(_ line: String) throws {
    #expect(failure { _ = try changes(line) }?.errorClass == "MALFORMED_RECORD_IN_PARSING")
    let records = MalformedRecords()
    let good = "{\"op\": \"c\", \"after\": {\"id\": 5}}"
    #expect(
      try changes("\(line)\n\(good)\n", columns: [0], ["mode": "DROPMALFORMED"], malformed: records) == ["1 5"])
    #expect(records.count == 1)
  }

  @Test func columnsHaveToBeDeclared() {
    let error = failure { _ = try open(.socket, ["host": "h:1", "format": "debezium-json"]) }
    #expect(error?.errorClass == "UNABLE_TO_INFER_SCHEMA")
  }

  private func encoded(_ rows: [(RowOperation, Int64)], pieces: Int = 100, isChangelog: Bool = true) -> String {
    let schema = Schema([Field("id", .bigint), Field("s", .string)])
    let encoder = RowFormat.debezium.encoder(RowFormatRequest(schema: schema, isChangelog: isChangelog))
    var out = ByteWriter()
    let step = StepInfo(epoch: 0, batchNumber: 0, timestampMicros: 0, inputRows: 0, isSnapshot: false)
    encoder.begin(step, into: &out)
    for start in stride(from: 0, to: rows.count, by: pieces) {
      let piece = rows[start..<min(rows.count, start + pieces)]
      encoder.write(
        ResultRows(Batch(rows: piece.map { [.int64($0.1), .null] }, schema: schema), operations: piece.map(\.0)), into: &out)
    }
    encoder.end(step, into: &out)
    encoder.finish(into: &out)
    return String(decoding: out.array, as: UTF8.self)
  }

  @Test func changesAreWritten() {
    let rows: [(RowOperation, Int64)] = [
      (.insert, 1), (.updateBefore, 1), (.updateAfter, 2), (.delete, 2), (.updateAfter, 3), (.updateBefore, 3),
    ]
    let expected = """
      {"before":null,"after":{"id":1,"s":null},"op":"c"}
      {"before":{"id":1,"s":null},"after":{"id":2,"s":null},"op":"u"}
      {"before":{"id":2,"s":null},"after":null,"op":"d"}
      {"before":null,"after":{"id":3,"s":null},"op":"c"}
      {"before":{"id":3,"s":null},"after":null,"op":"d"}

      """
    #expect(encoded(rows) == expected)
    #expect(encoded(rows, pieces: 1) == expected)
    #expect(
      encoded(Array(rows.prefix(3)), isChangelog: false)
        == "{\"before\":null,\"after\":{\"id\":1,\"s\":null},\"op\":\"c\"}\n{\"before\":null,\"after\":{\"id\":2,\"s\":null},\"op\":\"c\"}\n")
  }
}
