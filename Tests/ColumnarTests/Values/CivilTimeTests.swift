import Testing

@testable import Columnar

/// Days since the epoch of a date that exists.
func day(_ year: Int, _ month: Int, _ day: Int) -> Int32 {
  CivilTime.days(year: year, month: month, day: day) ?? .min
}

/// Local micros of a date and time that exist.
func local(_ date: Int32, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0, micro: Int = 0) -> Int64 {
  let clock = CivilClock(hour: hour, minute: minute, second: second, micro: micro)
  return CivilTime.micros(days: date, microsOfDay: clock.microsOfDay) ?? .min
}

@Suite struct CivilTimeTests {
  @Test(
    arguments: [
      (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11016), (2024, 2, 29, 19782), (1, 1, 1, -719_162),
      (0, 2, 29, -719_469), (9999, 12, 31, 2_932_896), (10000, 1, 1, 2_932_897), (-1, 3, 1, -719_834),
      (5_881_580, 7, 11, Int32.max), (-5_877_641, 6, 23, Int32.min),
    ] as [(Int, Int, Int, Int32)])
  func convertsDates(year: Int, month: Int, dayOfMonth: Int, days: Int32) {
    #expect(CivilTime.days(year: year, month: month, day: dayOfMonth) == days)
    #expect(CivilTime.date(days: days) == CivilDate(year: year, month: month, day: dayOfMonth))
  }

  @Test(arguments: [
    (2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 0, 1), (2024, 13, 1), (2024, 4, 31), (2024, 1, 0),
    (5_881_580, 7, 12), (-5_877_641, 6, 22), (Int.max, 1, 1), (Int.min, 1, 1), (2024, Int.max, 1),
    (2024, 1, Int.min),
  ])
  func refusesDates(year: Int, month: Int, dayOfMonth: Int) {
    #expect(CivilTime.days(year: year, month: month, day: dayOfMonth) == nil)
  }

  /// Every day of 800 years, one after the other.
  @Test func countsDaysWithoutGap() {
    var date = CivilDate(year: 1600, month: 1, day: 1)
    var weekday = 6  // 1600-01-01 was a Saturday.
    for days in day(1600, 1, 1)...day(2399, 12, 31) {
      #expect(CivilTime.date(days: days) == date)
      #expect(CivilTime.isoWeekday(days: days) == weekday)
      weekday = weekday % 7 + 1
      date.day += 1
      if date.day > CivilTime.daysInMonth(year: date.year, month: date.month) {
        date = CivilDate(year: date.year, month: date.month + 1, day: 1)
        if date.month > 12 { date = CivilDate(year: date.year + 1, month: 1, day: 1) }
      }
    }
  }

  @Test func knowsWeeksQuartersAndDays() {
    #expect(CivilTime.isoWeek(days: day(2008, 12, 28)) == (2008, 52))
    #expect(CivilTime.isoWeek(days: day(2008, 12, 31)) == (2009, 1))
    #expect(CivilTime.isoWeek(days: day(2010, 1, 3)) == (2009, 53))
    #expect(CivilTime.isoWeek(days: day(1, 1, 1)) == (1, 1))
    #expect(CivilTime.dayOfWeek(days: day(-1, 3, 1)) == 2)
    #expect(CivilTime.isoWeekday(days: day(2010, 1, 3)) == 7)
    #expect(CivilTime.dayOfYear(days: day(2000, 12, 31)) == 366)
    #expect(CivilTime.dayOfYear(days: day(-4, 1, 1)) == 1)
    #expect(
      (1...12).map { CivilTime.quarter(days: day(2024, $0, 1)) } == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
    #expect(CivilTime.lastDay(days: day(2023, 2, 3)) == day(2023, 2, 28))
    #expect(CivilTime.lastDay(days: .max) == nil)
    #expect(CivilTime.nextDay(days: day(2015, 1, 14), isoWeekday: 2) == day(2015, 1, 20))
    #expect(CivilTime.nextDay(days: day(2015, 1, 14), isoWeekday: 3) == day(2015, 1, 21))
    #expect(CivilTime.nextDay(days: day(2015, 1, 14), isoWeekday: 1) == day(2015, 1, 19))
    #expect(CivilTime.nextDay(days: .max, isoWeekday: 1) == nil)
    #expect(CivilTime.isoWeekday(days: .min) >= 1)
    #expect(CivilTime.dayOfYear(days: .min) == 174)
  }

  @Test func addsMonths() {
    #expect(CivilTime.addMonths(days: day(2024, 1, 31), months: 1) == day(2024, 2, 29))
    #expect(CivilTime.addMonths(days: day(2024, 2, 29), months: 12) == day(2025, 2, 28))
    #expect(CivilTime.addMonths(days: day(1, 1, 31), months: -11) == day(0, 2, 29))
    #expect(CivilTime.addMonths(days: day(2024, 2, 29), months: .min) == nil)
    #expect(CivilTime.addMonths(days: .max, months: 1) == nil)
    #expect(CivilTime.addMonths(days: .min, months: .max) == nil)
    #expect(
      CivilTime.addMonths(localMicros: local(day(2024, 3, 31), 23, 59), months: -1)
        == local(day(2024, 2, 29), 23, 59))
    #expect(CivilTime.addMonths(localMicros: .max, months: 1) == nil)
    #expect(CivilTime.addDays(days: .max, count: 1) == nil)
    #expect(CivilTime.addDays(days: -5, count: 10) == 5)
  }

  @Test func roundsDown() {
    let monday = day(2019, 8, 5)
    #expect(CivilTime.truncate(days: monday - 1, to: .week) == day(2019, 7, 29))
    #expect(CivilTime.truncate(days: monday, to: .week) == monday)
    #expect(CivilTime.truncate(days: monday, to: .month) == day(2019, 8, 1))
    #expect(CivilTime.truncate(days: monday, to: .quarter) == day(2019, 7, 1))
    #expect(CivilTime.truncate(days: day(-1, 8, 5), to: .year) == day(-1, 1, 1))
    #expect(CivilTime.truncate(days: monday, to: .hour) == monday)
    #expect(CivilTime.truncate(days: .min, to: .year) == nil)
    #expect(CivilTime.truncate(localMicros: -1, to: .week) == local(day(1969, 12, 29)))
    #expect(CivilTime.truncate(localMicros: -1, to: .millisecond) == -1000)
    #expect(
      CivilTime.truncate(localMicros: local(monday, 13, 14, 15, micro: 16), to: .second)
        == local(monday, 13, 14, 15))
    #expect(
      CivilTime.truncate(localMicros: local(monday, 13, 14, 15, micro: 16), to: .minute)
        == local(monday, 13, 14))
    #expect(
      CivilTime.truncate(localMicros: local(monday, 13, 14, 15, micro: 16), to: .hour) == local(monday, 13))
    #expect(CivilTime.truncate(localMicros: local(monday, 13, 14, 15, micro: 16), to: .day) == local(monday))
    #expect(CivilTime.truncate(localMicros: local(monday, 13), to: .quarter) == local(day(2019, 7, 1)))
    for unit in CivilTime.Unit.allCases where unit != .microsecond {
      #expect(CivilTime.truncate(localMicros: .min, to: unit) == nil)
    }
    #expect(CivilTime.truncate(localMicros: .min, to: .microsecond) == .min)
    #expect(withBytes("Quarter") { CivilTime.Unit($0) } == .quarter)
    #expect(withBytes("MM") { CivilTime.Unit($0) } == .month)
    #expect(withBytes("months") { CivilTime.Unit($0) } == nil)
  }

  @Test func splitsAndJoinsMicros() {
    for micros in [Int64.min, .min + 1, -86_400_000_001, -86_400_000_000, -1, 0, 1, 86_399_999_999, .max] {
      let (days, rest) = CivilTime.split(micros: micros)
      #expect(rest >= 0 && rest < Micros.perDay)
      #expect(CivilTime.micros(days: days, microsOfDay: rest) == micros)
      #expect(CivilTime.clock(microsOfDay: rest).microsOfDay == rest)
    }
    #expect(
      CivilTime.clock(microsOfDay: 86_399_999_999)
        == CivilClock(hour: 23, minute: 59, second: 59, micro: 999_999))
    #expect(CivilTime.micros(days: .max) == nil)
    #expect(CivilTime.micros(days: .min, microsOfDay: 1) == nil)
    #expect(CivilTime.micros(days: day(294_247, 1, 10), microsOfDay: 14_454_775_808) == nil)
    #expect(CivilTime.micros(days: day(294_247, 1, 10), microsOfDay: 14_454_775_807) == .max)
    #expect(CivilTime.micros(days: 0, microsOfDay: -1) == -1)
  }

  @Test func countsMonthsBetween() {
    let later = local(day(1997, 2, 28), 10, 30)
    let earlier = local(day(1996, 10, 30))
    #expect(CivilTime.monthsBetween(localMicros: later, earlier) == 3.94959677)
    #expect(CivilTime.monthsBetween(localMicros: later, earlier, rounded: false) == 3.9495967741935485)
    #expect(CivilTime.monthsBetween(localMicros: earlier, later) == -3.94959677)
    #expect(
      CivilTime.monthsBetween(localMicros: local(day(2024, 2, 29), 10), local(day(2023, 1, 31), 23)) == 13)
    #expect(CivilTime.monthsBetween(localMicros: local(day(2024, 2, 29)), local(day(2023, 2, 28))) == 12)
    #expect(
      CivilTime.monthsBetween(localMicros: local(day(1, 1, 1)), local(day(9999, 12, 31), 23, 59, 59))
        == -119987.99999963)
    #expect(CivilTime.monthsBetween(localMicros: .max, .min) > 0)
  }
}
