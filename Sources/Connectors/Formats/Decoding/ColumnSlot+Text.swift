internal import Columnar

/// Values from their text.
extension ColumnSlot {
  /// An integer, if the slot's type holds it.
  mutating func appendInteger(_ value: Int64) -> Bool {
    switch kind {
    case .int8:
      guard let narrow = Int8(exactly: value) else { return false }
      append(narrow)
    case .int16:
      guard let narrow = Int16(exactly: value) else { return false }
      append(narrow)
    case .int32:
      guard let narrow = Int32(exactly: value) else { return false }
      append(narrow)
    case .int64: append(value)
    default: return false
    }
    return true
  }

  /// A floating or decimal number; decimals are rounded to their scale, and must fit.
  mutating func appendNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    switch kind {
    case .float64:
      guard let value = JsonScanner.special(text) ?? DoubleText.parse(text) else { return false }
      append(value)
    case .float32:
      guard let value = JsonScanner.special(text).map({ Float($0) }) ?? DoubleText.parseFloat(text) else {
        return false
      }
      append(value)
    case .decimal:
      guard case .value(let unscaled) = DecimalText.parse(text, as: shape) else { return false }
      append(unscaled)
    default: return false
    }
    return true
  }

  /// A JSON string for a column that is not of strings; false if it does not fit the type.
  ///
  /// As in Spark, integers and booleans do not stand in quotes, and of floating numbers only the special ones.
  mutating func appendQuoted(
    _ text: UnsafeRawBufferPointer, _ reading: ValueReading, allowsNonNumeric: Bool, _ arena: inout ByteArena
  ) -> Bool {
    switch kind {
    case .binary:
      var bytes = ByteWriter(capacity: text.count)
      guard Base64.decode(text, into: &bytes) else { return false }
      appendBytes(bytes.bytes, &arena)
    case .float32, .float64:
      guard allowsNonNumeric, JsonScanner.special(text) != nil else { return false }
      return appendNumber(text)
    case .decimal: return appendNumber(text)
    default: return appendMoment(text, reading)
    }
    return true
  }

  mutating func appendBytes(_ bytes: UnsafeRawBufferPointer, _ arena: inout ByteArena) {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count > 0 else {
      return append(BytesView())
    }
    append(
      bytes.count > BytesView.inlineMax
        ? BytesView(long: arena.add(base, count: bytes.count), count: bytes.count)
        : BytesView(base, count: bytes.count))
  }

  /// A date, timestamp or interval; false if the text is none, or the slot is of another type.
  mutating func appendMoment(_ text: UnsafeRawBufferPointer, _ reading: ValueReading) -> Bool {
    switch kind {
    case .timestamp:
      guard let micros = reading.timestamp(text) else { return false }
      append(micros)
    case .date:
      guard let days = reading.date(text) else { return false }
      append(days)
    case .timestampNTZ:
      guard let micros = reading.timestampNTZ(text) else { return false }
      append(micros)
    case .yearMonth:
      guard let from = DataType.YearMonthUnit(rawValue: precision),
        let to = DataType.YearMonthUnit(rawValue: scale),
        let months = IntervalText.parseYearMonth(text, from: from, to: to)
      else { return false }
      append(months)
    case .dayTime:
      guard let from = DataType.DayTimeUnit(rawValue: precision),
        let to = DataType.DayTimeUnit(rawValue: scale),
        let micros = IntervalText.parseDayTime(text, from: from, to: to)
      else { return false }
      append(micros)
    default: return false
    }
    return true
  }
}
