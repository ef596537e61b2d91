internal import Columnar

/// Values as Python writes them: `repr()` of what PySpark gives for each type.
struct PythonRepr {
  private var text: ColumnText
  private var zone: ZoneCursor

  init(zone: TimeZoneRules) {
    text = ColumnText(zone: zone)
    self.zone = ZoneCursor(zone)
  }

  /// As `print(value)`: a string stands without quotes.
  mutating func appendPrinted(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) {
    switch (column, type) {
    case (.bytes(let c), .string) where !column.isNull(row):
      c.views[row].withBytes { out.append(UnsafeRawBufferPointer($0)) }
    case (_, .decimal) where !column.isNull(row), (_, .date) where !column.isNull(row):
      text.append(row: row, of: column, type: type, to: &out)
    case (_, .timestamp) where !column.isNull(row), (_, .timestampNTZ) where !column.isNull(row):
      appendPrintedTime(row: row, of: column, type: type, to: &out)
    default: append(row: row, of: column, type: type, to: &out)
    }
  }

  mutating func append(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) { return out.append("None") }
    switch (column, type) {
    case (.bool(let c), _): out.append(c.values[row] ? "True" : "False")
    case (.bytes(let c), .string):
      c.views[row].withBytes { PythonRepr.appendString(UnsafeRawBufferPointer($0), to: &out) }
    case (.bytes(let c), _):
      out.append("bytearray(")
      c.views[row].withBytes { PythonRepr.appendBytes(UnsafeRawBufferPointer($0), to: &out) }
      out.append(UInt8(ascii: ")"))
    case (.float32(let c), _): PythonRepr.appendFloat(Double(c.values[row]), to: &out)
    case (.float64(let c), _): PythonRepr.appendFloat(c.values[row], to: &out)
    case (.int128, .decimal):
      out.append("Decimal('")
      text.append(row: row, of: column, type: type, to: &out)
      out.append("')")
    case (.int32(let c), .date):
      let date = CivilTime.date(days: c.values[row])
      appendCall("datetime.date", [date.year, date.month, date.day], to: &out)
    case (.int64(let c), .timestamp):
      appendDateTime(zone.local(utcMicros: c.values[row]), to: &out)
    case (.int64(let c), .timestampNTZ):
      appendDateTime(CivilTime.split(micros: c.values[row]), to: &out)
    case (.int64(let c), .dayTimeInterval): appendTimeDelta(c.values[row], to: &out)
    case (.list(let c), .array(let element)):
      out.append(UInt8(ascii: "["))
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(", ") }
        append(row: Int(item), of: c.child, type: element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case (.map(let c), .map(let key, let value)):
      out.append(UInt8(ascii: "{"))
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(", ") }
        append(row: Int(item), of: c.keys, type: key, to: &out)
        out.append(": ")
        append(row: Int(item), of: c.values, type: value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    case (.structure(let c), .structure(let fields)):
      out.append("Row(")
      for (index, (column, field)) in zip(c.fields, fields).enumerated() {
        if index > 0 { out.append(", ") }
        Array(field.name.utf8).withUnsafeBytes { out.append($0) }
        out.append(UInt8(ascii: "="))
        append(row: row, of: column, type: field.type, to: &out)
      }
      out.append(UInt8(ascii: ")"))
    default: text.append(row: row, of: column, type: type, to: &out)
    }
  }

  // MARK: Times

  private func appendCall(_ name: StaticString, _ arguments: [Int], to out: inout ByteWriter) {
    out.append(name)
    out.append(UInt8(ascii: "("))
    for (index, argument) in arguments.enumerated() {
      if index > 0 { out.append(", ") }
      IntegerText.format(Int64(argument), into: &out)
    }
    out.append(UInt8(ascii: ")"))
  }

  /// Seconds and microseconds are left out where they are zero, as Python does.
  private func appendDateTime(_ local: (days: Int32, microsOfDay: Int64), to out: inout ByteWriter) {
    let date = CivilTime.date(days: local.days)
    let clock = CivilTime.clock(microsOfDay: local.microsOfDay)
    var arguments = [date.year, date.month, date.day, clock.hour, clock.minute]
    if clock.second != 0 || clock.micro != 0 { arguments.append(clock.second) }
    if clock.micro != 0 { arguments.append(clock.micro) }
    appendCall("datetime.datetime", arguments, to: &out)
  }

  private func appendTimeDelta(_ micros: Int64, to out: inout ByteWriter) {
    // Python keeps days below zero and the rest above.
    let (days, rest) = CivilTime.split(micros: micros)
    let parts: [(StaticString, Int64)] = [
      ("days=", Int64(days)), ("seconds=", rest / Micros.perSecond),
      ("microseconds=", rest % Micros.perSecond),
    ]
    out.append("datetime.timedelta(")
    let shown = parts.filter { $0.1 != 0 }
    if shown.isEmpty { out.append(UInt8(ascii: "0")) }
    for (index, part) in shown.enumerated() {
      if index > 0 { out.append(", ") }
      out.append(part.0)
      IntegerText.format(part.1, into: &out)
    }
    out.append(UInt8(ascii: ")"))
  }

  /// `str(datetime)`: the fraction has all six digits.
  private mutating func appendPrintedTime(
    row: Int, of column: Column, type: DataType, to out: inout ByteWriter
  ) {
    let start = out.count
    text.append(row: row, of: column, type: type, to: &out)
    let point = out.bytes[start...].lastIndex(of: UInt8(ascii: "."))
    if let point { out.append(repeating: UInt8(ascii: "0"), times: 7 - (out.count - point)) }
  }

  // MARK: Numbers and strings

  /// `repr(float)`: shortest digits, exponent form below 10⁻⁴ and from 10¹⁶ on.
  static func appendFloat(_ value: Double, to out: inout ByteWriter) {
    if value.isNaN { return out.append("nan") }
    if value.isInfinite { return out.append(value < 0 ? "-inf" : "inf") }
    // Swift prints the same digits in the same two forms.
    let swift = Array("\(value)".utf8)
    guard let e = swift.firstIndex(of: UInt8(ascii: "e")) else {
      return swift.withUnsafeBytes { out.append($0) }
    }
    // Python: no ".0" before the exponent, and at least two digits in it.
    var mantissa = swift[..<e]
    if mantissa.suffix(2) == [UInt8(ascii: "."), UInt8(ascii: "0")][...] { mantissa = mantissa.dropLast(2) }
    var exponent = swift[(e + 1)...]
    let sign = exponent.first == UInt8(ascii: "-") ? UInt8(ascii: "-") : UInt8(ascii: "+")
    exponent = exponent.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    mantissa.withUnsafeBytes { out.append($0) }
    out.append(UInt8(ascii: "e"))
    out.append(sign)
    if exponent.count < 2 { out.append(UInt8(ascii: "0")) }
    exponent.withUnsafeBytes { out.append($0) }
  }

  /// `repr(str)`: single quotes unless the text has some and no double ones; controls are escaped, what is no UTF-8
  /// becomes U+FFFD.
  static func appendString(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let quote = quoteMark(bytes)
    out.append(quote)
    var index = 0
    while index < bytes.count {
      let (scalar, length) = Utf8.scalar(bytes, at: index)
      index += length
      if scalar.value < 0x80 {
        appendEscaped(UInt8(scalar.value), quote: quote, to: &out)
      } else if (0x80..<0xA0).contains(scalar.value) || scalar.value == 0xAD {
        out.append("\\x")
        appendHex(UInt8(scalar.value), to: &out)
      } else {
        UTF8.encode(scalar)?.forEach { out.append($0) }
      }
    }
    out.append(quote)
  }

  /// `repr(bytes)`.
  static func appendBytes(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let quote = quoteMark(bytes)
    out.append(UInt8(ascii: "b"))
    out.append(quote)
    for byte in bytes {
      if byte < 0x80 {
        appendEscaped(byte, quote: quote, to: &out)
      } else {
        out.append("\\x")
        appendHex(byte, to: &out)
      }
    }
    out.append(quote)
  }

  private static func quoteMark(_ bytes: UnsafeRawBufferPointer) -> UInt8 {
    let single = UInt8(ascii: "'")
    let double = UInt8(ascii: "\"")
    return bytes.contains(single) && !bytes.contains(double) ? double : single
  }

  private static func appendEscaped(_ byte: UInt8, quote: UInt8, to out: inout ByteWriter) {
    switch byte {
    case 9: out.append("\\t")
    case 10: out.append("\\n")
    case 13: out.append("\\r")
    case quote, UInt8(ascii: "\\"):
      out.append(UInt8(ascii: "\\"))
      out.append(byte)
    case 0..<0x20, 0x7F:
      out.append("\\x")
      appendHex(byte, to: &out)
    default: out.append(byte)
    }
  }

  private static func appendHex(_ byte: UInt8, to out: inout ByteWriter) {
    let digits: StaticString = "0123456789abcdef"
    out.append(digits.utf8Start[Int(byte >> 4)])
    out.append(digits.utf8Start[Int(byte & 15)])
  }
}
