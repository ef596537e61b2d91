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
      for field in fields where !field.isNumber {
        throw invalid(field.value, field.span, field.value.first?.isNumber ?? false ? "INVALID_VALUE" : "UNRECOGNIZED_NUMBER")
      }
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
      guard let micros = interval.dayTimeMicros else {
        throw SQLError(
          .bind, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "'\(text)' is longer than an interval can be", span: span,
          hint: "at most 106751991 days")
      }
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
    let type: DataType
    do throws(SQLError) {
      type = try TypeBinder.bind(AST.TypeName(.interval(from: from, to: to), span: span))
    } catch {
      throw SQLError(
        .bind, "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
        "there is no interval from \(from.rawValue) to \(to.rawValue)", span: span, hint: error.hint)
    }
    switch type {
    case .yearMonthInterval(let first, let last):
      let spelled = isNegative ? Self.negated(text.text) : text.text
      guard let months = withBytes(of: spelled, { IntervalText.parseYearMonth($0, from: first, to: last) }) else {
        let hasShape = withBytes(of: Self.shape(of: spelled)) { IntervalText.parseYearMonth($0, from: first, to: last) } != nil
        throw invalid(text.text, span, hasShape ? "INTERVAL_PARSING" : "UNMATCHED_FORMAT_STRING")
      }
      return .literal(.int32(months), type, span: span)
    case .dayTimeInterval(let first, let last):
      let spelled = isNegative ? Self.negated(text.text) : text.text
      guard let micros = withBytes(of: spelled, { IntervalText.parseDayTime($0, from: first, to: last) }) else {
        let hasShape = withBytes(of: Self.shape(of: spelled)) { IntervalText.parseDayTime($0, from: first, to: last) } != nil
        throw invalid(text.text, span, hasShape ? "INTERVAL_PARSING" : "UNMATCHED_FORMAT_STRING_WITH_NOTICE")
      }
      return .literal(.int64(micros), type, span: span)
    default: throw invalid(text.text, span)
    }
  }

  /// The text with its sign turned: the least interval has no positive twin that could be parsed first.
  private static func negated(_ text: String) -> String {
    let bare = text.drop(while: \.isWhitespace)
    if bare.first == "-" { return String(bare.dropFirst()) }
    return "-" + (bare.first == "+" ? bare.dropFirst() : bare)
  }

  /// The text with 1 for each number: where that parses, the numbers are too great, else the fields are not those asked for.
  private static func shape(of text: String) -> String {
    var result = ""
    for character in text where !(character.isNumber && result.last == "1") {
      result.append(character.isNumber ? "1" : character)
    }
    return result
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
  /// A field counts one unit, so `INTERVAL '1 day 2' DAY` is none.
  fileprivate var isNumber: Bool {
    let digits = value.drop(while: \.isWhitespace).drop { $0 == "-" || $0 == "+" }
    return digits.contains(where: \.isNumber) && digits.allSatisfy { $0.isNumber || $0 == "." || $0.isWhitespace }
  }

  /// Number and unit; quarters, which the calendar's units lack, as months.
  fileprivate var calendarText: String {
    if unit == .quarter, let quarters = Int32(value) { return "\(Int64(quarters) * 3) MONTH" }
    return "\(value) \(unit.rawValue)"
  }
}
