internal import Columnar
internal import Diagnostics
internal import Glibc

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
    return try request.fileSink(suffix: "txt") { () throws(SQLError) -> any RowEncoder in TextEncoder() }
  }

  static let csvFile = SinkFactory { (request) throws(SQLError) -> any Sink in
    var encoding = try request.formatRequest()
    let isTabbed = request.options.text(FileOptions.path)?.lowercased().hasSuffix(".tsv") ?? false
    let saysHeader = try request.options.boolean(CsvOptions.header)
    encoding.hasHeader = saysHeader || request.options[CsvOptions.header.name] == nil
    encoding.nullText = request.options.text(CsvOptions.nullValue)
    encoding.separator = request.options[CsvOptions.sep.name] ?? (isTabbed ? "\t" : ",")
    guard encoding.separator?.isEmpty != true else {
      throw .invalidOption(
        CsvOptions.sep, "", expected: "at least one character", span: request.options.span(of: "sep"))
    }
    // A file without rows still says what its columns are.
    encoding.isOneResult = true
    return try request.fileSink(suffix: "csv") { [encoding] () throws(SQLError) -> any RowEncoder in
      RowFormat.csv.encoder(encoding)
    }
  }

  static let jsonFile = SinkFactory { (request) throws(SQLError) -> any Sink in
    var encoding = try request.formatRequest()
    encoding.omitsNullFields = try request.options.boolean(JsonOptions.ignoreNullFields)
    return try request.fileSink(suffix: "json") { [encoding] () throws(SQLError) -> any RowEncoder in
      RowFormat.jsonl.encoder(encoding)
    }
  }
}

extension SinkRequest {
  /// One file that is emptied now and grows with each step, or a folder of part files.
  fileprivate func fileSink(
    suffix: String, _ encoder: @escaping () throws(SQLError) -> any RowEncoder
  ) throws(SQLError) -> any Sink {
    let pathSpan = options.span(of: FileOptions.path.name) ?? span
    guard let path = options.text(FileOptions.path), !path.isEmpty else {
      throw SQLError(.bind, "REQUIRED_OPTION_UNSPECIFIED", "the option \"path\" is empty", span: pathSpan)
    }
    var info = stat()
    let isFolder =
      path.hasSuffix("/")
      || (stat(FileListing.localPath(path), &info) == 0 && info.st_mode & S_IFMT == S_IFDIR)
    if isFolder {
      return try FolderSink(folder: FileListing.localPath(path), suffix: suffix, span: pathSpan, makeEncoder: encoder)
    }
    return EncodedSink(try encoder(), output: try DescriptorOutput(path: path, span: pathSpan))
  }
}

/// Writes the one column as lines; NULL is an empty line.
private final class TextEncoder: RowEncoder {
  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: false).batch
    guard case .bytes(let column)? = batch.columns.first else {
      return out.append(repeating: UInt8(ascii: "\n"), times: batch.count)
    }
    for row in 0..<column.count {
      if column.validity.map({ $0[row] }) ?? true {
        column.views[row].withBytes { out.append(UnsafeRawBufferPointer($0)) }
      }
      out.append(UInt8(ascii: "\n"))
    }
  }
}
