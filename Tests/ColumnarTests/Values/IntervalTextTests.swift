import Testing

@testable import Columnar

private func yearMonth(_ text: String, _ from: DataType.YearMonthUnit, _ to: DataType.YearMonthUnit)
  -> String?
{
  withBytes(text) { IntervalText.parseYearMonth($0, from: from, to: to) }
    .map { months in written { IntervalText.format(months: months, from: from, to: to, into: &$0) } }
}

private func dayTime(_ text: String, _ from: DataType.DayTimeUnit, _ to: DataType.DayTimeUnit) -> String? {
  withBytes(text) { IntervalText.parseDayTime($0, from: from, to: to) }
    .map { micros in written { IntervalText.format(micros: micros, from: from, to: to, into: &$0) } }
}

@Suite struct IntervalTextTests {
  @Test(
    arguments: [
      ("1-2", .year, .month, "INTERVAL '1-2' YEAR TO MONTH"),
      ("-1-2", .year, .month, "INTERVAL '-1-2' YEAR TO MONTH"),
      ("+1-2", .year, .month, "INTERVAL '1-2' YEAR TO MONTH"),
      ("0-0", .year, .month, "INTERVAL '0-0' YEAR TO MONTH"),
      ("178956970-7", .year, .month, "INTERVAL '178956970-7' YEAR TO MONTH"), ("1-12", .year, .month, nil),
      ("-178956970-8", .year, .month, "INTERVAL '-178956970-8' YEAR TO MONTH"),
      ("178956970-8", .year, .month, nil),
      (" INTERVAL '1-2' YEAR TO MONTH ", .year, .month, "INTERVAL '1-2' YEAR TO MONTH"),
      ("interval -'-1-2' year  to month", .year, .month, "INTERVAL '1-2' YEAR TO MONTH"),
      ("INTERVAL '1-2' YEAR TO MONTH", .year, .year, nil), ("INTERVAL '5' YEAR", .year, .month, nil),
      ("5", .year, .month, nil),
      ("5", .year, .year, "INTERVAL '5' YEAR"), ("-25", .month, .month, "INTERVAL '-25' MONTH"),
      ("1.5", .month, .month, nil),
      ("INTERVAL '5' YEAR", .year, .year, "INTERVAL '5' YEAR"), ("INTERVAL '5' YEARS", .year, .year, nil),
      ("", .year, .year, nil),
      ("99999999999999999999", .month, .month, nil),
      ("-2147483648", .month, .month, "INTERVAL '-2147483648' MONTH"),
      ("INTERVAL '5 YEAR", .year, .year, nil), ("INTERVAL", .year, .year, nil),
      ("INTERVAL5", .year, .year, nil), ("-", .year, .year, nil),
    ] as [(String, DataType.YearMonthUnit, DataType.YearMonthUnit, String?)])
  func readsYearMonth(
    text: String, from: DataType.YearMonthUnit, to: DataType.YearMonthUnit, expected: String?
  ) {
    #expect(yearMonth(text, from, to) == expected)
  }

  @Test(
    arguments: [
      ("1 02", .day, .hour, "INTERVAL '1 02' DAY TO HOUR"),
      ("1 2:3", .day, .minute, "INTERVAL '1 02:03' DAY TO MINUTE"),
      ("1 02:03:04.5", .day, .second, "INTERVAL '1 02:03:04.5' DAY TO SECOND"),
      ("1 02:03:04.123456789", .day, .second, "INTERVAL '1 02:03:04.123456' DAY TO SECOND"),
      ("-1 02:03:04.000001", .day, .second, "INTERVAL '-1 02:03:04.000001' DAY TO SECOND"),
      ("1 24:00:00", .day, .second, nil), ("1 23:60:00", .day, .second, nil),
      ("1 23:00:60", .day, .second, nil),
      ("100:03", .hour, .minute, "INTERVAL '100:03' HOUR TO MINUTE"), ("100:60", .minute, .second, nil),
      ("100:03:04.5", .hour, .second, "INTERVAL '100:03:04.5' HOUR TO SECOND"),
      ("100:04.5", .minute, .second, "INTERVAL '100:04.5' MINUTE TO SECOND"),
      ("8", .second, .second, "INTERVAL '08' SECOND"), ("-8.5", .second, .second, "INTERVAL '-08.5' SECOND"),
      ("100", .second, .second, "INTERVAL '100' SECOND"), ("5", .day, .day, "INTERVAL '5' DAY"),
      ("5.1", .day, .day, nil),
      ("5", .hour, .hour, "INTERVAL '05' HOUR"), ("-9", .minute, .minute, "INTERVAL '-09' MINUTE"),
      ("5", .day, .second, nil),
      ("0", .day, .day, "INTERVAL '0' DAY"), ("5.123456789", .second, .second, "INTERVAL '05.123456' SECOND"),
      ("106751991 04:00:54.775807", .day, .second, "INTERVAL '106751991 04:00:54.775807' DAY TO SECOND"),
      ("106751991 04:00:54.775808", .day, .second, nil), ("-106751991 04:00:54.775809", .day, .second, nil),
      ("-106751991 04:00:54.775808", .day, .second, "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND"),
      ("-9223372036854.775808", .second, .second, "INTERVAL '-9223372036854.775808' SECOND"),
      ("-2562047788", .hour, .hour, "INTERVAL '-2562047788' HOUR"), ("1  02:03:04", .day, .second, nil),
      ("INTERVAL -'1 02:03:04.5' DAY TO SECOND", .day, .second, "INTERVAL '-1 02:03:04.5' DAY TO SECOND"),
      ("INTERVAL '5' DAY", .day, .day, "INTERVAL '5' DAY"), ("INTERVAL '5' DAY", .day, .second, nil),
      ("1 day", .day, .second, nil),
      ("12345678901234", .second, .second, nil), ("-0.5", .second, .second, "INTERVAL '-00.5' SECOND"),
      ("1.", .second, .second, nil),
      ("1.1234567891", .second, .second, nil), (".5", .second, .second, nil),
      ("1 2:3:4 ", .day, .second, "INTERVAL '1 02:03:04' DAY TO SECOND"),
      ("1 2:3:", .day, .second, nil), ("1 2", .day, .second, nil), ("5", .second, .day, nil),
    ] as [(String, DataType.DayTimeUnit, DataType.DayTimeUnit, String?)])
  func readsDayTime(text: String, from: DataType.DayTimeUnit, to: DataType.DayTimeUnit, expected: String?) {
    #expect(dayTime(text, from, to) == expected)
  }

  @Test func printsFieldsOfTheType() {
    func text(_ micros: Int64, _ from: DataType.DayTimeUnit, _ to: DataType.DayTimeUnit) -> String {
      written { IntervalText.format(micros: micros, from: from, to: to, into: &$0) }
    }
    let micros = 3 * Micros.perDay + Micros.perHour + 2 * Micros.perMinute + 3_450_000
    #expect(text(micros, .day, .second) == "INTERVAL '3 01:02:03.45' DAY TO SECOND")
    #expect(text(micros, .hour, .hour) == "INTERVAL '73' HOUR")
    #expect(text(micros, .minute, .minute) == "INTERVAL '4382' MINUTE")
    #expect(text(8_000_000, .day, .second) == "INTERVAL '0 00:00:08' DAY TO SECOND")
    #expect(text(-22 * Micros.perHour, .day, .hour) == "INTERVAL '-0 22' DAY TO HOUR")
    #expect(text(30, .second, .second) == "INTERVAL '00.00003' SECOND")
    #expect(text(.min, .minute, .second) == "INTERVAL '-153722867280:54.775808' MINUTE TO SECOND")
    #expect(IntervalText.truncate(micros: -micros, to: .hour) == -73 * Micros.perHour)
    #expect(IntervalText.truncate(micros: micros, to: .second) == micros)
  }

  /// The literal `INTERVAL '<text>'` as Spark types and prints it.
  @Test(
    arguments: [
      ("1 day 2 hours", "INTERVAL '1 02' DAY TO HOUR"), ("-1 day +2 hours", "INTERVAL '-0 22' DAY TO HOUR"),
      ("10 minutes", "INTERVAL '10' MINUTE"),
      ("1 week", "INTERVAL '7' DAY"), ("1.5 seconds", "INTERVAL '01.5' SECOND"),
      ("1 week 3 milliseconds", "INTERVAL '7 00:00:00.003' DAY TO SECOND"),
      (".5 seconds", "INTERVAL '00.5' SECOND"), ("1. second", "INTERVAL '01' SECOND"),
      ("- 5 minutes", "INTERVAL '-05' MINUTE"),
      ("interval 5 days", "INTERVAL '5' DAY"), ("INTERVAL 1 Year 1 MONTHS", "INTERVAL '1-1' YEAR TO MONTH"),
      ("2 months", "INTERVAL '2' MONTH"),
      ("1 year", "INTERVAL '1' YEAR"), ("30 microseconds", "INTERVAL '00.00003' SECOND"),
      ("-.5 seconds", "INTERVAL '-00.5' SECOND"),
      ("- .5 seconds", "INTERVAL '-00.5' SECOND"), ("1 day -2 hours", "INTERVAL '0 22' DAY TO HOUR"),
      (" 5\tdays\n", "INTERVAL '5' DAY"),
      ("9223372036854775807 microseconds", "INTERVAL '9223372036854.775807' SECOND"),
      ("1 hour 1 hour", "INTERVAL '02' HOUR"),
      ("1 year 2 days", nil), ("1.5 days", nil), ("5minutes", nil), ("5 mins", nil), ("1 day 2", nil),
      ("5 days interval", nil),
      ("1.1234567891 seconds", nil), ("5 second s", nil), ("5 secondss", nil), ("2147483648 days", nil),
      ("9223372036854775808 microseconds", nil),
      ("5 nanoseconds", nil), ("5 days,", nil), ("1 quarter", nil), ("", nil), ("interval", nil),
      ("interval5 days", nil), (". seconds", nil),
      ("days", nil), ("-", nil), ("-- 5 days", nil), ("9223372036854775807 hours", nil),
      ("1 day\u{0}2 hours", nil), ("1.5 milliseconds", nil),
    ] as [(String, String?)])
  func readsUnits(text: String, expected: String?) {
    let interval = withBytes(text) { IntervalText.parseUnits($0) }
    switch interval?.type {
    case .yearMonthInterval(let from, let to):
      #expect(
        written { IntervalText.format(months: interval?.months ?? 0, from: from, to: to, into: &$0) }
          == expected)
    case .dayTimeInterval(let from, let to):
      #expect(
        written { IntervalText.format(micros: interval?.dayTimeMicros ?? 0, from: from, to: to, into: &$0) }
          == expected)
    default:
      #expect(expected == nil)
    }
  }

  @Test func readsOneUnit() {
    #expect(withBytes(" 8.5 ") { IntervalText.parse($0, unit: .second) }?.micros == 8_500_000)
    #expect(withBytes("-3") { IntervalText.parse($0, unit: .week) }?.days == -21)
    #expect(withBytes("3") { IntervalText.parse($0, unit: .year) }?.months == 36)
    #expect(withBytes("8.5") { IntervalText.parse($0, unit: .hour) } == nil)
    #expect(withBytes("8 seconds") { IntervalText.parse($0, unit: .second) } == nil)
    #expect(withBytes("") { IntervalText.parse($0, unit: .second) } == nil)
  }

  @Test func keepsMixedPartsApart() {
    let interval = withBytes("1 year 2 days 3 seconds") { IntervalText.parseUnits($0) }
    #expect(interval?.months == 12)
    #expect(interval?.days == 2)
    #expect(interval?.micros == 3_000_000)
    #expect(interval?.type == nil)
  }

  @Test(
    arguments: [
      ("10 minutes", 600_000_000), ("30s", 30_000_000), ("8 SECONDS", 8_000_000), ("1h30m", 5_400_000_000),
      ("1.5 hours", 5_400_000_000),
      ("500 ms", 500_000), ("250us", 250), ("interval 2 days", 172_800_000_000), ("1w", 604_800_000_000),
      ("-5 min", -300_000_000),
      ("1 hour 30 mins", 5_400_000_000), ("0 seconds", 0), ("0.5s", 500_000), ("1 day", 86_400_000_000),
      ("2 hrs", 7_200_000_000),
      ("1 month", nil), ("1 year", nil), ("5", nil), ("s", nil), ("", nil), ("5 parsecs", nil), ("5 s,", nil),
      ("999999999999 weeks", nil),
      ("9223372036854775807 w 9223372036854775807 w", nil), ("1 ss", nil),
    ] as [(String, Int64?)])
  func readsDurations(text: String, expected: Int64?) {
    #expect(withBytes(text) { IntervalText.parseDuration($0) } == expected)
  }
}
