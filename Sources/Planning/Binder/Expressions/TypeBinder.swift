package import Columnar
package import Diagnostics
package import SQLSyntax

/// Turns a type as written into a type; what is not there is refused by name, with what to use instead.
package enum TypeBinder {
  package static func bind(_ type: AST.TypeName) throws(SQLError) -> DataType { try bind(type, takesLengths: false) }

  /// The type that CAST converts to. Lengths belong to columns: to VARCHAR(n) or CHAR(n) a value is cast as to STRING, as in Spark.
  package static func bind(castTo type: AST.TypeName) throws(SQLError) -> DataType { try bind(type, takesLengths: true) }

  /// The type of a column of a relation. VARCHAR(n) and CHAR(n) are strings whose lengths are looked at where they are written.
  package static func bind(column type: AST.TypeName) throws(SQLError) -> DataType { try bind(type, takesLengths: true) }

  private static func bind(_ type: AST.TypeName, takesLengths: Bool) throws(SQLError) -> DataType {
    switch type.kind {
    case .named(let name, let parameters):
      if takesLengths, let length = length(of: name, parameters) {
        try check(length, span: type.span)
        return .string
      }
      return try named(name.text, parameters, span: type.span)
    case .array(let element): return .array(try bind(element, takesLengths: takesLengths))
    case .map(let key, let value):
      let keyType = try bind(key, takesLengths: takesLengths)
      if case .map = keyType {
        throw SQLError(.bind, "INVALID_MAP_KEY_TYPE", "the key of a map cannot be a map", span: key.span)
      }
      return .map(key: keyType, value: try bind(value, takesLengths: takesLengths))
    case .structure(let fields):
      var bound: [Field] = []
      for field in fields {
        bound.append(Field(field.name.text, try bind(field.type, takesLengths: takesLengths), isNullable: !field.isNotNull))
      }
      return .structure(bound)
    case .interval(let from, let to): return try interval(from, to ?? from, span: type.span)
    }
  }

  // MARK: Lengths

  /// The lengths of VARCHAR(n) and CHAR(n) in a type; nil if there are none.
  package static func lengths(of type: AST.TypeName) -> TextLengths? {
    switch type.kind {
    case .named(let name, let parameters): return length(of: name, parameters)
    case .array(let element): return lengths(of: element).map { .array($0) }
    case .map(let key, let value):
      let inner = (lengths(of: key), lengths(of: value))
      return inner.0 == nil && inner.1 == nil ? nil : .map(key: inner.0, value: inner.1)
    case .structure(let fields):
      let inner = fields.map { lengths(of: $0.type) }
      return inner.allSatisfy { $0 == nil } ? nil : .structure(inner)
    case .interval: return nil
    }
  }

  /// A CHAR is filled up to its length, whatever it is.
  private static let charLengthMax = 65_535

  private static func check(_ length: TextLengths, span: SourceSpan) throws(SQLError) {
    guard let characters = length.charLength, characters > charLengthMax else { return }
    throw unsupported("CHAR(\(characters))", "use VARCHAR(\(characters)): a CHAR has at most \(charLengthMax) characters", span)
  }

  private static func length(of name: AST.Identifier, _ parameters: [Int]) -> TextLengths? {
    guard parameters.count == 1 else { return nil }
    switch name.text.uppercased() {
    case "VARCHAR": return .varchar(parameters[0])
    case "CHAR", "CHARACTER": return .char(parameters[0])
    default: return nil
    }
  }

  private static func named(_ name: String, _ parameters: [Int], span: SourceSpan) throws(SQLError) -> DataType {
    let upper = name.uppercased()
    switch upper {
    case "DECIMAL", "DEC", "NUMERIC": return try decimal(parameters, span: span)
    case "VARCHAR", "CHAR", "CHARACTER":
      // DIALECT §4: without a length it is STRING.
      if parameters.isEmpty { return .string }
      throw SQLError(
        .bind, "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "\(upper)(\(parameters[0])) is a type of columns of relations and nothing else",
        span: span, hint: "use STRING, which has no length")
    case "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ":
      try checkFractionDigits(parameters, upper, span)
      return upper == "TIMESTAMP_NTZ" ? .timestampNTZ : .timestamp
    default: break
    }
    if upper == "TIME" {
      throw SQLError(
        .bind, "UNSUPPORTED_TIME_TYPE", "type TIME is not supported", span: span,
        hint: "use STRING, or INTERVAL HOUR TO SECOND since midnight, which is added to a DATE")
    }
    if let replacement = replacement(of: upper) { throw unsupported(upper, replacement, span) }
    guard let type = simple(upper) else { throw unknown(name, span) }
    if !parameters.isEmpty {
      throw SQLError(
        .bind, "UNSUPPORTED_DATATYPE", "type \(upper) takes no parameters", span: span, hint: "write \(upper) alone")
    }
    return type
  }

  private static func simple(_ upper: String) -> DataType? {
    switch upper {
    case "BOOLEAN", "BOOL": .boolean
    case "TINYINT", "BYTE": .tinyint
    case "SMALLINT", "SHORT": .smallint
    case "INT", "INTEGER": .int
    case "BIGINT", "LONG": .bigint
    case "FLOAT", "REAL": .float
    case "DOUBLE", "DOUBLE PRECISION": .double
    case "STRING", "TEXT": .string
    case "BINARY", "BYTES", "VARBINARY": .binary
    case "DATE": .date
    case "VOID", "NULL": .null
    default: nil
    }
  }

  /// What to use instead of a type that is not there.
  private static func replacement(of upper: String) -> String? {
    switch upper {
    case "VARIANT", "JSON", "OBJECT": "use STRING and get_json_object or from_json"
    case "GEOMETRY", "GEOGRAPHY": "use STRING with well-known text"
    case "UUID": "use STRING"
    case "NVARCHAR", "NCHAR", "CLOB": "use STRING"
    case "BLOB", "BYTEA": "use BINARY"
    case "MULTISET": "use ARRAY"
    case "TIMESTAMPTZ", "TIMESTAMP_TZ", "DATETIME", "TIMESTAMP WITH TIME ZONE": "use TIMESTAMP, which is an instant"
    case "SERIAL", "BIGSERIAL", "HUGEINT", "UBIGINT": "use BIGINT or DECIMAL(38, 0)"
    default: nil
    }
  }

  private static let names = [
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "REAL", "DOUBLE", "DECIMAL", "NUMERIC",
    "STRING", "VARCHAR", "BINARY", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "INTERVAL", "ARRAY", "MAP", "STRUCT",
  ]

  private static func decimal(_ parameters: [Int], span: SourceSpan) throws(SQLError) -> DataType {
    let precision = parameters.first ?? 10
    let scale = parameters.dropFirst().first ?? 0
    if parameters.count == 2, (1...DataType.decimalDigitsMax).contains(precision), scale > precision {
      throw SQLError(
        .bind, "DECIMAL_SCALE_EXCEEDS_PRECISION", "the scale \(scale) of DECIMAL is above its precision \(precision)", span: span)
    }
    guard parameters.count <= 2, (1...DataType.decimalDigitsMax).contains(precision), (0...precision).contains(scale)
    else {
      throw SQLError(
        .bind, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
        "DECIMAL takes a precision of 1 to \(DataType.decimalDigitsMax) and a scale of 0 to the precision, found "
          + "(\(parameters.map(String.init).joined(separator: ", ")))", span: span)
    }
    return .decimal(precision: precision, scale: scale)
  }

  private static func checkFractionDigits(
    _ parameters: [Int], _ name: String, _ span: SourceSpan
  ) throws(SQLError) {
    guard let digits = parameters.first else { return }
    // Flink writes TIMESTAMP(3); values keep microseconds whatever is declared.
    guard parameters.count == 1, (0...6).contains(digits) else {
      throw unsupported("\(name)(\(digits))", "use \(name), which keeps microseconds", span)
    }
  }

  private static func interval(
    _ from: AST.IntervalUnit?, _ to: AST.IntervalUnit?, span: SourceSpan
  ) throws(SQLError) -> DataType {
    guard let from, let to else {
      throw unsupported(
        "INTERVAL without units", "use INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH", span)
    }
    switch (from, to) {
    case (.year, .year): return .yearMonthInterval(.year, .year)
    case (.month, .month): return .yearMonthInterval(.month, .month)
    case (.year, .month): return .yearMonth
    default: break
    }
    if let first = dayTimeUnit(from), let last = dayTimeUnit(to), first <= last {
      return .dayTimeInterval(first, last)
    }
    throw unsupported(
      "INTERVAL \(from.rawValue) TO \(to.rawValue)", "use INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH", span)
  }

  private static func dayTimeUnit(_ unit: AST.IntervalUnit) -> DataType.DayTimeUnit? {
    switch unit {
    case .day: .day
    case .hour: .hour
    case .minute: .minute
    case .second: .second
    case .year, .quarter, .month, .week, .millisecond, .microsecond, .nanosecond: nil
    }
  }

  private static func unsupported(_ name: String, _ hint: String, _ span: SourceSpan) -> SQLError {
    SQLError(.bind, "UNSUPPORTED_DATATYPE", "type \(name) is not supported", span: span, hint: hint)
  }

  private static func unknown(_ name: String, _ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_DATATYPE", "there is no type \"\(name)\"", span: span,
      hint: didYouMean(name, in: names))
  }
}
