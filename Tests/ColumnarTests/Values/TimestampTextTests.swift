import Testing

@testable import Columnar

@Suite struct DateTextTests {
  @Test(arguments: [
    ("2024", "2024-01-01"), ("2024-2", "2024-02-01"), ("2024-2-9", "2024-02-09"),
    (" 2024-02-09 ", "2024-02-09"),
    ("2024-02-09T", "2024-02-09"), ("2024-02-09 anything", "2024-02-09"), ("+2024-02-09", "2024-02-09"),
    ("-2024-02-09", "-2024-02-09"), ("12345-02-09", "+12345-02-09"), ("0000-01-01", "0000-01-01"),
    ("5881580-07-11", "+5881580-07-11"), ("-5877641-06-23", "-5877641-06-23"), ("9999-12-31", "9999-12-31"),
    ("2024-02-29", "2024-02-29"), ("-0001-12-31", "-0001-12-31"),
  ])
  func parsesAndFormats(text: String, expected: String) throws {
    let days = try #require(withBytes(text) { DateText.parse($0) })
    #expect(written { DateText.format(days: days, into: &$0) } == expected)
  }

  @Test(arguments: [
    "", " ", "2024-02T", "202-02-09", "12345678-02-09", "2024-002-09", "2024-02-009", "2024-02-30", "2024-",
    "2024-02-", "-",
    "2024-02-09-", "2024/02/09", "99999999999-02-09", "2024-02-09x", "-5877641-06-22", "5881580-07-12",
    "2023-02-29",
    "2024-13-01", "2024-00-01", "2024-01-00", "--2024", "T",
  ])
  func refuses(text: String) {
    #expect(withBytes(text) { DateText.parse($0) } == nil)
  }
}

@Suite struct TimestampTextTests {
  @Test(
    arguments: [
      ("2024", "2024-01-01 00:00:00", nil), ("2024-2", "2024-02-01 00:00:00", nil),
      ("2024-2-9 ", "2024-02-09 00:00:00", nil),
      ("2024-2-9 1", "2024-02-09 01:00:00", nil), ("2024-2-9 1:2", "2024-02-09 01:02:00", nil),
      ("2024-02-09T01:02:03", "2024-02-09 01:02:03", nil), ("2024-2-9 1:2:3.", "2024-02-09 01:02:03", nil),
      ("2024-2-9 1:2:3.1", "2024-02-09 01:02:03.1", nil),
      ("2024-2-9 1:2:3.123456789", "2024-02-09 01:02:03.123456", nil),
      ("2024-2-9 1:2:3.000001", "2024-02-09 01:02:03.000001", nil),
      ("2024-2-9 1:2:3.1200", "2024-02-09 01:02:03.12", nil),
      ("2024-2-9 1:2:3.5Z", "2024-02-09 01:02:03.5", "Z"),
      ("2024-2-9 1:2:3 UTC+3", "2024-02-09 01:02:03", "UTC+3"),
      ("2024-2-9 1:2:3Europe/Berlin", "2024-02-09 01:02:03", "Europe/Berlin"),
      ("12345-2-9 1:2:3", "+12345-02-09 01:02:03", nil), ("-0001-2-9 1:2:3", "-0001-02-09 01:02:03", nil),
      ("1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", nil),
      ("294247-01-10 04:00:54.775807", "+294247-01-10 04:00:54.775807", nil),
      ("-290308-12-21 19:59:05.224192", "-290308-12-21 19:59:05.224192", nil),
    ] as [(String, String, String?)])
  func parsesAndFormats(text: String, expected: String, zone: String?) throws {
    try Array(text.utf8).withUnsafeBytes { bytes in
      let fields = try #require(TimestampText.parseFields(bytes))
      let micros = try #require(fields.localMicros)
      #expect(written { TimestampText.format(localMicros: micros, into: &$0) } == expected)
      #expect(fields.zone.map { String(decoding: $0, as: UTF8.self) } == zone)
      #expect(!fields.isTimeOnly)
    }
  }

  @Test(arguments: ["T1:2:3", "1:2:3", "01:02:03.000", " 1:2:3 "])
  func parsesTimesAlone(text: String) {
    withBytes(text) {
      let fields = TimestampText.parseFields($0)
      #expect(fields?.isTimeOnly == true)
      #expect(fields?.microsOfDay == 3_723_000_000)
    }
  }

  @Test(arguments: [
    "", " ", "2024-2-9T", "2024-2-9 24:00:00", "2024-2-9 23:59:60", "2024-2-9 1:2+01:00", "2024-2-9Z",
    "1234567-2-9 1:2:3",
    "2024-2-9  1:2:3", "2024-2-9 100:2:3", "202", "2024-", "2024-2-", "2024-2-30 1:2:3", "2024-2-9 1:",
    "2024-2-9 1:2:", "-",
    "-1:2:3", "+1:2:3", "123:2:3", "T", "T1:2:", " T1:2:3", "2024-2 1:2:3", "2024-2-9 1:60:0", "2024x", "x",
  ])
  func refuses(text: String) {
    #expect(withBytes(text) { TimestampText.parseFields($0) == nil })
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(withBytes("294247-01-10 04:00:54.775808") { TimestampText.parseFields($0)?.localMicros } == nil)
    #expect(withBytes("-290308-12-21 19:59:05.224191") { TimestampText.parseFields($0)?.localMicros } == nil)
  }
}

@Suite struct ZoneTextTests {
  @Test(
    arguments: [
      ("Z", 0), ("UTC", 0), ("GMT", 0), ("UT", 0), ("+1", 3600), ("+01", 3600), ("+01:00", 3600),
      ("+1:00", 3600), ("+01:0", 3600),
      ("+1:0", 3600), ("+0100", 3600), ("+01:02:03", 3723), ("+010203", 3723), ("-00:00", 0),
      ("+18:00", 64800), ("UTC+3", 10800),
      ("GMT-03:30", -12600), ("UT+1", 3600), ("UTC+1:3", 3780), ("+5:30:15", 19815), ("UTC+05:30:15", 19815),
      ("UTC+0530", 19800),
      ("+18:01", nil), ("+19:00", nil), ("+", nil), ("+123", nil), ("+12:3:4", nil), ("+01:60", nil),
      ("z", nil), ("utc", nil),
      ("UTC Z", nil), ("GMT0", nil), ("GMT+5:", nil), ("+1:", nil), ("UTC+053", nil), ("Etc/GMT+5", nil),
      ("+12:345", nil),
      ("+1:2:3", nil), ("", nil), ("+01:0203", nil), ("+0102:03", nil), ("UTCX", nil), ("ZZ", nil),
      ("+01:02:3", nil), ("01:00", nil),
      ("+123456789012345678901234567890", nil),
    ] as [(String, Int32?)])
  func readsOffsets(text: String, expected: Int32?) {
    #expect(withBytes(text) { ZoneText.offsetSeconds($0) } == expected)
  }

  @Test func knowsShortNames() {
    #expect(withBytes("PST") { ZoneText.shortName($0)?.description } == "America/Los_Angeles")
    #expect(withBytes("pst") { ZoneText.shortName($0)?.description } == nil)
  }
}
