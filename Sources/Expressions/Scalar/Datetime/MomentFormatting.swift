internal import Columnar
internal import Diagnostics

/// `date_format from_unixtime`, and `unix_timestamp`, which reads what they write.
enum MomentFormatting {
  private static let defaultPattern = "yyyy-MM-dd HH:mm:ss"

  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "date_format", .datetime, "date_format(timestamp, pattern)", "The timestamp as text, by a pattern.",
        shown: ["SELECT date_format('2016-04-08', 'y')": "2016", "SELECT date_format(DATE '2016-04-08', 'EEE d MMM')": "Fri 8 Apr"])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let type = try call.momentParameter(0)
      return BoundFunction(
        "date_format", [type, try call.parameter(1, as: .string)], returns: .string, isNullable: call.isAnyNullable,
        canFail: true
      ) { (context, operands) throws(SQLError) in
        let values: [Int64] = try operands[0].rowValues(context.rows)
        return try formatted(values, operands[1], context, zoned: type == .timestamp)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "from_unixtime", .datetime, "from_unixtime(seconds[, pattern])",
        "Seconds since 1970 as text, by a pattern or as yyyy-MM-dd HH:mm:ss.",
        shown: ["SELECT from_unixtime(0)": "1970-01-01 00:00:00", "SELECT from_unixtime(0, 'yyyy')": "1970"])
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      var parameters = [try call.parameter(0, as: .bigint)]
      if call.arguments.count == 2 { parameters.append(try call.parameter(1, as: .string)) }
      return BoundFunction(
        "from_unixtime", parameters, returns: .string, isNullable: call.isAnyNullable, canFail: parameters.count == 2
      ) { (context, operands) throws(SQLError) in
        // Too many seconds wrap around, as in Spark.
        let micros = (try operands[0].rowValues(context.rows) as [Int64]).map { $0 &* Micros.perSecond }
        let pattern = operands.count == 2 ? operands[1] : constantPattern
        return try formatted(micros, pattern, context, zoned: true)
      }
    },
    seconds(
      "unix_timestamp", 1...2, "Seconds since 1970 of a timestamp or of text, by a pattern or as yyyy-MM-dd HH:mm:ss.",
      "SELECT unix_timestamp('2016-04-08', 'yyyy-MM-dd')", "1460073600"),
    seconds(
      "to_unix_timestamp", 1...2, "As unix_timestamp.", "SELECT to_unix_timestamp('2016-04-08', 'yyyy-MM-dd')", "1460073600"),
  ]

  private static var constantPattern: Operand {
    Operand(Column([.string(defaultPattern)], type: .string), isConstant: true)
  }

  private static func formatted(
    _ values: [Int64], _ pattern: Operand, _ context: borrowing KernelContext, zoned: Bool
  ) throws(SQLError) -> Column {
    let patterns: [BytesView] = try pattern.rowValues(context.rows)
    let zone = context.evaluation.zone
    var reader = PatternReader(.formatting)
    var builder = TextBuilder(rows: context.rows)
    var out = ByteWriter(capacity: 64)
    for row in 0..<context.rows {
      out.removeAll()
      if context.isValid(row) {
        let pattern = try reader.pattern(patterns[row])
        if zoned {
          pattern.format(utcMicros: values[row], zone: zone, into: &out)
        } else {
          pattern.format(localMicros: values[row], into: &out)
        }
      }
      builder.append(out.bytes)
    }
    return builder.finish()
  }

  // MARK: Seconds of moments

  private static func seconds(
    _ name: String, _ counts: ClosedRange<Int>, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, .datetime, name == "unix_timestamp" ? "unix_timestamp([expr[, pattern]])" : "\(name)(expr[, pattern])", summary, shown: [sql: result])
    ) { (call) throws(SQLError) in
      // Without an argument the binder gives the step's timestamp.
      try call.expect(counts)
      return try bindSeconds(call)
    }
  }

  private static func bindSeconds(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    let source = call.types[0]
    let hasPattern = call.arguments.count == 2
    if hasPattern { try call.parameter(1, as: .string) }
    if source == .string || source == .null {
      let failure = call.failure()
      return BoundFunction(
        call.name, hasPattern ? [.string, .string] : [.string], returns: .bigint, canFail: failure == .raise
      ) { (context, operands) throws(SQLError) in
        let texts: [BytesView] = try operands[0].rowValues(context.rows)
        let pattern = hasPattern ? operands[1] : constantPattern
        let patterns: [BytesView] = try pattern.rowValues(context.rows)
        let zone = context.evaluation.zone
        return try MomentParsing.parsed(texts, patterns, context, failure, nil) { (pattern, text) -> Int64? in
          pattern.parseTimestamp(text, zone: zone).map { EpochTimes.floorDivide($0, Micros.perSecond) }
        }
      }
    }
    guard source.isTemporal else {
      throw .unexpectedInput(call, 0, wanted: "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")")
    }
    // One without a zone counts as UTC.
    let type: DataType = source == .timestampNTZ ? .timestampNTZ : .timestamp
    return BoundFunction(
      call.name, hasPattern ? [type, .string] : [type], returns: .bigint, isNullable: call.isAnyNullable
    ) { (context, operands) throws(SQLError) in
      try Kernel.unary(operands[0], context) { (micros: Int64) in EpochTimes.floorDivide(micros, Micros.perSecond) }
    }
  }
}
