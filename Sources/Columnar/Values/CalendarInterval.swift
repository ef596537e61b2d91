/// An interval as a list of units gives it: months, days and time apart, since none is a fixed multiple of another.
package struct CalendarInterval: Equatable, Sendable {
  package var months: Int32 = 0
  package var days: Int32 = 0
  package var micros: Int64 = 0
  /// The units that were named.
  package var units: Units = []

  package init() {}

  /// A unit that intervals are written in.
  package enum Unit: UInt8, Sendable, CaseIterable {
    case year, month, week, day, hour, minute, second, millisecond, microsecond

    /// The singular, in lower case.
    package var name: StaticString {
      switch self {
      case .year: "year"
      case .month: "month"
      case .week: "week"
      case .day: "day"
      case .hour: "hour"
      case .minute: "minute"
      case .second: "second"
      case .millisecond: "millisecond"
      case .microsecond: "microsecond"
      }
    }

    /// The unit that `text` names, in singular or plural and any case.
    package init?(_ text: UnsafeRawBufferPointer) {
      for unit in Unit.allCases where AsciiText.matches(text, at: 0, unit.name) {
        let length = unit.name.utf8CodeUnitCount
        guard text.count == length || (text.count == length + 1 && text[length] | 0x20 == UInt8(ascii: "s"))
        else {
          continue
        }
        self = unit
        return
      }
      return nil
    }
  }

  package struct Units: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package init(_ unit: Unit) { rawValue = 1 << UInt16(unit.rawValue) }

    fileprivate static let yearMonth: Units = [Units(.year), Units(.month)]
  }

  /// Adds `count` units and `fractionMicros` of a second; false, and in no defined state, when a part overflows.
  mutating func add(_ count: Int64, fractionMicros: Int64 = 0, _ unit: Unit) -> Bool {
    units.insert(Units(unit))
    func grow(_ part: inout Int32, by factor: Int64) -> Bool {
      let (scaled, overflow) = count.multipliedReportingOverflow(by: factor)
      let (sum, overflow2) = scaled.addingReportingOverflow(Int64(part))
      guard !overflow, !overflow2, let value = Int32(exactly: sum) else { return false }
      part = value
      return true
    }
    func growMicros(by factor: Int64) -> Bool {
      let (scaled, overflow) = count.multipliedReportingOverflow(by: factor)
      let (sum, overflow2) = micros.addingReportingOverflow(scaled)
      let (total, overflow3) = sum.addingReportingOverflow(fractionMicros)
      micros = total
      return !overflow && !overflow2 && !overflow3
    }
    switch unit {
    case .year: return grow(&months, by: 12)
    case .month: return grow(&months, by: 1)
    case .week: return grow(&days, by: 7)
    case .day: return grow(&days, by: 1)
    case .hour: return growMicros(by: Micros.perHour)
    case .minute: return growMicros(by: Micros.perMinute)
    case .second: return growMicros(by: Micros.perSecond)
    case .millisecond: return growMicros(by: Micros.perMillisecond)
    case .microsecond: return growMicros(by: 1)
    }
  }

  /// Days of 24 hours and time together, in microseconds; nil when they do not fit. Months are not part of it.
  package var dayTimeMicros: Int64? {
    let (dayMicros, overflow) = Int64(days).multipliedReportingOverflow(by: Micros.perDay)
    let (sum, overflow2) = dayMicros.addingReportingOverflow(micros)
    return overflow || overflow2 ? nil : sum
  }

  /// The type of a literal with these units, from the largest to the smallest named, or nil when it mixes months with
  /// days or time, or names nothing. Weeks count as days, fractions of a second as seconds.
  package var type: DataType? {
    if units.isEmpty { return nil }
    if units.isSubset(of: .yearMonth) {
      return .yearMonthInterval(
        units.contains(Units(.year)) ? .year : .month, units.contains(Units(.month)) ? .month : .year)
    }
    if !units.isDisjoint(with: .yearMonth) { return nil }
    var fields: [DataType.DayTimeUnit] = []
    if !units.isDisjoint(with: [Units(.week), Units(.day)]) { fields.append(.day) }
    if units.contains(Units(.hour)) { fields.append(.hour) }
    if units.contains(Units(.minute)) { fields.append(.minute) }
    if !units.isDisjoint(with: [Units(.second), Units(.millisecond), Units(.microsecond)]) {
      fields.append(.second)
    }
    guard let from = fields.first, let to = fields.last else { return nil }
    return .dayTimeInterval(from, to)
  }
}
