/// Dates from and to text, as Spark casts them.
package enum DateText {
  /// An `Int32` of days reaches to about ±5.9 million years.
  private static let yearDigitsMax = 7

  /// The days since 1970-01-01 of the date that `text` spells, or nil.
  ///
  /// Takes, between ignored whitespace and control characters, `[±]yyyy*`, `[±]yyyy*-[m]m` and
  /// `[±]yyyy*-[m]m-[d]d`; a full date may be followed by a blank or `T` and anything. Nil too when there is no
  /// such day or it does not fit.
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int32? {
    let text = AsciiText.trimmed(text)
    guard text.count > 0 else { return nil }
    var index = 0
    let negative = text[0] == UInt8(ascii: "-")
    if negative || text[0] == UInt8(ascii: "+") { index = 1 }

    var year = 0
    var month = 1
    var part = 0
    var value = 0
    var digits = 0
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "T") { break }
      if byte == UInt8(ascii: "-"), part < 2 {
        guard isComplete(part, digits) else { return nil }
        if part == 0 { year = value } else { month = value }
        part &+= 1
        value = 0
        digits = 0
      } else {
        guard AsciiText.isDigit(byte), digits < yearDigitsMax else { return nil }
        value = value &* 10 &+ Int(byte &- 0x30)
        digits &+= 1
      }
      index &+= 1
    }
    guard isComplete(part, digits) else { return nil }
    // What follows a year or a month is not ignored.
    if part < 2, index < text.count { return nil }
    if part == 0 { year = value }
    if part == 1 { month = value }
    return CivilTime.days(year: negative ? -year : year, month: month, day: part == 2 ? value : 1)
  }

  private static func isComplete(_ part: Int, _ digits: Int) -> Bool {
    part == 0 ? digits >= 4 && digits <= yearDigitsMax : digits == 1 || digits == 2
  }

  /// Appends `yyyy-MM-dd`; years above 9999 get a `+`, years below 0 a `-`.
  package static func format(days: Int32, into out: inout ByteWriter) {
    let date = CivilTime.date(days: days)
    formatYear(date.year, into: &out)
    out.append(UInt8(ascii: "-"))
    IntegerText.formatTwoDigits(date.month, into: &out)
    out.append(UInt8(ascii: "-"))
    IntegerText.formatTwoDigits(date.day, into: &out)
  }

  static func formatYear(_ year: Int, into out: inout ByteWriter) {
    if year >= 0, year <= 9999 {
      IntegerText.formatTwoDigits(year / 100, into: &out)
      IntegerText.formatTwoDigits(year % 100, into: &out)
    } else {
      out.append(year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      IntegerText.format(magnitude: UInt64(year.magnitude), minDigits: 4, into: &out)
    }
  }
}
