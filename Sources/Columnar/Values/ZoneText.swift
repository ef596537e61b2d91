/// Time zones written as offsets from UTC.
package enum ZoneText {
  /// Java's limit: 18 hours.
  static let offsetSecondsMax = 18 * 3600

  /// Seconds east of UTC, or nil when `text` is no offset (it may still be the name of a region).
  ///
  /// Takes `Z`, `UTC`, `GMT`, `UT`, and behind one of the last three or nothing a sign with `h`, `hh`, `hh:mm`,
  /// `hhmm`, `hh:mm:ss` or `hhmmss`; before a colon the hour, and in `hh:m` the minute, may be a single digit.
  package static func offsetSeconds(_ text: UnsafeRawBufferPointer) -> Int32? {
    guard let first = text.first else { return nil }
    if first == UInt8(ascii: "Z") { return text.count == 1 ? 0 : nil }
    var index = 0
    if first == UInt8(ascii: "U") || first == UInt8(ascii: "G") {
      index = prefixLength(text)
      if index == 0 { return nil }
      if index == text.count { return 0 }
    }
    return signedOffset(UnsafeRawBufferPointer(rebasing: text[index...]))
  }

  private static func prefixLength(_ text: UnsafeRawBufferPointer) -> Int {
    if text.count >= 3, text[0] == UInt8(ascii: "U"), text[1] == UInt8(ascii: "T"),
      text[2] == UInt8(ascii: "C")
    {
      return 3
    }
    if text.count >= 3, text[0] == UInt8(ascii: "G"), text[1] == UInt8(ascii: "M"),
      text[2] == UInt8(ascii: "T")
    {
      return 3
    }
    return text.count >= 2 && text[0] == UInt8(ascii: "U") && text[1] == UInt8(ascii: "T") ? 2 : 0
  }

  private static func signedOffset(_ text: UnsafeRawBufferPointer) -> Int32? {
    guard text.count >= 2, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") else { return nil }
    var index = 1
    func digits(_ limit: Int) -> Int? {
      var value = 0
      let start = index
      while index < text.count, index &- start < limit, AsciiText.isDigit(text[index]) {
        value = value &* 10 &+ Int(text[index] &- 0x30)
        index &+= 1
      }
      return index > start ? value : nil
    }
    func isColon() -> Bool { index < text.count && text[index] == UInt8(ascii: ":") }

    guard let hours = digits(2) else { return nil }
    let hourDigits = index &- 1
    var minutes = 0
    var seconds = 0
    if index < text.count {
      let hasColons = isColon()
      guard hasColons || hourDigits == 2 else { return nil }
      if hasColons { index &+= 1 }
      let minuteStart = index
      guard let value = digits(2) else { return nil }
      minutes = value
      let isShort = index &- minuteStart == 1
      if isShort, !hasColons || index < text.count { return nil }
      if index < text.count {
        guard isColon() == hasColons else { return nil }
        if hasColons { index &+= 1 }
        guard text.count &- index == 2, let value = digits(2) else { return nil }
        seconds = value
      }
    }
    guard index == text.count, minutes < 60, seconds < 60 else { return nil }
    let total = (hours &* 60 &+ minutes) &* 60 &+ seconds
    guard total <= offsetSecondsMax else { return nil }
    return Int32(text[0] == UInt8(ascii: "-") ? -total : total)
  }

  /// Java's old three-letter names (`ZoneId.SHORT_IDS`): what they stand for, or nil.
  package static func shortName(_ text: UnsafeRawBufferPointer) -> StaticString? {
    guard text.count == 3 else { return nil }
    for (name, meaning) in shortNames {
      let bytes = name.utf8Start
      if bytes[0] == text[0], bytes[1] == text[1], bytes[2] == text[2] { return meaning }
    }
    return nil
  }

  private static let shortNames: [(StaticString, StaticString)] = [
    ("ACT", "Australia/Darwin"), ("AET", "Australia/Sydney"), ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"), ("AST", "America/Anchorage"), ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"), ("CNT", "America/St_Johns"), ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"), ("ECT", "Europe/Paris"), ("EST", "-05:00"), ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"), ("IST", "Asia/Kolkata"), ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"), ("NET", "Asia/Yerevan"), ("NST", "Pacific/Auckland"), ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"), ("PRT", "America/Puerto_Rico"), ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"), ("VST", "Asia/Ho_Chi_Minh"),
  ]
}

extension ZoneText {
  /// Appends an offset: `+hh:mm`, with seconds only where there are some.
  /// - Parameters:
  ///   - colons: whether to separate the parts.
  ///   - zero: what stands for no offset at all; nil for zeros.
  package static func formatOffset(
    seconds: Int32, colons: Bool, zero: StaticString?, into out: inout ByteWriter
  ) {
    if seconds == 0, let zero { return out.append(zero) }
    let magnitude = Int(seconds.magnitude)
    out.append(seconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    IntegerText.formatTwoDigits(magnitude / 3600, into: &out)
    if colons { out.append(UInt8(ascii: ":")) }
    IntegerText.formatTwoDigits(magnitude / 60 % 60, into: &out)
    if magnitude % 60 != 0 {
      if colons { out.append(UInt8(ascii: ":")) }
      IntegerText.formatTwoDigits(magnitude % 60, into: &out)
    }
  }
}
