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
