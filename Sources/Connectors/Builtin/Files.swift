internal import Columnar
internal import Diagnostics

/// Options of every connector that reads files.
enum FileOptions {
  static let path = OptionDefinition("path", .string, isRequired: true, "file, folder or pattern")
  static let maxFilesPerTrigger = OptionDefinition(
    "maxFilesPerTrigger", .integer, "files that one step takes at most")
  static let maxRowsPerTrigger = OptionDefinition(
    "maxRowsPerTrigger", .integer, "rows that one step takes at most")
  static let maxBytesPerTrigger = OptionDefinition(
    "maxBytesPerTrigger", .integer, "bytes that one step takes at most")

  static let reading = [
    path, maxFilesPerTrigger, maxRowsPerTrigger, maxBytesPerTrigger, LineOptions.maxLineBytes,
  ]
}

/// Options of every connector that cuts bytes into lines.
enum LineOptions {
  static let maxLineBytes = OptionDefinition(
    "maxLineBytes", .integer, default: String(LineFraming.lineBytesMaxDefault),
    "longest line; a longer one is an error")

  static func lineBytesMax(_ options: OptionValues) throws(SQLError) -> Int {
    let value = try options.integer(maxLineBytes, in: 1...Int64(BytesView.lengthMax))
    return value.map { Int($0) } ?? LineFraming.lineBytesMaxDefault
  }
}

extension ConnectorDefinition {
  /// Text files: a row a line.
  package static let text = ConnectorDefinition(
    "text", "Text files, one row a line in the column `value`.",
    options: FileOptions.reading, positional: ["path"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        try request.refuseFileStream()
        _ = try FileListing.files(at: request.path(), span: request.pathSpan)
        return SourceDescription(
          schema: try request.lineSchema(), isBounded: true, canEnd: true, canReplay: true)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        try FileSource(
          schema: Schema(columns.map { description.schema[$0] }),
          files: FileListing.files(at: request.path(), span: request.pathSpan),
          decoder: TextDecoder(columns.map { _ in .value }),
          lineBytesMax: LineOptions.lineBytesMax(request.options), stepLimits: request.stepLimits())
      }),
    sink: .textFile)

  /// Files of separated values.
  package static let csv = ConnectorDefinition(
    "csv", "Files of comma-separated values.",
    options: [FileOptions.path, DelimitedOptions.header, DelimitedOptions.sep, DelimitedOptions.nullValue],
    positional: ["path"], sink: .csvFile)

  /// Files of JSON objects, one a line.
  package static let json = ConnectorDefinition(
    "json", aliases: ["jsonl", "ndjson"], "Files of JSON objects, one a line.",
    options: [FileOptions.path, JsonOptions.ignoreNullFields], positional: ["path"], sink: .jsonFile)
}

extension SourceRequest {
  func path() throws(SQLError) -> String {
    guard let path = options.text(FileOptions.path), !path.isEmpty else {
      throw SQLError(.bind, "REQUIRED_OPTION_UNSPECIFIED", "the option \"path\" is empty", span: pathSpan)
    }
    return path
  }

  var pathSpan: SourceSpan { options.span(of: FileOptions.path.name) ?? span }

  func stepLimits() throws(SQLError) -> FileSource.StepLimits {
    FileSource.StepLimits(
      files: try options.count(FileOptions.maxFilesPerTrigger) ?? .max,
      rows: try options.count(FileOptions.maxRowsPerTrigger) ?? .max,
      bytes: try options.count(FileOptions.maxBytesPerTrigger) ?? .max)
  }

  func refuseFileStream() throws(SQLError) {
    guard isStream else { return }
    throw .unsupported(
      "following files as a stream", span: span,
      hint: "read what is there without STREAM, or pipe: tail -f … into stdin")
  }

  /// The schema of a source of lines: `value STRING`, or the one string column that was declared.
  func lineSchema() throws(SQLError) -> Schema {
    guard let schema else { return Schema([Field("value", .string)]) }
    guard schema.count == 1, schema[0].type == .string else {
      throw SQLError(
        .bind, "UNSUPPORTED_SCHEMA", "lines of text have one column of type STRING, found (\(schema))",
        span: span)
    }
    return schema
  }
}
