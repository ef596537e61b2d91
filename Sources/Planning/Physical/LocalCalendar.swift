internal import Columnar

/// How long the days and hours of a time zone can be: what an event time that was rounded down to one says of the rows to come.
///
/// Where clocks change, every day counts as one that has an hour more.
struct LocalCalendar: Hashable, Sendable {
  /// µs east of UTC; nil where that changes.
  private let offsetMicros: Int64?

  /// Nil for a zone that is not known.
  init?(zoneName: String) {
    guard let rules = TimeZoneRules.named(zoneName) else { return nil }
    offsetMicros = rules.fixedOffsetSeconds.map { Int64($0) * Micros.perSecond }
  }

  /// The length of the longest unit there is, in µs.
  func longest(_ unit: CivilTime.Unit) -> Int64 {
    let usual =
      switch unit {
      case .microsecond: Int64(1)
      case .millisecond: Micros.perMillisecond
      case .second: Micros.perSecond
      case .minute: Micros.perMinute
      case .hour: Micros.perHour
      case .day: Micros.perDay
      case .week: 7 * Micros.perDay
      case .month: 31 * Micros.perDay
      case .quarter: 92 * Micros.perDay
      case .year: 366 * Micros.perDay
      }
    return offsetMicros == nil && usual >= Micros.perHour ? usual + Micros.perHour : usual
  }

  /// From midnight UTC of a date to the end of that date on the local clock, at the latest.
  var endOfDate: Int64 { Micros.perDay + (offsetMicros.map { -$0 } ?? 12 * Micros.perHour) }
}
