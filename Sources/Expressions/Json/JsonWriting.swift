internal import Columnar
internal import Diagnostics

/// `to_json`: structs, maps and arrays as JSON text.
enum JsonWriting {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "to_json", .json, "to_json(expr[, options])",
      "A struct, map or array as JSON; fields that are NULL are left out unless the option ignoreNullFields is false.",
      [("SELECT to_json(named_struct('a', 1, 'b', 2))", "{\"a\":1,\"b\":2}"), ("SELECT to_json(array(map('a', 1)))", "[{\"a\":1}]")]
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      guard call.types[0].isNested else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA",
          "to_json takes a struct, an array or a map, found \"\(call.types[0].sqlName)\"", span: call.span)
      }
      let options = try JsonOptions(call, 1, .formatting)
      let type = call.types[0]
      return BoundFunction("to_json", call.types, returns: .string) { (context, operands) throws(SQLError) in
        let column = operands[0].flattened(rows: context.rows)
        var writer = JsonValueWriter(zone: context.evaluation.zone, options: options)
        return JsonFunctions.optionalTexts(context) { row, out in
          writer.append(column, row, type, to: &out)
          return true
        }
      }
    }
  ]
}

/// Writes values of columns as JSON, as Spark does: decimals as numbers, times as ISO strings, binary as base64, NaN
/// and ±Infinity as strings.
private struct JsonValueWriter {
  private let options: JsonOptions
  private let zone: TimeZoneRules
  private let timestamps: DateTimePattern?
  private var text: ColumnText

  /// Spark's default for TIMESTAMP_NTZ. Patterns are compiled once a writer; the constant ones always compile.
  private let localTimestamps = try? DateTimePattern("yyyy-MM-dd'T'HH:mm:ss.SSS", for: .formatting)

  init(zone: TimeZoneRules, options: JsonOptions) {
    self.options = options
    self.zone = zone
    timestamps = options.timestampPattern ?? (try? DateTimePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", for: .formatting))
    text = ColumnText(zone: zone)
  }

  mutating func append(_ column: Column, _ row: Int, _ type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) { return out.append("null") }
    switch (column, type) {
    case (.structure(let c), .structure(let fields)): append(c, row, fields, to: &out)
    case (.list(let c), .array(let element)):
      out.append(UInt8(ascii: "["))
      for i in c.offsets[row]..<c.offsets[row + 1] {
        if i > c.offsets[row] { out.append(UInt8(ascii: ",")) }
        append(c.child, Int(i), element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case (.map(let c), .map(let key, let value)):
      out.append(UInt8(ascii: "{"))
      for i in Int(c.offsets[row])..<Int(c.offsets[row + 1]) {
        if i > Int(c.offsets[row]) { out.append(UInt8(ascii: ",")) }
        appendKey(c.keys, i, key, to: &out)
        out.append(UInt8(ascii: ":"))
        append(c.values, i, value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    case (.float64(let c), _) where !c.values[row].isFinite, (.float64(let c), _) where c.values[row].isNaN:
      appendQuoted(column, row, type, to: &out)
    case (.float32(let c), _) where !c.values[row].isFinite: appendQuoted(column, row, type, to: &out)
    case (.int32, .date), (.int64, .timestamp), (.int64, .timestampNTZ): appendTime(column, row, type, to: &out)
    case (.int32, .yearMonthInterval), (.int64, .dayTimeInterval): appendQuoted(column, row, type, to: &out)
    case (.bytes(let c), .binary):
      out.append(UInt8(ascii: "\""))
      c.views[row].withRaw { Base64.encode($0, into: &out) }
      out.append(UInt8(ascii: "\""))
    case (.bytes(let c), _): c.views[row].withRaw { JsonText.appendString($0, to: &out) }
    default: text.append(row: row, of: column, type: type, to: &out)
    }
  }

  private mutating func append(_ column: StructColumn, _ row: Int, _ fields: [Field], to out: inout ByteWriter) {
    out.append(UInt8(ascii: "{"))
    var isFirst = true
    for (field, child) in zip(fields, column.fields) {
      if options.ignoresNullFields && child.isNull(row) { continue }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      var name = field.name
      name.withUTF8 { JsonText.appendString(UnsafeRawBufferPointer($0), to: &out) }
      out.append(UInt8(ascii: ":"))
      append(child, row, field.type, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// A key as Spark shows it: the value inside, not its text as a cast gives it.
  private mutating func appendKey(_ column: Column, _ row: Int, _ type: DataType, to out: inout ByteWriter) {
    var plain = ByteWriter()
    appendInternal(column, row, type, to: &plain)
    JsonText.appendString(plain.bytes, to: &out)
  }

  /// Dates and times as numbers, structs and arrays as `[1,null,x]`.
  private mutating func appendInternal(_ column: Column, _ row: Int, _ type: DataType, to out: inout ByteWriter) {
    if column.isNull(row) { return out.append("null") }
    switch (column, type) {
    case (.int32(let c), _): IntegerText.format(Int64(c.values[row]), into: &out)
    case (.int64(let c), _): IntegerText.format(c.values[row], into: &out)
    case (.structure(let c), .structure(let fields)):
      out.append(UInt8(ascii: "["))
      for (i, field) in fields.enumerated() {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        appendInternal(c.fields[i], row, field.type, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case (.list(let c), .array(let element)):
      out.append(UInt8(ascii: "["))
      for i in c.offsets[row]..<c.offsets[row + 1] {
        if i > c.offsets[row] { out.append(UInt8(ascii: ",")) }
        appendInternal(c.child, Int(i), element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    default: text.append(row: row, of: column, type: type, to: &out)
    }
  }

  /// The value's text as a JSON string.
  private mutating func appendQuoted(_ column: Column, _ row: Int, _ type: DataType, to out: inout ByteWriter) {
    var plain = ByteWriter()
    text.append(row: row, of: column, type: type, to: &plain)
    JsonText.appendString(plain.bytes, to: &out)
  }

  private mutating func appendTime(_ column: Column, _ row: Int, _ type: DataType, to out: inout ByteWriter) {
    var plain = ByteWriter()
    switch column {
    case .int32(let c):
      if let pattern = options.datePattern { pattern.format(days: c.values[row], into: &plain) } else { DateText.format(days: c.values[row], into: &plain) }
    case .int64(let c) where type == .timestamp:
      timestamps?.format(utcMicros: c.values[row], zone: zone, into: &plain)
    case .int64(let c): appendLocal(c.values[row], to: &plain)
    default: break
    }
    JsonText.appendString(plain.bytes, to: &out)
  }

  private func appendLocal(_ micros: Int64, to out: inout ByteWriter) {
    localTimestamps?.format(localMicros: micros, into: &out)
  }
}
