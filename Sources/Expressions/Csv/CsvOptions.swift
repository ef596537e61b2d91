internal import Columnar
internal import Diagnostics

/// The options that `from_csv`, `to_csv` and `schema_of_csv` take, a constant map of strings.
struct CsvOptions: Sendable {
  var separator: [UInt8] = [UInt8(ascii: ",")]
  var quote = UInt8(ascii: "\"")
  var escape = UInt8(ascii: "\\")
  var nullText: [UInt8] = []
  var failsFast = false
  var datePattern: DateTimePattern?
  var timestampPattern: DateTimePattern?
  /// The field of a schema that gets records which do not fit it.
  var corruptField = "_corrupt_record"

  /// Options of the CSV format that say nothing of a single record.
  private static let ignored: Set<String> = ["header", "inferschema", "encoding", "charset", "multiline", "comment"]

  /// - Parameter index: the argument that holds the map, if there are so many.
  init(_ call: FunctionCall, _ index: Int, _ purpose: DateTimePattern.Purpose) throws(SQLError) {
    guard index < call.arguments.count else { return }
    let place = call.arguments[index].span.isNone ? call.span : call.arguments[index].span
    if case .map(let key, let value) = call.types[index], key != .string || value != .string {
      throw SQLError(
        .bind, "INVALID_OPTIONS.NON_STRING_TYPE", "the options of \(call.name) must be strings, found \"\(call.types[index].sqlName)\"",
        span: place, hint: "write map('sep', ';')")
    }
    guard case .map = call.types[index], case .map(let entries)? = try call.constant(index) else {
      throw SQLError(
        .bind, "INVALID_OPTIONS.NON_MAP_FUNCTION", "the options of \(call.name) must be a constant map of strings", span: place,
        hint: "write map('sep', ';')")
    }
    for entry in entries { try set(entry.key.text ?? "", to: entry.value.text ?? "", purpose, call.name, place) }
  }

  private mutating func set(
    _ key: String, to value: String, _ purpose: DateTimePattern.Purpose, _ function: String, _ span: SourceSpan
  ) throws(SQLError) {
    switch key.lowercased() {
    case "sep", "delimiter":
      if value.isEmpty {
        throw SQLError(.bind, "INVALID_DELIMITER_VALUE.EMPTY_STRING", "the separator of \(function) is empty", span: span)
      }
      separator = value == "\\t" ? [9] : Array(value.utf8)
    case "quote": quote = try character(value, key, span) ?? 0
    case "escape": escape = try character(value, key, span) ?? 0
    case "nullvalue": nullText = Array(value.utf8)
    case "dateformat": datePattern = try pattern(value, purpose, span)
    case "timestampformat": timestampPattern = try pattern(value, purpose, span)
    case "columnnameofcorruptrecord": corruptField = value
    case "mode":
      switch value.uppercased() {
      case "PERMISSIVE": failsFast = false
      case "FAILFAST": failsFast = true
      default:
        throw SQLError(
          .bind, "PARSE_MODE_UNSUPPORTED", "\(function) knows the modes PERMISSIVE and FAILFAST, found \"\(value)\"", span: span)
      }
    case let other where Self.ignored.contains(other): break
    default:
      let known = ["sep", "quote", "escape", "nullValue", "mode", "dateFormat", "timestampFormat", "columnNameOfCorruptRecord"]
      throw SQLError(
        .bind, "INVALID_OPTIONS", "\(function) has no option \"\(key)\"", span: span, hint: didYouMean(key, in: known))
    }
  }

  private func character(_ text: String, _ key: String, _ span: SourceSpan) throws(SQLError) -> UInt8? {
    let bytes = Array(text.utf8)
    if bytes.count <= 1 { return bytes.first }
    throw SQLError(.bind, "INVALID_OPTIONS", "the option \"\(key)\" must be one character, found '\(text)'", span: span)
  }

  private func pattern(
    _ text: String, _ purpose: DateTimePattern.Purpose, _ span: SourceSpan
  ) throws(SQLError) -> DateTimePattern {
    do throws(DateTimePatternError) {
      return try DateTimePattern(text, for: purpose)
    } catch {
      throw SQLError.invalidPattern(text, error, for: purpose).located(at: span)
    }
  }
}
