internal import Columnar
internal import Diagnostics

/// `to_csv`: a struct as a record of CSV.
enum CsvWriting {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "to_csv", .json, "to_csv(expr[, options])", "A struct as a record of CSV, texts in quotes where they need them.",
      [("SELECT to_csv(named_struct('a', 1, 'b', 'x,y'))", "1,\"x,y\"")]
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      guard case .structure(let fields) = call.types[0] else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", "to_csv takes a struct, found \"\(call.types[0].sqlName)\"",
          span: call.span, hint: "write to_csv(struct(…))")
      }
      let options = try CsvOptions(call, 1, .formatting)
      return BoundFunction("to_csv", call.types, returns: .string) { (context, operands) throws(SQLError) in
        let column = operands[0].flattened(rows: context.rows)
        guard case .structure(let record) = column else { return ColumnBuilder.nulls(.string, count: context.rows) }
        var writer = CsvRecordWriter(options, zone: context.evaluation.zone)
        return JsonFunctions.optionalTexts(context) { row, out in writer.append(record, row, fields, to: &out) }
      }
    }
  ]
}

private struct CsvRecordWriter: ~Copyable {
  private let options: CsvOptions
  private let zone: TimeZoneRules
  private let timestamps: DateTimePattern?
  private let localTimestamps: DateTimePattern?
  private var text: ColumnText
  private var scratch = ByteWriter()

  init(_ options: CsvOptions, zone: TimeZoneRules) {
    self.options = options
    self.zone = zone
    // The constant patterns always compile.
    timestamps = options.timestampPattern ?? (try? DateTimePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", for: .formatting))
    localTimestamps = try? DateTimePattern("yyyy-MM-dd'T'HH:mm:ss.SSS", for: .formatting)
    text = ColumnText(zone: zone)
  }

  /// False for a record of one NULL that is written as nothing: it is NULL itself.
  mutating func append(_ record: StructColumn, _ row: Int, _ fields: [Field], to out: inout ByteWriter) -> Bool {
    if fields.count == 1, record.fields[0].isNull(row), options.nullText.isEmpty { return false }
    for (i, field) in fields.enumerated() {
      if i > 0 { options.separator.withUnsafeBytes { out.append($0) } }
      let column = record.fields[i]
      if column.isNull(row) {
        options.nullText.withUnsafeBytes { out.append($0) }
      } else {
        scratch.removeAll()
        appendText(column, row, field.type)
        appendField(AsciiText.javaTrimmed(scratch.bytes), isEmptyText: scratch.count == 0, to: &out)
      }
    }
    return true
  }

  private mutating func appendText(_ column: Column, _ row: Int, _ type: DataType) {
    switch (column, type) {
    case (.int32(let c), .date):
      if let pattern = options.datePattern {
        pattern.format(days: c.values[row], into: &scratch)
      } else {
        DateText.format(days: c.values[row], into: &scratch)
      }
    case (.int64(let c), .timestamp): timestamps?.format(utcMicros: c.values[row], zone: zone, into: &scratch)
    case (.int64(let c), .timestampNTZ): localTimestamps?.format(localMicros: c.values[row], into: &scratch)
    case (.bytes(let c), .binary): c.views[row].withRaw { ColumnText.appendHex($0, to: &scratch) }
    default: text.append(row: row, of: column, type: type, to: &scratch)
    }
  }

  private func appendField(_ field: UnsafeRawBufferPointer, isEmptyText: Bool, to out: inout ByteWriter) {
    let isQuoted =
      isEmptyText || field.contains { $0 == options.quote || $0 == 10 || $0 == 13 }
      || options.separator.withUnsafeBytes { ByteSearch.find($0, in: field) >= 0 }
    if !isQuoted || options.quote == 0 { return out.append(field) }
    out.append(options.quote)
    for byte in field {
      if byte == options.quote { out.append(options.escape) }
      out.append(byte)
    }
    out.append(options.quote)
  }
}
