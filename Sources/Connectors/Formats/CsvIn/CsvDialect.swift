internal import Columnar
internal import Diagnostics

/// How a file of separated values is written.
struct CsvDialect: Sendable {
  /// One byte, or several.
  var separator: [UInt8] = [UInt8(ascii: ",")]
  var quote: UInt8? = UInt8(ascii: "\"")
  var escape: UInt8? = UInt8(ascii: "\\")
  /// Before an escape that stands for itself in a quoted field; unless told otherwise the escape, where it is no quote.
  var escapeEscape: UInt8? = UInt8(ascii: "\\")
  /// Fields of a record at most.
  var columnsMax = CsvOptions.columnsMaxDefault
  /// Lines that begin so are no records.
  var comment: UInt8?
  /// Ends a record; a carriage return before the usual one is not part of it.
  var ends = RecordEnd.newline
  var newline: UInt8 { ends.lineByte }
  var dropsCarriageReturn: Bool { ends == .newline }
  var nullValue: [UInt8] = []
  var emptyValue: [UInt8] = []
  var trimsLeading = false
  var trimsTrailing = false
  var nanValue = Array("NaN".utf8)
  var positiveInf = Array("Inf".utf8)
  var negativeInf = Array("-Inf".utf8)

  /// Whether a byte of a quoted field only says that the next one, a quote or an escape, stands for itself.
  @inline(__always)
  func isEscape(_ byte: UInt8, before next: UInt8) -> Bool {
    escape != quote && ((byte == escape && next == quote) || (byte == escapeEscape && next == escape))
  }

  /// Whether there is anything but blank lines and comments.
  func holdsRecord(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    var at = 0
    while at < text.count {
      let (end, _) = ends.fitting(base, at..<text.count, rowsMax: 1, bytesMax: .max)
      let isEnded = ends.lastEnd(base, from: at, to: end) == end
      let line = UnsafeBufferPointer(rebasing: text[at..<(isEnded ? end - ends.count : end)])
      if line.first != comment, line.contains(where: { $0 > 0x20 || $0 == separator[0] }) { return true }
      at = end
    }
    return false
  }
}

enum CsvOptions {
  static let header = OptionDefinition(
    "header", .boolean,
    "the first line holds the column names; without it, when reading, a first line that says so is taken as one; written unless false")
  static let sep = OptionDefinition("sep", .string, "between fields; \\t is a tab; a comma without it, a tab in tsv")
  static let delimiter = OptionDefinition("delimiter", .string, "another name of sep")
  static let quote = OptionDefinition("quote", .string, default: "\"", "around fields; empty for none")
  static let escape = OptionDefinition("escape", .string, default: "\\", "before a quote in a quoted field")
  static let charToEscapeQuoteEscaping = OptionDefinition(
    "charToEscapeQuoteEscaping", .string,
    "before an escape that stands for itself in a quoted field; without it the escape, unless that is the quote")
  static let columnsMaxDefault = 20480
  static let maxColumns = OptionDefinition(
    "maxColumns", .integer, default: String(columnsMaxDefault), "fields of a record; more are an error")
  static let preferDate = OptionDefinition(
    "preferDate", .boolean, default: "true", "inferred columns of dates are DATE; false: TIMESTAMP")
  static let unescapedQuoteHandling = OptionDefinition(
    "unescapedQuoteHandling", .choice(["STOP_AT_DELIMITER"]), default: "STOP_AT_DELIMITER",
    "a quote that ends no field is part of it, up to the next separator")
  static let comment = OptionDefinition(
    "comment", .string, "lines that begin with this character are left out; a row written that would begin so is put in quotes")
  static let nullValue = OptionDefinition("nullValue", .string, default: "", "what stands for NULL")
  static let emptyValue = OptionDefinition("emptyValue", .string, default: "", "what a quoted empty field means")
  static let nanValue = OptionDefinition("nanValue", .string, default: "NaN", "what stands for not a number")
  static let positiveInf = OptionDefinition("positiveInf", .string, default: "Inf", "what stands for infinity")
  static let negativeInf = OptionDefinition("negativeInf", .string, default: "-Inf", "what stands for -infinity")
  static let ignoreLeading = OptionDefinition(
    "ignoreLeadingWhiteSpace", .boolean, default: "false", "blanks before a field do not count, and are not written")
  static let ignoreTrailing = OptionDefinition(
    "ignoreTrailingWhiteSpace", .boolean, default: "false", "blanks behind a field do not count, and are not written")
  static let enforceSchema = OptionDefinition(
    "enforceSchema", .boolean, default: "true", "false: a header must have the declared names")
  static let inferSchema = OptionDefinition(
    "inferSchema", .boolean, default: "true", "false: columns without declaration are STRING")

  static let quoteAll = OptionDefinition("quoteAll", .boolean, default: "false", "puts every field written in quotes")

  static let escapeQuotes = OptionDefinition(
    "escapeQuotes", .boolean, default: "true", "false: a field written is not put in quotes for the quotes in it alone")

  static let writing = [quoteAll, escapeQuotes]

  static let all = [
    header, sep, delimiter, quote, escape, charToEscapeQuoteEscaping, unescapedQuoteHandling, comment, nullValue, emptyValue, nanValue, positiveInf,
    negativeInf,
    ignoreLeading, ignoreTrailing, enforceSchema, inferSchema, preferDate, maxColumns, FormatOptions.samplingRatio,
  ]
}

extension SourceRequest {
  func csvDialect(separator: String) throws(SQLError) -> CsvDialect {
    var dialect = CsvDialect()
    let written = options[CsvOptions.delimiter.name] ?? options[CsvOptions.sep.name] ?? separator
    dialect.separator = Array((written == "\\t" ? "\t" : written).utf8)
    guard !dialect.separator.isEmpty, !dialect.separator.contains(UInt8(ascii: "\n")) else {
      throw .invalidOption(
        CsvOptions.sep, written, expected: "at least one character, no newline", span: options.span(of: "sep"))
    }
    dialect.quote = try CsvOptions.character(CsvOptions.quote, options, span)
    dialect.escape = try CsvOptions.character(CsvOptions.escape, options, span)
    dialect.escapeEscape =
      options[CsvOptions.charToEscapeQuoteEscaping.name] != nil
      ? try CsvOptions.character(CsvOptions.charToEscapeQuoteEscaping, options, span)
      : dialect.escape == dialect.quote ? nil : dialect.escape
    dialect.columnsMax = try options.count(CsvOptions.maxColumns) ?? CsvOptions.columnsMaxDefault
    dialect.comment = try CsvOptions.character(CsvOptions.comment, options, span)
    dialect.ends = try LineOptions.recordEnd(options)
    dialect.nullValue = Array((options.text(CsvOptions.nullValue) ?? "").utf8)
    dialect.emptyValue = Array((options.text(CsvOptions.emptyValue) ?? "").utf8)
    dialect.nanValue = Array((options.text(CsvOptions.nanValue) ?? "").utf8)
    dialect.positiveInf = Array((options.text(CsvOptions.positiveInf) ?? "").utf8)
    dialect.negativeInf = Array((options.text(CsvOptions.negativeInf) ?? "").utf8)
    dialect.trimsLeading = try options.boolean(CsvOptions.ignoreLeading)
    dialect.trimsTrailing = try options.boolean(CsvOptions.ignoreTrailing)
    return dialect
  }
}

extension CsvOptions {
  /// The one character that an option gives; nil for none.
  static func character(
    _ option: OptionDefinition, _ options: OptionValues, _ span: SourceSpan
  ) throws(SQLError) -> UInt8? {
    guard let text = options.text(option), !text.isEmpty else { return nil }
    guard text.utf8.count == 1, let byte = text.utf8.first, byte != UInt8(ascii: "\n") else {
      throw .invalidOption(
        option, text, expected: "one ASCII character", span: options.span(of: option.name) ?? span)
    }
    return byte
  }
}
