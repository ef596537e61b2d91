/// Writing dates and timestamps by a pattern.
extension DateTimePattern {
  /// Appends a timestamp in UTC micros as the clock of the zone shows it.
  package func format(utcMicros: Int64, zone: TimeZoneRules, into out: inout ByteWriter) {
    let offset = zone.offsetSeconds(utcMicros: utcMicros)
    let (days, microsOfDay) = zone.local(utcMicros: utcMicros)
    format(Moment(days: days, microsOfDay: microsOfDay, offsetSeconds: offset, zone: zone), into: &out)
  }

  /// Appends a timestamp without zone; letters for zones say UTC.
  package func format(localMicros: Int64, into out: inout ByteWriter) {
    let (days, microsOfDay) = CivilTime.split(micros: localMicros)
    format(Moment(days: days, microsOfDay: microsOfDay, offsetSeconds: 0, zone: .utc), into: &out)
  }

  /// Appends a date; letters for times say midnight, those for zones UTC.
  package func format(days: Int32, into out: inout ByteWriter) {
    format(Moment(days: days, microsOfDay: 0, offsetSeconds: 0, zone: .utc), into: &out)
  }

  /// What the letters are taken from.
  private struct Moment {
    let days: Int32
    let date: CivilDate
    let clock: CivilClock
    let offsetSeconds: Int32
    let zone: TimeZoneRules

    init(days: Int32, microsOfDay: Int64, offsetSeconds: Int32, zone: TimeZoneRules) {
      self.days = days
      date = CivilTime.date(days: days)
      clock = CivilTime.clock(microsOfDay: microsOfDay)
      self.offsetSeconds = offsetSeconds
      self.zone = zone
    }

    func value(_ field: DateTimeField) -> Int {
      switch field {
      case .year: date.year
      case .yearOfEra: date.year > 0 ? date.year : 1 &- date.year
      case .era: date.year > 0 ? 1 : 0
      case .month: date.month
      case .dayOfMonth: date.day
      case .dayOfYear: CivilTime.dayOfYear(days: days)
      case .hourOfDay: clock.hour
      case .clockHourOfDay: clock.hour == 0 ? 24 : clock.hour
      case .hourOfHalfday: clock.hour % 12
      case .clockHourOfHalfday: clock.hour % 12 == 0 ? 12 : clock.hour % 12
      case .halfday: clock.hour / 12
      case .minute: clock.minute
      case .second: clock.second
      case .nano: clock.micro &* 1000
      case .offsetSeconds: Int(offsetSeconds)
      case .quarter: (date.month &+ 2) / 3
      case .weekday: CivilTime.isoWeekday(days: days)
      case .weekdayOccurrence: (date.day &- 1) % 7 &+ 1
      }
    }

    /// UTC seconds, for the name of the zone; they always fit.
    var utcSeconds: Int64 {
      (Int64(days) &* 24 &+ Int64(clock.hour)) &* 3600 &+ Int64(clock.minute &* 60 &+ clock.second)
        &- Int64(offsetSeconds)
    }
  }

  private func format(_ moment: Moment, into out: inout ByteWriter) {
    for step in program {
      switch step {
      case .literal(let byte): out.append(byte)
      case .number(let number): Self.format(moment.value(number.field), number, into: &out)
      case .fraction(_, let max):
        var value = UInt64(moment.value(.nano))
        for _ in max..<9 { value /= 10 }
        IntegerText.format(magnitude: value, minDigits: max, into: &out)
      case .text(let field, let isFull):
        out.append(DateTimeNames.name(field, moment.value(field), isFull: isFull))
      case .offset(let layout): Self.format(moment.offsetSeconds, layout, into: &out)
      case .localizedOffset(let isFull):
        Self.formatLocalized(moment.offsetSeconds, isFull: isFull, into: &out)
      case .zoneID: out.append(moment.zone.name)
      case .zoneName(let isFull):
        out.append(moment.zone.displayName(utcSeconds: moment.utcSeconds, isFull: isFull))
      case .optional: break  // All there is can be written.
      }
    }
  }

  private static func format(_ value: Int, _ number: DateTimeNumber, into out: inout ByteWriter) {
    if number.isReducedYear {
      return IntegerText.formatTwoDigits(Int(value.magnitude % 100), into: &out)
    }
    if value < 0 {
      out.append(UInt8(ascii: "-"))
    } else if number.sign == .exceedsPad, IntegerText.digitCount(UInt64(value.magnitude)) > number.min {
      out.append(UInt8(ascii: "+"))
    }
    IntegerText.format(magnitude: UInt64(value.magnitude), minDigits: number.min, into: &out)
  }

  private static func format(_ seconds: Int32, _ layout: OffsetLayout, into out: inout ByteWriter) {
    let magnitude = Int(seconds.magnitude)
    let minutes = magnitude / 60 % 60
    let hasSeconds = layout.parts == .secondsIfNeeded && magnitude % 60 != 0
    // What would be written is all zero.
    if magnitude < 60, !hasSeconds { return out.append(layout.zero) }
    out.append(seconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    IntegerText.formatTwoDigits(magnitude / 3600, into: &out)
    if layout.parts == .minutesIfNeeded, minutes == 0 { return }
    if layout.hasColons { out.append(UInt8(ascii: ":")) }
    IntegerText.formatTwoDigits(minutes, into: &out)
    if hasSeconds {
      if layout.hasColons { out.append(UInt8(ascii: ":")) }
      IntegerText.formatTwoDigits(magnitude % 60, into: &out)
    }
  }

  private static func formatLocalized(_ seconds: Int32, isFull: Bool, into out: inout ByteWriter) {
    out.append("GMT")
    if seconds == 0 { return }
    if isFull { return ZoneText.formatOffset(seconds: seconds, colons: true, zero: nil, into: &out) }
    let magnitude = Int(seconds.magnitude)
    out.append(seconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    IntegerText.format(Int64(magnitude / 3600), into: &out)
    if magnitude % 3600 == 0 { return }
    out.append(UInt8(ascii: ":"))
    IntegerText.formatTwoDigits(magnitude / 60 % 60, into: &out)
    if magnitude % 60 != 0 {
      out.append(UInt8(ascii: ":"))
      IntegerText.formatTwoDigits(magnitude % 60, into: &out)
    }
  }
}

extension ByteWriter {
  /// Appends the UTF-8 bytes of `text`.
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }
}
