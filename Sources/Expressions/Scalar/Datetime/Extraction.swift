internal import Columnar
internal import Diagnostics

/// `extract(field FROM source)` and `date_part(field, source)`: int, or decimal(8,6) for seconds. Of intervals, the fields
/// of their type.
enum Extraction {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "extract", .datetime, "extract(field FROM source)", "A field of a date, a timestamp or an interval.",
        shown: [
          "SELECT extract(YEAR FROM TIMESTAMP '2019-08-12 01:00:00.123456')": "2019",
          "SELECT extract(SECONDS FROM INTERVAL '5:10.5' MINUTE TO SECOND)": "10.500000",
        ]), bind: bind),
    ScalarFunction(
      FunctionDoc(
        "date_part", aliases: ["datepart"], .datetime, "date_part(field, source)",
        "A field of a date, a timestamp or an interval, named by a string.",
        shown: ["SELECT date_part('week', TIMESTAMP '2019-08-12 01:00:00')": "33"]), bind: bind),
  ]

  /// Seconds with their microseconds.
  private static let secondType = DataType.decimal(precision: 8, scale: 6)

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    guard try call.constant(0) != nil else { throw .nonFoldable(call, 0, "NON_FOLDABLE_ARGUMENT", what: "the field") }
    guard let field = try call.constantText(0, what: "the field") else {
      return BoundFunction(call.name, [.string, call.types[1]], returns: .double, nulls: .handled) { (context, _) in
        ColumnBuilder.nulls(.double, count: context.rows)
      }
    }
    let type = call.types[1]
    if type.isInterval { return try ofInterval(call, field, type) }
    guard let part = DatePart(field) else { throw .invalidField(call, field, type) }
    guard part.isOfClock else {
      guard type.isTemporal || type == .string || type == .null, let kernel = part.ofDate else {
        throw .unexpectedInput(call, 1, wanted: "\"DATE\"")
      }
      return BoundFunction(call.name, [.string, .date], returns: .int, isNullable: call.isAnyNullable) {
        (context, operands) throws(SQLError) in try kernel(&context, [operands[1]])
      }
    }
    let moment = try call.momentParameter(1)
    let isZoned = moment == .timestamp
    if part == .second {
      return BoundFunction(
        call.name, [.string, moment], returns: secondType, isNullable: call.isAnyNullable,
        MomentLoop.clock(zoned: isZoned, argument: 1) { Int128($0 % Micros.perMinute) })
    }
    guard let kernel = part.ofClock(zoned: isZoned, argument: 1) else { throw .invalidField(call, field, type) }
    return BoundFunction(call.name, [.string, moment], returns: .int, isNullable: call.isAnyNullable, kernel)
  }

  // MARK: Intervals

  private static func ofInterval(
    _ call: FunctionCall, _ field: String, _ type: DataType
  ) throws(SQLError) -> BoundFunction {
    func bound(_ result: DataType, _ kernel: @escaping BoundFunction.Kernel) -> BoundFunction {
      BoundFunction(call.name, [.string, type], returns: result, isNullable: call.isAnyNullable, kernel)
    }
    switch (DatePart(field), type) {
    case (.year, .yearMonthInterval(.year, _)):
      return bound(.int) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (months: Int32) in months / 12 }
      }
    case (.month, .yearMonthInterval(_, .month)):
      return bound(.tinyint) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (months: Int32) in Int8(months % 12) }
      }
    case (.day, .dayTimeInterval(.day, _)):
      return bound(.int) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (micros: Int64) in Int32(truncatingIfNeeded: micros / Micros.perDay) }
      }
    case (.hour, .dayTimeInterval(let from, let to)) where from <= .hour && to >= .hour:
      return bound(.tinyint) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (micros: Int64) in Int8(micros % Micros.perDay / Micros.perHour) }
      }
    case (.minute, .dayTimeInterval(let from, let to)) where from <= .minute && to >= .minute:
      return bound(.tinyint) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (micros: Int64) in Int8(micros % Micros.perHour / Micros.perMinute) }
      }
    case (.second, .dayTimeInterval(_, .second)):
      return bound(secondType) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[1], context) { (micros: Int64) in Int128(micros % Micros.perMinute) }
      }
    default: throw .invalidField(call, field, type)
    }
  }
}

extension SQLError {
  static func invalidField(_ call: FunctionCall, _ field: String, _ type: DataType) -> SQLError {
    let span = call.arguments[0].span
    return SQLError(
      .bind, "INVALID_EXTRACT_FIELD", "there is no field \"\(field)\" in a value of type \"\(type.sqlName)\"",
      span: span.isNone ? call.span : span,
      hint: type.isInterval
        ? "the fields of an interval are those of its type" : "use YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE or SECOND")
  }
}
