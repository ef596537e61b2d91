internal import Columnar

extension RowFormat {
  static let insert = RowFormat("insert", "One INSERT statement a row, at once.") { InsertEncoder($0) }
}

/// Writes `INSERT INTO result (word, count) VALUES ('cat', 1);` lines that this engine reads back.
final class InsertEncoder: RowEncoder {
  private let request: RowFormatRequest
  private let prefix: [UInt8]
  private var literal: SQLLiteralText

  init(_ request: RowFormatRequest) {
    self.request = request
    literal = SQLLiteralText(zone: request.zone)
    let names = request.schema.names.map(SQLLiteralText.identifier).joined(separator: ", ")
    prefix = Array("INSERT INTO \(SQLLiteralText.identifier(request.tableName)) (\(names)) VALUES (".utf8)
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    let types = request.schema.types
    for row in 0..<batch.count {
      prefix.withUnsafeBytes { out.append($0) }
      for (index, column) in batch.columns.enumerated() {
        if index > 0 { out.append(", ") }
        literal.append(row: row, of: column, type: types[index], to: &out)
      }
      out.append(");\n")
    }
  }
}

/// Values as SQL literals of their own type.
struct SQLLiteralText {
  private var text: ColumnText

  init(zone: TimeZoneRules) { text = ColumnText(zone: zone) }

  /// A name as it stands in SQL: in backquotes unless it is a plain word.
  static func identifier(_ name: String) -> String {
    let isPlain =
      name.utf8.first.map { AsciiText.isLetter($0) || $0 == UInt8(ascii: "_") } == true
      && name.utf8.allSatisfy { AsciiText.isLetter($0) || AsciiText.isDigit($0) || $0 == UInt8(ascii: "_") }
    if isPlain { return name }
    return "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
  }

  mutating func append(row: Int, of column: Column, type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) { return out.append("NULL") }
    switch (column, type) {
    case (.bytes(let c), .string):
      c.views[row].withBytes { SQLLiteralText.appendString(UnsafeRawBufferPointer($0), to: &out) }
    case (.bytes(let c), _):
      out.append("X'")
      c.views[row].withBytes { SQLLiteralText.appendHex(UnsafeRawBufferPointer($0), to: &out) }
      out.append(UInt8(ascii: "'"))
    case (.float32(let c), _) where !c.values[row].isFinite:
      appendTyped("CAST('", row, column, type, "' AS FLOAT)", to: &out)
    case (.float64(let c), _) where !c.values[row].isFinite:
      appendTyped("CAST('", row, column, type, "' AS DOUBLE)", to: &out)
    case (.float32, _): appendTyped("", row, column, type, "F", to: &out)
    case (.float64, _): appendTyped("", row, column, type, "D", to: &out)
    case (.int8, _): appendTyped("", row, column, type, "Y", to: &out)
    case (.int16, _): appendTyped("", row, column, type, "S", to: &out)
    case (.int64, .bigint): appendTyped("", row, column, type, "L", to: &out)
    case (.int128, _): appendTyped("", row, column, type, "BD", to: &out)
    case (_, .date): appendTyped("DATE '", row, column, type, "'", to: &out)
    case (_, .timestamp): appendTyped("TIMESTAMP '", row, column, type, "'", to: &out)
    case (_, .timestampNTZ): appendTyped("TIMESTAMP_NTZ '", row, column, type, "'", to: &out)
    case (.list(let c), .array(let element)):
      out.append("array(")
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(", ") }
        append(row: Int(item), of: c.child, type: element, to: &out)
      }
      out.append(UInt8(ascii: ")"))
    case (.map(let c), .map(let key, let value)):
      out.append("map(")
      for item in c.offsets[row]..<c.offsets[row + 1] {
        if item > c.offsets[row] { out.append(", ") }
        append(row: Int(item), of: c.keys, type: key, to: &out)
        out.append(", ")
        append(row: Int(item), of: c.values, type: value, to: &out)
      }
      out.append(UInt8(ascii: ")"))
    case (.structure(let c), .structure(let fields)):
      out.append("named_struct(")
      for (index, (column, field)) in zip(c.fields, fields).enumerated() {
        if index > 0 { out.append(", ") }
        Array(field.name.utf8).withUnsafeBytes { SQLLiteralText.appendString($0, to: &out) }
        out.append(", ")
        append(row: row, of: column, type: field.type, to: &out)
      }
      out.append(UInt8(ascii: ")"))
    default: text.append(row: row, of: column, type: type, to: &out)
    }
  }

  private mutating func appendTyped(
    _ prefix: StaticString, _ row: Int, _ column: Column, _ type: DataType, _ suffix: String,
    to out: inout ByteWriter
  ) {
    out.append(prefix)
    text.append(row: row, of: column, type: type, to: &out)
    Array(suffix.utf8).withUnsafeBytes { out.append($0) }
  }

  /// A string literal: the dialect's backslashes are escapes, so they and line breaks are escaped.
  static func appendString(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    out.append(UInt8(ascii: "'"))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "'"): out.append("''")
      case UInt8(ascii: "\\"): out.append("\\\\")
      case 0: out.append("\\0")
      case 10: out.append("\\n")
      case 13: out.append("\\r")
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "'"))
  }

  static func appendHex(_ bytes: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    let digits: StaticString = "0123456789ABCDEF"
    for byte in bytes {
      out.append(digits.utf8Start[Int(byte >> 4)])
      out.append(digits.utf8Start[Int(byte & 15)])
    }
  }
}
