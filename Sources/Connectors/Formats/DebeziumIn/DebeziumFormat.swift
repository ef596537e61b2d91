internal import Columnar
internal import Diagnostics

/// Debezium's JSON in: a change a line, with the row before and after it.
///
///     {"before": {"id": 1, "n": 2}, "after": {"id": 1, "n": 3}, "op": "u", "ts_ms": …}
///
/// The declared columns are those of the row. With its schema beside it the envelope is the field `payload`, and both forms
/// are read as they come. A line `null` is a tombstone: it follows a delete and says nothing more.
struct DebeziumFormat: ReadFormat {
  static let formatName = "debezium-json"

  let name = DebeziumFormat.formatName
  let options = JsonFormat().options.filter { $0.name != FormatOptions.columnNameOfCorruptRecord.name }
  var isAppendOnly: Bool { false }
  var needsSample: Bool { false }

  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema {
    guard let schema = request.schema, schema.count > 0 else {
      throw SQLError(
        .bind, "UNABLE_TO_INFER_SCHEMA", "the rows of \(name) need their columns declared", span: request.span,
        hint: "CREATE STREAM s (id BIGINT, …) USING … OPTIONS (format '\(name)')")
    }
    return schema
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let wanted = columns.map { schema[$0] }
    let row = DataType.structure(wanted)
    let envelope = [Field("op", .string), Field("before", row), Field("after", row)]
    let fields = envelope + [Field("payload", .structure(envelope))]
    var inner = request
    if inner.options[FormatOptions.mode.name] == nil {
      // A change that is left out makes all that follows wrong.
      inner.options.set(FormatOptions.mode.name, MalformedMode.failFast.rawValue, span: request.span)
    }
    let json = try JsonFormat().reading(
      inner, Schema(fields), columns: Array(fields.indices), malformed: malformed)
    let policy = try inner.malformedPolicy(malformed)
    let types = wanted.map(\.type)
    let hasKey = request.primaryKey != nil
    return FormatReading(
      decoder: { place in
        DebeziumDecoder(json: json.decoder(place), policy: policy, place: place, types: types, hasKey: hasKey)
      }, policy: policy, framing: json.framing, ends: json.ends)
  }
}
