internal import Columnar
internal import Diagnostics

/// Dates moved and compared: `date_add date_sub datediff add_months months_between last_day next_day`.
///
/// Counts of days wrap around as in Spark; months and days that leave the range of a date raise DATETIME_OVERFLOW.
enum DateShifts {
  static let functions: [ScalarFunction] = [
    days("date_add", aliases: ["dateadd"], 1, "The date so many days later.", "SELECT date_add('2016-07-30', 1)", "2016-07-31"),
    days("date_sub", aliases: [], -1, "The date so many days earlier.", "SELECT date_sub('2016-07-30', 1)", "2016-07-29"),
    ScalarFunction(
      FunctionDoc(
        "datediff", aliases: ["date_diff"], .datetime, "datediff(end, start)", "The number of days from start to end.",
        shown: ["SELECT datediff('2009-07-31', '2009-07-30')": "1"])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return BoundFunction(
        call.name, try call.parameters(all: .date), returns: .int, isNullable: call.isAnyNullable
      ) { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (end: Int32, start: Int32) in end &- start }
      }
    },
    ScalarFunction(
      FunctionDoc(
        "add_months", .datetime, "add_months(date, months)", "The date so many months later; a missing day becomes the last.",
        shown: ["SELECT add_months('2016-08-31', 1)": "2016-09-30"])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let parameters = [try call.parameter(0, as: .date), try call.parameter(1, as: .int)]
      return BoundFunction(
        "add_months", parameters, returns: .date, isNullable: call.isAnyNullable, canFail: true,
        MomentKernels.addMonthsToDate(1, .raise))
    },
    ScalarFunction(
      FunctionDoc(
        "months_between", .datetime, "months_between(timestamp1, timestamp2[, rounded])",
        "Months from the second to the first; the rest counts in months of 31 days, rounded to 8 digits unless told not to.",
        shown: ["SELECT months_between('1997-02-28 10:30:00', '1996-10-30')": "3.94959677"]), bind: bindMonthsBetween),
    ScalarFunction(
      FunctionDoc(
        "last_day", .datetime, "last_day(date)", "The last day of the month.",
        shown: ["SELECT last_day('2009-01-12')": "2009-01-31"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        "last_day", [try call.parameter(0, as: .date)], returns: .date, isNullable: call.isAnyNullable,
        MomentLoop.days { CivilTime.lastDay(days: $0) ?? .max })
    },
    ScalarFunction(
      FunctionDoc(
        "next_day", .datetime, "next_day(date, weekday)", "The first date after this one that is such a day of the week.",
        shown: ["SELECT next_day('2015-01-14', 'TU')": "2015-01-20"]), bind: bindNextDay),
  ]

  private static func days(
    _ name: String, aliases: [String], _ sign: Int64, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, aliases: aliases, .datetime, "\(name)(date, days)", summary, shown: [sql: result])) {
      (call) throws(SQLError) in
      try call.expect(2)
      let parameters = [try call.parameter(0, as: .date), try call.countParameter(1)]
      return BoundFunction(
        call.name, parameters, returns: .date, isNullable: call.isAnyNullable, MomentKernels.addDays(sign, .keep))
    }
  }

  private static func bindMonthsBetween(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    var parameters = [try call.parameter(0, as: .timestamp), try call.parameter(1, as: .timestamp)]
    if call.arguments.count == 3 { parameters.append(try call.parameter(2, as: .boolean)) }
    return BoundFunction("months_between", parameters, returns: .double, isNullable: call.isAnyNullable) {
      (context, operands) throws(SQLError) in
      let zone = context.evaluation.zone
      let rounded: [Bool] = operands.count == 3 ? try operands[2].rowValues(context.rows) : []
      var row = 0
      return try Kernel.binary(operands[0], operands[1], context) { (left: Int64, right: Int64) in
        let (a, b) = (zone.local(utcMicros: left).days, zone.local(utcMicros: right).days)
        let isRounded = rounded.isEmpty || rounded[row]
        row &+= 1
        return CivilTime.monthsBetween(
          days: a, secondsOfDay: secondsSinceMidnight(left, a, zone), b,
          secondsOfDay: secondsSinceMidnight(right, b, zone), rounded: isRounded)
      }
    }
  }

  private static func secondsSinceMidnight(_ micros: Int64, _ days: Int32, _ zone: TimeZoneRules) -> Int64 {
    (zone.startOfDay(days: days).map { micros &- $0 } ?? zone.local(utcMicros: micros).microsOfDay) / Micros.perSecond
  }

  private static func bindNextDay(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let failure = call.failure()
    return BoundFunction(
      "next_day", [try call.parameter(0, as: .date), try call.parameter(1, as: .string)], returns: .date,
      canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (days: Int32, name: BytesView) -> (value: Int32, failed: Bool) in
        guard let weekday = name.withRaw(weekday) else { return (0, true) }
        return (CivilTime.nextDay(days: days, isoWeekday: weekday) ?? .max, false)
      } error: { _, name in
        .data("ILLEGAL_DAY_OF_WEEK", "'\(name.string)' is no day of the week", hint: "use MO, MON or MONDAY and its like")
      }
    }
  }

  /// 1 for Monday to 7 for Sunday, by two or three letters or the whole name in any case.
  private static func weekday(_ text: UnsafeRawBufferPointer) -> Int? {
    let names: [(StaticString, StaticString, StaticString)] = [
      ("mo", "mon", "monday"), ("tu", "tue", "tuesday"), ("we", "wed", "wednesday"), ("th", "thu", "thursday"),
      ("fr", "fri", "friday"), ("sa", "sat", "saturday"), ("su", "sun", "sunday"),
    ]
    return names.firstIndex {
      AsciiText.equals(text, $0.0) || AsciiText.equals(text, $0.1) || AsciiText.equals(text, $0.2)
    }.map { $0 + 1 }
  }
}
