internal import Columnar
internal import Diagnostics

/// `to_date to_timestamp` and their kin: text by a pattern, or as a cast without one.
enum MomentParsing {
  static let functions: [ScalarFunction] = [
    parser(
      "to_date", .date, "The date in a text, by a pattern or as a cast reads it.",
      ["SELECT to_date('2009-07-30 04:17:52')": "2009-07-30", "SELECT to_date('31/12/2016', 'dd/MM/yyyy')": "2016-12-31"]),
    parser(
      "try_to_date", .date, isTolerant: true, "As to_date, but NULL for what is none.",
      ["SELECT try_to_date('foo')": "NULL"]),
    parser(
      "to_timestamp", .timestamp, "The timestamp in a text, by a pattern or as a cast reads it.",
      [
        "SELECT to_timestamp('2016-12-31 00:12:00')": "2016-12-31 00:12:00",
        "SELECT to_timestamp('2016-12-31', 'yyyy-MM-dd')": "2016-12-31 00:00:00",
      ]),
    parser(
      "try_to_timestamp", .timestamp, isTolerant: true, "As to_timestamp, but NULL for what is none.",
      ["SELECT try_to_timestamp('foo', 'yyyy')": "NULL"]),
    ScalarFunction(
      FunctionDoc(
        "to_timestamp_ltz", .datetime, "to_timestamp_ltz(expr[, pattern])",
        "As to_timestamp; with a number and 0 or 3, seconds or milliseconds since 1970 as in Flink.",
        shown: [
          "SELECT to_timestamp_ltz('2016-12-31 00:12:00')": "2016-12-31 00:12:00",
          "SELECT to_timestamp_ltz(1000, 3)": "1970-01-01 00:00:01",
        ])
    ) { (call) throws(SQLError) in
      if call.arguments.count == 2, call.types[0].isNumeric, call.types[1].isIntegral {
        return try sinceEpoch(call)
      }
      return try bind(call, .timestamp, isTolerant: false)
    },
    parser(
      "to_timestamp_ntz", .timestampNTZ, "The timestamp without time zone in a text; a zone in it is dropped.",
      ["SELECT to_timestamp_ntz('2016-12-31 00:12:00')": "2016-12-31 00:12:00"]),
  ]

  private static func parser(
    _ name: String, _ target: DataType, isTolerant: Bool = false, _ summary: String, _ examples: KeyValuePairs<String, String>
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .datetime, "\(name)(expr[, pattern])", summary, shown: examples)) {
      (call) throws(SQLError) in try bind(call, target, isTolerant: isTolerant)
    }
  }

  private static func bind(
    _ call: FunctionCall, _ target: DataType, isTolerant: Bool
  ) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let source = call.types[0]
    let failure: Kernel.Failure = isTolerant ? .null : call.failure()
    if call.arguments.count == 1 || source.isTemporal {
      if call.arguments.count == 2 { try call.parameter(1, as: .string) }
      return try cast(call, source, target, failure)
    }
    try call.parameter(0, as: .string)
    try call.parameter(1, as: .string)
    return BoundFunction(
      call.name, [.string, .string], returns: target, canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      let texts: [BytesView] = try operands[0].rowValues(context.rows)
      let patterns: [BytesView] = try operands[1].rowValues(context.rows)
      let zone = context.evaluation.zone
      switch target {
      case .date:
        return try parsed(texts, patterns, context, failure, isTolerant ? nil : "try_to_date") { (pattern, text) -> Int32? in
          pattern.parseTimestamp(text, zone: zone).map { zone.local(utcMicros: $0).days }
        }
      case .timestampNTZ:
        return try parsed(texts, patterns, context, failure, nil) { (pattern, text) -> Int64? in pattern.parseLocal(text) }
      default:
        return try parsed(texts, patterns, context, failure, isTolerant ? nil : "try_to_timestamp") { (pattern, text) -> Int64? in
          pattern.parseTimestamp(text, zone: zone)
        }
      }
    }
  }

  /// Rows of text by the patterns beside them. A pattern that is none is an error in every mode.
  @inline(__always)
  static func parsed<R: ColumnElement>(
    _ texts: [BytesView], _ patterns: [BytesView], _ context: borrowing KernelContext, _ failure: Kernel.Failure,
    _ tolerant: String?, _ body: (DateTimePattern, UnsafeRawBufferPointer) -> R?
  ) throws(SQLError) -> Column {
    var reader = PatternReader(.parsing)
    var values = [R](repeating: R.filler, count: context.rows)
    var validity = Validity(repeating: true, count: context.rows)
    for row in 0..<context.rows where context.isValid(row) {
      let pattern = try reader.pattern(patterns[row])
      if let value = texts[row].withRaw({ body(pattern, $0) }) {
        values[row] = value
      } else if failure == .raise {
        throw .unparsable(texts[row], tolerant: tolerant)
      } else {
        validity.set(row, false)
      }
    }
    return R.column(values, validity: validity.isAllValid ? nil : validity)
  }

  /// Without a pattern the function is a cast.
  private static func cast(
    _ call: FunctionCall, _ source: DataType, _ target: DataType, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    let parameters = Array(call.types)
    // A number of seconds is a timestamp; as a date it is text that is none.
    let through: DataType = source.isNumeric && target != .timestamp ? .string : source
    guard source == .null || source == .string || source.isTemporal || (source.isNumeric && target != .timestampNTZ),
      Casts.isAllowed(from: through, to: target)
    else { throw .unexpectedInput(call, 0, wanted: "(\"STRING\" or \"DATE\" or \"TIMESTAMP\")") }
    let mode: CastMode = failure == .raise ? .ansi : .attempt
    let isSame = source == target
    return BoundFunction(
      call.name, parameters, returns: target, isNullable: call.isAnyNullable || failure == .null,
      canFail: failure == .raise && !isSame
    ) { (context, operands) throws(SQLError) in
      var operand = operands[0]
      if through != source {
        operand = Operand(try Casts.cast(operand, from: source, to: through, mode: mode, context: &context))
      }
      return try Casts.cast(operand, from: through, to: target, mode: mode, context: &context)
    }
  }

  private static func sinceEpoch(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    guard let digits = try call.constantInteger(1, what: "the precision"), digits == 0 || digits == 3 else {
      throw .argumentOutOfRange(call, 1, range: "0 (seconds) and 3 (milliseconds)", found: "another number")
    }
    let factor = digits == 0 ? Micros.perSecond : Micros.perMillisecond
    return BoundFunction(
      call.name, [try call.parameter(0, as: .bigint), .int], returns: .timestamp, isNullable: call.isAnyNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context) { (x: Int64) -> (value: Int64, failed: Bool) in
        let (micros, overflow) = x.multipliedReportingOverflow(by: factor)
        return (micros, overflow)
      } error: { _ in
        .datetimeOverflow("the timestamp")
      }
    }
  }
}
