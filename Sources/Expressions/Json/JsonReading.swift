internal import Columnar
internal import Diagnostics

/// `from_json`: JSON text as a value of a type.
enum JsonReading {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "from_json", .json, "from_json(json, schema[, options])",
      "The JSON text as a struct, array or map of the schema, written as DDL; what does not fit is NULL.",
      [
        ("SELECT from_json('{\"a\":1, \"b\":0.8}', 'a INT, b DOUBLE')", "{1, 0.8}"),
        ("SELECT from_json('[1,2]', 'array<int>')", "[1, 2]"),
      ]
    ) { (call) throws(SQLError) in
      try call.expect(2...3)
      try call.exactParameter(0, .string)
      let place = call.arguments[1].span.isNone ? call.span : call.arguments[1].span
      guard let schema = try call.constant(1)?.text, let parse = call.parseSchema else {
        throw SQLError(
          .bind, "INVALID_SCHEMA.NON_STRING_LITERAL", "the schema of from_json must be a constant string", span: place,
          hint: "write from_json(x, 'a INT, b STRING')")
      }
      let type: DataType
      do throws(SQLError) { type = try parse(schema) } catch { throw error.located(at: place) }
      guard type.isNested else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", "from_json gives a struct, an array or a map, not \"\(type.sqlName)\"",
          span: place)
      }
      if case .map(let key, _) = type, key != .string {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE", "the keys of JSON objects are \"STRING\", not \"\(key.sqlName)\"",
          span: place)
      }
      let options = try JsonOptions(call, 2, .parsing)
      let corruptIndex = corruptField(of: type, options)
      return BoundFunction("from_json", [.string] + call.types.dropFirst(), returns: type, canFail: options.mode == .failFast) {
        (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        var builder = ColumnBuilder(type, capacity: context.rows)
        for row in 0..<context.rows {
          guard context.isValid(row) else {
            builder.appendNull()
            continue
          }
          var isMisfit = false
          var value = texts[row].withRaw { bytes in
            var reader = JsonValueReader(bytes, context.evaluation, options)
            let value = reader.document(type)
            isMisfit = value == nil || reader.hasMisfit
            return value
          }
          if isMisfit, options.mode == .failFast {
            throw .data(
              "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "'\(texts[row].string)' is no JSON of \"\(type.sqlName)\"",
              hint: "the mode PERMISSIVE gives NULL")
          }
          value = value ?? nothing(of: type)
          if isMisfit, let corruptIndex, case .structure(var fields)? = value {
            fields[corruptIndex] = .bytes(texts[row].withBytes { Array($0) })
            value = .structure(fields)
          }
          builder.append(value ?? .null)
        }
        return builder.finish()
      }
    }
  ]

  /// The place of the field for texts that do not fit.
  private static func corruptField(of type: DataType, _ options: JsonOptions) -> Int? {
    guard case .structure(let fields) = type else { return nil }
    return fields.firstIndex { $0.name == options.corruptField && $0.type == .string }
  }

  /// What malformed text becomes: a struct of NULLs, or NULL.
  private static func nothing(of type: DataType) -> Value {
    if case .structure(let fields) = type { return .structure(fields.map { _ in .null }) }
    return .null
  }
}

/// Reads one JSON text as a value of a type. Boxes each value: meant for texts, not for files of them.
private struct JsonValueReader {
  private var scanner: JsonScanner
  private let zone: TimeZoneRules
  private let context: EvaluationContext
  private let options: JsonOptions
  /// Whether some value did not fit its type, and became NULL.
  private(set) var hasMisfit = false
  /// Whether the value just read did not: an array or map with such a value is one itself, a struct keeps the rest.
  private var isMisfit = false

  init(_ bytes: UnsafeRawBufferPointer, _ context: EvaluationContext, _ options: JsonOptions) {
    self.options = options
    scanner = JsonScanner(bytes, allowsLeadingZeros: options.allowsLeadingZeros)
    zone = context.zone
    self.context = context
  }

  /// Nil if the text is malformed or of another kind; NULL if it is blank.
  mutating func document(_ type: DataType) -> Value? {
    guard let next = scanner.peek() else { return .null }
    let value: Value?
    // A lone object is an array of one.
    if case .array(let element) = type, case .structure = element, next == UInt8(ascii: "{") {
      value = self.value(element).map { .list([$0]) }
    } else {
      let isFitting =
        switch type {
        case .array: next == UInt8(ascii: "[")
        default: next == UInt8(ascii: "{")
        }
      guard isFitting else { return nil }
      value = self.value(type)
    }
    return value
  }

  /// A value, NULL where it does not fit `type`; nil if the text is malformed.
  private mutating func value(_ type: DataType) -> Value? {
    let start = scanner
    isMisfit = false
    if scanner.accept(word: "null") { return .null }
    let value: Value?
    switch type {
    case .structure(let fields) where scanner.peek() == UInt8(ascii: "{"): return structure(fields)
    case .map(_, let value) where scanner.peek() == UInt8(ascii: "{"): return map(value)
    case .array(let element) where scanner.peek() == UInt8(ascii: "["): return array(element)
    case .string: return text()
    default: value = scalar(type)
    }
    if let value { return value }
    scanner = start
    return scanner.skipValue() ? misfit() : nil
  }

  private mutating func misfit() -> Value {
    isMisfit = true
    hasMisfit = true
    return .null
  }

  private mutating func structure(_ fields: [Field]) -> Value? {
    guard scanner.open(UInt8(ascii: "{")) else { return nil }
    var values = [Value](repeating: .null, count: fields.count)
    var name = ByteWriter()
    var isFirst = true
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "}"), isFirst: isFirst) {
      if isEnd {
        isMisfit = false
        return .structure(values)
      }
      isFirst = false
      name.removeAll()
      guard scanner.string(into: &name), scanner.accept(UInt8(ascii: ":")) else { return nil }
      if let index = fields.firstIndex(where: { $0.name.utf8.elementsEqual(name.bytes) }) {
        guard let value = value(fields[index].type) else { return nil }
        values[index] = value
      } else if !scanner.skipValue() {
        return nil
      }
    }
    return nil
  }

  private mutating func map(_ type: DataType) -> Value? {
    guard scanner.open(UInt8(ascii: "{")) else { return nil }
    var entries: [Value.MapEntry] = []
    var isSound = true
    // Keys of a map are unique: of equal ones the last stays.
    var places: [Value: Int] = [:]
    var name = ByteWriter()
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "}"), isFirst: entries.isEmpty) {
      if isEnd { return isSound ? .map(entries) : misfit() }
      name.removeAll()
      guard scanner.string(into: &name), scanner.accept(UInt8(ascii: ":")), let value = value(type) else { return nil }
      isSound = isSound && !isMisfit
      let key = Value.bytes(name.array)
      if let place = places[key] {
        entries[place].value = value
      } else {
        places[key] = entries.count
        entries.append(Value.MapEntry(key, value))
      }
    }
    return nil
  }

  private mutating func array(_ element: DataType) -> Value? {
    guard scanner.open(UInt8(ascii: "[")) else { return nil }
    var items: [Value] = []
    var isSound = true
    while let isEnd = scanner.isAtEnd(UInt8(ascii: "]"), isFirst: items.isEmpty) {
      if isEnd { return isSound ? .list(items) : misfit() }
      guard let item = value(element) else { return nil }
      isSound = isSound && !isMisfit
      items.append(item)
    }
    return nil
  }

  /// A string, or anything else as its JSON text.
  private mutating func text() -> Value? {
    var out = ByteWriter()
    let isGood = scanner.isString ? scanner.string(into: &out) : scanner.copyValue(to: &out)
    return isGood ? .bytes(out.array) : nil
  }

  private mutating func scalar(_ type: DataType) -> Value? {
    if type == .boolean {
      if scanner.accept(word: "true") { return .bool(true) }
      return scanner.accept(word: "false") ? .bool(false) : nil
    }
    if scanner.isString {
      var out = ByteWriter()
      return scanner.string(into: &out) ? parsed(out.bytes, type) : nil
    }
    if type.isFloating {
      for (word, number): (StaticString, Double) in [("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity)]
      where scanner.accept(word: word) {
        return type == .float ? .float32(Float(number)) : .float64(number)
      }
    }
    guard let number = scanner.number() else { return nil }
    switch type {
    case .tinyint: return IntegerText.parseInt8(number, allowFraction: false).map { .int8($0) }
    case .smallint: return IntegerText.parseInt16(number, allowFraction: false).map { .int16($0) }
    case .int: return IntegerText.parseInt32(number, allowFraction: false).map { .int32($0) }
    case .bigint: return IntegerText.parse(number, allowFraction: false).map { .int64($0) }
    case .float: return DoubleText.parseFloat(number).map { .float32($0) }
    case .double: return DoubleText.parse(number).map { .float64($0) }
    case .decimal: return decimal(number, type)
    default: return nil
    }
  }

  private func decimal(_ text: UnsafeRawBufferPointer, _ type: DataType) -> Value? {
    guard case .decimal(let precision, let scale) = type,
      case .value(let value) = DecimalText.parse(text, as: DecimalShape(precision: precision, scale: scale))
    else { return nil }
    return .int128(value)
  }

  /// A JSON string as a value that is written as one.
  private func parsed(_ text: UnsafeRawBufferPointer, _ type: DataType) -> Value? {
    switch type {
    case .date:
      if let pattern = options.datePattern { return pattern.parseDate(text).map { .int32($0) } }
      return DateText.parse(text).map { .int32($0) }
    case .timestamp:
      if let pattern = options.timestampPattern { return pattern.parseTimestamp(text, zone: zone).map { .int64($0) } }
      return TimestampText.parse(text, zone: zone, nowMicros: context.timestampMicros).map { .int64($0) }
    case .timestampNTZ: return TimestampText.parseLocal(text).map { .int64($0) }
    case .decimal: return decimal(text, type)
    case .float, .double:
      let word = String(decoding: text, as: UTF8.self)
      let number: Double? = ["NaN": .nan, "Infinity": .infinity, "+Infinity": .infinity, "INF": .infinity, "-Infinity": -.infinity, "-INF": -.infinity][word]
      return number.map { type == .float ? .float32(Float($0)) : .float64($0) }
    case .yearMonthInterval(let from, let to):
      return IntervalText.parseYearMonth(text, from: from, to: to).map { .int32($0) }
    case .dayTimeInterval(let from, let to): return IntervalText.parseDayTime(text, from: from, to: to).map { .int64($0) }
    default: return nil
    }
  }
}
