internal import Columnar
internal import Diagnostics

/// Moments from and to numbers since 1970: `timestamp_seconds unix_millis date_from_unix_date …`.
enum EpochTimes {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "timestamp_seconds", .datetime, "timestamp_seconds(seconds)", "The timestamp so many seconds after 1970 in UTC.",
        shown: ["SELECT timestamp_seconds(1230219000.123)": "2008-12-25 15:30:00.123"]), bind: bindSeconds),
    fromInteger(
      "timestamp_millis", Micros.perMillisecond, "The timestamp so many milliseconds after 1970 in UTC.",
      "SELECT timestamp_millis(1230219000123)", "2008-12-25 15:30:00.123"),
    fromInteger(
      "timestamp_micros", 1, "The timestamp so many microseconds after 1970 in UTC.",
      "SELECT timestamp_micros(1230219000123123)", "2008-12-25 15:30:00.123123"),
    toInteger("unix_seconds", Micros.perSecond, "Whole seconds since 1970 in UTC.", "1"),
    toInteger("unix_millis", Micros.perMillisecond, "Whole milliseconds since 1970 in UTC.", "1000"),
    toInteger("unix_micros", 1, "Microseconds since 1970 in UTC.", "1000000"),
    ScalarFunction(
      FunctionDoc(
        "unix_date", .datetime, "unix_date(date)", "Days since 1970-01-01.",
        shown: ["SELECT unix_date(DATE '1970-01-02')": "1"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction("unix_date", [try call.exactParameter(0, .date)], returns: .int, isNullable: call.isAnyNullable) { (context, operands) in
        operands[0].flattened(rows: context.rows)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "date_from_unix_date", .datetime, "date_from_unix_date(days)", "The date so many days after 1970-01-01.",
        shown: ["SELECT date_from_unix_date(1)": "1970-01-02"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        "date_from_unix_date", [try call.parameter(0, as: .int)], returns: .date, isNullable: call.isAnyNullable
      ) { (context, operands) in operands[0].flattened(rows: context.rows) }
    },
  ]

  private static func fromInteger(
    _ name: String, _ factor: Int64, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .datetime, "\(name)(count)", summary, shown: [sql: result])) { (call) throws(SQLError) in
      try call.expect(1)
      guard call.types[0].isIntegral || call.types[0] == .null else { throw .unexpectedInput(call, 0, wanted: "\"INTEGRAL\"") }
      return BoundFunction(name, [.bigint], returns: .timestamp, isNullable: call.isAnyNullable, canFail: factor > 1, scaled(factor))
    }
  }

  private static func scaled(_ factor: Int64) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context) { (x: Int64) -> (value: Int64, failed: Bool) in
        let (micros, overflow) = x.multipliedReportingOverflow(by: factor)
        return (micros, overflow)
      } error: { _ in
        .datetimeOverflow("the timestamp")
      }
    }
  }

  private static func toInteger(_ name: String, _ divisor: Int64, _ summary: String, _ result: String) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .datetime, "\(name)(timestamp)", summary, shown: ["SELECT \(name)(TIMESTAMP '1970-01-01 00:00:01Z')": result])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      // One without a zone counts as UTC.
      let type = call.types[0] == .timestampNTZ ? .timestampNTZ : try call.exactParameter(0, .timestamp)
      return BoundFunction(name, [type], returns: .bigint, isNullable: call.isAnyNullable) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (micros: Int64) in floorDivide(micros, divisor) }
      }
    }
  }

  private static func bindSeconds(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type = call.types[0]
    let isNullable = call.isAnyNullable
    if type.isIntegral || type == .null {
      return BoundFunction(
        "timestamp_seconds", [.bigint], returns: .timestamp, isNullable: isNullable, canFail: true, scaled(Micros.perSecond))
    }
    if type.isFloating {
      return BoundFunction("timestamp_seconds", [.double], returns: .timestamp) { (context, operands) throws(SQLError) in
        // NaN and the infinities are no time.
        try Kernel.checkedUnary(operands[0], context, .null) { (x: Double) -> (value: Int64, failed: Bool) in
          (Casts.saturated(x * Double(Micros.perSecond), Int64.self), !x.isFinite)
        } error: { _ in
          .internal("timestamp_seconds raised")
        }
      }
    }
    guard let shape = type.decimalShape else { throw .unexpectedInput(call, 0, wanted: "\"NUMERIC\"") }
    let micros = DecimalShape(precision: DecimalShape.digitsMax, scale: 6)
    return BoundFunction(
      "timestamp_seconds", [type], returns: .timestamp, isNullable: isNullable, canFail: true
    ) { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context) { (x: Int128) -> (value: Int64, failed: Bool) in
        guard let value = Decimal128.rescale(x, from: shape.scale, to: micros).flatMap({ Int64(exactly: $0) }),
          Decimal128.compare(Int128(value), scale: 6, x, scale: shape.scale) == 0
        else { return (0, true) }
        return (value, false)
      } error: { _ in
        .datetimeOverflow("the timestamp, in whole microseconds,")
      }
    }
  }

  /// The quotient rounded down.
  @inline(__always)
  static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
  }
}
