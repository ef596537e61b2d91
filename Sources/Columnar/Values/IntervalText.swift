/// Intervals from and to text: year-month ones are `Int32` months, day-time ones `Int64` microseconds.
///
/// Grammar and layout are those of Spark's casts and literals. One difference: Spark loses the sign of a second
/// between −1 and 0 (`'-0.5'` as `INTERVAL SECOND`), here it is kept.
package enum IntervalText {
  // MARK: Year-month intervals

  /// The months that `text` spells for `INTERVAL from TO to`, or nil.
  ///
  /// Takes, between ignored whitespace, `[±]y-m` (or a single `[±]n` when `from` is `to`), also as a whole literal
  /// `INTERVAL [±]'…' YEAR TO MONTH` of just that type. Nil too when the result does not fit, or months are above 11.
  package static func parseYearMonth(
    _ text: UnsafeRawBufferPointer, from: DataType.YearMonthUnit, to: DataType.YearMonthUnit
  ) -> Int32? {
    guard let (body, negated) = unwrapped(AsciiText.trimmed(text), from: name(from), to: name(to)) else {
      return nil
    }
    var scanner = TextScanner(text: body)
    let negative = scanner.sign() != negated
    guard let first = scanner.digits(max: 18) else { return nil }
    var months = Int128(first)
    if from == .year { months *= 12 }
    if from != to {
      guard scanner.skip(UInt8(ascii: "-")), let rest = scanner.digits(max: 18), rest <= 11 else {
        return nil
      }
      months += Int128(rest)
    }
    return scanner.isAtEnd ? Int32(exactly: negative ? -months : months) : nil
  }

  /// Appends `INTERVAL '1-2' YEAR TO MONTH`, or with a single field `INTERVAL '14' MONTH`.
  package static func format(
    months: Int32, from: DataType.YearMonthUnit, to: DataType.YearMonthUnit, into out: inout ByteWriter
  ) {
    out.append("INTERVAL '")
    if months < 0 { out.append(UInt8(ascii: "-")) }
    let magnitude = Int64(months.magnitude)
    IntegerText.format(from == .month ? magnitude : magnitude / 12, into: &out)
    if from != to {
      out.append(UInt8(ascii: "-"))
      IntegerText.format(magnitude % 12, into: &out)
    }
    out.append("' ")
    appendFields(name(from), name(to), into: &out)
  }

  // MARK: Day-time intervals

  /// The microseconds that `text` spells for `INTERVAL from TO to`, or nil.
  ///
  /// Takes, between ignored whitespace, `[±]d hh:mm:ss.fffffffff` cut to the fields of the type, also as a whole
  /// literal `INTERVAL [±]'…' DAY TO SECOND` of just that type. The first field may be large; hours behind it go up
  /// to 23, minutes and seconds to 59. Digits behind the microseconds are dropped.
  package static func parseDayTime(
    _ text: UnsafeRawBufferPointer, from: DataType.DayTimeUnit, to: DataType.DayTimeUnit
  ) -> Int64? {
    guard from <= to, let (body, negated) = unwrapped(AsciiText.trimmed(text), from: name(from), to: name(to))
    else {
      return nil
    }
    var scanner = TextScanner(text: body)
    let negative = scanner.sign() != negated
    guard let first = scanner.digits(max: digitsMax(from)) else { return nil }
    var total = Int128(first) * Int128(micros(from))
    var field = from
    while field < to, let next = DataType.DayTimeUnit(rawValue: field.rawValue + 1) {
      guard scanner.skip(field == .day ? UInt8(ascii: " ") : UInt8(ascii: ":")),
        let value = scanner.digits(max: 2),
        value < (next == .hour ? 24 : 60)
      else { return nil }
      total += Int128(value) * Int128(micros(next))
      field = next
    }
    if to == .second, scanner.skip(UInt8(ascii: ".")) {
      guard let fraction = scanner.fractionMicros(), scanner.fractionDigits > 0 else { return nil }
      total += Int128(fraction)
    }
    return scanner.isAtEnd ? Int64(exactly: negative ? -total : total) : nil
  }

  /// Appends `INTERVAL '1 02:03:04.5' DAY TO SECOND` with the fields of the type; smaller ones are cut off.
  package static func format(
    micros: Int64, from: DataType.DayTimeUnit, to: DataType.DayTimeUnit, into out: inout ByteWriter
  ) {
    out.append("INTERVAL '")
    if micros < 0 { out.append(UInt8(ascii: "-")) }
    var rest = micros.magnitude
    var field = from
    while true {
      let unit = UInt64(Self.micros(field))
      IntegerText.format(magnitude: rest / unit, minDigits: field == .day ? 1 : 2, into: &out)
      rest %= unit
      guard field < to, let next = DataType.DayTimeUnit(rawValue: field.rawValue + 1) else { break }
      out.append(field == .day ? UInt8(ascii: " ") : UInt8(ascii: ":"))
      field = next
    }
    if field == .second, rest > 0 {
      out.append(UInt8(ascii: "."))
      TimestampText.formatFraction(Int(rest), into: &out)
    }
    out.append("' ")
    appendFields(name(from), name(to), into: &out)
  }

  /// `micros` without what is smaller than `field`, as a cast to a type that ends with `field`; towards zero.
  package static func truncate(micros: Int64, to field: DataType.DayTimeUnit) -> Int64 {
    field == .second ? micros : micros &- micros % Self.micros(field)
  }

  // MARK: Fields

  private static func name(_ field: DataType.YearMonthUnit) -> StaticString {
    switch field {
    case .year: "YEAR"
    case .month: "MONTH"
    }
  }

  private static func name(_ field: DataType.DayTimeUnit) -> StaticString {
    switch field {
    case .day: "DAY"
    case .hour: "HOUR"
    case .minute: "MINUTE"
    case .second: "SECOND"
    }
  }

  private static func micros(_ field: DataType.DayTimeUnit) -> Int64 {
    switch field {
    case .day: Micros.perDay
    case .hour: Micros.perHour
    case .minute: Micros.perMinute
    case .second: Micros.perSecond
    }
  }

  /// Digits that a leading field may have: enough for the largest interval.
  private static func digitsMax(_ field: DataType.DayTimeUnit) -> Int {
    switch field {
    case .day: 9
    case .hour: 10
    case .minute: 12
    case .second: 13
    }
  }

  private static func appendFields(_ from: StaticString, _ to: StaticString, into out: inout ByteWriter) {
    out.append(from)
    if from.utf8Start != to.utf8Start {
      out.append(" TO ")
      out.append(to)
    }
  }

  /// What stands between the quotes of `INTERVAL [±]'…' FROM [TO TO]` and whether a minus precedes them; `text` itself if
  /// it does not begin so; nil if it does, but names other fields.
  private static func unwrapped(
    _ text: UnsafeRawBufferPointer, from: StaticString, to: StaticString
  ) -> (body: UnsafeRawBufferPointer, isNegated: Bool)? {
    var scanner = TextScanner(text: text)
    guard scanner.word("interval") else { return (text, false) }
    guard scanner.whitespace() else { return nil }
    let isNegated = scanner.sign()
    guard scanner.skip(UInt8(ascii: "'")) else { return nil }
    let start = scanner.index
    while !scanner.isAtEnd, scanner.next != UInt8(ascii: "'") { scanner.index &+= 1 }
    let body = UnsafeRawBufferPointer(rebasing: text[start..<scanner.index])
    guard scanner.skip(UInt8(ascii: "'")), scanner.whitespace(), scanner.word(from) else { return nil }
    if from.utf8Start != to.utf8Start {
      guard scanner.whitespace(), scanner.word("to"), scanner.whitespace(), scanner.word(to) else {
        return nil
      }
    }
    return scanner.isAtEnd ? (body, isNegated) : nil
  }
}

/// A place in an interval's text.
struct TextScanner {
  let text: UnsafeRawBufferPointer
  var index = 0
  /// Digits of the last fraction.
  var fractionDigits = 0

  init(text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { index >= text.count }
  /// The byte here; 0 at the end.
  var next: UInt8 { index < text.count ? text[index] : 0 }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard index < text.count, text[index] == byte else { return false }
    index &+= 1
    return true
  }

  /// Skips `word`, in any case.
  mutating func word(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard text.count &- index >= length else { return false }
    for offset in 0..<length
    where AsciiText.lowercased(text[index &+ offset]) != AsciiText.lowercased(word.utf8Start[offset]) {
      return false
    }
    index &+= length
    return true
  }

  /// Skips whitespace; false when there is none.
  @discardableResult
  mutating func whitespace() -> Bool {
    let start = index
    while index < text.count, AsciiText.isWhitespace(text[index]) { index &+= 1 }
    return index > start
  }

  /// Skips a sign; true for a minus.
  mutating func sign() -> Bool {
    if skip(UInt8(ascii: "-")) { return true }
    _ = skip(UInt8(ascii: "+"))
    return false
  }

  /// A number of 1 to `limit` (at most 18) digits; nil if there are none or more.
  mutating func digits(max limit: Int) -> Int64? {
    var value: Int64 = 0
    let start = index
    while index < text.count, AsciiText.isDigit(text[index]) {
      guard index &- start < limit else { return nil }
      value = value &* 10 &+ Int64(text[index] &- 0x30)
      index &+= 1
    }
    return index > start ? value : nil
  }

  /// Up to nine digits of a fraction in microseconds, the rest cut off; nil if there are more.
  mutating func fractionMicros() -> Int64? {
    var nanos: Int64 = 0
    var unit: Int64 = 100_000_000
    fractionDigits = 0
    while index < text.count, AsciiText.isDigit(text[index]) {
      guard fractionDigits < 9 else { return nil }
      nanos &+= Int64(text[index] &- 0x30) &* unit
      unit /= 10
      fractionDigits &+= 1
      index &+= 1
    }
    return nanos / 1000
  }
}
