/// Timestamps seen through a time zone: micros in UTC to and from what the local clock shows.
///
/// All results that do not fit 64 bits are nil.
extension TimeZoneRules {
  /// The date and the time of day on the local clock; every timestamp has them.
  package func local(utcMicros: Int64) -> (days: Int32, microsOfDay: Int64) {
    Self.local(utcMicros: utcMicros, offsetSeconds: offsetSeconds(utcMicros: utcMicros))
  }

  /// Seconds east of UTC at a time in UTC micros.
  package func offsetSeconds(utcMicros: Int64) -> Int32 {
    if let fixedOffsetSeconds { return fixedOffsetSeconds }
    return offsetSeconds(utcSeconds: Self.seconds(utcMicros))
  }

  /// Local micros of a time in UTC micros.
  package func localMicros(utcMicros: Int64) -> Int64? {
    let (micros, overflow) =
      utcMicros.addingReportingOverflow(Int64(offsetSeconds(utcMicros: utcMicros)) &* Micros.perSecond)
    return overflow ? nil : micros
  }

  /// UTC micros of a time on the local clock; gaps and overlaps as in Java.
  /// - Parameter offset: in an overlap, the offset to keep if it is one of the two.
  package func utcMicros(localMicros: Int64, preferring offset: Int32? = nil) -> Int64? {
    let (days, microsOfDay) = CivilTime.split(micros: localMicros)
    return utcMicros(days: days, microsOfDay: microsOfDay, preferring: offset)
  }

  /// As ``utcMicros(localMicros:preferring:)``, for a date and a time of day; their local micros need not fit.
  package func utcMicros(days: Int32, microsOfDay: Int64, preferring offset: Int32? = nil) -> Int64? {
    var seconds = fixedOffsetSeconds
    if seconds == nil {
      let answer = localOffset(localSeconds: Int64(days) &* 86_400 &+ microsOfDay / Micros.perSecond)
      seconds = answer.other != nil && answer.other == offset ? offset : answer.seconds
    }
    return Self.utcMicros(days: days, microsOfDay: microsOfDay, offsetSeconds: seconds ?? 0)
  }

  /// UTC micros of a date and a time of day, `offsetSeconds` (less than a day) east of UTC.
  package static func utcMicros(days: Int32, microsOfDay: Int64, offsetSeconds: Int32) -> Int64? {
    // Carried over into the day, so that the sum overflows only if the result does.
    var day = Int64(days)
    var rest = microsOfDay &- Int64(offsetSeconds) &* Micros.perSecond
    if rest < 0 {
      rest &+= Micros.perDay
      day &-= 1
    } else if rest >= Micros.perDay {
      rest &-= Micros.perDay
      day &+= 1
    }
    return Int32(exactly: day).flatMap { CivilTime.micros(days: $0, microsOfDay: rest) }
  }

  /// UTC micros of the first moment of a day, which a gap may move behind midnight.
  package func startOfDay(days: Int32) -> Int64? {
    if fixedOffsetSeconds == nil, let end = localOffset(localSeconds: Int64(days) &* 86_400).gapEndUTCSeconds {
      let (micros, overflow) = end.multipliedReportingOverflow(by: Micros.perSecond)
      return overflow ? nil : micros
    }
    return utcMicros(days: days, microsOfDay: 0)
  }

  // MARK: Calendar arithmetic

  /// UTC micros rounded down to the start of `unit` on the local clock.
  package func truncate(utcMicros: Int64, to unit: CivilTime.Unit) -> Int64? {
    switch unit {
    case .microsecond, .millisecond, .second: return CivilTime.truncate(localMicros: utcMicros, to: unit)
    case .minute, .hour, .day:
      let offset = offsetSeconds(utcMicros: utcMicros)
      let (days, rest) = Self.local(utcMicros: utcMicros, offsetSeconds: offset)
      guard let lower = CivilTime.truncate(localMicros: rest, to: unit) else { return nil }
      return self.utcMicros(days: days, microsOfDay: lower, preferring: offset)
    case .week, .month, .quarter, .year:
      return CivilTime.truncate(days: local(utcMicros: utcMicros).days, to: unit).flatMap(startOfDay)
    }
  }

  /// UTC micros moved by whole months on the local calendar; the day is clamped, the offset kept if it can be.
  package func addMonths(utcMicros: Int64, months: Int32) -> Int64? {
    let offset = offsetSeconds(utcMicros: utcMicros)
    let (days, rest) = Self.local(utcMicros: utcMicros, offsetSeconds: offset)
    return CivilTime.addMonths(days: days, months: months).flatMap {
      self.utcMicros(days: $0, microsOfDay: rest, preferring: offset)
    }
  }

  /// UTC micros moved by a day-time interval: its whole days on the local calendar, the rest as elapsed time.
  package func add(utcMicros: Int64, dayTimeMicros: Int64) -> Int64? {
    let wholeDays = dayTimeMicros / Micros.perDay
    guard let moved = addDays(utcMicros: utcMicros, count: wholeDays) else { return nil }
    let (sum, overflow) = moved.addingReportingOverflow(dayTimeMicros &- wholeDays &* Micros.perDay)
    return overflow ? nil : sum
  }

  /// UTC micros moved by whole days on the local calendar.
  package func addDays(utcMicros: Int64, count: Int64) -> Int64? {
    if count == 0 { return utcMicros }
    let offset = offsetSeconds(utcMicros: utcMicros)
    let (days, rest) = Self.local(utcMicros: utcMicros, offsetSeconds: offset)
    let (sum, overflow) = Int64(days).addingReportingOverflow(count)
    guard !overflow, let day = Int32(exactly: sum) else { return nil }
    return self.utcMicros(days: day, microsOfDay: rest, preferring: offset)
  }

  /// Micros from `start` to `end` on the local clock: Spark's difference of two timestamps.
  package func difference(utcMicros end: Int64, minus start: Int64) -> Int64? {
    let (elapsed, overflow) = end.subtractingReportingOverflow(start)
    let shift = Int64(offsetSeconds(utcMicros: end) &- offsetSeconds(utcMicros: start)) &* Micros.perSecond
    let (sum, overflow2) = elapsed.addingReportingOverflow(shift)
    return overflow || overflow2 ? nil : sum
  }

  // MARK: Helpers

  private static func seconds(_ micros: Int64) -> Int64 {
    let seconds = micros / Micros.perSecond
    return micros % Micros.perSecond < 0 ? seconds &- 1 : seconds
  }

  @inline(__always)
  private static func local(utcMicros: Int64, offsetSeconds: Int32) -> (days: Int32, microsOfDay: Int64) {
    var (days, rest) = CivilTime.split(micros: utcMicros)
    rest &+= Int64(offsetSeconds) &* Micros.perSecond
    if rest < 0 {
      rest &+= Micros.perDay
      days &-= 1
    } else if rest >= Micros.perDay {
      rest &-= Micros.perDay
      days &+= 1
    }
    return (days, rest)
  }
}

/// The offset of a zone with a memory: a value in the same period as the last one costs a range check.
///
/// Keep one in a local variable for the length of a loop.
package struct ZoneCursor {
  private let rules: TimeZoneRules
  /// UTC micros for which `offsetMicros` holds; the end is not part of it unless it is the last.
  private var start: Int64 = 0
  private var end: Int64 = -1
  private var offsetMicros: Int64 = 0

  package init(_ rules: TimeZoneRules) { self.rules = rules }

  /// Microseconds east of UTC at a time in UTC micros.
  @inline(__always)
  package mutating func offsetMicros(utcMicros: Int64) -> Int64 {
    if _slowPath(utcMicros < start || utcMicros > end) { refill(utcMicros) }
    return offsetMicros
  }

  /// The date and the time of day on the local clock.
  package mutating func local(utcMicros: Int64) -> (days: Int32, microsOfDay: Int64) {
    var (days, rest) = CivilTime.split(micros: utcMicros)
    rest &+= offsetMicros(utcMicros: utcMicros)
    if rest < 0 {
      rest &+= Micros.perDay
      days &-= 1
    } else if rest >= Micros.perDay {
      rest &-= Micros.perDay
      days &+= 1
    }
    return (days, rest)
  }

  @inline(never)
  private mutating func refill(_ utcMicros: Int64) {
    let seconds = CivilTime.floorDivide(Int(utcMicros), Int(Micros.perSecond))
    let period = rules.period(utcSeconds: Int64(seconds))
    start = Self.clampedMicros(period.start)
    end = Self.clampedMicros(period.end)
    if end != .max { end &-= 1 }
    offsetMicros = Int64(period.offset) &* Micros.perSecond
  }

  private static func clampedMicros(_ seconds: Int64) -> Int64 {
    let (micros, overflow) = seconds.multipliedReportingOverflow(by: Micros.perSecond)
    return overflow ? (seconds < 0 ? .min : .max) : micros
  }
}

extension TimestampText {
  /// UTC micros of the timestamp that `text` spells, or nil.
  ///
  /// The grammar is that of ``parseFields(_:)``; a zone in the text counts more than the session's. Nil too when
  /// the zone is unknown or the result does not fit.
  /// - Parameters:
  ///   - zone: the session's zone.
  ///   - nowMicros: the present in UTC micros, which gives the date for a time alone.
  package static func parse(_ text: UnsafeRawBufferPointer, zone: TimeZoneRules, nowMicros: Int64) -> Int64? {
    guard var fields = parseFields(text) else { return nil }
    if let written = fields.zone, !fields.isTimeOnly, let offset = ZoneText.offsetSeconds(written) {
      return TimeZoneRules.utcMicros(
        days: fields.days, microsOfDay: fields.microsOfDay, offsetSeconds: offset)
    }
    var rules = zone
    if let written = fields.zone {
      guard let named = TimeZoneRules.named(written) else { return nil }
      rules = named
    }
    if fields.isTimeOnly { fields.days = rules.local(utcMicros: nowMicros).days }
    return rules.utcMicros(days: fields.days, microsOfDay: fields.microsOfDay)
  }

  /// Local micros of the timestamp without time zone that `text` spells, or nil; a time alone is none.
  /// - Parameter allowZone: accept and drop a (known) zone, as casts do; else a zone makes it nil.
  package static func parseLocal(_ text: UnsafeRawBufferPointer, allowZone: Bool = true) -> Int64? {
    guard let fields = parseFields(text), !fields.isTimeOnly else { return nil }
    if let written = fields.zone {
      guard allowZone else { return nil }
      guard ZoneText.offsetSeconds(written) != nil || TimeZoneRules.named(written) != nil else { return nil }
    }
    return fields.localMicros
  }

  /// Appends a timestamp in UTC micros as the clock of the zone shows it: `yyyy-MM-dd HH:mm:ss[.ffffff]`.
  package static func format(utcMicros: Int64, zone: inout ZoneCursor, into out: inout ByteWriter) {
    let (days, microsOfDay) = zone.local(utcMicros: utcMicros)
    format(days: days, microsOfDay: microsOfDay, into: &out)
  }
}
