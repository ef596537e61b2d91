internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension LiteralBinder {
  /// `INTERVAL '5' SECOND` is an interval second, `INTERVAL 1 DAY 2 HOURS` an interval day to hour: the fields that were
  /// named. Months and seconds do not mix, as in Spark.
  func bind(_ interval: AST.IntervalLiteral, span: SourceSpan) throws(SQLError) -> BoundExpression {
    switch interval {
    case .text(let text): return try units(text.text, isText: true, span: span)
    case .units(let fields):
      return try units(fields.map(\.calendarText).joined(separator: " "), span: span)
    case .range(let text, let isNegative, let from, let to):
      return try range(text, isNegative: isNegative, from, to, span: span)
    }
  }

  private func units(_ text: String, isText: Bool = false, span: SourceSpan) throws(SQLError) -> BoundExpression {
    guard let interval = withBytes(of: text, IntervalText.parseUnits) else {
      if isText {
        throw SQLError(
          .bind, "INVALID_TYPED_LITERAL", "'\(text)' is not a valid INTERVAL", span: span,
          hint: "write it as INTERVAL '5 minutes', or INTERVAL '1 02:03:04' DAY TO SECOND")
      }
      throw invalid(text, span)
    }
    switch interval.type {
    case .yearMonthInterval(let from, let to)?:
      return .literal(.int32(interval.months), .yearMonthInterval(from, to), span: span)
    case .dayTimeInterval(let from, let to)?:
      guard let micros = interval.dayTimeMicros else { throw invalid(text, span) }
      return .literal(.int64(micros), .dayTimeInterval(from, to), span: span)
    default:
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE.INTERVAL_MIXED_UNITS", "an interval cannot mix years or months with days or seconds",
        span: span, hint: "add two intervals one after the other")
    }
  }

  private func range(
    _ text: AST.StringLiteral, isNegative: Bool, _ from: AST.IntervalUnit, _ to: AST.IntervalUnit, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let type = try TypeBinder.bind(AST.TypeName(.interval(from: from, to: to), span: span))
    switch type {
    case .yearMonthInterval(let first, let last):
      guard let parsed = withBytes(of: text.text, { IntervalText.parseYearMonth($0, from: first, to: last) }),
        let months = Int32(exactly: isNegative ? -Int64(parsed) : Int64(parsed))
      else { throw invalid(text.text, span, "INTERVAL_PARSING") }
      return .literal(.int32(months), type, span: span)
    case .dayTimeInterval(let first, let last):
      guard let parsed = withBytes(of: text.text, { IntervalText.parseDayTime($0, from: first, to: last) }),
        let micros = Int64(exactly: isNegative ? -Int128(parsed) : Int128(parsed))
      else { throw invalid(text.text, span, "INTERVAL_PARSING") }
      return .literal(.int64(micros), type, span: span)
    default: throw invalid(text.text, span)
    }
  }

  private func invalid(_ text: String, _ span: SourceSpan, _ subclass: String? = nil) -> SQLError {
    SQLError(
      .bind, "INVALID_INTERVAL_FORMAT." + (subclass ?? Self.subclass(text)), "'\(text)' is not a valid interval", span: span,
      hint: "write it as INTERVAL '5 minutes', or INTERVAL '1 02:03:04' DAY TO SECOND")
  }
}

extension LiteralBinder {
  /// What is wrong with a list of numbers and units, by Spark's names.
  private static func subclass(_ text: String) -> String {
    var words = text.lowercased().split(whereSeparator: \.isWhitespace)
    if words.first == "interval" { words.removeFirst() }
    guard !words.isEmpty else { return "INPUT_IS_EMPTY" }
    let units = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond"]
    for (index, word) in words.enumerated() {
      let isNumber = word.first?.isNumber == true || "+-.".contains(word.first ?? " ")
      if isNumber {
        if word.filter({ $0 == "." }).count > 1 || !word.allSatisfy({ $0.isNumber || "+-.".contains($0) }) {
          return "UNRECOGNIZED_NUMBER"
        }
        guard index + 1 < words.count else { return "MISSING_UNIT" }
        if word.contains("."), !words[index + 1].hasPrefix("second") { return "INVALID_FRACTION" }
      } else {
        if index == 0 || !(words[index - 1].first?.isNumber ?? false || "+-.".contains(words[index - 1].first ?? " ")) {
          return "UNRECOGNIZED_NUMBER"
        }
        if !units.contains(where: { word == $0 || word == $0 + "s" }) { return "INVALID_UNIT" }
      }
    }
    return "ARITHMETIC_EXCEPTION"
  }
}

extension AST.IntervalField {
  /// Number and unit; quarters, which the calendar's units lack, as months.
  fileprivate var calendarText: String {
    if unit == .quarter, let quarters = Int32(value) { return "\(Int64(quarters) * 3) MONTH" }
    return "\(value) \(unit.rawValue)"
  }
}
