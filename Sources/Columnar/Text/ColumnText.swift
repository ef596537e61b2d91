/// Prints values of columns as text, of any type, exactly as Spark does.
///
///     array<int>        [1, 2, null]
///     map<string,int>   {a -> 1}
///     struct<…>         {1, a}
///     timestamp         2024-01-01 10:00:00.5 (in the zone given)
///
/// Keep one for the length of a loop: it remembers the zone's last offset.
package struct ColumnText {
  /// Where the text is shown.
  package enum Style: Sendable {
    /// `CAST(… AS STRING)`: NULLs inside nested values are `null`, binary is taken as UTF-8.
    case cast
    /// A table on the screen (Spark's `show`): NULL is `NULL` everywhere, binary is `[61 FF]`.
    case table
  }

  private let style: Style
  private var zone: ZoneCursor

  package init(zone: TimeZoneRules = .utc, style: Style = .cast) {
    self.style = style
    self.zone = ZoneCursor(zone)
  }

  /// Appends the value of `row`. A NULL at the top is `null` or `NULL`, by style; who wants another word asks first.
  package mutating func append(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) {
      if style == .cast { out.append("null") } else { out.append("NULL") }
      return
    }
    switch (column, type) {
    case (.null, _): break
    case (.bool(let c), _):
      if c.values[row] { out.append("true") } else { out.append("false") }
    case (.int8(let c), _): IntegerText.format(Int64(c.values[row]), into: &out)
    case (.int16(let c), _): IntegerText.format(Int64(c.values[row]), into: &out)
    case (.int32(let c), .date): DateText.format(days: c.values[row], into: &out)
    case (.int32(let c), .yearMonthInterval(let from, let to)):
      IntervalText.format(months: c.values[row], from: from, to: to, into: &out)
    case (.int32(let c), _): IntegerText.format(Int64(c.values[row]), into: &out)
    case (.int64(let c), .timestamp): TimestampText.format(utcMicros: c.values[row], zone: &zone, into: &out)
    case (.int64(let c), .timestampNTZ): TimestampText.format(localMicros: c.values[row], into: &out)
    case (.int64(let c), .dayTimeInterval(let from, let to)):
      IntervalText.format(micros: c.values[row], from: from, to: to, into: &out)
    case (.int64(let c), _): IntegerText.format(c.values[row], into: &out)
    case (.float32(let c), _): DoubleText.format(c.values[row], into: &out)
    case (.float64(let c), _): DoubleText.format(c.values[row], into: &out)
    case (.int128(let c), .decimal(_, let scale)): DecimalText.format(c.values[row], scale: scale, into: &out)
    case (.int128(let c), _): IntegerText.format(c.values[row], into: &out)
    case (.bytes(let c), .binary) where style == .table:
      c.views[row].withBytes { ColumnText.appendHex(UnsafeRawBufferPointer($0), to: &out) }
    case (.bytes(let c), _):
      c.views[row].withBytes { out.append(UnsafeRawBufferPointer($0)) }
    case (.list(let c), .array(let element)):
      appendList(c.offsets[row]..<c.offsets[row + 1], of: c.child, type: element, to: &out)
    case (.map(let c), .map(let key, let value)):
      out.append(UInt8(ascii: "{"))
      for entry in c.offsets[row]..<c.offsets[row + 1] {
        if entry > c.offsets[row] { out.append(", ") }
        append(row: Int(entry), of: c.keys, type: key, to: &out)
        out.append(" -> ")
        append(row: Int(entry), of: c.values, type: value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    case (.structure(let c), .structure(let fields)):
      out.append(UInt8(ascii: "{"))
      for (i, (column, field)) in zip(c.fields, fields).enumerated() {
        if i > 0 { out.append(", ") }
        append(row: row, of: column, type: field.type, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    case (.list, _), (.map, _), (.structure, _):
      // A layout that its type does not describe has no text.
      out.append("?")
    }
  }

  private mutating func appendList(
    _ range: Range<Int32>, of column: Column, type: DataType, to out: inout ByteWriter
  ) {
    out.append(UInt8(ascii: "["))
    for element in range {
      if element > range.lowerBound { out.append(", ") }
      append(row: Int(element), of: column, type: type, to: &out)
    }
    out.append(UInt8(ascii: "]"))
  }

  /// `[61 FF]`.
  package static func appendHex(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let digits: StaticString = "0123456789ABCDEF"
    out.append(UInt8(ascii: "["))
    for (i, byte) in bytes.enumerated() {
      if i > 0 { out.append(UInt8(ascii: " ")) }
      out.append(digits.utf8Start[Int(byte >> 4)])
      out.append(digits.utf8Start[Int(byte & 15)])
    }
    out.append(UInt8(ascii: "]"))
  }

  /// The text of one value, for messages and tests.
  package static func string(
    _ value: Value, type: DataType, zone: TimeZoneRules = .utc, style: Style = .cast
  ) -> String {
    var text = ColumnText(zone: zone, style: style)
    var out = ByteWriter()
    text.append(row: 0, of: Column([value], type: type), type: type, to: &out)
    return out.string
  }
}
