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
    "maxBytesPerTrigger", .size, "bytes that one step takes at most")
  static let newFilesOnly = OptionDefinition(
    "newFilesOnly", .boolean, default: "false", "a stream passes over the files that are there when it starts; one that follows a file, over its lines")
  static let latestFirst = OptionDefinition(
    "latestFirst", .boolean, default: "false", "of the files that are there, the newest come first")
  static let fileNameOnly = OptionDefinition(
    "fileNameOnly", .boolean, default: "false", "for a stream, files of one name are one file, wherever they lie")
  static let recursive = OptionDefinition(
    "recursiveFileLookup", .boolean, default: "false", "folders stand for the files in them at any depth, and give no columns")
  static let basePath = OptionDefinition(
    "basePath", .string, "the folder below which folders `name=value` give columns, where the path is not that folder itself")
  static let pathGlobFilter = OptionDefinition(
    "pathGlobFilter", .string, "pattern that the names of files must match, such as *.json")
  static let modifiedAfter = OptionDefinition(
    "modifiedAfter", .string, "only files changed after this time, such as 2024-03-01T10:00:00")
  static let modifiedBefore = OptionDefinition("modifiedBefore", .string, "only files changed before this time")
  static let ignoreMissingFiles = OptionDefinition(
    "ignoreMissingFiles", .boolean, default: "false", "passes over files that have gone since they were listed")
  static let ignoreCorruptFiles = OptionDefinition(
    "ignoreCorruptFiles", .boolean, default: "false",
    "reads files that cannot be unpacked or read as far as that goes; errors(source) names them")
  static let monitorInterval = OptionDefinition(
    "monitorInterval", .duration,
    "makes a table a stream, and says how often it looks for new files where the system does not tell; 200 ms without it")
  static let reread = OptionDefinition(
    "reread", .boolean, default: "false",
    "a table that stands alone beside a stream in a join is read again before a step if its files have changed")
  static let cleanSource = OptionDefinition(
    "cleanSource", .choice(["off"]), default: "off", "files that were read stay where they are; moving them is not done here")

  static let reading = [
    path, maxFilesPerTrigger, maxRowsPerTrigger, maxBytesPerTrigger, newFilesOnly, latestFirst, fileNameOnly, recursive, basePath,
    pathGlobFilter, modifiedAfter, modifiedBefore, ignoreMissingFiles, ignoreCorruptFiles, monitorInterval, reread, cleanSource,
    LineOptions.maxLineBytes, LineOptions.lineSep, LineOptions.encoding, LineOptions.charset,
  ]
}

/// Options of every connector that cuts bytes into lines.
enum LineOptions {
  static let maxLineBytes = OptionDefinition(
    "maxLineBytes", .size, default: String(LineFraming.lineBytesMaxDefault),
    "longest line; a longer one is an error")
  static let lineSep = OptionDefinition(
    "lineSep", .string, "ends a record: one character or several; without it a newline, perhaps after a carriage return")
  static let encoding = OptionDefinition("encoding", .string, default: "UTF-8", "of the text; UTF-8 is what there is")
  static let charset = OptionDefinition("charset", .string, "another name of encoding")

  static func lineBytesMax(_ options: OptionValues) throws(SQLError) -> Int {
    let value = try options.bytes(maxLineBytes, in: 1...Int64(BytesView.lengthMax))
    return value.map { Int($0) } ?? LineFraming.lineBytesMaxDefault
  }

  /// What ends a record. The usual newline may have a carriage return before it, which is not part of the record.
  static func recordEnd(_ options: OptionValues) throws(SQLError) -> RecordEnd {
    guard let text = options[lineSep.name] else { return .newline }
    switch text {
    case "": throw .invalidOption(lineSep, text, expected: "at least one character", span: options.span(of: lineSep.name))
    case "\n", "\r\n", "\\n", "\\r\\n": return .newline
    case "\\r": return .byte(UInt8(ascii: "\r"))
    case "\\t": return .byte(UInt8(ascii: "\t"))
    default:
      let bytes = Array(text.utf8)
      return bytes.count == 1 ? .byte(bytes[0]) : .bytes(bytes)
    }
  }

  static func checkEncoding(_ options: OptionValues) throws(SQLError) {
    for option in [encoding, charset] {
      guard let name = options[option.name] else { continue }
      guard ["utf-8", "utf8", "us-ascii", "ascii"].contains(name.lowercased()) else {
        throw SQLError(
          .bind, "INVALID_PARAMETER_VALUE.CHARSET", "text of encoding \(name) cannot be read or written", span: options.span(of: option.name),
          hint: "UTF-8 can; convert it on the way: iconv -f \(name) -t UTF-8 FILE | streamsql \"SELECT … FROM stdin\"")
      }
    }
  }
}

extension SourceRequest {
  func path() throws(SQLError) -> String {
    guard let path = options.text(FileOptions.path), !path.isEmpty else {
      throw SQLError(.bind, "REQUIRED_OPTION_UNSPECIFIED", "the option \"path\" is empty", span: pathSpan)
    }
    return path
  }

  var pathSpan: SourceSpan { options.span(of: FileOptions.path.name) ?? span }

  /// STREAM was said, or an option says that new files are waited for.
  var readsAsItGrows: Bool { isStream || options[FileOptions.monitorInterval.name] != nil }

  func fileSelection() throws(SQLError) -> FileSelection {
    var selection = FileSelection(path: try path())
    selection.isRecursive = try options.boolean(FileOptions.recursive)
    selection.namePattern = options.text(FileOptions.pathGlobFilter)
    selection.isLatestFirst = try options.boolean(FileOptions.latestFirst)
    selection.modifiedAfterMicros = try moment(FileOptions.modifiedAfter)
    selection.modifiedBeforeMicros = try moment(FileOptions.modifiedBefore)
    return selection
  }

  /// The columns that names of folders give; nil if there are none.
  func folderColumns(_ selection: FileSelection, _ files: [FileEntry]) throws(SQLError) -> FolderColumns? {
    if selection.isRecursive { return nil }
    return try FolderColumns(files, below: folderRoot(selection), span: pathSpan)
  }

  func folderRoot(_ selection: FileSelection) -> String {
    let root = FileListing.localPath(options.text(FileOptions.basePath) ?? selection.path)
    return root.hasSuffix("/") ? root : root + "/"
  }

  private func moment(_ option: OptionDefinition) throws(SQLError) -> Int64? {
    guard let text = options.text(option) else { return nil }
    guard let zone = TimeZoneRules.named(environment.zoneName),
      let micros = Array(text.utf8).withUnsafeBytes({
        TimestampText.parse($0, zone: zone, nowMicros: environment.nowMicros())
      })
    else {
      throw .invalidOption(option, text, expected: "a time such as 2024-03-01T10:00:00", span: options.span(of: option.name))
    }
    return micros
  }

  /// The files that are there. With declared columns a stream of a pattern may begin before the first one is, and a table may
  /// be declared before it is written.
  /// - Parameter isDeclaring: nobody reads yet.
  func files(_ selection: FileSelection, isDeclaring: Bool) throws(SQLError) -> [FileEntry] {
    let files: [FileEntry]
    do throws(SQLError) { files = try FileListing.files(selection, span: pathSpan) } catch {
      let mayBeAbsent = readsAsItGrows ? selection.path.contains(where: { "*?[{".contains($0) }) : isDeclaring
      guard schema != nil, error.errorClass == "PATH_NOT_FOUND", mayBeAbsent else { throw error }
      return []
    }
    for file in files {
      if let error = Compression.unsupported(file.path, span: pathSpan) { throw error }
    }
    if readsAsItGrows, FileListing.isRegularFile(selection.path), Compression(ofPath: selection.path) != .none {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "the packed file '\(selection.path)' cannot be followed as it grows", span: pathSpan,
        hint: "read it without STREAM, or follow the folder that such files are put into")
    }
    return files
  }

  func fileSettings() throws(SQLError) -> FileSource.Settings {
    FileSource.Settings(
      lineBytesMax: try LineOptions.lineBytesMax(options),
      stepLimits: FileSource.StepLimits(
        files: try options.count(FileOptions.maxFilesPerTrigger) ?? .max,
        rows: try options.count(FileOptions.maxRowsPerTrigger) ?? .max,
        bytes: try options.bytes(FileOptions.maxBytesPerTrigger, in: 1 ... .max).map { Int(clamping: $0) } ?? .max),
      ignoresMissing: try options.boolean(FileOptions.ignoreMissingFiles),
      ignoresCorrupt: try options.boolean(FileOptions.ignoreCorruptFiles))
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
