package import Columnar

extension Value {
  /// SQL text that gives this very value of `type` when it is parsed, as the value of a parameter is put into a statement.
  ///
  /// Bytes, because strings may hold invalid UTF-8. Instants are written in UTC.
  package func literalBytes(_ type: DataType) -> [UInt8] {
    var text = ParameterText()
    text.write(self, type)
    return text.bytes
  }
}

private struct ParameterText {
  var bytes: [UInt8] = []

  mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func write(_ value: Value, _ type: DataType) {
    switch (value, type) {
    case (.null, .null): write("NULL")
    case (.null, _): write("CAST(NULL AS \(type.sqlName))")
    case (.float32(let number), _) where !number.isFinite: write("CAST('\(number.specialName)' AS FLOAT)")
    case (.float64(let number), _) where !number.isFinite: write("CAST('\(number.specialName)' AS DOUBLE)")
    case (.int64, .timestamp):
      write(value.sqlText(type))
      bytes.removeLast()
      write("Z'")
    case (.bytes(let text), .string): string(text)
    case (.list(let values), .array(let element)):
      call("array", values.map { ($0, element) }, of: type)
    case (.map(let entries), .map(let key, let item)):
      call("map", entries.flatMap { [($0.key, key), ($0.value, item)] }, of: type)
    case (.structure(let values), .structure(let fields)):
      write("named_struct(")
      for (index, (field, value)) in zip(fields, values).enumerated() {
        if index > 0 { write(", ") }
        string(Array(field.name.utf8))
        write(", ")
        write(value, field.type)
      }
      write(")")
    default: write(value.sqlText(type))
    }
  }

  /// One without parts has no type of its own.
  private mutating func call(_ name: String, _ parts: [(Value, DataType)], of type: DataType) {
    if parts.isEmpty { return write("CAST(\(name)() AS \(type.sqlName))") }
    write("\(name)(")
    for (index, (value, type)) in parts.enumerated() {
      if index > 0 { write(", ") }
      write(value, type)
    }
    write(")")
  }

  private mutating func string(_ content: [UInt8]) {
    bytes.append(UInt8(ascii: "'"))
    for byte in content {
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "'"))
  }
}

extension BinaryFloatingPoint {
  fileprivate var specialName: String { isNaN ? "NaN" : self < 0 ? "-Infinity" : "Infinity" }
}
