package import Columnar

extension Value {
  /// The literal as one would write it in SQL, with `plainStrings` as column names show it: without quotes and suffixes.
  package func sqlText(_ type: DataType, plainStrings: Bool = false) -> String {
    switch (self, type) {
    case (.null, _): return "NULL"
    case (.bool(let value), _): return value ? "true" : "false"
    case (.int8(let value), _): return "\(value)" + (plainStrings ? "" : "Y")
    case (.int16(let value), _): return "\(value)" + (plainStrings ? "" : "S")
    case (.int32(let value), .date): return "DATE '" + written { DateText.format(days: value, into: &$0) } + "'"
    case (.int32(let value), .yearMonthInterval(let from, let to)):
      return written { IntervalText.format(months: value, from: from, to: to, into: &$0) }
    case (.int32(let value), _): return "\(value)"
    case (.int64(let value), .timestamp): return timestampText("TIMESTAMP", value)
    case (.int64(let value), .timestampNTZ): return timestampText("TIMESTAMP_NTZ", value)
    case (.int64(let value), .dayTimeInterval(let from, let to)):
      return written { IntervalText.format(micros: value, from: from, to: to, into: &$0) }
    case (.int64(let value), _): return "\(value)" + (plainStrings ? "" : "L")
    case (.float32(let value), _): return written { DoubleText.format(value, into: &$0) } + (plainStrings ? "" : "F")
    case (.float64(let value), _): return written { DoubleText.format(value, into: &$0) } + (plainStrings ? "" : "D")
    case (.int128(let value), .decimal(_, let scale)):
      return written { DecimalText.format(value, scale: scale, into: &$0) } + (plainStrings ? "" : "BD")
    case (.int128(let value), _): return "\(value)"
    case (.bytes(let bytes), .binary): return "X'" + bytes.map(hex).joined() + "'"
    case (.bytes(let bytes), _):
      let text = String(decoding: bytes, as: UTF8.self)
      return plainStrings ? text : quoted(text)
    case (.list(let values), .array(let element)):
      return "array(" + values.map { $0.sqlText(element, plainStrings: plainStrings) }.joined(separator: ", ") + ")"
    case (.map(let entries), .map(let key, let value)):
      let parts = entries.flatMap {
        [$0.key.sqlText(key, plainStrings: plainStrings), $0.value.sqlText(value, plainStrings: plainStrings)]
      }
      return "map(" + parts.joined(separator: ", ") + ")"
    case (.structure(let values), .structure(let fields)):
      let parts = zip(fields, values).map { field, value in
        (plainStrings ? field.name : quoted(field.name)) + ", " + value.sqlText(field.type, plainStrings: plainStrings)
      }
      return "named_struct(" + parts.joined(separator: ", ") + ")"
    case (.list, _), (.map, _), (.structure, _): return "?"
    }
  }
}

/// The session zone does not matter here: plans are shown in UTC.
private func timestampText(_ name: String, _ micros: Int64) -> String {
  "\(name) '" + written { TimestampText.format(localMicros: micros, into: &$0) } + "'"
}

private func written(_ body: (inout ByteWriter) -> Void) -> String {
  var writer = ByteWriter()
  body(&writer)
  return writer.string
}

private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0" + digits : digits
}

/// A string literal, with what would end or change it escaped.
func quoted(_ text: String) -> String {
  var result = "'"
  for scalar in text.unicodeScalars {
    switch scalar {
    case "'": result += "\\'"
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "'"
}

/// Texts that EXPLAIN shares.
enum LiteralText {
  /// A length of time in the coarsest unit that divides it: `5 s`, `90 min`.
  static func duration(_ micros: Int64) -> String {
    let units: [(Int64, String)] = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1000, "ms")]
    for (size, name) in units where micros != 0 && micros % size == 0 { return "\(micros / size) \(name)" }
    return micros == 0 ? "0 s" : "\(micros) µs"
  }
}
