internal import Columnar
internal import Diagnostics

/// A field of a date, a time or an interval, by the names that `extract` and `date_part` know.
enum DatePart: Sendable {
  case year, yearOfWeek, quarter, month, week, day, dayOfWeek, dayOfWeekISO, dayOfYear
  case hour, minute, second

  init?(_ name: String) {
    switch name.uppercased() {
    case "YEAR", "Y", "YEARS", "YR", "YRS": self = .year
    case "YEAROFWEEK": self = .yearOfWeek
    case "QUARTER", "QTR": self = .quarter
    case "MONTH", "MON", "MONS", "MONTHS": self = .month
    case "WEEK", "W", "WEEKS": self = .week
    case "DAY", "D", "DAYS": self = .day
    case "DAYOFWEEK", "DOW": self = .dayOfWeek
    case "DAYOFWEEK_ISO", "DOW_ISO": self = .dayOfWeekISO
    case "DOY": self = .dayOfYear
    case "HOUR", "H", "HOURS", "HR", "HRS": self = .hour
    case "MINUTE", "M", "MIN", "MINS", "MINUTES": self = .minute
    case "SECOND", "S", "SEC", "SECONDS", "SECS": self = .second
    default: return nil
    }
  }

  var isOfClock: Bool { self == .hour || self == .minute || self == .second }

  /// The field of a date, as int; nil for fields of the clock.
  var ofDate: BoundFunction.Kernel? {
    switch self {
    case .year: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.date(days: $0).year) }
    case .yearOfWeek: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.isoWeek(days: $0).year) }
    case .quarter: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.quarter(days: $0)) }
    case .month: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.date(days: $0).month) }
    case .week: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.isoWeek(days: $0).week) }
    case .day: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.date(days: $0).day) }
    case .dayOfWeek: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.dayOfWeek(days: $0)) }
    case .dayOfWeekISO: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.isoWeekday(days: $0)) }
    case .dayOfYear: MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.dayOfYear(days: $0)) }
    case .hour, .minute, .second: nil
    }
  }

  /// The field of the local clock, as int; nil for fields of dates.
  func ofClock(zoned: Bool, argument: Int = 0) -> BoundFunction.Kernel? {
    switch self {
    case .hour: MomentLoop.clock(zoned: zoned, argument: argument) { Int32(truncatingIfNeeded: $0 / Micros.perHour) }
    case .minute:
      MomentLoop.clock(zoned: zoned, argument: argument) { Int32(truncatingIfNeeded: $0 / Micros.perMinute % 60) }
    case .second:
      MomentLoop.clock(zoned: zoned, argument: argument) { Int32(truncatingIfNeeded: $0 / Micros.perSecond % 60) }
    default: nil
    }
  }
}
