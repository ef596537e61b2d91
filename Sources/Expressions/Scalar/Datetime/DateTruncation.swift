internal import Columnar
internal import Diagnostics

/// `trunc(date, unit)`, `date_trunc(unit, timestamp)`, `FLOOR(t TO unit)`, `CEIL(t TO unit)`: the start of the year, month,
/// week, hour … that a moment lies in, on the local clock. An unknown unit gives NULL.
enum DateTruncation {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "trunc", .datetime, "trunc(date, unit)", "The first day of the year, quarter, month or week.",
        shown: ["SELECT trunc('2019-08-04', 'week')": "2019-07-29", "SELECT trunc('2009-02-12', 'MM')": "2009-02-01"])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return BoundFunction(
        "trunc", [try call.parameter(0, as: .date), try call.parameter(1, as: .string)], returns: .date
      ) { (context, operands) throws(SQLError) in
        var units = UnitReader()
        return try Kernel.checkedBinary(operands[0], operands[1], context, .null) { (days: Int32, name: BytesView) -> (value: Int32, failed: Bool) in
          guard let unit = units.unit(name), unit.rawValue >= CivilTime.Unit.week.rawValue, let start = CivilTime.truncate(days: days, to: unit) else {
            return (0, true)
          }
          return (start, false)
        } error: { _, _ in
          .internal("trunc raised")
        }
      }
    },
    ScalarFunction(
      FunctionDoc(
        "date_trunc", .datetime, "date_trunc(unit, timestamp)",
        "The start of the year, quarter, month, week, day, hour, minute, second, millisecond or microsecond.",
        shown: [
          "SELECT date_trunc('HOUR', '2015-03-05T09:32:05.359')": "2015-03-05 09:00:00",
          "SELECT FLOOR(TIMESTAMP '2015-03-05 09:32:05' TO DAY)": "2015-03-05 00:00:00",
        ])
    ) { (call) throws(SQLError) in
      try bind(call) { (micros, unit, zone) in zone.truncate(utcMicros: micros, to: unit) }
    },
    ScalarFunction(
      FunctionDoc(
        "date_ceil", .datetime, "date_ceil(unit, timestamp)",
        "The timestamp itself if it is the start of a unit, else the start of the next; `CEIL(t TO unit)`.",
        shown: ["SELECT CEIL(TIMESTAMP '2015-03-05 09:32:05' TO DAY)": "2015-03-06 00:00:00"])
    ) { (call) throws(SQLError) in try bind(call, ceiling) },
  ]

  private static func bind(
    _ call: FunctionCall, _ body: @escaping @Sendable (Int64, CivilTime.Unit, TimeZoneRules) -> Int64?
  ) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    return BoundFunction(
      call.name, [try call.parameter(0, as: .string), try call.parameter(1, as: .timestamp)], returns: .timestamp
    ) { (context, operands) throws(SQLError) in
      let zone = context.evaluation.zone
      var units = UnitReader()
      return try Kernel.checkedBinary(operands[0], operands[1], context, .null) { (name: BytesView, micros: Int64) -> (value: Int64, failed: Bool) in
        guard let unit = units.unit(name), let result = body(micros, unit, zone) else { return (0, true) }
        return (result, false)
      } error: { _, _ in
        .internal("date_trunc raised")
      }
    }
  }

  private static func ceiling(_ micros: Int64, _ unit: CivilTime.Unit, _ zone: TimeZoneRules) -> Int64? {
    guard let start = zone.truncate(utcMicros: micros, to: unit) else { return nil }
    if start == micros { return start }
    func later(_ amount: Int64) -> Int64? {
      let (sum, overflow) = start.addingReportingOverflow(amount)
      return overflow ? nil : sum
    }
    switch unit {
    case .microsecond: return start
    case .millisecond: return later(Micros.perMillisecond)
    case .second: return later(Micros.perSecond)
    case .minute: return later(Micros.perMinute)
    case .hour: return later(Micros.perHour)
    case .day: return zone.addDays(utcMicros: start, count: 1)
    case .week: return zone.addDays(utcMicros: start, count: 7)
    case .month: return zone.addMonths(utcMicros: start, months: 1)
    case .quarter: return zone.addMonths(utcMicros: start, months: 3)
    case .year: return zone.addMonths(utcMicros: start, months: 12)
    }
  }

  /// Remembers the last name: within a batch it rarely changes.
  private struct UnitReader {
    private var name: BytesView?
    private var known: CivilTime.Unit?

    mutating func unit(_ name: BytesView) -> CivilTime.Unit? {
      if let last = self.name, last == name { return known }
      self.name = name
      known = name.withRaw { CivilTime.Unit($0) }
      return known
    }
  }
}
