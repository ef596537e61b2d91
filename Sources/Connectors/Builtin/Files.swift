internal import Columnar
internal import Diagnostics

extension ConnectorDefinition {
  /// Text files: a row a line.
  package static let text = files(
    TextFormat(), aliases: ["raw"], "Text files, one row a line in the column `value`.", sink: .textFile, sinkOptions: [])

  /// Files of separated values.
  package static let csv = files(
    CsvFormat.commas, "Files of comma-separated values.", sink: .separatedFile(","), sinkOptions: CsvOptions.writing)

  /// Files of values separated by tabs.
  package static let tsv = files(
    CsvFormat.tabs, "Files of values separated by tabs.", sink: .separatedFile("\t"), sinkOptions: CsvOptions.writing)

  /// Files of JSON objects, one a line.
  package static let json = files(
    JsonFormat(), aliases: ["jsonl", "ndjson"], "Files of JSON objects, one a line.", sink: .jsonFile,
    sinkOptions: [JsonOptions.ignoreNullFields])

  /// Files of a database's changes.
  package static let debezium = files(
    DebeziumFormat(), aliases: ["debezium"], "Files of changes in Debezium's JSON, one a line.", sink: .debeziumFile,
    sinkOptions: [])

  /// The connector for files of a format.
  private static func files(
    _ format: any ReadFormat, aliases: [String] = [], _ summary: String, sink: SinkFactory,
    sinkOptions: [OptionDefinition]
  ) -> ConnectorDefinition {
    ConnectorDefinition(
      format.name, aliases: aliases, summary,
      options: FileOptions.reading + format.options + FileSinkOptions.all + sinkOptions, positional: ["path"],
      source: SourceFactory(
        describe: { (request) throws(SQLError) -> SourceDescription in
          let selection = try request.fileSelection()
          let files = try request.files(selection, isDeclaring: true)
          try LineOptions.checkEncoding(request.options)
          let settings = try request.fileSettings()
          // Declared columns need no look at the data.
          let sample =
            request.schema == nil && format.needsSample
            ? try InputSample(
              files, path: selection.path, lineBytesMax: settings.lineBytesMax,
              newline: LineOptions.newline(request.options).byte, isWhole: request.options.boolean(FormatOptions.multiLine),
              ignoresCorrupt: settings.ignoresCorrupt)
            : nil
          let isStream = request.readsAsItGrows
          var description = SourceDescription(
            schema: try format.schema(request, sample: sample), isBounded: !isStream,
            canEnd: !isStream, canReplay: true, malformed: MalformedRecords())
          description.isAppendOnly = format.isAppendOnly
          return description
        },
        open: { (request, description, columns) throws(SQLError) -> any Source in
          let selection = try request.fileSelection()
          let isStream = request.readsAsItGrows
          let isTail = isStream && FileListing.isRegularFile(selection.path)
          return try FileSource(
            schema: Schema(columns.map { description.schema[$0] }),
            files: isStream ? [] : request.files(selection, isDeclaring: false),
            reading: format.reading(
              request, description.schema, columns: columns,
              malformed: description.malformed ?? MalformedRecords()),
            settings: request.fileSettings(),
            watch: isStream ? request.folderWatch(selection, isTail: isTail) : nil, isTail: isTail)
        }),
      sink: sink)
  }
}

extension SourceRequest {
  fileprivate func folderWatch(_ selection: FileSelection, isTail: Bool) throws(SQLError) -> FolderWatch {
    let isNewOnly = try options.boolean(FileOptions.newFilesOnly)
    return try FolderWatch(
      selection, isNewFilesOnly: isNewOnly && !isTail, comparesNames: options.boolean(FileOptions.fileNameOnly),
      lookMicros: options.durationMicros(FileOptions.monitorInterval) ?? FolderWatch.lookMicrosDefault)
  }
}
