internal import Columnar
internal import Diagnostics

extension SinkRequest {
  /// The encoder that `format` names, JSON lines unless it does: one line a row, no header unless asked for.
  func lineEncoder() throws(SQLError) -> any RowEncoder {
    let name = options[StreamOptions.format.name]?.lowercased() ?? "json"
    var encoding = try formatRequest()
    switch name {
    case "text", "raw":
      guard schema.count == 1, schema[0].type == .string else {
        throw SQLError(
          .bind, "UNSUPPORTED_SCHEMA", "lines of text take one column of type STRING, found (\(schema))", span: span,
          hint: "format the row yourself, or leave format out for JSON")
      }
      return TextEncoder()
    case "csv", "tsv":
      encoding.hasHeader = options[CsvOptions.header.name] == nil ? false : try options.boolean(CsvOptions.header)
      encoding.separator = options[CsvOptions.sep.name] ?? (name == "tsv" ? "\t" : ",")
      encoding.nullText = options[CsvOptions.nullValue.name]
      return RowFormat.csv.encoder(encoding)
    case DebeziumFormat.formatName:
      return RowFormat.debezium.encoder(encoding)
    default:
      return RowFormat.jsonl.encoder(encoding)
    }
  }
}
