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

  static let newFilesOnly = OptionDefinition(
    "newFilesOnly", .boolean, default: "false", "a stream passes over the files that are there when it starts")

  static let reading = [
    path, maxFilesPerTrigger, maxRowsPerTrigger, maxBytesPerTrigger, newFilesOnly, LineOptions.maxLineBytes,
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
  package static let text = files(
    TextFormat(), "Text files, one row a line in the column `value`.", sink: .textFile, sinkOptions: [])

  /// Files of separated values.
  package static let csv = files(
    CsvFormat.commas, "Files of comma-separated values.", sink: .csvFile, sinkOptions: [])

  /// Files of values separated by tabs.
  package static let tsv = files(
    CsvFormat.tabs, "Files of values separated by tabs.", sink: .csvFile, sinkOptions: [])

  /// Files of JSON objects, one a line.
  package static let json = files(
    JsonFormat(), aliases: ["jsonl", "ndjson"], "Files of JSON objects, one a line.", sink: .jsonFile,
    sinkOptions: [JsonOptions.ignoreNullFields])

  /// The connector for files of a format.
  private static func files(
    _ format: any ReadFormat, aliases: [String] = [], _ summary: String, sink: SinkFactory,
    sinkOptions: [OptionDefinition]
  ) -> ConnectorDefinition {
    ConnectorDefinition(
      format.name, aliases: aliases, summary, options: FileOptions.reading + format.options + sinkOptions,
      positional: ["path"],
      source: SourceFactory(
        describe: { (request) throws(SQLError) -> SourceDescription in
          let path = try request.path()
          let files = try request.files(at: path)
          _ = try request.stepLimits()
          // Declared columns need no look at the data.
          let isWhole = try request.options.boolean(FormatOptions.multiLine)
          let sample =
            request.schema == nil && format.needsSample
            ? try InputSample(
              files, path: path, lineBytesMax: LineOptions.lineBytesMax(request.options), isWhole: isWhole) : nil
          return SourceDescription(
            schema: try format.schema(request, sample: sample), isBounded: !request.isStream,
            canEnd: !request.isStream, canReplay: true, malformed: MalformedRecords())
        },
        open: { (request, description, columns) throws(SQLError) -> any Source in
          let path = try request.path()
          let isNewOnly = try request.options.boolean(FileOptions.newFilesOnly)
          let isFile = FileListing.isRegularFile(path)
          return try FileSource(
            schema: Schema(columns.map { description.schema[$0] }),
            files: request.isStream ? [] : FileListing.files(at: path, span: request.pathSpan),
            reading: format.reading(
              request, description.schema, columns: columns,
              malformed: description.malformed ?? MalformedRecords()),
            lineBytesMax: LineOptions.lineBytesMax(request.options), stepLimits: request.stepLimits(),
            watch: request.isStream ? FolderWatch(path: path, isNewFilesOnly: isNewOnly && !isFile) : nil,
            isTail: request.isStream && isFile)
        }),
      sink: sink)
  }
}

extension SourceRequest {
  /// The files that are there; a stream with declared columns may begin before the first one is.
  fileprivate func files(at path: String) throws(SQLError) -> [FileEntry] {
    do throws(SQLError) { return try FileListing.files(at: path, span: pathSpan) } catch {
      guard isStream, schema != nil, error.errorClass == "PATH_NOT_FOUND", path.contains(where: { "*?[{".contains($0) })
      else { throw error }
      return []
    }
  }

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
