/// Units of time, in microseconds.
public enum Micros {
  public static let perMillisecond: Int64 = 1000
  public static let perSecond: Int64 = 1_000_000
  public static let perMinute: Int64 = 60_000_000
  public static let perHour: Int64 = 3_600_000_000
  public static let perDay: Int64 = 86_400_000_000
  public static let perWeek: Int64 = 604_800_000_000
}

/// A date of the proleptic Gregorian calendar; year 0 is 1 BC.
public struct CivilDate: Equatable, Sendable {
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int

  @inlinable
  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }
}

/// A time of day.
public struct CivilClock: Equatable, Sendable {
  /// 0 to 23.
  public var hour: Int
  /// 0 to 59.
  public var minute: Int
  /// 0 to 59.
  public var second: Int
  /// Microseconds of the second, 0 to 999 999.
  public var micro: Int

  @inlinable
  public init(hour: Int, minute: Int, second: Int, micro: Int) {
    self.hour = hour
    self.minute = minute
    self.second = second
    self.micro = micro
  }

  /// Microseconds since midnight.
  @inlinable
  public var microsOfDay: Int64 {
    ((Int64(hour) &* 60 &+ Int64(minute)) &* 60 &+ Int64(second)) &* Micros.perSecond &+ Int64(micro)
  }
}

/// The calendar: days since 1970-01-01 and microseconds since 1970-01-01 00:00, without time zones.
///
/// "Local micros" below are the microseconds that a clock on the wall shows, counted as if it were UTC.
/// Days are `Int32` as in a date column, microseconds `Int64`; whatever does not fit is nil.
/// The conversions follow Howard Hinnant, "chrono-compatible low-level date algorithms".
public enum CivilTime {
  // MARK: Days and dates

  @inlinable
  public static func isLeap(_ year: Int) -> Bool {
    year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// The number of days of a month; 0 when `month` is not 1...12.
  @inlinable
  public static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    case 1...12: 31
    default: 0
    }
  }

  /// Days since 1970-01-01 of a date that may lie outside its month, for years within ±10⁹.
  @inlinable
  static func rawDays(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year &- 1 : year
    let era = (shifted >= 0 ? shifted : shifted &- 399) / 400
    let yearOfEra = shifted &- era &* 400
    let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  /// Days since 1970-01-01, or nil when there is no such date or it does not fit.
  @inlinable
  public static func days(year: Int, month: Int, day: Int) -> Int32? {
    guard year > -10_000_000, year < 10_000_000, day >= 1, day <= daysInMonth(year: year, month: month) else {
      return nil
    }
    return Int32(exactly: rawDays(year: year, month: month, day: day))
  }

  /// The date that lies `days` after 1970-01-01.
  @inlinable
  public static func date(days: Int32) -> CivilDate {
    let shifted = Int(days) &+ 719_468
    let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
    return CivilDate(
      year: yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0),
      month: month,
      day: dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1)
  }

  /// The day of the week: 1 is Monday, 7 is Sunday.
  @inlinable
  public static func isoWeekday(days: Int32) -> Int {
    let rest = (Int(days) &+ 3) % 7
    return (rest < 0 ? rest &+ 7 : rest) &+ 1
  }

  /// Spark's `dayofweek`: 1 is Sunday, 7 is Saturday.
  @inlinable
  public static func dayOfWeek(days: Int32) -> Int { isoWeekday(days: days) % 7 &+ 1 }

  /// 1 to 366.
  @inlinable
  public static func dayOfYear(days: Int32) -> Int {
    Int(days) &- rawDays(year: date(days: days).year, month: 1, day: 1) &+ 1
  }

  /// 1 to 4.
  @inlinable
  public static func quarter(days: Int32) -> Int { (date(days: days).month &+ 2) / 3 }

  /// The ISO 8601 week (Spark's `weekofyear`) and the year that it belongs to (Spark's `extract(YEAROFWEEK)`).
  public static func isoWeek(days: Int32) -> (year: Int, week: Int) {
    // A week belongs to the year of its Thursday.
    let thursday = Int(days) &+ 4 &- isoWeekday(days: days)
    let year = date(days: Int32(clamping: thursday)).year
    return (year, (thursday &- rawDays(year: year, month: 1, day: 1)) / 7 &+ 1)
  }

  /// The last day of the month of `days`; nil when it does not fit.
  public static func lastDay(days: Int32) -> Int32? {
    let date = date(days: days)
    return Int32(exactly: Int(days) &+ daysInMonth(year: date.year, month: date.month) &- date.day)
  }

  /// `days` moved by whole months; a day that its month does not have becomes the last one. Nil when it does not fit.
  public static func addMonths(days: Int32, months: Int32) -> Int32? {
    let date = date(days: days)
    let total = date.year &* 12 &+ date.month &- 1 &+ Int(months)
    let year = floorDivide(total, 12)
    let month = total &- year &* 12 &+ 1
    let day = min(date.day, daysInMonth(year: year, month: month))
    return Int32(exactly: rawDays(year: year, month: month, day: day))
  }

  /// `days` + `count`; nil when it does not fit.
  @inlinable
  public static func addDays(days: Int32, count: Int32) -> Int32? {
    let (sum, overflow) = days.addingReportingOverflow(count)
    return overflow ? nil : sum
  }

  /// The first day after `days` that is `isoWeekday` (1 Monday … 7 Sunday); nil when it does not fit.
  public static func nextDay(days: Int32, isoWeekday wanted: Int) -> Int32? {
    let ahead = (wanted &- isoWeekday(days: days) &+ 6) % 7
    return Int32(exactly: Int(days) &+ (ahead < 0 ? ahead &+ 7 : ahead) &+ 1)
  }

  // MARK: Microseconds

  /// The day that `micros` lies in, and the microseconds since its midnight.
  @inlinable
  public static func split(micros: Int64) -> (days: Int32, microsOfDay: Int64) {
    var days = micros / Micros.perDay
    var rest = micros &- days &* Micros.perDay
    if rest < 0 {
      days &-= 1
      rest &+= Micros.perDay
    }
    return (Int32(truncatingIfNeeded: days), rest)
  }

  /// The day that `micros` lies in.
  @inlinable
  public static func days(micros: Int64) -> Int32 { split(micros: micros).days }

  /// The time of day of `microsOfDay`, which is at least 0 and below a day.
  @inlinable
  public static func clock(microsOfDay: Int64) -> CivilClock {
    let seconds = microsOfDay / Micros.perSecond
    let minutes = seconds / 60
    return CivilClock(
      hour: Int(minutes / 60), minute: Int(minutes % 60), second: Int(seconds % 60),
      micro: Int(microsOfDay % Micros.perSecond))
  }

  /// Midnight of `days` plus `microsOfDay`; nil when it does not fit.
  @inlinable
  public static func micros(days: Int32, microsOfDay: Int64 = 0) -> Int64? {
    // Counted from the end of the day for days before 1970, so that the least timestamps are reached without overflow.
    let isBefore = days < 0 && microsOfDay > 0
    let (start, over) = (Int64(days) &+ (isBefore ? 1 : 0)).multipliedReportingOverflow(by: Micros.perDay)
    let (sum, over2) = start.addingReportingOverflow(isBefore ? microsOfDay &- Micros.perDay : microsOfDay)
    return over || over2 ? nil : sum
  }

  /// Local micros moved by whole months, the day clamped as in ``addMonths(days:months:)``; nil when it does not fit.
  public static func addMonths(localMicros: Int64, months: Int32) -> Int64? {
    let (days, rest) = split(micros: localMicros)
    guard let moved = addMonths(days: days, months: months) else { return nil }
    return micros(days: moved, microsOfDay: rest)
  }

  // MARK: Rounding down

  /// What a date or timestamp is rounded down to.
  public enum Unit: UInt8, Sendable, CaseIterable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year

    /// Spark's names for `trunc` and `date_trunc`, in any case: `YEAR`, `YYYY`, `YY`, `QUARTER`, `MONTH`, `MON`, `MM`,
    /// `WEEK`, `DAY`, `DD`, `HOUR`, `MINUTE`, `SECOND`, `MILLISECOND`, `MICROSECOND`.
    public init?(_ name: UnsafeRawBufferPointer) {
      for (spelling, unit) in Unit.names where AsciiText.equals(name, spelling) {
        self = unit
        return
      }
      return nil
    }

    private static let names: [(StaticString, Unit)] = [
      ("year", .year), ("yyyy", .year), ("yy", .year), ("quarter", .quarter), ("month", .month),
      ("mon", .month),
      ("mm", .month), ("week", .week), ("day", .day), ("dd", .day), ("hour", .hour), ("minute", .minute),
      ("second", .second), ("millisecond", .millisecond), ("microsecond", .microsecond),
    ]
  }

  /// The first day of the week (Monday), month, quarter or year of `days`; smaller units change nothing.
  /// Nil when it does not fit.
  public static func truncate(days: Int32, to unit: Unit) -> Int32? {
    switch unit {
    case .microsecond, .millisecond, .second, .minute, .hour, .day: return days
    case .week: return Int32(exactly: Int(days) &- isoWeekday(days: days) &+ 1)
    case .month: return Int32(exactly: Int(days) &- date(days: days).day &+ 1)
    case .quarter:
      let date = date(days: days)
      return Int32(exactly: rawDays(year: date.year, month: (date.month &- 1) / 3 &* 3 &+ 1, day: 1))
    case .year: return Int32(exactly: rawDays(year: date(days: days).year, month: 1, day: 1))
    }
  }

  /// Local micros rounded down to the start of `unit`; nil when it does not fit.
  public static func truncate(localMicros: Int64, to unit: Unit) -> Int64? {
    switch unit {
    case .microsecond: return localMicros
    case .millisecond: return floor(localMicros, Micros.perMillisecond)
    case .second: return floor(localMicros, Micros.perSecond)
    case .minute: return floor(localMicros, Micros.perMinute)
    case .hour: return floor(localMicros, Micros.perHour)
    case .day: return floor(localMicros, Micros.perDay)
    case .week, .month, .quarter, .year:
      return truncate(days: days(micros: localMicros), to: unit).flatMap { micros(days: $0) }
    }
  }

  /// The largest multiple of `step` that is not above `value`; nil when it does not fit.
  @inlinable
  public static func floor(_ value: Int64, _ step: Int64) -> Int64? {
    guard step > 0 else { return nil }
    let rest = value % step
    let (lower, overflow) = value.subtractingReportingOverflow(rest < 0 ? rest &+ step : rest)
    return overflow ? nil : lower
  }

  @inlinable
  static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
  }

  // MARK: Differences

  /// Spark's `months_between`: whole months, plus the rest as a fraction of a month of 31 days.
  ///
  /// Equal days of the month, and the last days of both months, differ by whole months whatever the times.
  /// - Parameter rounded: round to 8 digits, Spark's default.
  public static func monthsBetween(localMicros left: Int64, _ right: Int64, rounded: Bool = true) -> Double {
    let (leftDays, leftRest) = split(micros: left)
    let (rightDays, rightRest) = split(micros: right)
    return monthsBetween(
      days: leftDays, secondsOfDay: leftRest / Micros.perSecond,
      rightDays, secondsOfDay: rightRest / Micros.perSecond, rounded: rounded)
  }

  /// As ``monthsBetween(localMicros:_:rounded:)``, with the seconds that have passed since each midnight, which a
  /// time zone may have made longer or shorter than the clock says.
  public static func monthsBetween(
    days leftDays: Int32, secondsOfDay leftSeconds: Int64,
    _ rightDays: Int32, secondsOfDay rightSeconds: Int64, rounded: Bool
  ) -> Double {
    let left = date(days: leftDays)
    let right = date(days: rightDays)
    let months = Double((left.year &- right.year) &* 12 &+ left.month &- right.month)
    let leftIsLast = left.day == daysInMonth(year: left.year, month: left.month)
    let rightIsLast = right.day == daysInMonth(year: right.year, month: right.month)
    if left.day == right.day || (leftIsLast && rightIsLast) { return months }
    let seconds = Int64(left.day &- right.day) &* 86_400 &+ leftSeconds &- rightSeconds
    let difference = months + Double(seconds) / Double(31 * 86_400)
    // Halves go up, as in Java's Math.round.
    return rounded ? (difference * 1e8 + 0.5).rounded(.down) / 1e8 : difference
  }
}
