internal import Columnar
internal import Diagnostics

private enum PrintOptions {
  static let identifier = OptionDefinition("print-identifier", .string, "stands before each row, with `> ` behind it")
  static let standardError = OptionDefinition("standard-error", .boolean, default: "false", "writes to stderr")
  static let parallelism = OptionDefinition("sink.parallelism", .integer, "accepted as in Flink; has no effect")
}

extension ConnectorDefinition {
  /// Flink's print sink.
  package static let print = ConnectorDefinition(
    "print", "Writes a line a row with what happened to it, as Flink's print sink: +I[1, x].",
    options: [PrintOptions.identifier, PrintOptions.standardError, PrintOptions.parallelism],
    sink: SinkFactory { (request) throws(SQLError) -> any Sink in
      let prefix = request.options.text(PrintOptions.identifier).map { $0 + "> " } ?? ""
      let encoder = PrintEncoder(try request.formatRequest(), prefix: prefix)
      let output: any OutputStreamSink =
        try request.options.boolean(PrintOptions.standardError)
        ? DescriptorOutput(descriptor: 2, name: "stderr") : request.environment.output
      return EncodedSink(encoder, output: output)
    })
}

/// `+I[1, x]`, a line a row; NULL is `null`.
private final class PrintEncoder: RowEncoder {
  private let request: RowFormatRequest
  private let prefix: String
  private var text: ColumnText

  init(_ request: RowFormatRequest, prefix: String) {
    self.request = request
    self.prefix = prefix
    text = ColumnText(zone: request.zone)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let types = request.schema.types
    let rows = rows.keepingRows(isChangelog: request.isChangelog)
    for row in 0..<rows.batch.count {
      out.append(prefix)
      out.append(rows.operations?[row].code ?? "+I")
      out.append("[")
      for (index, column) in rows.batch.columns.enumerated() {
        if index > 0 { out.append(", ") }
        if column.isNull(row) { out.append("null") } else { text.append(row: row, of: column, type: types[index], to: &out) }
      }
      out.append("]\n")
    }
  }
}
