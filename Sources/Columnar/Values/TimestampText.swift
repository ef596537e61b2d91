/// Timestamps from and to text, as Spark casts them, without time zone rules.
public enum TimestampText {
  /// A timestamp as written: date, time of day and the text of its zone.
  public struct Fields {
    /// Days since 1970-01-01; 0 when ``isTimeOnly``.
    public var days: Int32
    public var microsOfDay: Int64
    /// What stands behind the seconds, trimmed and not yet understood; nil when there is none.
    public var zone: UnsafeRawBufferPointer?
    /// Only a time was written; the date is today's in the zone.
    public var isTimeOnly: Bool

    /// Local micros, or nil when they do not fit.
    @inlinable public var localMicros: Int64? { CivilTime.micros(days: days, microsOfDay: microsOfDay) }
  }

  /// An `Int64` of microseconds reaches to about ±290 000 years.
  private static let yearDigitsMax = 6

  /// Takes `text` apart, or nil when it is no timestamp.
  ///
  /// Takes, between ignored whitespace and control characters, `[±]yyyy*[-[m]m[-[d]d]]`, a full date with ` ` or
  /// `T` and `[h]h[:[m]m[:[s]s[.f*][zone]]]`, and such a time alone, also behind `T`. Of the fraction six digits count.
  public static func parseFields(_ untrimmed: UnsafeRawBufferPointer) -> Fields? {
    let text = AsciiText.trimmed(untrimmed)
    guard text.count > 0 else { return nil }
    var reader = Reader(text: text)
    var year = 1970
    var month = 1
    var day = 1
    var isTimeOnly = false
    var hour = 0

    let negative = text[0] == UInt8(ascii: "-")
    let isSigned = negative || text[0] == UInt8(ascii: "+")
    if isSigned { reader.index = 1 }
    if text[0] == UInt8(ascii: "T"), text.baseAddress == untrimmed.baseAddress {
      isTimeOnly = true
      reader.index = 1
      guard let value = reader.number(1...2) else { return nil }
      hour = value
    } else {
      guard let first = reader.number(1...yearDigitsMax) else { return nil }
      let digits = reader.digits
      if reader.next == UInt8(ascii: ":"), !isSigned {
        guard digits <= 2 else { return nil }
        isTimeOnly = true
        hour = first
      } else {
        guard digits >= 4 else { return nil }
        year = negative ? -first : first
        guard reader.isAtEnd || reader.skip(UInt8(ascii: "-")) else { return nil }
        if !reader.isAtEnd || text[reader.index &- 1] == UInt8(ascii: "-") {
          guard let value = reader.number(1...2) else { return nil }
          month = value
          if reader.skip(UInt8(ascii: "-")) {
            guard let value = reader.number(1...2) else { return nil }
            day = value
          } else if !reader.isAtEnd {
            return nil
          }
        }
        guard let days = CivilTime.days(year: year, month: month, day: day) else { return nil }
        if reader.isAtEnd { return Fields(days: days, microsOfDay: 0, zone: nil, isTimeOnly: false) }
        guard reader.skip(UInt8(ascii: " ")) || reader.skip(UInt8(ascii: "T")),
          let value = reader.number(1...2)
        else { return nil }
        hour = value
      }
    }
    guard var fields = parseTime(hour: hour, &reader) else { return nil }
    fields.isTimeOnly = isTimeOnly
    if !isTimeOnly {
      guard let days = CivilTime.days(year: year, month: month, day: day) else { return nil }
      fields.days = days
    }
    return fields
  }

  /// What follows the hour.
  private static func parseTime(hour: Int, _ reader: inout Reader) -> Fields? {
    var clock = CivilClock(hour: hour, minute: 0, second: 0, micro: 0)
    var zone: UnsafeRawBufferPointer?
    if !reader.isAtEnd {
      guard reader.skip(UInt8(ascii: ":")), let minute = reader.number(1...2) else { return nil }
      clock.minute = minute
    }
    if !reader.isAtEnd {
      guard reader.skip(UInt8(ascii: ":")), let second = reader.number(1...2) else { return nil }
      clock.second = second
      if reader.skip(UInt8(ascii: ".")) { clock.micro = reader.fraction() }
      if !reader.isAtEnd {
        zone = AsciiText.javaTrimmed(UnsafeRawBufferPointer(rebasing: reader.text[reader.index...]))
      }
    }
    guard clock.hour < 24, clock.minute < 60, clock.second < 60 else { return nil }
    return Fields(days: 0, microsOfDay: clock.microsOfDay, zone: zone, isTimeOnly: false)
  }

  /// Appends `yyyy-MM-dd HH:mm:ss[.ffffff]`, the fraction without trailing zeros, as Spark casts a timestamp to text.
  /// - Parameter localMicros: what the clock on the wall shows.
  public static func format(localMicros: Int64, into out: inout ByteWriter) {
    let (days, microsOfDay) = CivilTime.split(micros: localMicros)
    format(days: days, microsOfDay: microsOfDay, into: &out)
  }

  /// As ``format(localMicros:into:)``, also for times that only fit an `Int64` in another zone.
  public static func format(days: Int32, microsOfDay: Int64, into out: inout ByteWriter) {
    DateText.format(days: days, into: &out)
    out.append(UInt8(ascii: " "))
    let clock = CivilTime.clock(microsOfDay: microsOfDay)
    IntegerText.formatTwoDigits(clock.hour, into: &out)
    out.append(UInt8(ascii: ":"))
    IntegerText.formatTwoDigits(clock.minute, into: &out)
    out.append(UInt8(ascii: ":"))
    IntegerText.formatTwoDigits(clock.second, into: &out)
    if clock.micro != 0 {
      out.append(UInt8(ascii: "."))
      formatFraction(clock.micro, into: &out)
    }
  }

  /// Appends `micro` (of 1 000 000, not zero) as a fraction without trailing zeros.
  static func formatFraction(_ micro: Int, into out: inout ByteWriter) {
    var digits = 6
    var rest = micro
    while digits > 1, rest % 10 == 0 {
      rest /= 10
      digits &-= 1
    }
    IntegerText.format(magnitude: UInt64(rest), minDigits: digits, into: &out)
  }

  /// A place in a text of which numbers are read.
  private struct Reader {
    let text: UnsafeRawBufferPointer
    var index = 0
    /// Digits of the last number.
    var digits = 0

    init(text: UnsafeRawBufferPointer) { self.text = text }

    var isAtEnd: Bool { index >= text.count }
    var next: UInt8 { index < text.count ? text[index] : 0 }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard index < text.count, text[index] == byte else { return false }
      index &+= 1
      return true
    }

    /// Digits up to the first other byte; nil when their number is outside `count` (at most 18).
    mutating func number(_ count: ClosedRange<Int>) -> Int? {
      var value = 0
      digits = 0
      while index < text.count, AsciiText.isDigit(text[index]) {
        guard digits < count.upperBound else { return nil }
        value = value &* 10 &+ Int(text[index] &- 0x30)
        digits &+= 1
        index &+= 1
      }
      return digits >= count.lowerBound ? value : nil
    }

    /// Digits of a fraction, as microseconds.
    mutating func fraction() -> Int {
      var value = 0
      var unit = 100_000
      while index < text.count, AsciiText.isDigit(text[index]) {
        value &+= Int(text[index] &- 0x30) &* unit
        unit /= 10
        index &+= 1
      }
      return value
    }
  }
}
