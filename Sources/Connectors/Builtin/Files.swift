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
          let (request, sample, findings) = try request.looking(at: files, selection, settings, format)
          let isStream = request.readsAsItGrows
          let (schema, folderColumns) = try request.withFolderColumns(selection, files, format) { (stored) throws(SQLError) in
            try format.schema(stored, sample: sample)
          }
          var description = SourceDescription(
            schema: schema, isBounded: !isStream, canEnd: !isStream, canReplay: true, malformed: MalformedRecords())
          description.folderColumns = folderColumns
          if format.isAppendOnly { description.metadata = FileMetadataColumn.field }
          description.findings = findings
          description.isAppendOnly = format.isAppendOnly
          return description
        },
        open: { (request, description, columns) throws(SQLError) -> any Source in
          try source(request, description, columns, format)
        }),
      sink: sink)
  }

  private static func source(
    _ request: SourceRequest, _ description: SourceDescription, _ columns: [Int], _ format: any ReadFormat
  ) throws(SQLError) -> FileSource {
    var request = request.with(description.findings)
    let selection = try request.fileSelection()
    let isStream = request.readsAsItGrows
    let isTail = isStream && FileListing.isRegularFile(selection.path)
    let files = try isStream ? [] : request.files(selection, isDeclaring: false)
    if request.schema != nil, !isTail {
      request = try request.lookingForDocuments(isStream ? request.files(selection, isDeclaring: true) : files, format)
    }
    var renewal: (@Sendable () throws(SQLError) -> (any Source)?)?
    if !isStream, try request.options.boolean(FileOptions.reread) {
      renewal = { [request] () throws(SQLError) -> (any Source)? in
        let now = try request.files(selection, isDeclaring: false)
        return now == files ? nil : try source(request, description, columns, format)
      }
    }
    let reading = try request.reading(format, description, columns: columns, selection)
    if isTail, case .whole = reading.framing {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "'\(selection.path)' is followed as it grows, so that it has no end up to which it could be read as one piece",
        span: request.pathSpan, hint: "leave out multiLine and wholetext, read it without STREAM, or follow the folder that it is in")
    }
    let isNewOnly = try request.options.boolean(FileOptions.newFilesOnly)
    return try FileSource(
      schema: Schema(columns.map { $0 < description.schema.count ? description.schema[$0] : FileMetadataColumn.field }), files: files, reading: reading,
      settings: request.fileSettings(), watch: isStream ? request.folderWatch(selection, isTail: isTail) : nil,
      isTail: isTail, startOffset: isTail && isNewOnly ? FileListing.lastLineEnd(selection.path) : 0, renewal: renewal)
  }
}

extension SourceRequest {
  /// The sample from which columns come that are not declared, and what it says of options that were not given.
  fileprivate func looking(
    at files: [FileEntry], _ selection: FileSelection, _ settings: FileSource.Settings, _ format: any ReadFormat
  ) throws(SQLError) -> (SourceRequest, InputSample?, findings: [GivenOption]) {
    guard schema == nil, format.needsSample else { return (self, nil, []) }
    let sample = try sample(files, selection, settings, format)
    var findings = try format.findings(self, sample)
    // A file that grows has no end, up to which it could be read as a whole.
    if readsAsItGrows, FileListing.isRegularFile(selection.path), format.readsDocuments { findings.removeAll { $0.name == FormatOptions.multiLine.name } }
    if findings.isEmpty { return (self, sample, []) }
    let request = with(findings)
    return (request, try request.sample(files, selection, settings, format), findings)
  }

  /// Where columns are declared a file still shows whether it is one document over several lines: read by lines, nothing but
  /// malformed records would come of it.
  fileprivate func lookingForDocuments(_ files: [FileEntry], _ format: any ReadFormat) throws(SQLError) -> SourceRequest {
    guard format.readsDocuments, options[FormatOptions.multiLine.name] == nil, let first = files.first(where: { $0.bytes > 0 }),
      FileListing.isRegularFile(first.path)
    else { return self }
    let settings = try fileSettings()
    let sample: InputSample
    // What cannot be read says so when it is read, after what stands before it.
    do throws(SQLError) {
      sample = try InputSample([first], path: first.path, lineBytesMax: settings.lineBytesMax, isWhole: false)
    } catch { return self }
    return with(try format.findings(self, sample))
  }

  fileprivate func with(_ findings: [GivenOption]) -> SourceRequest {
    var request = self
    for option in findings { request.options.set(option.name, option.text, span: option.span) }
    return request
  }

  private func sample(
    _ files: [FileEntry], _ selection: FileSelection, _ settings: FileSource.Settings, _ format: any ReadFormat
  ) throws(SQLError) -> InputSample {
    let isDocument = try options.boolean(FormatOptions.multiLine) && format.readsDocuments
    return try InputSample(
      files, path: selection.path, lineBytesMax: settings.lineBytesMax, ends: LineOptions.recordEnd(options),
      isWhole: isDocument, ignoresCorrupt: settings.ignoresCorrupt)
  }

  /// The columns of a format, and behind them those of folders; a declared column of a folder stays where it was declared.
  fileprivate func withFolderColumns(
    _ selection: FileSelection, _ files: [FileEntry], _ format: any ReadFormat,
    _ stored: (SourceRequest) throws(SQLError) -> Schema
  ) throws(SQLError) -> (Schema, Set<String>) {
    guard format.isAppendOnly, let folders = try folderColumns(selection, files) else { return (try stored(self), []) }
    let names = Set(folders.names.map { $0.lowercased() })
    if let schema {
      // Columns that were declared are all there are.
      let used = names.intersection(schema.fields.map { $0.name.lowercased() })
      _ = try stored(withoutColumns(used))
      return (schema, used)
    }
    let fields = try stored(self).fields.filter { !names.contains($0.name.lowercased()) }
    return (Schema(fields + folders.inferred(files, try valueReading())), names)
  }

  private func withoutColumns(_ names: Set<String>) -> SourceRequest {
    var request = self
    request.schema = schema.map { Schema($0.fields.filter { !names.contains($0.name.lowercased()) }) }
    return request
  }

  fileprivate func reading(
    _ format: any ReadFormat, _ description: SourceDescription, columns: [Int], _ selection: FileSelection
  ) throws(SQLError) -> FormatReading {
    let malformed = description.malformed ?? MalformedRecords()
    let (schema, names) = (description.schema, description.folderColumns)
    if names.isEmpty, columns.allSatisfy({ $0 < schema.count }) { return try format.reading(self, schema, columns: columns, malformed: malformed) }
    let stored = schema.fields.indices.filter { !names.contains(schema[$0].name.lowercased()) }
    var outputs: [FolderDecoder.Output] = []
    var wanted: [Int] = []
    for column in columns {
      if let place = stored.firstIndex(of: column) {
        outputs.append(.stored(wanted.count))
        wanted.append(place)
      } else {
        outputs.append(column < schema.count ? .folder(schema[column]) : .metadata)
      }
    }
    var reading = try format.reading(
      withoutColumns(names), Schema(stored.map { schema[$0] }), columns: wanted, malformed: malformed)
    let folders = FolderColumns(names: [], root: folderRoot(selection))
    let (inner, values) = (reading.decoder, try valueReading())
    let order = outputs
    reading.decoder = { place in
      FolderDecoder(inner: inner(place), outputs: order, folders: folders, path: place.input, reading: values)
    }
    return reading
  }

  fileprivate func folderWatch(_ selection: FileSelection, isTail: Bool) throws(SQLError) -> FolderWatch {
    let isNewOnly = try options.boolean(FileOptions.newFilesOnly)
    return try FolderWatch(
      selection, isNewFilesOnly: isNewOnly && !isTail, comparesNames: options.boolean(FileOptions.fileNameOnly),
      lookMicros: options.durationMicros(FileOptions.monitorInterval) ?? FolderWatch.lookMicrosDefault)
  }
}
