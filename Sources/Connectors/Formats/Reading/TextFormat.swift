internal import Columnar
internal import Diagnostics

/// Text in: a row a line.
struct TextFormat: ReadFormat {
  let name = "text"
  let options: [OptionDefinition] = []
  var needsSample: Bool { false }

  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema {
    try request.lineSchema()
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let decoder = TextDecoder(columns.map { _ in .value })
    return FormatReading(decoder: { _ in decoder })
  }
}
