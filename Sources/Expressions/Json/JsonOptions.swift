internal import Columnar
internal import Diagnostics

/// The options that `from_json` and `to_json` take, a constant map of strings.
struct JsonOptions: Sendable {
  enum Mode: Sendable { case permissive, failFast }

  var mode = Mode.permissive
  var ignoresNullFields = true
  var datePattern: DateTimePattern?
  var timestampPattern: DateTimePattern?
  /// The field of a schema that gets texts which do not fit it.
  var corruptField = "_corrupt_record"
  /// Numbers may begin with zeros.
  var allowsLeadingZeros = false
  /// What `schema_of_json` takes numbers and truth values for, and numbers with a fraction.
  var infersStrings = false
  var infersDecimals = false

  /// - Parameter index: the argument that holds the map, if there are so many.
  init(_ call: FunctionCall, _ index: Int, _ purpose: DateTimePattern.Purpose) throws(SQLError) {
    guard index < call.arguments.count else { return }
    let place = call.arguments[index].span.isNone ? call.span : call.arguments[index].span
    if case .map(let key, let value) = call.types[index], key != .string || value != .string {
      throw SQLError(
        .bind, "INVALID_OPTIONS.NON_STRING_TYPE", "the options of \(call.name) must be strings, found \"\(call.types[index].sqlName)\"",
        span: place, hint: "write map('mode', 'FAILFAST')")
    }
    guard case .map(key: .string, value: .string) = call.types[index], case .map(let entries)? = try call.constant(index) else {
      throw SQLError(
        .bind, "INVALID_OPTIONS.NON_MAP_FUNCTION", "the options of \(call.name) must be a constant map of strings", span: place,
        hint: "write map('mode', 'FAILFAST')")
    }
    for entry in entries {
      try set(entry.key.text ?? "", to: entry.value.text ?? "", purpose, call.name, place)
    }
  }

  private mutating func set(
    _ key: String, to value: String, _ purpose: DateTimePattern.Purpose, _ function: String, _ span: SourceSpan
  ) throws(SQLError) {
    switch key.lowercased() {
    case "mode":
      switch value.uppercased() {
      case "PERMISSIVE": mode = .permissive
      case "FAILFAST": mode = .failFast
      default:
        throw SQLError(
          .bind, "PARSE_MODE_UNSUPPORTED", "\(function) knows the modes PERMISSIVE and FAILFAST, found \"\(value)\"", span: span)
      }
    case "ignorenullfields": ignoresNullFields = value.lowercased() != "false"
    case "dateformat": datePattern = try pattern(value, purpose, span)
    case "timestampformat": timestampPattern = try pattern(value, purpose, span)
    case "columnnameofcorruptrecord": corruptField = value
    case "allownumericleadingzeros": allowsLeadingZeros = value.lowercased() == "true"
    case "primitivesasstring": infersStrings = value.lowercased() == "true"
    case "prefersdecimal": infersDecimals = value.lowercased() == "true"
    default:
      let known = [
        "mode", "ignoreNullFields", "dateFormat", "timestampFormat", "columnNameOfCorruptRecord", "allowNumericLeadingZeros",
        "primitivesAsString", "prefersDecimal",
      ]
      throw SQLError(
        .bind, "INVALID_OPTIONS", "\(function) has no option \"\(key)\"", span: span, hint: didYouMean(key, in: known))
    }
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
