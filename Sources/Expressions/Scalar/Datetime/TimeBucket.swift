internal import Columnar
internal import Diagnostics

/// `time_bucket(size, ts[, origin])`: the start of the bucket of a constant size that a time lies in.
///
/// Bucket n starts n sizes behind the origin: months and whole days are counted on the session's calendar, the rest is
/// elapsed time. A timestamp without a zone is counted in UTC.
enum TimeBuckets {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "time_bucket", .datetime, "time_bucket(size, ts[, origin])",
        "The start of the bucket of a constant size, counted from the origin or from 1970, that a timestamp lies in.",
        shown: [
          "SELECT time_bucket(INTERVAL '15' MINUTE, TIMESTAMP '2024-01-01 11:27:00')": "2024-01-01 11:15:00",
          "SELECT time_bucket(INTERVAL '1' MONTH, TIMESTAMP '2024-07-20 14:30:00', TIMESTAMP '2024-06-15 09:00:00')":
            "2024-07-15 09:00:00",
        ]), bind: bind)
  ]

  /// A bucket's size; of both parts one is 0.
  private struct Size: Sendable {
    var months: Int64 = 0
    var micros: Int64 = 0

    /// The start of bucket `n`; nil outside of the calendar.
    func start(_ n: Int64, from origin: Int64, _ zone: TimeZoneRules) -> Int64? {
      if months > 0 {
        let (total, overflow) = n.multipliedReportingOverflow(by: months)
        return overflow ? nil : Int32(exactly: total).flatMap { zone.addMonths(utcMicros: origin, months: $0) }
      }
      let (days, rest) = (micros / Micros.perDay, micros % Micros.perDay)
      let (elapsed, overflow) = n.multipliedReportingOverflow(by: rest)
      let (whole, isTooMuch) = n.multipliedReportingOverflow(by: days)
      if overflow || isTooMuch { return nil }
      guard let moved = zone.addDays(utcMicros: origin, count: whole) else { return nil }
      let (sum, isOutside) = moved.addingReportingOverflow(elapsed)
      return isOutside ? nil : sum
    }

    /// The start of the bucket that holds `time`; nil outside of the calendar. A few steps: the first guess is off by the
    /// uneven lengths of months, or by a change of the clock.
    func bucket(of time: Int64, from origin: Int64, _ zone: TimeZoneRules) -> Int64? {
      let distance = Double(time) - Double(origin)
      // A year has 365.2425 days.
      let length = months > 0 ? Double(months) * 2_629_746_000_000 : Double(micros)
      guard var n = Int64(exactly: (distance / length).rounded(.down)) else { return nil }
      guard var start = start(n, from: origin, zone) else { return nil }
      while start > time {
        n -= 1
        guard let earlier = self.start(n, from: origin, zone) else { return nil }
        start = earlier
      }
      while let next = self.start(n + 1, from: origin, zone), next <= time {
        n += 1
        start = next
      }
      return start
    }
  }

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    let type = call.types[1] == .timestampNTZ ? .timestampNTZ : try call.exactParameter(1, .timestamp)
    if call.arguments.count == 3 { try call.exactParameter(2, type) }
    let size = try size(call)
    var origin: Value?
    if call.arguments.count == 3 {
      guard let given = try call.constant(2) else { throw .nonFoldable(call, 2, what: "the origin") }
      origin = given
    }
    let parameters = [call.types[0], type] + (call.arguments.count == 3 ? [type] : [])
    guard let size, origin.map({ !$0.isNull }) ?? true else {
      return BoundFunction(call.name, parameters, returns: type, nulls: .handled) { (context, _) in
        ColumnBuilder.nulls(type, count: context.rows)
      }
    }
    let given = origin?.integer
    return BoundFunction(call.name, parameters, returns: type, isNullable: call.isAnyNullable, canFail: true) {
      (context, operands) throws(SQLError) in
      let zone = type == .timestamp ? context.evaluation.zone : .utc
      let origin = given ?? zone.utcMicros(localMicros: 0) ?? 0
      return try Kernel.checkedUnary(operands[1], context) { (time: Int64) -> (value: Int64, failed: Bool) in
        let start = size.bucket(of: time, from: origin, zone)
        return (start ?? 0, start == nil)
      } error: { _ in
        .datetimeOverflow("the start of the bucket")
      }
    }
  }

  /// The constant size, nil if it is NULL.
  private static func size(_ call: FunctionCall) throws(SQLError) -> Size? {
    switch call.types[0] {
    case .dayTimeInterval, .yearMonthInterval, .null: break
    default: throw .unexpectedInput(call, 0, wanted: "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")")
    }
    guard let value = try call.constant(0) else { throw .nonFoldable(call, 0, what: "the size") }
    guard let count = value.integer else { return nil }
    guard count > 0 else {
      let span = call.arguments[0].span
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "the size of a bucket is more than nothing",
        span: span.isNone ? call.span : span)
    }
    if case .yearMonthInterval = call.types[0] { return Size(months: count) }
    return Size(micros: count)
  }
}
