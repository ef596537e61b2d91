/// Reading dates and timestamps by a pattern.
extension DateTimePattern {
  /// UTC micros of the timestamp in `text`, or nil when it does not match, does not exist or does not fit.
  ///
  /// A zone in the text counts more than the session's. Spark's `to_timestamp(text, pattern)`; its
  /// `to_date(text, pattern)` is the day of that in the session's zone.
  package func parseTimestamp(_ text: UnsafeRawBufferPointer, zone: TimeZoneRules) -> Int64? {
    guard let fields = fields(text), let (days, microsOfDay) = fields.resolved() else { return nil }
    if let named = fields.zone { return named.utcMicros(days: days, microsOfDay: microsOfDay) }
    if let offset = fields[.offsetSeconds] {
      guard offset.magnitude <= UInt(ZoneText.offsetSecondsMax) else { return nil }
      return TimeZoneRules.utcMicros(days: days, microsOfDay: microsOfDay, offsetSeconds: Int32(offset))
    }
    return zone.utcMicros(days: days, microsOfDay: microsOfDay)
  }

  /// Local micros of the timestamp without zone in `text`, or nil when it does not match, does not exist or does not fit.
  /// - Parameter allowZone: accept and drop a zone; else a zone makes it nil.
  package func parseLocal(_ text: UnsafeRawBufferPointer, allowZone: Bool = true) -> Int64? {
    guard let fields = fields(text), let (days, microsOfDay) = fields.resolved() else { return nil }
    if !allowZone, fields.zone != nil || fields[.offsetSeconds] != nil { return nil }
    return CivilTime.micros(days: days, microsOfDay: microsOfDay)
  }

  /// Days since 1970-01-01 of the date in `text`, whatever its time and zone; nil when it does not match or exist.
  package func parseDate(_ text: UnsafeRawBufferPointer) -> Int32? { fields(text)?.resolved()?.days }

  private func fields(_ text: UnsafeRawBufferPointer) -> ParsedFields? {
    var fields = ParsedFields()
    guard let end = run(0..<program.count, text, at: 0, &fields), end == text.count else { return nil }
    return fields
  }

  /// Runs a range of steps from a position on; the position behind them, or nil where one does not match.
  private func run(
    _ range: Range<Int>, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    var position = start
    var index = range.lowerBound
    while index < range.upperBound {
      let next: Int?
      switch program[index] {
      case .literal(let byte):
        guard position < text.count, AsciiText.lowercased(text[position]) == AsciiText.lowercased(byte) else {
          return nil
        }
        next = position &+ 1
      case .number(let number): next = Self.number(number, text, at: position, &fields)
      case .fraction(let min, let max): next = Self.fraction(min, max, text, at: position, &fields)
      case .text(let field, let isFull): next = Self.name(field, isFull, text, at: position, &fields)
      case .offset(let layout): next = Self.offset(layout, text, at: position, &fields)
      case .localizedOffset(let isFull): next = Self.localizedOffset(isFull, text, at: position, &fields)
      case .zoneID: next = Self.zoneID(text, at: position, &fields)
      case .zoneName(let isFull):
        next = Self.zoneName(isFull, text, at: position, &fields) ?? Self.zoneID(text, at: position, &fields)
      case .optional(let end):
        var attempt = fields
        if let behind = run((index &+ 1)..<end, text, at: position, &attempt) {
          fields = attempt
          position = behind
        }
        index = end
        continue
      }
      guard let next else { return nil }
      position = next
      index &+= 1
    }
    return position
  }

  private static func digit(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int? {
    guard position >= 0, position < text.count, AsciiText.isDigit(text[position]) else { return nil }
    return Int(text[position] &- 0x30)
  }

  private static func number(
    _ number: DateTimeNumber, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    var position = start
    guard position < text.count else { return nil }
    let isNegative = text[position] == UInt8(ascii: "-")
    let isPositive = text[position] == UInt8(ascii: "+")
    if isNegative || isPositive {
      guard number.sign == .exceedsPad || (number.sign == .normal && isNegative) else { return nil }
      position &+= 1
    }
    // All digits up to the most; of these the ones for the numbers behind are given back.
    var count = 0
    while count < number.max &+ number.reserved, digit(text, position &+ count) != nil { count &+= 1 }
    guard count >= number.min else { return nil }
    if number.reserved > 0 { count = max(number.min, count &- number.reserved) }
    var value = 0
    for index in position..<(position &+ count) {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = scaled.addingReportingOverflow(digit(text, index) ?? 0)
      if overflow || overflow2 { return nil }
      value = sum
    }
    if isNegative {
      if value == 0 { return nil }
      value = -value
    } else if number.sign == .exceedsPad, isPositive != (count > number.min) {
      return nil
    }
    if number.isReducedYear { value &+= 2000 }
    return fields.set(number.field, value) ? position &+ count : nil
  }

  private static func fraction(
    _ min: Int, _ max: Int, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    var position = start
    var value = 0
    var unit = 100_000_000
    while position &- start < max, let digit = digit(text, position) {
      value &+= digit &* unit
      unit /= 10
      position &+= 1
    }
    return position &- start >= min && fields.set(.nano, value) ? position : nil
  }

  private static func name(
    _ field: DateTimeField, _ isFull: Bool, _ text: UnsafeRawBufferPointer, at start: Int,
    _ fields: inout ParsedFields
  ) -> Int? {
    let (names, first) = DateTimeNames.names(field, isFull: isFull)
    for (index, name) in names.enumerated() where isWord(name, text, at: start) {
      return fields.set(field, first &+ index) ? start &+ name.utf8CodeUnitCount : nil
    }
    return nil
  }

  private static func isWord(_ word: StaticString, _ text: UnsafeRawBufferPointer, at start: Int) -> Bool {
    var scanner = TextScanner(text: text)
    scanner.index = start
    return scanner.word(word)
  }

  // MARK: Zones

  /// `:` if wanted, then two digits up to 59, from `position` on, which is moved behind them.
  private static func pair(_ text: UnsafeRawBufferPointer, _ position: inout Int, colon: Bool) -> Int? {
    var at = position
    if colon {
      guard at < text.count, text[at] == UInt8(ascii: ":") else { return nil }
      at &+= 1
    }
    guard let tens = digit(text, at), let ones = digit(text, at &+ 1), tens < 6 else { return nil }
    position = at &+ 2
    return tens &* 10 &+ ones
  }

  private static func offset(
    _ layout: OffsetLayout, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    if isWord(layout.zero, text, at: start) {
      return fields.set(.offsetSeconds, 0) ? start &+ layout.zero.utf8CodeUnitCount : nil
    }
    guard start < text.count, text[start] == UInt8(ascii: "+") || text[start] == UInt8(ascii: "-") else {
      return nil
    }
    var position = start &+ 1
    guard let hours = pair(text, &position, colon: false), hours < 24 else { return nil }
    let minutes = pair(text, &position, colon: layout.hasColons)
    guard minutes != nil || layout.parts == .minutesIfNeeded else { return nil }
    var seconds = 0
    if layout.parts == .secondsIfNeeded { seconds = pair(text, &position, colon: layout.hasColons) ?? 0 }
    let total = (hours &* 60 &+ (minutes ?? 0)) &* 60 &+ seconds
    return fields.set(.offsetSeconds, text[start] == UInt8(ascii: "-") ? -total : total) ? position : nil
  }

  private static func localizedOffset(
    _ isFull: Bool, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    guard isWord("gmt", text, at: start) else { return nil }
    var position = start &+ 3
    guard position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-")
    else {
      return fields.set(.offsetSeconds, 0) ? position : nil
    }
    let isNegative = text[position] == UInt8(ascii: "-")
    position &+= 1
    var hours = 0
    if isFull {
      guard let value = pair(text, &position, colon: false) else { return nil }
      hours = value
    } else {
      guard let first = digit(text, position) else { return nil }
      hours = first
      position &+= 1
      if let second = digit(text, position) {
        hours = hours &* 10 &+ second
        position &+= 1
      }
    }
    let minutes = pair(text, &position, colon: true)
    if isFull, minutes == nil { return nil }
    let seconds = minutes == nil ? 0 : pair(text, &position, colon: true) ?? 0
    let total = (hours &* 60 &+ (minutes ?? 0)) &* 60 &+ seconds
    return fields.set(.offsetSeconds, isNegative ? -total : total) ? position : nil
  }

  private static let idOffset = OffsetLayout(parts: .secondsIfNeeded, hasColons: true, zero: "Z")

  /// A region, an offset `+hh:mm[:ss]`, `Z`, or `UTC`, `GMT`, `UT` with or without such an offset.
  private static func zoneID(_ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields)
    -> Int?
  {
    guard start < text.count else { return nil }
    var prefix = isWord("utc", text, at: start) || isWord("gmt", text, at: start) ? 3 : 0
    if prefix == 0, isWord("ut", text, at: start) { prefix = 2 }
    let sign = start &+ prefix
    if sign < text.count, text[sign] == UInt8(ascii: "+") || text[sign] == UInt8(ascii: "-") {
      var scratch = ParsedFields()
      if let end = offset(idOffset, text, at: sign, &scratch), let seconds = scratch[.offsetSeconds] {
        guard let zone = TimeZoneRules(offsetSeconds: Int32(seconds)) else { return nil }
        fields.zone = zone
        return end
      }
      if prefix == 0 { return nil }
    }
    if prefix > 0 {
      fields.zone = TimeZoneRules.named(prefix == 2 ? "UT" : isWord("gmt", text, at: start) ? "GMT" : "UTC")
      return isWord("gmt0", text, at: start) ? sign &+ 1 : sign
    }
    // The longest name that is one; short ones are enough to be read again and again.
    var end = start
    while end < text.count, end &- start < 64, isNamePart(text[end]) { end &+= 1 }
    while end > start {
      let name = UnsafeRawBufferPointer(rebasing: text[start..<end])
      if let zone = TimeZoneRules.named(name) ?? TimeZoneRules.named(titlecased(name)) {
        fields.zone = zone
        return end
      }
      end &-= 1
    }
    return nil
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    AsciiText.isLetter(byte) || AsciiText.isDigit(byte) || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
  }

  /// `europe/berlin` as `Europe/Berlin`.
  private static func titlecased(_ name: UnsafeRawBufferPointer) -> String {
    var isStart = true
    let bytes = name.map { byte in
      defer { isStart = !AsciiText.isLetter(byte) }
      let isLower = byte &- 0x61 < 26
      return isStart ? (isLower ? byte & 0xDF : byte) : AsciiText.lowercased(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func zoneName(
    _ isFull: Bool, _ text: UnsafeRawBufferPointer, at start: Int, _ fields: inout ParsedFields
  ) -> Int? {
    var best: DateTimeNames.ZoneName?
    var length = 0
    for zone in DateTimeNames.zones {
      let name = isFull ? zone.full : zone.short
      if name.utf8CodeUnitCount > length, isWord(name, text, at: start) {
        best = zone
        length = name.utf8CodeUnitCount
      }
    }
    // A longer word is another name, if any.
    guard let best, start &+ length >= text.count || !isNamePart(text[start &+ length]) else { return nil }
    fields.zone = TimeZoneRules.named(best.region.description)
    return fields.zone == nil ? nil : start &+ length
  }
}
