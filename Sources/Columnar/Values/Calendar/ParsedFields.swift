/// The fields that a pattern found in a text, and what date and time they make.
struct ParsedFields {
  private var values = SIMD16<Int64>(repeating: 0)
  private var seen: UInt16 = 0
  var zone: TimeZoneRules?

  /// Notes a value; false when the field has another one already.
  mutating func set(_ field: DateTimeField, _ value: Int) -> Bool {
    let index = Int(field.rawValue)
    // Fields that are only written have no place.
    guard index < 16 else { return false }
    let bit = 1 as UInt16 &<< UInt16(index)
    if seen & bit != 0, values[index] != Int64(value) { return false }
    seen |= bit
    values[index] = Int64(value)
    return true
  }

  subscript(_ field: DateTimeField) -> Int? {
    let index = Int(field.rawValue)
    return index < 16 && seen & (1 &<< UInt16(index)) != 0 ? Int(values[index]) : nil
  }

  /// The date and time, missing parts being those of 1970-01-01 00:00; nil when fields are out of their range,
  /// contradict each other, or name a day that does not exist.
  func resolved() -> (days: Int32, microsOfDay: Int64)? {
    guard let days = resolvedDays(), let micros = resolvedMicros() else { return nil }
    return (days, micros)
  }

  private func resolvedDays() -> Int32? {
    guard let year = resolvedYear() else { return nil }
    if let ofYear = self[.dayOfYear] {
      guard ofYear >= 1, ofYear <= (CivilTime.isLeap(year) ? 366 : 365),
        let first = CivilTime.days(year: year, month: 1, day: 1)
      else { return nil }
      let (days, overflow) = first.addingReportingOverflow(Int32(ofYear &- 1))
      guard !overflow else { return nil }
      let date = CivilTime.date(days: days)
      guard self[.month] ?? date.month == date.month, self[.dayOfMonth] ?? date.day == date.day else {
        return nil
      }
      return days
    }
    return CivilTime.days(year: year, month: self[.month] ?? 1, day: self[.dayOfMonth] ?? 1)
  }

  private func resolvedYear() -> Int? {
    guard let ofEra = self[.yearOfEra] else { return self[.year] ?? 1970 }
    guard ofEra >= 1 else { return nil }
    // Strictly, a year needs its era; without it Spark takes 1970.
    guard let era = self[.era] else { return 1970 }
    return era == 1 ? ofEra : 1 &- ofEra
  }

  private func resolvedMicros() -> Int64? {
    guard var hour = inRange(.hourOfDay, 0...23), let clockHour = inRange(.clockHourOfDay, 1...24),
      var halfdayHour = inRange(.hourOfHalfday, 0...11),
      let clockHalfdayHour = inRange(.clockHourOfHalfday, 1...12),
      let halfday = inRange(.halfday, 0...1), let minute = inRange(.minute, 0...59),
      let second = inRange(.second, 0...59)
    else { return nil }
    guard Self.merge(&hour, clockHour.map { $0 % 24 }),
      Self.merge(&halfdayHour, clockHalfdayHour.map { $0 % 12 })
    else { return nil }
    if let half = halfday, let within = halfdayHour {
      guard Self.merge(&hour, half &* 12 &+ within) else { return nil }
    }
    if let whole = hour {
      guard halfdayHour ?? whole % 12 == whole % 12, halfday ?? whole / 12 == whole / 12 else { return nil }
    }
    // Without the half it is the morning; the afternoon alone is noon.
    let clock = CivilClock(
      hour: hour ?? halfdayHour ?? (halfday == 1 ? 12 : 0), minute: minute ?? 0, second: second ?? 0,
      micro: (self[.nano] ?? 0) / 1000)
    return clock.microsOfDay
  }

  /// The field, which may be missing; nil when it is out of its range.
  private func inRange(_ field: DateTimeField, _ range: ClosedRange<Int>) -> Int?? {
    guard let value = self[field] else { return .some(nil) }
    return range.contains(value) ? .some(value) : nil
  }

  /// Fills a missing value; false when the two differ.
  private static func merge(_ value: inout Int?, _ other: Int?) -> Bool {
    guard let other else { return true }
    if let value, value != other { return false }
    value = other
    return true
  }
}
