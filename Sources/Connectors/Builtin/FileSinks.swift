internal import Columnar
internal import Diagnostics
internal import Glibc

/// Options of every connector that writes files.
enum FileSinkOptions {
  static let compression = OptionDefinition(
    "compression", aliases: ["codec"], .choice(Compression.allCases.map(\.rawValue)),
    "how files written are packed; without it the suffix of the path says: .gz, .zst")
  static let overwrite = OptionDefinition(
    "overwrite", .boolean, default: "false", "what is written takes the place of what is there; INSERT OVERWRITE says so too")
  static let all = [compression, overwrite]
}

/// Options of JSON files.
enum JsonOptions {
  static let ignoreNullFields = OptionDefinition(
    "ignoreNullFields", .boolean, default: "true", "leaves NULL fields out of the objects, as Spark does")
}

extension SinkFactory {
  static let textFile = SinkFactory { (request) throws(SQLError) -> any Sink in
    guard request.schema.count == 1, request.schema[0].type == .string else {
      throw SQLError(
        .bind, "UNSUPPORTED_SCHEMA",
        "a text file takes one column of type STRING, found (\(request.schema))", span: request.span,
        hint: "format the row yourself, or write csv or json")
    }
    let lineEnd = try request.lineEnd()
    return try request.fileSink(suffix: "txt") { _ in TextEncoder(lineEnd: lineEnd) }
  }

  /// - Parameter separator: between fields, unless options or the path's suffix say otherwise.
  static func separatedFile(_ separator: String) -> SinkFactory {
    SinkFactory { (request) throws(SQLError) -> any Sink in try request.separatedSink(separator) }
  }

  static let jsonFile = SinkFactory { (request) throws(SQLError) -> any Sink in
    var encoding = try request.fileEncoding()
    encoding.omitsNullFields = try request.options.boolean(JsonOptions.ignoreNullFields)
    return try request.fileSink(suffix: "json") { [encoding] _ in RowFormat.jsonl.encoder(encoding) }
  }
}

extension SinkFactory {
  static let debeziumFile = SinkFactory(wantsChanges: { _ in true }) { (request) throws(SQLError) -> any Sink in
    let encoding = try request.formatRequest()
    return try request.fileSink(suffix: "json") { [encoding] _ in RowFormat.debezium.encoder(encoding) }
  }
}

extension SinkRequest {
  fileprivate func separatedSink(_ separator: String) throws(SQLError) -> any Sink {
    if let field = schema.fields.first(where: { $0.type.isNested }) {
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
        "column \"\(field.name)\": separated values hold no \(field.type.sqlName)", span: span,
        hint: "write to_json(\(field.name)), or a json file")
    }
    var encoding = try fileEncoding()
    let saysHeader = try options.boolean(CsvOptions.header)
    encoding.hasHeader = saysHeader || options[CsvOptions.header.name] == nil
    encoding.nullText = options.text(CsvOptions.nullValue)
    encoding.separator = try self.separator(separator)
    encoding.quoting = try quoting()
    // A file without rows still says what its columns are.
    encoding.isOneResult = true
    return try fileSink(suffix: encoding.separator == "\t" ? "tsv" : "csv", checkRows: rowsCheck(separator)) { [encoding] isBegun in
      var own = encoding
      if isBegun { own.hasHeader = false }
      return RowFormat.csv.encoder(own)
    }
  }

  /// One file, or a folder of part files.
  fileprivate func fileSink(
    suffix: String, checkRows: (() throws(SQLError) -> Void)? = nil, _ encoder: @escaping (_ isBegun: Bool) -> any RowEncoder
  ) throws(SQLError) -> any Sink {
    let pathSpan = options.span(of: FileOptions.path.name) ?? span
    guard let written = options.text(FileOptions.path), !written.isEmpty else {
      throw SQLError(.bind, "REQUIRED_OPTION_UNSPECIFIED", "the option \"path\" is empty", span: pathSpan)
    }
    try LineOptions.checkEncoding(options)
    if let error = Compression.unsupported(written, span: pathSpan) { throw error }
    let path = FileListing.localPath(written)
    let named = options.text(FileSinkOptions.compression).flatMap { Compression(rawValue: $0.lowercased()) }
    let bySuffix = Compression(ofPath: path)
    let replaces = try options.boolean(FileSinkOptions.overwrite)
    var info = stat()
    let isFolder = path.hasSuffix("/") || (stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR)
    if isFolder {
      return try FolderSink(
        folder: path, suffix: suffix, compression: named ?? .none, replaces: replaces, isBounded: isBounded, span: pathSpan,
        makeEncoder: { encoder(false) })
    }
    if let named, bySuffix != .none, named != bySuffix {
      throw .invalidOption(
        FileSinkOptions.compression, named.rawValue, expected: "\(bySuffix.rawValue), as the path's suffix says",
        span: options.span(of: FileSinkOptions.compression.name))
    }
    return try FileSink(
      path: path, compression: named ?? bySuffix, replaces: replaces, isBounded: isBounded, lineEnd: try lineEnd(), span: pathSpan,
      checkRows: checkRows, makeEncoder: encoder)
  }

  /// Looks at a file to which rows are added: it must have as many columns, and not those of the rows in another order.
  private func rowsCheck(_ separator: String) -> (() throws(SQLError) -> Void)? {
    // Changes have a column more, which says what happened.
    guard !isChangelog, let reader = (separator == "\t" ? ConnectorDefinition.tsv : .csv).source else { return nil }
    var reading = SourceRequest(options: options, schema: nil, isStream: false, environment: environment, span: span)
    reading.options.remove(CsvOptions.header.name)
    let (wanted, span) = (schema.names, options.span(of: FileOptions.path.name) ?? span)
    return { [reading] () throws(SQLError) in
      // What cannot be read has no columns that could be others.
      guard let found = try? reader.describe(reading).schema.names else { return }
      guard found.count != wanted.count || CsvHeader.isOther(found, than: wanted) && !CsvHeader.isSame(found, wanted) else { return }
      throw SQLError(
        .sink, "CSV_HEADER_MISMATCH",
        "'\(reading.options.text(FileOptions.path) ?? "")' has the columns (\(found.joined(separator: ", "))), to be added are (\(wanted.joined(separator: ", ")))",
        span: span, hint: "SELECT the columns of the file, in its order, or replace it by INSERT OVERWRITE")
    }
  }

  fileprivate func fileEncoding() throws(SQLError) -> RowFormatRequest {
    var encoding = try formatRequest()
    encoding.lineEnd = try lineEnd()
    let zoneName = options.text(FormatOptions.timeZone) ?? environment.zoneName
    guard let zone = TimeZoneRules.named(zoneName) else {
      throw SQLError(
        .bind, "INVALID_TIMEZONE", "unknown time zone \"\(zoneName)\"",
        span: options.span(of: FormatOptions.timeZone.name) ?? span)
    }
    encoding.times = TimeText(
      zone: zone, date: try pattern(FormatOptions.dateFormat), timestamp: try pattern(FormatOptions.timestampFormat),
      local: try pattern(FormatOptions.timestampNTZFormat))
    return encoding
  }

  private func pattern(_ option: OptionDefinition) throws(SQLError) -> DateTimePattern? {
    guard let text = options.text(option) else { return nil }
    do throws(DateTimePatternError) { return try DateTimePattern(text, for: .formatting) } catch {
      throw .invalidOption(
        option, text, expected: "a pattern such as 'yyyy-MM-dd HH:mm:ss'", span: options.span(of: option.name))
    }
  }

  fileprivate func lineEnd() throws(SQLError) -> String {
    guard let text = options[LineOptions.lineSep.name] else { return "\n" }
    guard !text.isEmpty else {
      throw .invalidOption(
        LineOptions.lineSep, text, expected: "at least one character", span: options.span(of: LineOptions.lineSep.name))
    }
    switch text {
    case "\\n": return "\n"
    case "\\r\\n": return "\r\n"
    case "\\r": return "\r"
    default: return text
    }
  }

  private func separator(_ usual: String) throws(SQLError) -> String {
    let isTabbed = Compression.inner(options.text(FileOptions.path) ?? "").lowercased().hasSuffix(".tsv")
    let written = options[CsvOptions.delimiter.name] ?? options[CsvOptions.sep.name] ?? (isTabbed ? "\t" : usual)
    guard !written.isEmpty, !written.contains("\n") else {
      throw .invalidOption(
        CsvOptions.sep, written, expected: "at least one character, no newline", span: options.span(of: CsvOptions.sep.name))
    }
    return written == "\\t" ? "\t" : written
  }

  /// Quotes are doubled, as everybody reads them, unless an escape is named. The reader's own escape, a backslash, is doubled in
  /// quoted fields, so that what is read back is what was written.
  private func quoting() throws(SQLError) -> CsvQuoting {
    var quoting = CsvQuoting()
    quoting.quote = try CsvOptions.character(CsvOptions.quote, options, span)
    quoting.escape = quoting.quote
    let backslash = UInt8(ascii: "\\")
    if options[CsvOptions.escape.name] != nil {
      quoting.escape = try CsvOptions.character(CsvOptions.escape, options, span) ?? quoting.quote
    }
    let reads = options[CsvOptions.escape.name] == nil ? backslash : quoting.escape
    quoting.readEscape = reads == quoting.quote ? nil : reads
    if options[CsvOptions.charToEscapeQuoteEscaping.name] != nil {
      quoting.escapeEscape = try CsvOptions.character(CsvOptions.charToEscapeQuoteEscaping, options, span)
    }
    quoting.quotesQuotes = try options.boolean(CsvOptions.escapeQuotes)
    quoting.comment = try CsvOptions.character(CsvOptions.comment, options, span)
    quoting.trimsLeading = try options.boolean(CsvOptions.ignoreLeading)
    quoting.trimsTrailing = try options.boolean(CsvOptions.ignoreTrailing)
    quoting.marksNullRows = true
    quoting.quotesAll = try options.boolean(CsvOptions.quoteAll)
    quoting.emptyText = options[CsvOptions.emptyValue.name].map { Array($0.utf8) }
    return quoting
  }
}

/// Writes the one column as lines; NULL is an empty line.
final class TextEncoder: RowEncoder {
  private let lineEnd: [UInt8]

  init(lineEnd: String = "\n") { self.lineEnd = Array(lineEnd.utf8) }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: false).batch
    guard case .bytes(let column)? = batch.columns.first else {
      for _ in 0..<batch.count { lineEnd.withUnsafeBytes { out.append($0) } }
      return
    }
    for row in 0..<column.count {
      if column.validity.map({ $0[row] }) ?? true {
        column.views[row].withBytes { out.append(UnsafeRawBufferPointer($0)) }
      }
      lineEnd.withUnsafeBytes { out.append($0) }
    }
  }
}
