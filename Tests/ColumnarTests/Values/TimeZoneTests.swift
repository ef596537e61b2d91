import Testing

@testable import Columnar

private func zone(_ name: String) throws -> TimeZoneRules { try #require(TimeZoneRules.named(name)) }

/// 2024-01-01 12:00:00 UTC, the present of these tests.
private let nowMicros: Int64 = 1_704_110_400_000_000

private func parse(_ text: String, _ zone: TimeZoneRules) -> Int64? {
  withBytes(text) { TimestampText.parse($0, zone: zone, nowMicros: nowMicros) }
}

private func format(_ micros: Int64, _ zone: TimeZoneRules) -> String {
  var cursor = ZoneCursor(zone)
  return written { TimestampText.format(utcMicros: micros, zone: &cursor, into: &$0) }
}

@Suite struct TimeZoneTests {
  /// What Spark 4.3 on Java 17 makes of local times: gaps, overlaps, before the first rule, far ahead.
  @Test(
    arguments: [
      ("America/Los_Angeles", "2024-03-10 02:30:00", 1_710_066_600_000_000),
      ("America/Los_Angeles", "2024-03-10 01:59:59.999999", 1_710_064_799_999_999),
      ("America/Los_Angeles", "2024-03-10 03:00:00", 1_710_064_800_000_000),
      ("America/Los_Angeles", "2024-11-03 00:59:59", 1_730_620_799_000_000),
      ("America/Los_Angeles", "2024-11-03 01:30:00", 1_730_622_600_000_000),
      ("America/Los_Angeles", "2024-11-03 02:00:00", 1_730_628_000_000_000),
      ("America/Los_Angeles", "1883-11-18 12:00:00", -2_717_640_422_000_000),
      ("America/Los_Angeles", "1883-11-18 12:05:00", -2_717_640_122_000_000),
      ("America/Los_Angeles", "1800-01-01 00:00:00", -5_364_634_022_000_000),
      ("America/Los_Angeles", "3024-07-01 00:00:00", 33_276_726_000_000_000),
      ("America/Los_Angeles", "3024-01-01 00:00:00", 33_261_004_800_000_000),
      ("America/Los_Angeles", "9999-07-01 00:00:00", 253_386_428_400_000_000),
      ("America/Los_Angeles", "200000-07-01 00:00:00", 6_249_238_930_800_000_000),
      ("Europe/Berlin", "2024-03-31 02:30:00", 1_711_848_600_000_000),
      ("Europe/Berlin", "2024-10-27 02:30:00", 1_729_989_000_000_000),
      ("Europe/Berlin", "1893-04-01 00:03:00", -2_422_054_228_000_000),
      ("Europe/Berlin", "1893-03-31 23:59:59", -2_422_054_409_000_000),
      ("Europe/Berlin", "2500-07-01 00:00:00", 16_740_856_800_000_000),
      ("Pacific/Apia", "2011-12-30 12:00:00", 1_325_282_400_000_000),
      ("America/Toronto", "1919-03-31 00:10:00", -1_601_751_000_000_000),
      ("UTC", "2024-02-09 01:02:03 America/Los_Angeles", 1_707_469_323_000_000),
      ("UTC", "2024-02-09 01:02:03 PST", 1_707_469_323_000_000),
      ("UTC", "2024-02-09 01:02:03 EST", 1_707_458_523_000_000),
      ("Europe/Berlin", "2024-02-09 01:02:03+5:30:15", 1_707_420_708_000_000),
      ("+01:00", "1970-01-01 01:00:00", 0),
      ("Etc/GMT+5", "1970-01-01 00:00:00", 18_000_000_000),
      ("Africa/Casablanca", "2300-06-01 00:00:00", 10_426_834_800_000_000),
      ("Europe/Berlin", "12:00:00", 1_704_106_800_000_000),
      ("UTC", "12:00:00 Europe/Berlin", 1_704_106_800_000_000),
      ("-18:00", "12:00:00", 1_704_088_800_000_000),
    ] as [(String, String, Int64)])
  func readsLocalTimes(name: String, text: String, micros: Int64) throws {
    #expect(parse(text, try zone(name)) == micros)
  }

  @Test func reachesTheEnds() throws {
    let berlin = try zone("Europe/Berlin")
    #expect(format(.max, berlin) == "+294247-01-10 05:00:54.775807")
    #expect(format(.min, berlin) == "-290308-12-21 20:52:33.224192")
    #expect(parse("294247-01-10 05:00:54.775807", berlin) == .max)
    #expect(parse("294247-01-10 05:00:54.775808", berlin) == nil)
    #expect(parse("-290308-12-21 20:52:33.224192", berlin) == .min)
    #expect(parse("294247-01-10 05:00:54.775807+01:00", .utc) == .max)
    #expect(berlin.localMicros(utcMicros: .max) == nil)
    for micros in [Int64.min, .max] {
      for unit in CivilTime.Unit.allCases { _ = berlin.truncate(utcMicros: micros, to: unit) }
      for months in [Int32.min, -1, 0, 1, .max] { _ = berlin.addMonths(utcMicros: micros, months: months) }
      for interval in [Int64.min, -1, 0, 1, .max] {
        _ = berlin.add(utcMicros: micros, dayTimeMicros: interval)
      }
    }
    #expect(berlin.difference(utcMicros: .max, minus: .min) == nil)
    _ = berlin.startOfDay(days: .max)
    _ = berlin.localOffset(localSeconds: .max)
    _ = berlin.offsetSeconds(utcSeconds: .min)
  }

  @Test(arguments: [
    "Foo/Bar", "europe/berlin", "utc", "z", "", "X", "Europe/Berlin ", "+19:00", "GMT+99", "Ünknown", "UTC+",
    String(repeating: "x", count: 100),
  ])
  func refuses(name: String) {
    #expect(TimeZoneRules.named(name) == nil)
    // Blanks at the end of a timestamp are ignored, so that these two have a good zone or none.
    guard !name.isEmpty, !name.hasSuffix(" ") else { return }
    #expect(withBytes("2024-01-01 00:00:00 " + name) { TimestampText.parseLocal($0) } == nil)
  }

  @Test func namesZones() throws {
    #expect(try zone("Europe/Berlin").name == "Europe/Berlin")
    #expect(try zone("+1").name == "+01:00")
    #expect(try zone("UTC+3").name == "UTC+03:00")
    #expect(try zone("Z").name == "Z")
    #expect(try zone("UTC").name == "UTC")
    #expect(try zone("EST").name == "-05:00")
    #expect(try zone("PST").name == "America/Los_Angeles")
    #expect(TimeZoneRules(offsetSeconds: -3723)?.name == "-01:02:03")
    #expect(TimeZoneRules(offsetSeconds: 70_000) == nil)
  }

  @Test func dropsZonesOfLocalTimestamps() {
    #expect(withBytes("2024-01-01 00:00:00+05:00") { TimestampText.parseLocal($0) } == 1_704_067_200_000_000)
    #expect(withBytes("2024-01-01 00:00:00+05:00") { TimestampText.parseLocal($0, allowZone: false) } == nil)
    #expect(withBytes("01:00:00") { TimestampText.parseLocal($0) } == nil)
  }

  /// The cursor gives the same offsets as the search, in both directions and over all table boundaries.
  @Test(arguments: [
    "UTC", "+05:30", "America/Los_Angeles", "Africa/Casablanca", "Asia/Kolkata", "Pacific/Apia",
  ])
  func cursorAgrees(name: String) throws {
    let rules = try zone(name)
    var cursor = ZoneCursor(rules)
    var generator = SplitMix(state: 1)
    for round in 0..<20_000 {
      let spread: Int64 = round % 3 == 0 ? 9_000_000_000_000_000_000 : 60_000_000_000_000_000
      let micros = Int64.random(in: -spread...spread, using: &generator)
      let offset = rules.offsetSeconds(utcMicros: micros)
      #expect(cursor.offsetMicros(utcMicros: micros) == Int64(offset) * 1_000_000)
      // Local time and back, unless the local time occurs twice.
      let (days, rest) = rules.local(utcMicros: micros)
      #expect(rules.utcMicros(days: days, microsOfDay: rest, preferring: offset) == micros)
    }
    for micros in [Int64.min, .max, 0] {
      #expect(
        cursor.offsetMicros(utcMicros: micros) == Int64(rules.offsetSeconds(utcMicros: micros)) * 1_000_000)
    }
  }

  @Test func doesCalendarArithmetic() throws {
    let angeles = try zone("America/Los_Angeles")
    let secondHour: Int64 = 1_730_626_200_000_000  // 2024-11-03 01:30 for the second time
    #expect(angeles.truncate(utcMicros: secondHour, to: .hour) == 1_730_624_400_000_000)
    #expect(angeles.truncate(utcMicros: secondHour - 3_600_000_000, to: .hour) == 1_730_620_800_000_000)
    #expect(angeles.truncate(utcMicros: secondHour, to: .day) == 1_730_617_200_000_000)
    #expect(angeles.addMonths(utcMicros: secondHour, months: 1) == 1_733_218_200_000_000)
    #expect(angeles.addMonths(utcMicros: 1_728_034_200_000_000, months: 1) == 1_730_716_200_000_000)
    let evening = try #require(parse("2024-03-09 02:30:00", angeles))
    #expect(angeles.add(utcMicros: evening, dayTimeMicros: Micros.perDay) == 1_710_066_600_000_000)
    #expect(angeles.add(utcMicros: evening, dayTimeMicros: 23 * Micros.perHour) == 1_710_063_000_000_000)
    #expect(angeles.add(utcMicros: evening, dayTimeMicros: 25 * Micros.perHour) == 1_710_070_200_000_000)
    let start = try #require(parse("2024-03-10 00:00:00", angeles))
    let end = try #require(parse("2024-03-11 00:00:00", angeles))
    #expect(end - start == 23 * Micros.perHour)
    #expect(angeles.difference(utcMicros: end, minus: start) == Micros.perDay)

    let paulo = try zone("America/Sao_Paulo")  // Summer time began at midnight.
    let noon = try #require(parse("2018-11-04 12:00:00", paulo))
    #expect(paulo.startOfDay(days: day(2018, 11, 4)) == 1_541_300_400_000_000)
    #expect(paulo.truncate(utcMicros: noon, to: .day) == 1_541_300_400_000_000)
    #expect(paulo.truncate(utcMicros: noon, to: .week) == 1_540_782_000_000_000)
    let toronto = try zone("America/Toronto")  // It began at 23:30.
    #expect(toronto.startOfDay(days: day(1919, 3, 31)) == -1_601_753_400_000_000)
    #expect(toronto.utcMicros(localMicros: local(day(1919, 3, 31))) == -1_601_751_600_000_000)
    let kolkata = try zone("Asia/Kolkata")
    let early = try #require(parse("2024-02-10 02:40:00", kolkata))
    #expect(kolkata.truncate(utcMicros: early, to: .hour) == parse("2024-02-10 02:00:00", kolkata))
    #expect(kolkata.truncate(utcMicros: early, to: .millisecond) == early)
  }

  @Test func reportsGapsAndOverlaps() throws {
    let berlin = try zone("Europe/Berlin")
    let gap = local(day(2024, 3, 31), 2, 30) / 1_000_000
    #expect(berlin.localOffset(localSeconds: gap) == .init(seconds: 3600, gapEndUTCSeconds: 1_711_846_800))
    let overlap = local(day(2024, 10, 27), 2, 30) / 1_000_000
    #expect(berlin.localOffset(localSeconds: overlap) == .init(seconds: 7200, other: 3600))
    #expect(berlin.localOffset(localSeconds: overlap - 3600) == .init(seconds: 7200))
    #expect(berlin.localOffset(localSeconds: overlap + 1800) == .init(seconds: 3600))
  }
}
