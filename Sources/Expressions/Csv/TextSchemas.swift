internal import Columnar
internal import Diagnostics

/// `schema_of_json` and `schema_of_csv`: the DDL of a sample text, found while binding, so that `from_json` can use it.
enum TextSchemas {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "schema_of_json", .json, "schema_of_json(json[, options])", "The schema of a constant JSON text as DDL.",
      [("SELECT schema_of_json('[{\"col\":0}]')", "ARRAY<STRUCT<col: BIGINT>>")]
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      let sample = try sample(call)
      let schema = JsonSchema(options: try JsonOptions(call, 1, .parsing))
      let type = sample.withUnsafeBytes { schema.type(of: $0) }
      guard let type else {
        throw .data(
          "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "'\(String(decoding: sample, as: UTF8.self))' is no JSON")
      }
      return constant(call, type.withoutNulls.ddl)
    },
    ScalarFunction(
      "schema_of_csv", .json, "schema_of_csv(csv[, options])", "The schema of a constant record of CSV as DDL.",
      [("SELECT schema_of_csv('1,abc')", "STRUCT<_c0: INT, _c1: STRING>")]
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      let sample = try sample(call)
      let options = try CsvOptions(call, 1, .parsing)
      var fields: [Field] = []
      sample.withUnsafeBytes { text in
        CsvRecord(options).forEachField(text) { field in
          fields.append(Field("_c\(fields.count)", field.map { CsvSchema.type(of: $0, options) } ?? .string))
        }
      }
      return constant(call, DataType.structure(fields).ddl)
    },
  ]

  private static func sample(_ call: FunctionCall) throws(SQLError) -> [UInt8] {
    let span = call.arguments[0].span.isNone ? call.span : call.arguments[0].span
    try call.parameter(0, as: .string)
    guard let value = try call.constant(0) else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "the sample of \(call.name) must be a constant string", span: span,
        hint: "write one record as a string")
    }
    guard case .bytes(let bytes) = value else {
      throw SQLError(.bind, "DATATYPE_MISMATCH.UNEXPECTED_NULL", "the sample of \(call.name) is NULL", span: span)
    }
    return bytes
  }

  private static func constant(_ call: FunctionCall, _ text: String) -> BoundFunction {
    BoundFunction(
      call.name, [.string] + call.types.dropFirst(), returns: .string, nulls: .handled, isNullable: false
    ) { (context, _) in Column.repeating(.string(text), type: .string, count: context.rows) }
  }
}

/// The type of a field of CSV, the narrowest that it can be read as.
private enum CsvSchema {
  static func type(of text: UnsafeRawBufferPointer, _ options: CsvOptions) -> DataType {
    if CsvWords.isNumber(text) {
      if IntegerText.parseInt32(text) != nil { return .int }
      if IntegerText.parse(text) != nil { return .bigint }
      if let (_, shape) = DecimalText.parseLiteral(text), shape.scale == 0, text.allSatisfy({ AsciiText.isDigit($0) }) {
        return .decimal(precision: shape.precision, scale: 0)
      }
    }
    if CsvWords.special(text) != nil || DoubleText.parse(text) != nil { return .double }
    let isDate = options.datePattern.map { $0.parseDate(text) != nil } ?? (DateText.parse(text) != nil && text.count <= 10)
    if isDate { return .date }
    let isTimestamp =
      options.timestampPattern.map { $0.parseTimestamp(text, zone: .utc) != nil }
      ?? (text.count > 10 && TimestampText.parse(text, zone: .utc, nowMicros: 0) != nil)
    if isTimestamp { return .timestamp }
    return CsvWords.boolean(text) != nil ? .boolean : .string
  }
}

/// The type of a JSON text: whole numbers are BIGINT (or a decimal that holds them), others DOUBLE, the rest STRING.
private struct JsonSchema {
  let options: JsonOptions

  /// Arrays and objects inside each other; deeper texts are malformed, as to Spark's JSON reader.
  private static let depthMax = 1000

  func type(of text: UnsafeRawBufferPointer) -> DataType? {
    var scanner = JsonScanner(text, allowsLeadingZeros: options.allowsLeadingZeros)
    return value(&scanner, depth: 0)
  }

  private func value(_ scanner: inout JsonScanner, depth: Int) -> DataType? {
    if depth > Self.depthMax { return nil }
    switch scanner.peek() {
    case UInt8(ascii: "{"): return object(&scanner, depth: depth + 1)
    case UInt8(ascii: "["): return array(&scanner, depth: depth + 1)
    default: break
    }
    if scanner.isString {
      var out = ByteWriter()
      return scanner.string(into: &out) ? .string : nil
    }
    if scanner.accept(word: "null") { return .null }
    if scanner.accept(word: "true") || scanner.accept(word: "false") { return options.infersStrings ? .string : .boolean }
    guard let number = scanner.number() else { return nil }
    if options.infersStrings { return .string }
    if IntegerText.parse(number) != nil { return .bigint }
    if number.allSatisfy({ AsciiText.isDigit($0) || $0 == UInt8(ascii: "-") }), let (_, shape) = DecimalText.parseLiteral(number) {
      return .decimal(precision: shape.precision, scale: 0)
    }
    if options.infersDecimals, let (_, shape) = DecimalText.parseLiteral(number) {
      return .decimal(precision: max(shape.precision, shape.scale), scale: shape.scale)
    }
    return .double
  }

  private func object(_ scanner: inout JsonScanner, depth: Int) -> DataType? {
    guard scanner.open(UInt8(ascii: "{")) else { return nil }
    var fields: [Field] = []
    var name = ByteWriter()
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "}"), isFirst: fields.isEmpty) {
      if isEnd { return .structure(fields.sorted { $0.name < $1.name }) }
      name.removeAll()
      guard scanner.string(into: &name), scanner.accept(UInt8(ascii: ":")), let type = value(&scanner, depth: depth) else { return nil }
      let key = name.string
      if let known = fields.firstIndex(where: { $0.name == key }) {
        fields[known].type = Self.merged(fields[known].type, type)
      } else {
        fields.append(Field(key, type))
      }
    }
    return nil
  }

  private func array(_ scanner: inout JsonScanner, depth: Int) -> DataType? {
    guard scanner.open(UInt8(ascii: "[")) else { return nil }
    var element = DataType.null
    var isFirst = true
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "]"), isFirst: isFirst) {
      if isEnd { return .array(element) }
      isFirst = false
      guard let type = value(&scanner, depth: depth) else { return nil }
      element = Self.merged(element, type)
    }
    return nil
  }

  /// The type that both values can be read as; STRING if there is no other.
  private static func merged(_ a: DataType, _ b: DataType) -> DataType {
    switch (a, b) {
    case (.null, let other), (let other, .null): return other
    case (.array(let x), .array(let y)): return .array(merged(x, y))
    case (.structure(let x), .structure(let y)):
      var fields = x
      for field in y {
        if let known = fields.firstIndex(where: { $0.name == field.name }) {
          fields[known].type = merged(fields[known].type, field.type)
        } else {
          fields.append(field)
        }
      }
      return .structure(fields.sorted { $0.name < $1.name })
    default: return a == b ? a : (a.isNumeric && b.isNumeric ? Coercion.commonType(a, b) ?? .string : .string)
    }
  }
}

extension DataType {
  /// As Spark writes types in DDL: `STRUCT<a: BIGINT>`; names that are no identifiers in backquotes.
  fileprivate var ddl: String {
    switch self {
    case .array(let element): return "ARRAY<\(element.ddl)>"
    case .structure(let fields):
      let parts = fields.map { field in
        let isPlain = !field.name.isEmpty && field.name.utf8.allSatisfy { AsciiText.isLetter($0) || AsciiText.isDigit($0) || $0 == 0x5F }
        return "\(isPlain ? field.name : "`" + field.name.replacing("`", with: "``") + "`"): \(field.type.ddl)"
      }
      return "STRUCT<\(parts.joined(separator: ", "))>"
    default: return sqlName
    }
  }

  /// The same type with STRING for what is only known to be NULL.
  fileprivate var withoutNulls: DataType {
    switch self {
    case .null: .string
    case .array(let element): .array(element.withoutNulls)
    case .structure(let fields): .structure(fields.map { Field($0.name, $0.type.withoutNulls, isNullable: $0.isNullable) })
    default: self
    }
  }
}
