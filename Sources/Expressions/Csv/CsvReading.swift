internal import Columnar
internal import Diagnostics

/// `from_csv`: one record of CSV as a struct.
enum CsvReading {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "from_csv", .json, "from_csv(csv, schema[, options])",
      "A record of CSV as a struct of the schema, written as DDL; what does not fit is NULL.",
      [
        ("SELECT from_csv('1, 0.8', 'a INT, b DOUBLE')", "{1, 0.8}"),
        ("SELECT from_csv('26/08/2015', 'time Timestamp', map('timestampFormat', 'dd/MM/yyyy'))", "{2015-08-26 00:00:00}"),
      ],
      bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    try call.parameter(0, as: .string)
    let place = call.arguments[1].span.isNone ? call.span : call.arguments[1].span
    guard let schema = try call.constant(1)?.text, let parse = call.parseSchema else {
      throw SQLError(
        .bind, "INVALID_SCHEMA.NON_STRING_LITERAL", "the schema of from_csv must be a constant string", span: place,
        hint: "write from_csv(x, 'a INT, b STRING')")
    }
    let type: DataType
    do throws(SQLError) { type = try parse(schema) } catch { throw error.located(at: place) }
    guard case .structure(let fields) = type else {
      throw SQLError(
        .bind, "INVALID_SCHEMA.NON_STRUCT_TYPE", "from_csv gives a struct, not \"\(type.sqlName)\"", span: place)
    }
    if let nested = fields.first(where: { $0.type.isNested }) {
      throw SQLError(
        .bind, "UNSUPPORTED_DATATYPE", "a field of CSV is no \"\(nested.type.sqlName)\"", span: place,
        hint: "read it as STRING and take it apart with from_json or split")
    }
    let options = try CsvOptions(call, 2, .parsing)
    let corrupt = fields.firstIndex { $0.name == options.corruptField && $0.type == .string }
    return BoundFunction(
      "from_csv", [.string] + call.types.dropFirst(), returns: type, canFail: options.failsFast
    ) { (context, operands) throws(SQLError) in
      try read(try operands[0].texts(context.rows), operands[0].owners, fields, corrupt, options, context)
    }
  }

  /// Cuts all records first, then converts field by field, a column at a time.
  private static func read(
    _ texts: [BytesView], _ owners: [ByteBuffer], _ fields: [Field], _ corrupt: Int?, _ options: CsvOptions,
    _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let targets = fields.indices.filter { $0 != corrupt }
    var builders = targets.map { _ in TextBuilder(rows: rows) }
    var known = targets.map { _ in Validity(repeating: true, count: rows) }
    var isMisfit = [Bool](repeating: false, count: rows)
    let record = CsvRecord(options)
    for row in 0..<rows {
      var next = 0
      if context.isValid(row) {
        texts[row].withRaw { text in
          record.forEachField(text) { field in
            if next < targets.count {
              if let field {
                builders[next].append(field)
              } else {
                builders[next].appendEmpty()
                known[next].set(row, false)
              }
            }
            next += 1
          }
        }
        isMisfit[row] = next != targets.count
      }
      for missing in min(next, targets.count)..<targets.count {
        builders[missing].appendEmpty()
        known[missing].set(row, false)
      }
    }
    var columns = [Column](repeating: .null(count: rows), count: fields.count)
    for (i, target) in targets.enumerated() {
      let column = builders[i].finish(validity: known[i].isAllValid ? nil : known[i])
      let converted = try convert(column, to: fields[target].type, options, context)
      if let validity = converted.validity {
        for row in 0..<rows where known[i][row] && !validity[row] && context.isValid(row) { isMisfit[row] = true }
      }
      columns[target] = converted
    }
    if options.failsFast, let row = isMisfit.firstIndex(of: true) {
      throw .data(
        "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "'\(texts[row].string)' is no CSV of \"\(DataType.structure(fields).sqlName)\"",
        hint: "the mode PERMISSIVE gives NULL")
    }
    if let corrupt {
      let validity = Validity(count: rows) { isMisfit[$0] }
      columns[corrupt] = .bytes(BytesColumn(texts, owners: owners, validity: validity))
    }
    return .structure(StructColumn(fields: columns, count: rows))
  }

  /// Texts as values of a simple type, NULL where they are none.
  private static func convert(
    _ column: Column, to type: DataType, _ options: CsvOptions, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    guard case .bytes(let texts) = column else { return column }
    let zone = context.evaluation.zone
    func values<T: ColumnElement>(_ parse: (UnsafeRawBufferPointer) -> T?) -> Column {
      var result: [T] = []
      result.reserveCapacity(texts.count)
      var known = texts.validity ?? Validity(repeating: true, count: texts.count)
      for (row, view) in texts.views.enumerated() {
        let value = known[row] ? view.withRaw(parse) : nil
        if value == nil { known.set(row, false) }
        result.append(value ?? T.filler)
      }
      return T.column(result, validity: known.isAllValid ? nil : known)
    }
    switch type {
    case .boolean: return values { CsvWords.boolean($0) }
    case .tinyint: return values { CsvWords.isNumber($0) ? IntegerText.parseInt8($0) : nil }
    case .smallint: return values { CsvWords.isNumber($0) ? IntegerText.parseInt16($0) : nil }
    case .int: return values { CsvWords.isNumber($0) ? IntegerText.parseInt32($0) : nil }
    case .bigint: return values { CsvWords.isNumber($0) ? IntegerText.parse($0) : nil }
    case .float: return values { CsvWords.special($0).map { Float($0) } ?? DoubleText.parseFloat($0) }
    case .double: return values { CsvWords.special($0) ?? DoubleText.parse($0) }
    case .decimal(let precision, let scale):
      let shape = DecimalShape(precision: precision, scale: scale)
      return values { text in
        let plain = text.filter { $0 != UInt8(ascii: ",") }
        return plain.withUnsafeBytes {
          if case .value(let value) = DecimalText.parse($0, as: shape) { return value }
          return nil
        }
      }
    case .date:
      if let pattern = options.datePattern { return values { pattern.parseDate($0) } }
      return values { DateText.parse($0) }
    case .timestamp:
      if let pattern = options.timestampPattern { return values { pattern.parseTimestamp($0, zone: zone) } }
      let now = context.evaluation.timestampMicros
      return values { TimestampText.parse($0, zone: zone, nowMicros: now) }
    case .timestampNTZ: return values { TimestampText.parseLocal($0) }
    case .yearMonthInterval(let from, let to): return values { IntervalText.parseYearMonth($0, from: from, to: to) }
    case .dayTimeInterval(let from, let to): return values { IntervalText.parseDayTime($0, from: from, to: to) }
    case .string, .binary, .null, .array, .map, .structure: return column
    }
  }
}

/// Words that stand for values in CSV.
enum CsvWords {
  /// `true` and `false`, in any case.
  static func boolean(_ text: UnsafeRawBufferPointer) -> Bool? {
    if AsciiText.equals(text, "true") { return true }
    return AsciiText.equals(text, "false") ? false : nil
  }

  /// NaN and the infinities, as the options nanValue, positiveInf and negativeInf have them by default.
  static func special(_ text: UnsafeRawBufferPointer) -> Double? {
    switch String(decoding: text, as: UTF8.self) {
    case "NaN": .nan
    case "Inf", "Infinity": .infinity
    case "-Inf", "-Infinity": -.infinity
    default: nil
    }
  }

  /// Whether it begins and ends like an integer: blanks around one are not taken.
  static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return AsciiText.isDigit(last) && (AsciiText.isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+"))
  }
}
