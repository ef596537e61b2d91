/// Intervals as lists of units: `1 day 2 hours`, `interval -1.5 seconds`, and durations with short units: `30s`.
extension IntervalText {
  /// A sign, a number and its fraction.
  private struct Quantity {
    /// With its sign.
    var count: Int64
    /// With its sign; only seconds may have one.
    var fractionMicros: Int64
    var hasFraction: Bool
  }

  /// Reads `[±] digits [. digits]`; what follows is the caller's business.
  private static func quantity(_ scanner: inout TextScanner) -> Quantity? {
    let start = scanner.index
    let negative = scanner.sign()
    if scanner.index > start { scanner.whitespace() }
    let hasSign = scanner.index > start
    var count: Int64 = 0
    var digits = 0
    while AsciiText.isDigit(scanner.next) {
      let (scaled, overflow) = count.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = scaled.addingReportingOverflow(Int64(scanner.next &- 0x30))
      if overflow || overflow2 { return nil }
      count = sum
      digits &+= 1
      scanner.index &+= 1
    }
    var fraction: Int64 = 0
    let hasFraction = scanner.skip(UInt8(ascii: "."))
    if hasFraction {
      guard let micros = scanner.fractionMicros() else { return nil }
      // A point alone is no number; Spark lets it pass behind a sign.
      guard digits > 0 || scanner.fractionDigits > 0 || hasSign else { return nil }
      fraction = micros
    } else if digits == 0 {
      return nil
    }
    return Quantity(
      count: negative ? -count : count, fractionMicros: negative ? -fraction : fraction,
      hasFraction: hasFraction)
  }

  /// The interval that a list of numbers and units spells, or nil.
  ///
  /// Takes, between ignored whitespace and in any case, `[interval] {[±] n unit}` with at least one blank before each
  /// unit, which is one of ``CalendarInterval/Unit`` in singular or plural. Only seconds may have a fraction, of nine
  /// digits at most.
  package static func parseUnits(_ text: UnsafeRawBufferPointer) -> CalendarInterval? {
    var scanner = TextScanner(text: AsciiText.trimmed(text))
    if scanner.word("interval"), !scanner.whitespace() { return nil }
    guard !scanner.isAtEnd else { return nil }
    var interval = CalendarInterval()
    while !scanner.isAtEnd {
      guard let quantity = quantity(&scanner), scanner.whitespace(), let unit = unit(&scanner) else {
        return nil
      }
      guard !quantity.hasFraction || unit == .second else { return nil }
      guard interval.add(quantity.count, fractionMicros: quantity.fractionMicros, unit) else { return nil }
      guard scanner.whitespace() || scanner.isAtEnd else { return nil }
    }
    return interval
  }

  /// The interval of a literal with one unit, `INTERVAL '8' SECOND`, from what its quotes hold; nil if that is no number.
  package static func parse(_ text: UnsafeRawBufferPointer, unit: CalendarInterval.Unit) -> CalendarInterval? {
    var scanner = TextScanner(text: AsciiText.trimmed(text))
    var interval = CalendarInterval()
    guard let quantity = quantity(&scanner), scanner.isAtEnd, !quantity.hasFraction || unit == .second,
      interval.add(quantity.count, fractionMicros: quantity.fractionMicros, unit)
    else { return nil }
    return interval
  }

  private static func unit(_ scanner: inout TextScanner) -> CalendarInterval.Unit? {
    let start = scanner.index
    while AsciiText.isLetter(scanner.next) { scanner.index &+= 1 }
    return CalendarInterval.Unit(UnsafeRawBufferPointer(rebasing: scanner.text[start..<scanner.index]))
  }

  // MARK: Durations

  /// The microseconds of a duration as options and triggers take it, or nil.
  ///
  /// Takes what ``parseUnits(_:)`` takes except years and months, whose length varies; and the short units `us`, `ms`,
  /// `s`, `sec`, `m`, `min`, `h`, `hr`, `d`, `w` (those of three letters in plural too), all also without a blank
  /// and with a fraction: `30s`, `1h30m`, `1.5 hours`, `500 ms`.
  package static func parseDuration(_ text: UnsafeRawBufferPointer) -> Int64? {
    var scanner = TextScanner(text: AsciiText.trimmed(text))
    if scanner.word("interval"), !scanner.whitespace() { return nil }
    guard !scanner.isAtEnd else { return nil }
    var total: Int128 = 0
    while !scanner.isAtEnd {
      guard let quantity = quantity(&scanner) else { return nil }
      scanner.whitespace()
      guard let unitMicros = durationUnit(&scanner) else { return nil }
      scanner.whitespace()
      total += Int128(quantity.count) * Int128(unitMicros)
      // The fraction is in millionths of the unit.
      total += Int128(quantity.fractionMicros) * Int128(unitMicros) / 1_000_000
      guard total.magnitude <= UInt128(Int64.max) else { return nil }
    }
    return Int64(exactly: total)
  }

  private static func durationUnit(_ scanner: inout TextScanner) -> Int64? {
    let start = scanner.index
    while AsciiText.isLetter(scanner.next) { scanner.index &+= 1 }
    let word = UnsafeRawBufferPointer(rebasing: scanner.text[start..<scanner.index])
    for (name, micros) in durationUnits where AsciiText.equals(word, name) { return micros }
    switch CalendarInterval.Unit(word) {
    case .microsecond: return 1
    case .millisecond: return Micros.perMillisecond
    case .second: return Micros.perSecond
    case .minute: return Micros.perMinute
    case .hour: return Micros.perHour
    case .day: return Micros.perDay
    case .week: return Micros.perWeek
    case .month, .year, nil: return nil
    }
  }

  private static let durationUnits: [(StaticString, Int64)] = [
    ("us", 1), ("ms", Micros.perMillisecond), ("s", Micros.perSecond), ("sec", Micros.perSecond),
    ("secs", Micros.perSecond), ("m", Micros.perMinute), ("min", Micros.perMinute),
    ("mins", Micros.perMinute),
    ("h", Micros.perHour), ("hr", Micros.perHour), ("hrs", Micros.perHour), ("d", Micros.perDay),
    ("w", Micros.perWeek),
  ]
}
