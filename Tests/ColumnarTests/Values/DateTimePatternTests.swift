import Testing

@testable import Columnar

@Suite struct DateTimePatternTests {
  /// Zone, timestamp, pattern and what Spark 4.3 makes of it; nil where it refuses the pattern.
  static let formatted: [(String, String, String, String?)] = [
    ("UTC", "2024-02-09 13:04:05.123456", "yyyy-MM-dd HH:mm:ss.SSSSSS", "2024-02-09 13:04:05.123456"),
    ("UTC", "2024-02-09 13:04:05.123456", "y", "2024"),
    ("UTC", "2024-02-09 13:04:05.123456", "yy", "24"),
    ("UTC", "2024-02-09 13:04:05.123456", "yyy", "2024"),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyyy", "02024"),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyyyy", "002024"),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyyyyy", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "M", "2"),
    ("UTC", "2024-02-09 13:04:05.123456", "MM", "02"),
    ("UTC", "2024-02-09 13:04:05.123456", "MMM", "Feb"),
    ("UTC", "2024-02-09 13:04:05.123456", "MMMM", "February"),
    ("UTC", "2024-02-09 13:04:05.123456", "MMMMM", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "L", "2"),
    ("UTC", "2024-02-09 13:04:05.123456", "LL", "02"),
    ("UTC", "2024-02-09 13:04:05.123456", "LLL", "Feb"),
    ("UTC", "2024-02-09 13:04:05.123456", "LLLL", "February"),
    ("UTC", "2024-02-09 13:04:05.123456", "d", "9"),
    ("UTC", "2024-02-09 13:04:05.123456", "dd", "09"),
    ("UTC", "2024-02-09 13:04:05.123456", "ddd", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "D", "40"),
    ("UTC", "2024-02-09 13:04:05.123456", "DD", "40"),
    ("UTC", "2024-02-09 13:04:05.123456", "DDD", "040"),
    ("UTC", "2024-02-09 13:04:05.123456", "DDDD", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "E", "Fri"),
    ("UTC", "2024-02-09 13:04:05.123456", "EE", "Fri"),
    ("UTC", "2024-02-09 13:04:05.123456", "EEE", "Fri"),
    ("UTC", "2024-02-09 13:04:05.123456", "EEEE", "Friday"),
    ("UTC", "2024-02-09 13:04:05.123456", "EEEEE", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "a", "PM"),
    ("UTC", "2024-02-09 13:04:05.123456", "aa", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "h", "1"),
    ("UTC", "2024-02-09 13:04:05.123456", "hh", "01"),
    ("UTC", "2024-02-09 13:04:05.123456", "hhh", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "K", "1"),
    ("UTC", "2024-02-09 13:04:05.123456", "KK", "01"),
    ("UTC", "2024-02-09 13:04:05.123456", "k", "13"),
    ("UTC", "2024-02-09 13:04:05.123456", "kk", "13"),
    ("UTC", "2024-02-09 13:04:05.123456", "H", "13"),
    ("UTC", "2024-02-09 13:04:05.123456", "m", "4"),
    ("UTC", "2024-02-09 13:04:05.123456", "s", "5"),
    ("UTC", "2024-02-09 13:04:05.123456", "S", "1"),
    ("UTC", "2024-02-09 13:04:05.123456", "SSS", "123"),
    ("UTC", "2024-02-09 13:04:05.123456", "SSSSSSSSS", "123456000"),
    ("UTC", "2024-02-09 13:04:05.123456", "SSSSSSSSSS", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "Q", "1"),
    ("UTC", "2024-02-09 13:04:05.123456", "QQ", "01"),
    ("UTC", "2024-02-09 13:04:05.123456", "QQQ", "Q1"),
    ("UTC", "2024-02-09 13:04:05.123456", "QQQQ", "1st quarter"),
    ("UTC", "2024-02-09 13:04:05.123456", "q", "1"),
    ("UTC", "2024-02-09 13:04:05.123456", "qq", "01"),
    ("UTC", "2024-02-09 13:04:05.123456", "qqq", "Q1"),
    ("UTC", "2024-02-09 13:04:05.123456", "qqqq", "1st quarter"),
    ("UTC", "2024-02-09 13:04:05.123456", "F", "2"),
    ("UTC", "2024-02-09 13:04:05.123456", "FF", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "G", "AD"),
    ("UTC", "2024-02-09 13:04:05.123456", "GGGG", "Anno Domini"),
    ("UTC", "2024-02-09 13:04:05.123456", "y G", "2024 AD"),
    ("UTC", "2024-02-09 13:04:05.123456", "u", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "Y", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "w", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "W", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "e", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "c", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "A", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "B", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "n", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "N", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "p", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "z", "UTC"),
    ("UTC", "2024-02-09 13:04:05.123456", "zzzz", "Coordinated Universal Time"),
    ("UTC", "2024-02-09 13:04:05.123456", "zz", "UTC"),
    ("UTC", "2024-02-09 13:04:05.123456", "V", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "VV", "UTC"),
    ("UTC", "2024-02-09 13:04:05.123456", "VVV", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "O", "GMT"),
    ("UTC", "2024-02-09 13:04:05.123456", "OO", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "OOOO", "GMT"),
    ("UTC", "2024-02-09 13:04:05.123456", "X", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "XX", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "XXX", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "XXXX", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "XXXXX", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "XXXXXX", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "x", "+00"),
    ("UTC", "2024-02-09 13:04:05.123456", "xx", "+0000"),
    ("UTC", "2024-02-09 13:04:05.123456", "xxx", "+00:00"),
    ("UTC", "2024-02-09 13:04:05.123456", "xxxx", "+0000"),
    ("UTC", "2024-02-09 13:04:05.123456", "xxxxx", "+00:00"),
    ("UTC", "2024-02-09 13:04:05.123456", "Z", "+0000"),
    ("UTC", "2024-02-09 13:04:05.123456", "ZZ", "+0000"),
    ("UTC", "2024-02-09 13:04:05.123456", "ZZZ", "+0000"),
    ("UTC", "2024-02-09 13:04:05.123456", "ZZZZ", "GMT"),
    ("UTC", "2024-02-09 13:04:05.123456", "ZZZZZ", "Z"),
    ("UTC", "2024-02-09 13:04:05.123456", "''", "'"),
    ("UTC", "2024-02-09 13:04:05.123456", "'T'", "T"),
    ("UTC", "2024-02-09 13:04:05.123456", "'it''s'", "it's"),
    ("UTC", "2024-02-09 13:04:05.123456", "'abc", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "[yyyy]", "2024"),
    ("UTC", "2024-02-09 13:04:05.123456", "[yyyy", "2024"),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyy]", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "[[yyyy]]", "2024"),
    ("UTC", "2024-02-09 13:04:05.123456", "{", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "#", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "b", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "j", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyy年", "2024年"),
    ("UTC", "2024-02-09 13:04:05.123456", "", ""),
    ("UTC", "2024-02-09 13:04:05.123456", "yyyy''MM", "2024'02"),
    ("UTC", "2024-02-09 13:04:05.123456", "C", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "i", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "t", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "r", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "R", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "l", nil),
    ("UTC", "2024-02-09 13:04:05.123456", "f", nil),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "z", "PST"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "zzzz", "Pacific Standard Time"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "VV", "America/Los_Angeles"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "O", "GMT-8"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "OOOO", "GMT-08:00"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "X", "-08"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "XX", "-0800"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "XXX", "-08:00"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "XXXX", "-0800"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "XXXXX", "-08:00"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "x", "-08"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "xxx", "-08:00"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "Z", "-0800"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "ZZZZ", "GMT-08:00"),
    ("America/Los_Angeles", "2024-02-09 13:04:05.123456", "ZZZZZ", "-08:00"),
    (
      "America/Los_Angeles", "2024-07-09 00:00:00", "z zzzz VV O",
      "PDT Pacific Daylight Time America/Los_Angeles GMT-7"
    ),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "z", "IST"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "zzzz", "India Standard Time"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "VV", "Asia/Kolkata"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "O", "GMT+5:30"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "OOOO", "GMT+05:30"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "X", "+0530"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "XX", "+0530"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "XXX", "+05:30"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "x", "+0530"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "Z", "+0530"),
    ("Asia/Kolkata", "2024-02-09 13:04:05.123456", "ZZZZ", "GMT+05:30"),
    (
      "Europe/Berlin", "1800-07-09 00:00:00", "z zzzz VV O OOOO X XX XXX XXXX XXXXX Z",
      "CET Central European Standard Time Europe/Berlin GMT+0:53:28 GMT+00:53:28 +0053 +0053 +00:53 +005328 +00:53:28 +0053"
    ),
    ("Europe/Berlin", "2024-07-09 00:00:00", "z zzzz", "CEST Central European Summer Time"),
    ("Europe/Berlin", "2024-01-09 00:00:00", "z zzzz", "CET Central European Standard Time"),
    (
      "+01:30", "2024-07-09 00:00:00", "z zzzz VV O OOOO X Z",
      "+01:30 +01:30 +01:30 GMT+1:30 GMT+01:30 +0130 +0130"
    ),
    ("UTC", "-0005-03-04 00:00:00", "yyyy", "-0005"),
    ("UTC", "-0005-03-04 00:00:00", "y", "-5"),
    ("UTC", "-0005-03-04 00:00:00", "yy", "05"),
    ("UTC", "-0005-03-04 00:00:00", "yyy", "-005"),
    ("UTC", "-0005-03-04 00:00:00", "yyyyyy", "-000005"),
    ("UTC", "-0005-03-04 00:00:00", "y G", "6 BC"),
    ("UTC", "-0005-03-04 00:00:00", "yyyy GGGG", "0006 Before Christ"),
    ("UTC", "-0005-03-04 00:00:00", "uuuu", nil),
    ("UTC", "0000-03-04 00:30:00", "yyyy", "0000"),
    ("UTC", "0000-03-04 00:30:00", "y", "0"),
    ("UTC", "0000-03-04 00:30:00", "yy", "00"),
    ("UTC", "0000-03-04 00:30:00", "yyy", "000"),
    ("UTC", "0000-03-04 00:30:00", "yyyyyy", "000000"),
    ("UTC", "0000-03-04 00:30:00", "y G", "1 BC"),
    ("UTC", "0000-03-04 00:30:00", "yyyy GGGG", "0001 Before Christ"),
    ("UTC", "0000-03-04 00:30:00", "uuuu", nil),
    ("UTC", "12345-12-31 12:00:00", "yyyy", "+12345"),
    ("UTC", "12345-12-31 12:00:00", "y", "12345"),
    ("UTC", "12345-12-31 12:00:00", "yy", "45"),
    ("UTC", "12345-12-31 12:00:00", "yyy", "12345"),
    ("UTC", "12345-12-31 12:00:00", "yyyyyy", "012345"),
    ("UTC", "12345-12-31 12:00:00", "y G", "12345 AD"),
    ("UTC", "12345-12-31 12:00:00", "yyyy GGGG", "+12345 Anno Domini"),
    ("UTC", "12345-12-31 12:00:00", "uuuu", nil),
    ("UTC", "0099-10-01 23:59:59", "yyyy", "0099"),
    ("UTC", "0099-10-01 23:59:59", "y", "99"),
    ("UTC", "0099-10-01 23:59:59", "yy", "99"),
    ("UTC", "0099-10-01 23:59:59", "yyy", "099"),
    ("UTC", "0099-10-01 23:59:59", "yyyyyy", "000099"),
    ("UTC", "0099-10-01 23:59:59", "y G", "99 AD"),
    ("UTC", "0099-10-01 23:59:59", "yyyy GGGG", "0099 Anno Domini"),
    ("UTC", "0099-10-01 23:59:59", "uuuu", nil),
    (
      "UTC", "2024-01-01 00:00:00", "h K k H a D F E EEEE MMM MMMM q qqq qqqq",
      "12 0 24 0 AM 1 1 Mon Monday Jan January 1 Q1 1st quarter"
    ),
    (
      "UTC", "2024-12-31 12:30:00", "h K k H a D F E EEEE MMM MMMM q qqq qqqq",
      "12 0 12 12 PM 366 3 Tue Tuesday Dec December 4 Q4 4th quarter"
    ),
  ]

  @Test(arguments: formatted)
  func formatsAsSpark(zone: String, timestamp: String, pattern: String, expected: String?) throws {
    let rules = try #require(TimeZoneRules.named(zone))
    let micros = try #require(withBytes(timestamp) { TimestampText.parse($0, zone: rules, nowMicros: 0) })
    guard let compiled = try? DateTimePattern(pattern, for: .formatting) else {
      #expect(expected == nil)
      return
    }
    #expect(written { compiled.format(utcMicros: micros, zone: rules, into: &$0) } == expected)
  }

  /// Text, pattern and the UTC timestamp that Spark 4.3 reads; nil where it refuses one or the other.
  static let parsed: [(String, String, String?)] = [
    ("2024-02-09", "yyyy-MM-dd", "2024-02-09 00:00:00"),
    ("24-2-9", "yy-M-d", "2024-02-09 00:00:00"),
    ("2024-2-9", "yyyy-MM-dd", nil),
    ("20240209", "yyyyMMdd", "2024-02-09 00:00:00"),
    ("20240209130405", "yyyyMMddHHmmss", "2024-02-09 13:04:05"),
    ("20240209130405123", "yyyyMMddHHmmssSSS", nil),
    ("202402091", "yyyyMMdd", nil),
    ("12024-02-09", "yyyy-MM-dd", nil),
    ("+12024-02-09", "yyyy-MM-dd", "+12024-02-09 00:00:00"),
    ("-0001-02-09", "yyyy-MM-dd", "-0001-02-09 00:00:00"),
    ("+2024-02-09", "yyyy-MM-dd", nil),
    ("2024-02-30", "yyyy-MM-dd", nil),
    ("2024-13-01", "yyyy-MM-dd", nil),
    ("13:04", "HH:mm", "1970-01-01 13:04:00"),
    ("1:04 PM", "h:mm a", "1970-01-01 13:04:00"),
    ("1:04 pm", "h:mm a", "1970-01-01 13:04:00"),
    ("12:04 am", "h:mm a", "1970-01-01 00:04:00"),
    ("13:04 PM", "h:mm a", nil),
    ("24:00", "HH:mm", nil),
    ("24:00", "kk:mm", "1970-01-01 00:00:00"),
    ("0:00", "kk:mm", nil),
    ("PM", "a", "1970-01-01 12:00:00"),
    ("11", "K", "1970-01-01 11:00:00"),
    ("11 PM", "K a", "1970-01-01 23:00:00"),
    ("5", "h", "1970-01-01 05:00:00"),
    ("2024-02-09 13", "yyyy-MM-dd HH", "2024-02-09 13:00:00"),
    ("2024", "yyyy", "2024-01-01 00:00:00"),
    ("02", "MM", "1970-02-01 00:00:00"),
    ("31", "dd", "1970-01-31 00:00:00"),
    ("30 2", "dd M", nil),
    ("2024-060", "yyyy-DDD", "2024-02-29 00:00:00"),
    ("366", "DDD", nil),
    ("2023-366", "yyyy-DDD", nil),
    ("2024-060 03", "yyyy-DDD MM", nil),
    ("2024-02-29 060", "yyyy-MM-dd DDD", "2024-02-29 00:00:00"),
    ("2024-02-29 061", "yyyy-MM-dd DDD", nil),
    ("09 Feb 2024", "dd MMM yyyy", "2024-02-09 00:00:00"),
    ("09 feb 2024", "dd MMM yyyy", "2024-02-09 00:00:00"),
    ("09 FEBRUARY 2024", "dd MMMM yyyy", "2024-02-09 00:00:00"),
    ("09 February 2024", "dd MMM yyyy", nil),
    ("9 May 2024", "d MMMM yyyy", "2024-05-09 00:00:00"),
    ("9 Sept 2024", "d MMM yyyy", nil),
    ("2024-02-09T13:04:05Z", "yyyy-MM-dd'T'HH:mm:ssX", "2024-02-09 13:04:05"),
    ("2024-02-09T13:04:05+01", "yyyy-MM-dd'T'HH:mm:ssX", "2024-02-09 12:04:05"),
    ("2024-02-09T13:04:05+0130", "yyyy-MM-dd'T'HH:mm:ssX", "2024-02-09 11:34:05"),
    ("2024-02-09T13:04:05+01:30", "yyyy-MM-dd'T'HH:mm:ssX", nil),
    ("2024-02-09T13:04:05+01:30", "yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-09 11:34:05"),
    ("2024-02-09T13:04:05z", "yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-09 13:04:05"),
    ("2024-02-09t13:04:05z", "yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-09 13:04:05"),
    ("2024-02-09T13:04:05+01:30:15", "yyyy-MM-dd'T'HH:mm:ssXXXXX", "2024-02-09 11:33:50"),
    ("2024-02-09T13:04:05+013015", "yyyy-MM-dd'T'HH:mm:ssXXXX", "2024-02-09 11:33:50"),
    ("2024-02-09T13:04:05+0000", "yyyy-MM-dd'T'HH:mm:ssx", nil),
    ("2024-02-09T13:04:05Z", "yyyy-MM-dd'T'HH:mm:ssx", nil),
    ("2024-02-09T13:04:05+0100", "yyyy-MM-dd'T'HH:mm:ssZ", "2024-02-09 12:04:05"),
    ("2024-02-09T13:04:05+19:00", "yyyy-MM-dd'T'HH:mm:ssXXX", nil),
    ("2024-02-09 GMT+1", "yyyy-MM-dd O", "2024-02-08 23:00:00"),
    ("2024-02-09 GMT", "yyyy-MM-dd O", "2024-02-09 00:00:00"),
    ("2024-02-09 GMT+01:00", "yyyy-MM-dd OOOO", "2024-02-08 23:00:00"),
    ("2024-02-09 gmt+10:30", "yyyy-MM-dd O", "2024-02-08 13:30:00"),
    ("2024-02-09 GMT-01:00", "yyyy-MM-dd ZZZZ", "2024-02-09 01:00:00"),
    ("2024-02-09 Europe/Berlin", "yyyy-MM-dd VV", "2024-02-08 23:00:00"),
    ("2024-02-09 europe/berlin", "yyyy-MM-dd VV", "2024-02-08 23:00:00"),
    ("2024-02-09 UTC+1", "yyyy-MM-dd VV", nil),
    ("2024-02-09 +01:00", "yyyy-MM-dd VV", "2024-02-08 23:00:00"),
    ("2024-02-09 Z", "yyyy-MM-dd VV", "2024-02-09 00:00:00"),
    ("2024-02-09 PST", "yyyy-MM-dd z", "2024-02-09 08:00:00"),
    ("2024-07-09 PST", "yyyy-MM-dd z", "2024-07-09 07:00:00"),
    ("2024-02-09 Pacific Standard Time", "yyyy-MM-dd zzzz", "2024-02-09 08:00:00"),
    ("2024-02-09 CET", "yyyy-MM-dd z", "2024-02-08 23:00:00"),
    ("2024-02-09 UTC", "yyyy-MM-dd z", "2024-02-09 00:00:00"),
    ("2024-02-09 GMT", "yyyy-MM-dd z", "2024-02-09 00:00:00"),
    ("2024-02-09 EST", "yyyy-MM-dd z", "2024-02-09 05:00:00"),
    ("2024-02-09 CEST", "yyyy-MM-dd z", "2024-02-08 23:00:00"),
    ("2024-02-09 1.5", "yyyy-MM-dd s.S", "2024-02-09 00:00:01.5"),
    ("2024-02-09 1.5", "yyyy-MM-dd s.SSS", "2024-02-09 00:00:01.5"),
    ("2024-02-09 1.1234567", "yyyy-MM-dd s.SSSSSS", nil),
    ("2024-02-09 1.123456789", "yyyy-MM-dd s.SSSSSSSSS", "2024-02-09 00:00:01.123456"),
    ("2024-02-09 1.", "yyyy-MM-dd s.SSS", nil),
    ("2024-02-09 1", "yyyy-MM-dd s[.SSS]", "2024-02-09 00:00:01"),
    ("2024-02-09 1.12", "yyyy-MM-dd s[.SSS]", "2024-02-09 00:00:01.12"),
    ("2024-02-09", "yyyy-MM-dd[ HH:mm]", "2024-02-09 00:00:00"),
    ("2024-02-09 13:", "yyyy-MM-dd[ HH:mm]", nil),
    ("2024-02-09 13:04", "yyyy-MM-dd[ HH[:mm]]", "2024-02-09 13:04:00"),
    ("2024-02-09 13", "yyyy-MM-dd[ HH[:mm]]", "2024-02-09 13:00:00"),
    ("2024 2024", "yyyy yyyy", "2024-01-01 00:00:00"),
    ("2024 2023", "yyyy yyyy", nil),
    ("2024-02-09 ", "yyyy-MM-dd", nil),
    (" 2024-02-09", "yyyy-MM-dd", nil),
    ("2024-02-09x", "yyyy-MM-dd", nil),
    ("5 BC", "y G", "-0004-01-01 00:00:00"),
    ("5 AD", "y G", "0005-01-01 00:00:00"),
    ("5 ad", "y G", "0005-01-01 00:00:00"),
    ("5 Anno Domini", "y GGGG", "0005-01-01 00:00:00"),
    ("0 AD", "y G", nil),
    ("2024 2", "yyyy d", "2024-01-02 00:00:00"),
    ("it's 2024", "'it''s' yyyy", "2024-01-01 00:00:00"),
    ("2024", "yyyy''", nil),
    ("2024'", "yyyy''", "2024-01-01 00:00:00"),
    ("130", "Hmm", "1970-01-01 01:30:00"),
    ("1304", "Hmm", "1970-01-01 13:04:00"),
    ("130405", "HHmmss", "1970-01-01 13:04:05"),
    ("1304059", "HHmmssS", "1970-01-01 13:04:05.9"),
    ("-5", "d", nil),
    ("+5", "d", nil),
    ("005", "d", "1970-01-05 00:00:00"),
    ("00000000000000000005", "d", nil),
    ("5", "dd", nil),
    ("2024-1", "yyyy-D", "2024-01-01 00:00:00"),
    ("99", "yy", "2099-01-01 00:00:00"),
    ("00", "yy", "2000-01-01 00:00:00"),
    ("123", "yy", nil),
    ("123", "yyy", "0123-01-01 00:00:00"),
    ("1234", "yyy", "1234-01-01 00:00:00"),
    ("12345", "y", "+12345-01-01 00:00:00"),
    ("-1", "y", "-0001-01-01 00:00:00"),
    ("60", "ss", nil),
    ("10:60", "HH:mm", nil),
    ("13:05", "HH:ss", "1970-01-01 13:00:05"),
    ("123", "SSS", "1970-01-01 00:00:00.123"),
    ("2024-01", "yyyy-[MM]", "2024-01-01 00:00:00"),
    ("2024-", "yyyy-[MM]", "2024-01-01 00:00:00"),
    ("５", "d", nil),
    ("2024-02-09 13:04:05.123", "yyyy-MM-dd HH:mm:ss.SSS", "2024-02-09 13:04:05.123"),
    ("1999999999-01-01", "y-MM-dd", nil),
    ("4 1", "k K", nil),
    ("0 AM", "h a", nil),
    ("2024年02", "yyyy年MM", "2024-02-01 00:00:00"),
    ("2024", "E", nil),
    ("2024", "EEE yyyy", nil),
    ("2024", "Q", nil),
    ("2024", "q", nil),
    ("2024", "F", nil),
    ("2024", "yyyy-MM-dd Y", nil),
    ("2024", "u", nil),
    ("2024", "A", nil),
    ("2024", "aa", nil),
    ("2024", "MMMMM", nil),
    ("2024", "yyyyyyy", nil),
    ("2024", "[", nil),
    ("2024", "b", nil),
    ("2024", "'", nil),
  ]

  @Test(arguments: parsed)
  func parsesAsSpark(text: String, pattern: String, expected: String?) throws {
    let compiled = try? DateTimePattern(pattern, for: .parsing)
    let micros = withBytes(text) { compiled?.parseTimestamp($0, zone: .utc) }
    let result = micros.map { micros in written { TimestampText.format(localMicros: micros, into: &$0) } }
    #expect(result == expected)
  }

  @Test func namesWhatIsWrong() {
    func error(_ pattern: String, _ purpose: DateTimePattern.Purpose) -> DateTimePatternError? {
      do throws(DateTimePatternError) {
        _ = try DateTimePattern(pattern, for: purpose)
        return nil
      } catch {
        return error
      }
    }
    #expect(error("yyyy-'W'ww", .formatting) == .weekBased("w"))
    #expect(error("yyyy 'B' B", .formatting) == .illegalLetter("B"))
    #expect(error("EEE", .parsing) == .illegalLetter("E"))
    #expect(error("EEE", .formatting) == nil)
    #expect(error("ddd", .formatting) == .wrongLength("d", 3))
    #expect(error("'T", .parsing) == .unbalanced("'"))
    #expect(error("'''", .parsing) == .unbalanced("'"))
    #expect(error("yyyy]", .parsing) == .unbalanced("]"))
    #expect(error(String(repeating: "[", count: 17), .parsing) == .unbalanced("["))
    #expect(error("{", .parsing) == .illegalLetter("{"))
  }

  @Test func formatsDatesAndLocalTimestamps() throws {
    let pattern = try DateTimePattern("EEE d MMM yyyy HH:mm:ss.SSS XXX z", for: .formatting)
    #expect(
      written { pattern.format(days: day(2024, 2, 9), into: &$0) } == "Fri 9 Feb 2024 00:00:00.000 Z UTC")
    let micros = local(day(-1, 2, 9), 1, 2, 3, micro: 4567)
    #expect(
      written { pattern.format(localMicros: micros, into: &$0) } == "Tue 9 Feb -0001 01:02:03.004 Z UTC")
    for micros in [Int64.min, .max] {
      #expect(written { pattern.format(localMicros: micros, into: &$0) } != "")
    }
    #expect(written { pattern.format(days: .min, into: &$0) } != "")
    let quotes = try DateTimePattern("'''' yy '' '''x'", for: .formatting)
    #expect(written { quotes.format(days: 0, into: &$0) } == "' 70 ' 'x")
  }

  @Test func readsLocalTimestampsAndDates() throws {
    let pattern = try DateTimePattern("yyyy-MM-dd[ HH:mm[:ss]][ XXX]", for: .parsing)
    #expect(withBytes("2024-02-09 23:30 +05:00") { pattern.parseLocal($0) } == local(day(2024, 2, 9), 23, 30))
    #expect(withBytes("2024-02-09 23:30 +05:00") { pattern.parseLocal($0, allowZone: false) } == nil)
    #expect(
      withBytes("2024-02-09 23:30") { pattern.parseLocal($0, allowZone: false) }
        == local(day(2024, 2, 9), 23, 30))
    #expect(withBytes("2024-02-09 23:30 +05:00") { pattern.parseDate($0) } == day(2024, 2, 9))
    #expect(withBytes("2024-02-09 23:30:70") { pattern.parseDate($0) } == nil)
    let berlin = try #require(TimeZoneRules.named("Europe/Berlin"))
    #expect(
      withBytes("2024-03-31 02:30") { pattern.parseTimestamp($0, zone: berlin) } == 1_711_848_600_000_000)
    #expect(withBytes("") { pattern.parseDate($0) } == nil)
  }

  /// Numbers directly behind each other: Java gives the first what the others leave.
  @Test func sharesAdjacentDigits() throws {
    let compact = try DateTimePattern("yyyyMMdd", for: .parsing)
    #expect(withBytes("+120240209") { compact.parseDate($0) } == day(12024, 2, 9))
    #expect(withBytes("2024029") { compact.parseDate($0) } == nil)
    let loose = try DateTimePattern("yMd", for: .parsing)
    #expect(withBytes("2024029") { loose.parseDate($0) } == nil)
  }

  /// Neither random patterns nor random texts trap.
  @Test func survivesNoise() throws {
    var generator = SplitMix(state: 12)
    func noise(_ alphabet: String, _ length: Int) -> String {
      let letters = Array(alphabet)
      return String(
        (0..<Int.random(in: 0...length, using: &generator)).map { _ in
          letters[Int.random(in: 0..<letters.count, using: &generator)]
        })
    }
    for _ in 0..<4000 {
      let pattern = noise("GyMLdDQqEFahKkHmsSVzOXxZ'[] :-/09TuwB", 12)
      let text = noise("0123456789-+:. TZGMTutcPMam/Europe Feb'", 24)
      let micros = Int64(bitPattern: generator.next())
      if let compiled = try? DateTimePattern(pattern, for: .formatting) {
        let made = written { compiled.format(utcMicros: micros, zone: .utc, into: &$0) }
        if let back = try? DateTimePattern(pattern, for: .parsing) {
          _ = withBytes(made) { back.parseTimestamp($0, zone: .utc) }
          _ = withBytes(text) { back.parseTimestamp($0, zone: .utc) }
        }
      }
      withBytes(text) {
        _ = TimestampText.parse($0, zone: .utc, nowMicros: 0)
        _ = DateText.parse($0)
        _ = IntervalText.parseUnits($0)
        _ = IntervalText.parseDuration($0)
        _ = IntervalText.parseDayTime($0, from: .day, to: .second)
        _ = DoubleText.parse($0)
        _ = DecimalText.parse($0, as: DecimalShape(precision: 10, scale: 2))
      }
    }
  }

  @Test func isoIsThePatternThatItStandsFor() throws {
    for (digits, hasOffset, pattern) in [
      (3, true, "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"), (6, true, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"),
      (3, false, "yyyy-MM-dd'T'HH:mm:ss.SSS"), (6, false, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"),
    ] {
      let compiled = try DateTimePattern(pattern, for: .formatting)
      let constant = DateTimePattern.iso8601(fractionDigits: digits, hasOffset: hasOffset)
      #expect(String(describing: constant.program) == String(describing: compiled.program))
    }
  }
}
