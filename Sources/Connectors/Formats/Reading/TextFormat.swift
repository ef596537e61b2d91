internal import Columnar
internal import Diagnostics

/// Text in: a row a line, or a row a file.
struct TextFormat: ReadFormat {
  private static let wholetext = OptionDefinition("wholetext", .boolean, default: "false", "a file is one row")

  let name = "text"
  let options = [TextFormat.wholetext]
  var needsSample: Bool { false }

  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema {
    try request.lineSchema()
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let policy = MalformedPolicy(mode: .permissive, records: malformed, nowMicros: request.environment.nowMicros)
    if try request.options.boolean(Self.wholetext) {
      let decoder = WholeDecoder(width: columns.count)
      return FormatReading(decoder: { _ in decoder }, policy: policy, framing: .whole)
    }
    let ends = try LineOptions.recordEnd(request.options)
    if let separator = ends.longBytes {
      let decoder = SeparatedTextDecoder(separator: separator, width: columns.count)
      return FormatReading(decoder: { _ in decoder }, policy: policy, ends: ends)
    }
    let decoder = TextDecoder(
      columns.map { _ in .value }, newline: ends.lineByte, dropsCarriageReturn: ends == .newline)
    return FormatReading(decoder: { _ in decoder }, policy: policy, ends: ends)
  }
}

/// A piece of input as one row.
private struct WholeDecoder: Decoder {
  /// Columns wanted: the one there is, or none.
  let width: Int

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    let view = BytesView(padded: UnsafePointer(buffer.base + range.lowerBound), count: range.count)
    let column = Column.bytes(BytesColumn([view], owners: [buffer]))
    try emit(Batch([Column](repeating: column, count: width), count: 1))
  }
}
