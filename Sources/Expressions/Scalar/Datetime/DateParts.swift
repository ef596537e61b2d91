internal import Columnar
internal import Diagnostics

/// `year month day hour …`: one field of a date or a timestamp, as a function each.
enum DateParts {
  static let functions: [ScalarFunction] = [
    ofDate("year", .year, "The year.", "SELECT year('2016-07-30')", "2016"),
    ofDate("quarter", .quarter, "The quarter, 1 to 4.", "SELECT quarter('2016-08-31')", "3"),
    ofDate("month", .month, "The month, 1 to 12.", "SELECT month('2016-07-30')", "7"),
    ofDate("weekofyear", aliases: ["week"], .week, "The ISO week, 1 to 53.", "SELECT weekofyear('2008-02-20')", "8"),
    ofDate("day", aliases: ["dayofmonth"], .day, "The day of the month.", "SELECT day('2009-07-30')", "30"),
    ofDate("dayofyear", .dayOfYear, "The day of the year, 1 to 366.", "SELECT dayofyear('2016-04-09')", "100"),
    ofDate("dayofweek", .dayOfWeek, "The day of the week, 1 (Sunday) to 7.", "SELECT dayofweek('2009-07-30')", "5"),
    ScalarFunction(
      FunctionDoc(
        "weekday", .datetime, "weekday(date)", "The day of the week, 0 (Monday) to 6.",
        shown: ["SELECT weekday('2009-07-30')": "3"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        "weekday", [try call.parameter(0, as: .date)], returns: .int, isNullable: call.isAnyNullable,
        MomentLoop.days { Int32(truncatingIfNeeded: CivilTime.isoWeekday(days: $0) &- 1) })
    },
    ofClock("hour", .hour, "The hour, 0 to 23.", "SELECT hour('2009-07-30 12:58:59')", "12"),
    ofClock("minute", .minute, "The minute.", "SELECT minute('2009-07-30 12:58:59')", "58"),
    ofClock("second", .second, "The second, without its fraction.", "SELECT second('2009-07-30 12:58:59.5')", "59"),
    named("dayname", "EEE", "The short name of the day of the week.", "SELECT dayname('2008-02-20')", "Wed"),
    named("monthname", "LLL", "The short name of the month.", "SELECT monthname('2008-02-20')", "Feb"),
  ]

  private static func ofDate(
    _ name: String, aliases: [String] = [], _ part: DatePart, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, aliases: aliases, .datetime, "\(name)(date)", summary, shown: [sql: result])) {
      (call) throws(SQLError) in
      try call.expect(1)
      guard let kernel = part.ofDate else { throw .internal("\(name) is no field of a date") }
      return BoundFunction(
        name, [try call.parameter(0, as: .date)], returns: .int, isNullable: call.isAnyNullable, kernel)
    }
  }

  private static func ofClock(
    _ name: String, _ part: DatePart, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .datetime, "\(name)(timestamp)", summary, shown: [sql: result])) {
      (call) throws(SQLError) in
      try call.expect(1)
      let type = try call.momentParameter(0)
      guard let kernel = part.ofClock(zoned: type == .timestamp) else {
        throw .internal("\(name) is no field of the clock")
      }
      return BoundFunction(name, [type], returns: .int, isNullable: call.isAnyNullable, kernel)
    }
  }

  private static func named(
    _ name: String, _ pattern: String, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .datetime, "\(name)(date)", summary, shown: [sql: result])) { (call) throws(SQLError) in
      try call.expect(1)
      guard let compiled = try? DateTimePattern(pattern, for: .formatting) else { throw .internal("no pattern \(pattern)") }
      return BoundFunction(
        name, [try call.parameter(0, as: .date)], returns: .string, isNullable: call.isAnyNullable
      ) { (context, operands) throws(SQLError) in
        try MomentLoop.text(operands[0], context) { (days: Int32, out) in compiled.format(days: days, into: &out) }
      }
    }
  }
}
