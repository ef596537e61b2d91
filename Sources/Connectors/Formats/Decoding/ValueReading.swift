internal import CKernels
internal import Columnar

/// How values written as text are read into columns: Spark's casts, or the patterns that options give.
final class ValueReading: Sendable {
  let zone: TimeZoneRules
  /// Gives the date of a time that stands alone.
  let nowMicros: Int64
  let dateFormat: DateTimePattern?
  let timestampFormat: DateTimePattern?
  let timestampNTZFormat: DateTimePattern?
  /// Text without a zone means UTC, so that no rules have to be asked.
  let isUTC: Bool

  init(
    zone: TimeZoneRules, nowMicros: Int64, dateFormat: DateTimePattern? = nil,
    timestampFormat: DateTimePattern? = nil, timestampNTZFormat: DateTimePattern? = nil
  ) {
    self.zone = zone
    self.nowMicros = nowMicros
    self.dateFormat = dateFormat
    self.timestampFormat = timestampFormat
    self.timestampNTZFormat = timestampNTZFormat
    isUTC = zone.fixedOffsetSeconds == 0
  }

  func date(_ text: UnsafeRawBufferPointer) -> Int32? {
    if let dateFormat { return dateFormat.parseDate(text) }
    return DateText.parse(text)
  }

  func timestamp(_ text: UnsafeRawBufferPointer) -> Int64? {
    if let timestampFormat { return timestampFormat.parseTimestamp(text, zone: zone) }
    if let micros = PlainTimestamp.parse(text, isUTC: isUTC) { return micros }
    return TimestampText.parse(text, zone: zone, nowMicros: nowMicros)
  }

  func timestampNTZ(_ text: UnsafeRawBufferPointer) -> Int64? {
    if let timestampNTZFormat { return timestampNTZFormat.parseLocal(text, allowZone: false) }
    return TimestampText.parseLocal(text, allowZone: false)
  }
}

/// The layouts that machines write, `yyyy-MM-dd[ T]HH:mm:ss[.f{1,6}][Z]`, in a few loads.
enum PlainTimestamp {
  /// UTC micros; nil for any other layout, for which the general routine is to be asked.
  /// The bytes up to 24 behind the start must be readable.
  /// - Parameter isUTC: a text without zone means UTC.
  @inline(__always)
  static func parse(_ text: UnsafeRawBufferPointer, isUTC: Bool) -> Int64? {
    guard text.count >= 19, let base = text.baseAddress else { return nil }
    let head = base.loadUnaligned(as: UInt64.self)  // yyyy-MM-
    let middle = base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)  // dd HH:mm
    // Zero at each digit between 0 and 9, at each separator that is as expected.
    let headDigits = (head ^ 0x2D30_302D_3030_3030)
    let middleDigits = (middle ^ 0x3030_3A30_3020_3030)
    // A `T` in place of the blank differs in these bits only.
    let separator = (middleDigits &>> 16) & 0xFF
    guard separator == 0 || separator == UInt64(UInt8(ascii: "T") ^ 0x20) else { return nil }
    let clean = middleDigits & ~(0xFF &<< 16)
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let bound: UInt64 = 0x0606_0606_0606_0606
    guard (headDigits | (headDigits &+ bound) | clean | (clean &+ bound)) & high == 0,
      headDigits & 0xFF00_00FF_0000_0000 == 0, clean & 0x0000_FF00_0000_0000 == 0
    else { return nil }
    guard text[16] == UInt8(ascii: ":") else { return nil }
    let s1 = Int(text[17] &- 0x30)
    let s0 = Int(text[18] &- 0x30)
    guard s1 <= 5, s0 <= 9 else { return nil }
    func pair(_ word: UInt64, _ at: UInt64) -> Int {
      Int(truncatingIfNeeded: (word &>> (at &* 8)) & 0xF) &* 10
        &+ Int(truncatingIfNeeded: (word &>> ((at &+ 1) &* 8)) & 0xF)
    }
    let year = pair(headDigits, 0) &* 100 &+ pair(headDigits, 2)
    let hour = pair(clean, 3)
    let minute = pair(clean, 6)
    guard hour <= 23, minute <= 59,
      let days = CivilTime.days(year: year, month: pair(headDigits, 5), day: pair(clean, 0))
    else { return nil }
    var micros =
      (Int64(days) &* 86_400 &+ Int64(hour &* 3600 &+ minute &* 60 &+ s1 &* 10 &+ s0)) &* 1_000_000
    var at = 19
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at &+= 1
      var unit: Int64 = 100_000
      while at < text.count, unit > 0, AsciiText.isDigit(text[at]) {
        micros &+= Int64(text[at] &- 0x30) &* unit
        unit /= 10
        at &+= 1
      }
      if unit == 100_000 { return nil }
    }
    if at == text.count { return isUTC ? micros : nil }
    return at &+ 1 == text.count && text[at] == UInt8(ascii: "Z") ? micros : nil
  }
}
