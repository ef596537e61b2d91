import Diagnostics

extension AST {
  /// An interval in the two units that a calendar cannot convert into each other.
  package struct IntervalValue: Equatable, Sendable {
    package var months: Int64 = 0
    package var micros: Int64 = 0

    package init(months: Int64 = 0, micros: Int64 = 0) {
      self.months = months
      self.micros = micros
    }
  }
}

extension AST.IntervalUnit {
  /// A unit by name, singular, plural or short: `SECOND`, `seconds`, `s`, `ms`.
  package init?(word: String) {
    switch word.lowercased() {
    case "year", "years", "y": self = .year
    case "quarter", "quarters": self = .quarter
    case "month", "months", "mon": self = .month
    case "week", "weeks", "w": self = .week
    case "day", "days", "d": self = .day
    case "hour", "hours", "h": self = .hour
    case "minute", "minutes", "min", "mins", "m": self = .minute
    case "second", "seconds", "sec", "secs", "s": self = .second
    case "millisecond", "milliseconds", "ms": self = .millisecond
    case "microsecond", "microseconds", "us": self = .microsecond
    case "nanosecond", "nanoseconds", "ns": self = .nanosecond
    default: return nil
    }
  }

  /// Months in one unit, or 0.
  package var months: Int64 {
    switch self {
    case .year: 12
    case .quarter: 3
    case .month: 1
    case .week, .day, .hour, .minute, .second, .millisecond, .microsecond, .nanosecond: 0
    }
  }

  /// Nanoseconds in one unit, or 0 for those that count months.
  package var nanos: Int64 {
    switch self {
    case .year, .quarter, .month: 0
    case .week: 604_800_000_000_000
    case .day: 86_400_000_000_000
    case .hour: 3_600_000_000_000
    case .minute: 60_000_000_000
    case .second: 1_000_000_000
    case .millisecond: 1_000_000
    case .microsecond: 1_000
    case .nanosecond: 1
    }
  }
}

extension AST.IntervalLiteral {
  /// The interval as one would write it in a string: `5 seconds`, `1-2 year to month`.
  package var plainText: String {
    switch self {
    case .text(let text): text.text
    case .units(let fields):
      fields.map { "\($0.value) \($0.unit.rawValue.lowercased())" }.joined(separator: " ")
    case .range(let text, let isNegative, let from, let to):
      "\(isNegative ? "-" : "")\(text.text) \(from.rawValue.lowercased()) to \(to.rawValue.lowercased())"
    }
  }
}

extension AST.IntervalLiteral {
  /// Computes the interval; an error names the text that is none.
  package func value(at span: SourceSpan? = nil) throws(SQLError) -> AST.IntervalValue {
    switch self {
    case .text(let text):
      guard let value = AST.IntervalValue(text: text.text) else { throw .badInterval(text.text, at: span) }
      return value
    case .units(let fields):
      var sum = AST.IntervalValue()
      for field in fields where !sum.add(field.value, field.unit) {
        throw .badInterval("\(field.value) \(field.unit.rawValue)", at: span)
      }
      return sum
    case .range(let text, let isNegative, let from, let to):
      guard let value = AST.IntervalValue(range: text.text, from: from, to: to) else {
        throw .badInterval(
          text.text, at: span, hint: "\(from.rawValue) TO \(to.rawValue) is written like \(Self.example(from, to))")
      }
      return isNegative ? .init(months: -value.months, micros: -value.micros) : value
    }
  }

  private static func example(_ from: AST.IntervalUnit, _ to: AST.IntervalUnit) -> String {
    switch (from, to) {
    case (.year, .month): "'1-2'"
    case (.day, .hour): "'1 02'"
    case (.day, .minute): "'1 02:03'"
    case (.day, .second): "'1 02:03:04.5'"
    case (.hour, .minute), (.minute, .second): "'02:03'"
    case (.hour, .second): "'02:03:04.5'"
    default: "'1 02:03:04.5' DAY TO SECOND"
    }
  }
}

extension AST.IntervalValue {
  /// `10 minutes`, `1 day -2 hours`, `1.5 s`, `1h30m`, with or without the word `interval` before it.
  package init?(text: String) {
    self.init()
    var words = text.split(whereSeparator: \.isWhitespace)[...]
    if words.first?.lowercased() == "interval" { words.removeFirst() }
    var rest = words.joined(separator: " ").unicodeScalars[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      var number = ""
      while let scalar = rest.first, "+-.0123456789 ".unicodeScalars.contains(scalar) {
        if scalar != " " { number.unicodeScalars.append(scalar) }
        rest.removeFirst()
      }
      var unit = ""
      while let scalar = rest.first, scalar.properties.isAlphabetic {
        unit.unicodeScalars.append(scalar)
        rest.removeFirst()
      }
      while rest.first == " " { rest.removeFirst() }
      guard let unit = AST.IntervalUnit(word: unit), add(number, unit) else { return nil }
    }
  }

  /// The text of `'…' DAY TO SECOND` and the like.
  init?(range text: String, from: AST.IntervalUnit, to: AST.IntervalUnit) {
    self.init()
    let order: [AST.IntervalUnit] = from.months > 0 ? [.year, .month] : [.day, .hour, .minute, .second]
    guard let first = order.firstIndex(of: from), let last = order.firstIndex(of: to), first < last else {
      return nil
    }
    var body = text.trimmed
    let isNegative = body.first == "-"
    if isNegative || body.first == "+" { body.removeFirst() }
    let parts = body.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" || $0 == " " }
    guard parts.count == last - first + 1 else { return nil }
    for (part, unit) in zip(parts, order[first...last]) {
      guard part.first?.isNumber ?? false, add(String(part), unit) else { return nil }
    }
    if isNegative { self = .init(months: -months, micros: -micros) }
  }

  /// Adds a number of units; false if it is none or the sum is too large. Fractions below a microsecond are cut off.
  mutating func add(_ number: String, _ unit: AST.IntervalUnit) -> Bool {
    guard let (whole, nanoFraction) = Self.split(number.trimmed) else { return false }
    if unit.months > 0 {
      guard nanoFraction == 0 else { return false }
      let (product, isTooLarge) = whole.multipliedReportingOverflow(by: unit.months)
      let (sum, overflow) = months.addingReportingOverflow(product)
      months = sum
      return !isTooLarge && !overflow
    }
    let nanos = Int128(whole) * Int128(unit.nanos) + Int128(nanoFraction) * Int128(unit.nanos) / 1_000_000_000
    guard let sum = Int64(exactly: Int128(micros) + nanos / 1000), sum != .min else { return false }
    micros = sum
    return true
  }

  /// `-1.5` as −1 and −500 000 000 billionths.
  private static func split(_ number: String) -> (whole: Int64, nanoFraction: Int64)? {
    var digits = number[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits.removeFirst() }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard digits.contains(where: { $0 != "." }), parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return nil }
    guard let whole = parts[0].isEmpty ? 0 : Int64(parts[0]) else { return nil }
    let fractionText = parts.count > 1 ? parts[1] : ""
    let padded = fractionText.prefix(9) + String(repeating: "0", count: max(0, 9 - fractionText.utf8.count))
    guard let fraction = Int64(padded) else { return nil }
    return isNegative ? (-whole, -fraction) : (whole, fraction)
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}
