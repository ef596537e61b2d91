internal import Columnar
internal import Diagnostics

/// The reading half of a format, whatever transport brings the bytes.
protocol ReadFormat: Sendable {
  /// `json`, as in `USING json` and `format => 'json'`.
  var name: String { get }
  /// Options of its own.
  var options: [OptionDefinition] { get }
  /// Columns that are not declared come from a sample of the input.
  var needsSample: Bool { get }
  /// With `multiLine` a file is one piece.
  var readsDocuments: Bool { get }
  /// False if records also take rows back.
  var isAppendOnly: Bool { get }
  /// What the beginning of a file says of options that were not given.
  func findings(_ request: SourceRequest, _ sample: InputSample) throws(SQLError) -> [GivenOption]
  /// Looks at the options and perhaps a sample of the input: the columns.
  /// - Parameter sample: the first bytes of the input; nil where nothing can be read before the query runs.
  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema
  /// What makes rows of chunks, for the wanted columns of the schema.
  func reading(_ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords)
    throws(SQLError) -> FormatReading
}

extension ReadFormat {
  var needsSample: Bool { true }
  var isAppendOnly: Bool { true }
  var readsDocuments: Bool { false }
  func findings(_ request: SourceRequest, _ sample: InputSample) throws(SQLError) -> [GivenOption] { [] }
}

/// A format at work on one source.
struct FormatReading: Sendable {
  /// Makes the decoder of a chunk that comes from this place.
  var decoder: @Sendable (InputPlace) -> any Decoder
  /// Counts what is malformed; nil where nothing can be.
  var policy: MalformedPolicy?
  /// How the transport is to cut the bytes.
  var framing = Framing.lines
  /// Ends a record.
  var ends = RecordEnd.newline
  /// Whether a piece at the beginning of a file holds a record, perhaps the header, and not blank lines and comments alone: if
  /// not, what follows it is still the beginning.
  var holdsRecord: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool = { _ in true }

  /// A piece may be cut behind the end of any record.
  var isCutByLines: Bool { if case .lines = framing { true } else { false } }

  enum Framing: Sendable {
    /// Records end with `ends`.
    case lines
    /// Records end with `ends`, one byte, outside of quotes.
    case records(CsvDialect)
    /// A whole file is one piece.
    case whole
  }
}

/// Options that several formats have.
enum FormatOptions {
  static let mode = OptionDefinition(
    "mode", .choice(MalformedMode.allCases.map(\.rawValue)), default: MalformedMode.permissive.rawValue,
    "what happens with malformed records: NULLs (PERMISSIVE), left out (DROPMALFORMED), an error (FAILFAST)")
  static let columnNameOfCorruptRecord = OptionDefinition(
    "columnNameOfCorruptRecord", .string, default: "_corrupt_record",
    "the column, if declared, that takes the text of malformed records; named for JSON without declared columns it is one of them")
  static let dateFormat = OptionDefinition(
    "dateFormat", .string, "pattern of dates; without it they are read as CAST does")
  static let timestampFormat = OptionDefinition(
    "timestampFormat", .string, "pattern of timestamps; without it they are read as CAST does")
  static let timestampNTZFormat = OptionDefinition(
    "timestampNTZFormat", .string, "pattern of timestamps without zone; without it they are read as CAST does"
  )
  static let timeZone = OptionDefinition(
    "timeZone", .string, "zone of timestamps that name none; without it the session's")
  static let multiLine = OptionDefinition(
    "multiLine", .boolean, default: "false",
    "records may span lines; JSON is then read as a whole, file by file. Without it JSON tells by itself, and CSV whose columns are inferred")

  static let samplingRatio = OptionDefinition(
    "samplingRatio", .string, default: "1.0", "how much of the sample inference looks at, above 0 and at most 1")

  static let locale = OptionDefinition(
    "locale", .choice(["en-US"]), default: "en-US", "language of the names of months and days in patterns")

  static let common = [
    mode, columnNameOfCorruptRecord, dateFormat, timestampFormat, timestampNTZFormat, timeZone, locale, multiLine,
  ]
}

extension SourceRequest {
  /// Records that inference looks at.
  func inferenceRecordsMax() throws(SQLError) -> Int {
    let text = options.text(FormatOptions.samplingRatio) ?? "1"
    guard let ratio = Double(text), ratio > 0, ratio <= 1 else {
      throw .invalidOption(
        FormatOptions.samplingRatio, text, expected: "a number above 0 and at most 1",
        span: options.span(of: FormatOptions.samplingRatio.name))
    }
    return max(1, Int(ratio * Double(InputSample.recordsMax)))
  }

  func malformedPolicy(_ records: MalformedRecords) throws(SQLError) -> MalformedPolicy {
    let text = options.text(FormatOptions.mode)?.uppercased() ?? ""
    return MalformedPolicy(
      mode: MalformedMode(rawValue: text) ?? .permissive, records: records, nowMicros: environment.nowMicros)
  }

  func valueReading() throws(SQLError) -> ValueReading {
    let name = options.text(FormatOptions.timeZone) ?? environment.zoneName
    guard let zone = TimeZoneRules.named(name) else {
      throw SQLError(
        .bind, "INVALID_TIMEZONE", "unknown time zone \"\(name)\"",
        span: options.span(of: FormatOptions.timeZone.name) ?? span)
    }
    return ValueReading(
      zone: zone, nowMicros: environment.nowMicros(), dateFormat: try pattern(FormatOptions.dateFormat),
      timestampFormat: try pattern(FormatOptions.timestampFormat),
      timestampNTZFormat: try pattern(FormatOptions.timestampNTZFormat))
  }

  private func pattern(_ option: OptionDefinition) throws(SQLError) -> DateTimePattern? {
    guard let text = options.text(option) else { return nil }
    do throws(DateTimePatternError) { return try DateTimePattern(text, for: .parsing) } catch {
      throw .invalidOption(
        option, text, expected: "a pattern such as 'yyyy-MM-dd HH:mm:ss'", span: options.span(of: option.name))
    }
  }

  /// The ordinal of the declared column that takes the text of malformed records.
  func corruptColumn(in schema: Schema) throws(SQLError) -> Int? {
    guard let name = options.text(FormatOptions.columnNameOfCorruptRecord),
      let ordinal = schema.ordinals(named: name).first
    else { return nil }
    guard schema[ordinal].type == .string else {
      throw SQLError(
        .bind, "INVALID_CORRUPT_RECORD_TYPE",
        "column \"\(name)\" takes the text of malformed records and must be STRING, found \(schema[ordinal].type.sqlName)",
        span: span)
    }
    return ordinal
  }
}
