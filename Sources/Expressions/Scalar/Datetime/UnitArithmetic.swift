internal import Columnar
internal import Diagnostics

/// `timestampadd(unit, count, timestamp)` and `timestampdiff(unit, start, end)`; the binder turns the unit's keyword into a
/// string, and sends `dateadd`, `date_add`, `datediff` and `date_diff` with a unit here.
enum UnitArithmetic {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "timestampadd", .datetime, "timestampadd(unit, count, timestamp)", "The timestamp so many units later.",
        shown: ["SELECT timestampadd(MONTH, -1, TIMESTAMP '2022-03-31 00:00:00')": "2022-02-28 00:00:00"]), bind: bindAdd),
    ScalarFunction(
      FunctionDoc(
        "timestampdiff", aliases: ["timediff"], .datetime, "timestampdiff(unit, start, end)", "The number of whole units from start to end.",
        shown: ["SELECT timestampdiff(MONTH, TIMESTAMP '2021-01-31 00:00:00', TIMESTAMP '2021-03-01 00:00:00')": "1"]),
      bind: bindDifference),
  ]

  /// A unit as months or microseconds.
  private enum Length { case months(Int64), micros(Int64) }

  private static func length(_ call: FunctionCall, allowsDayOfYear: Bool) throws(SQLError) -> Length {
    switch try call.constantText(0, what: "the unit")?.uppercased() {
    case "MICROSECOND": return .micros(1)
    case "MILLISECOND": return .micros(Micros.perMillisecond)
    case "SECOND": return .micros(Micros.perSecond)
    case "MINUTE": return .micros(Micros.perMinute)
    case "HOUR": return .micros(Micros.perHour)
    case "DAY": return .micros(Micros.perDay)
    case "DAYOFYEAR" where allowsDayOfYear: return .micros(Micros.perDay)
    case "WEEK": return .micros(Micros.perWeek)
    case "MONTH": return .months(1)
    case "QUARTER": return .months(3)
    case "YEAR": return .months(12)
    default:
      let span = call.arguments[0].span
      throw SQLError(
        .bind, "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "\(call.name) has no such unit", span: span.isNone ? call.span : span,
        hint: "use YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND, without quotes")
    }
  }

  private static func bindAdd(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let length = try length(call, allowsDayOfYear: true)
    let type = try call.momentParameter(2)
    let isZoned = type == .timestamp
    return BoundFunction(
      "timestampadd", [.string, try call.parameter(1, as: .bigint), type], returns: type, isNullable: call.isAnyNullable,
      canFail: true
    ) { (context, operands) throws(SQLError) in
      let zone = isZoned ? context.evaluation.zone : .utc
      return try Kernel.checkedBinary(operands[1], operands[2], context) { (count: Int64, micros: Int64) -> (value: Int64, failed: Bool) in
        let moved: Int64?
        switch length {
        case .months(let factor):
          let (months, overflow) = count.multipliedReportingOverflow(by: factor)
          moved = overflow ? nil : Int32(exactly: months).flatMap { zone.addMonths(utcMicros: micros, months: $0) }
        case .micros(let factor):
          let (amount, overflow) = count.multipliedReportingOverflow(by: factor)
          if overflow {
            moved = nil
          } else if factor >= Micros.perDay {
            moved = zone.addDays(utcMicros: micros, count: amount / Micros.perDay)
          } else {
            moved = zone.add(utcMicros: micros, dayTimeMicros: amount)
          }
        }
        return (moved ?? 0, moved == nil)
      } error: { _, _ in
        .datetimeOverflow("the timestamp")
      }
    }
  }

  private static func bindDifference(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let length = try length(call, allowsDayOfYear: false)
    let (start, end) = (try call.momentParameter(1), try call.momentParameter(2))
    let type: DataType = start == .timestampNTZ && end == .timestampNTZ ? .timestampNTZ : .timestamp
    return BoundFunction(
      "timestampdiff", [.string, type, type], returns: .bigint, isNullable: call.isAnyNullable
    ) { (context, operands) throws(SQLError) in
      let zone = type == .timestamp ? context.evaluation.zone : .utc
      return try Kernel.binary(operands[1], operands[2], context) { (start: Int64, end: Int64) -> Int64 in
        let (a, b) = (zone.local(utcMicros: start), zone.local(utcMicros: end))
        switch length {
        case .months(let factor): return wholeMonths(a, b) / factor
        case .micros(let factor):
          let days = Int128(b.days) - Int128(a.days)
          let micros = days * Int128(Micros.perDay) + Int128(b.microsOfDay - a.microsOfDay)
          return Int64(truncatingIfNeeded: micros / Int128(factor))
        }
      }
    }
  }

  /// Whole months from a to b, towards zero; a day that has not passed its time of day yet does not count.
  private static func wholeMonths(
    _ a: (days: Int32, microsOfDay: Int64), _ b: (days: Int32, microsOfDay: Int64)
  ) -> Int64 {
    var end = b.days
    if end > a.days, b.microsOfDay < a.microsOfDay { end &-= 1 }
    if end < a.days, b.microsOfDay > a.microsOfDay { end &+= 1 }
    let (from, to) = (CivilTime.date(days: a.days), CivilTime.date(days: end))
    // Months times 32 plus days: their difference over 32 drops a month that is not complete.
    let start = (Int64(from.year) &* 12 &+ Int64(from.month)) &* 32 &+ Int64(from.day)
    let stop = (Int64(to.year) &* 12 &+ Int64(to.month)) &* 32 &+ Int64(to.day)
    return (stop &- start) / 32
  }
}
