internal import Columnar
internal import Diagnostics

/// `make_ym_interval make_dt_interval make_interval`: intervals from their fields.
///
/// Spark's `make_interval` mixes months and seconds in a type of its own. Here it gives a year-month interval, or a
/// day-time one when years and months are 0, and refuses a mix.
enum IntervalConstruction {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "make_ym_interval", .datetime, "make_ym_interval([years[, months]])", "A year-month interval.",
        shown: ["SELECT make_ym_interval(1, 2)": "INTERVAL '1-2' YEAR TO MONTH"])
    ) { (call) throws(SQLError) in
      try call.expect(0...2)
      return bound(call, try call.parameters(all: .int), .yearMonth, .raise) { months($0.first ?? 0, $0.dropFirst().first ?? 0) }
    },
    ScalarFunction(
      FunctionDoc(
        "make_dt_interval", .datetime, "make_dt_interval([days[, hours[, mins[, secs]]]])", "A day-time interval.",
        shown: ["SELECT make_dt_interval(1, 12, 30, 01.001001)": "INTERVAL '1 12:30:01.001001' DAY TO SECOND"])
    ) { (call) throws(SQLError) in
      try call.expect(0...4)
      return bound(call, try parameters(call, secondsAt: 3), .dayTime, .raise) { micros($0[...]) }
    },
    mixed("make_interval", isTolerant: false, "INTERVAL '4 00:00:00' DAY TO SECOND", "make_interval(0, 0, 0, 4)"),
    mixed("try_make_interval", isTolerant: true, "NULL", "try_make_interval(2147483647)"),
  ]

  private static let secondType = DataType.decimal(precision: 18, scale: 6)

  /// All int, but for seconds.
  private static func parameters(_ call: FunctionCall, secondsAt index: Int) throws(SQLError) -> [DataType] {
    var result: [DataType] = []
    for i in call.arguments.indices { result.append(try call.parameter(i, as: i == index ? secondType : .int)) }
    return result
  }

  private static func mixed(
    _ name: String, isTolerant: Bool, _ shown: String, _ example: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(
        name, .datetime, "\(name)([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]])",
        "A year-month interval, or a day-time one if years and months are 0\(isTolerant ? "; NULL on overflow" : "").",
        shown: ["SELECT \(example)": shown])
    ) { (call) throws(SQLError) in
      try call.expect(0...7)
      let types = try parameters(call, secondsAt: 6)
      let failure: Kernel.Failure = isTolerant ? .null : .raise
      func isZero(_ index: Int) -> Bool {
        call.arguments[index].literalValue?.integer == 0 || call.arguments[index].literalValue == .int128(0)
      }
      if call.arguments.indices.dropFirst(2).allSatisfy(isZero), !call.arguments.isEmpty {
        return bound(call, types, .yearMonth, failure) { months($0[0], $0.count > 1 ? $0[1] : 0) }
      }
      guard call.arguments.indices.prefix(2).allSatisfy(isZero) else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE.INTERVAL_MIXED_UNITS", "an interval cannot mix years or months with days or seconds",
          span: call.span, hint: "add make_ym_interval(…) and make_dt_interval(…) one after the other")
      }
      return bound(call, types, .dayTime, failure) { fields in
        guard fields.count > 2 else { return 0 }
        let days = fields[2] * 7 + (fields.count > 3 ? fields[3] : 0)
        return micros([days] + fields.dropFirst(4))
      }
    }
  }

  /// Years and months together.
  private static func months(_ years: Int128, _ months: Int128) -> Int128? {
    Int32(exactly: years * 12 + months).map { Int128($0) }
  }

  /// Days, hours, minutes, and seconds in microseconds, together.
  private static func micros(_ fields: ArraySlice<Int128>) -> Int128? {
    let factors = [Micros.perDay, Micros.perHour, Micros.perMinute, 1]
    let sum = zip(fields, factors).reduce(Int128(0)) { $0 + $1.0 * Int128($1.1) }
    return Int64(exactly: sum).map { Int128($0) }
  }

  private static func bound(
    _ call: FunctionCall, _ parameters: [DataType], _ result: DataType, _ failure: Kernel.Failure,
    _ body: @escaping @Sendable ([Int128]) -> Int128?
  ) -> BoundFunction {
    BoundFunction(
      call.name, parameters, returns: result, isNullable: call.isAnyNullable || failure == .null, canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      var fields: [[Int128]] = []
      for (operand, type) in zip(operands, parameters) {
        fields.append(type == .int ? (try operand.rowValues(rows) as [Int32]).map { Int128($0) } : try operand.rowValues(rows))
      }
      var values = [Int64](repeating: 0, count: rows)
      var validity = Validity(repeating: true, count: rows)
      for row in 0..<rows where context.isValid(row) {
        if let value = body(fields.map { $0[row] }) {
          values[row] = Int64(truncatingIfNeeded: value)
        } else if failure == .raise {
          throw .intervalOverflow(nil)
        } else {
          validity.set(row, false)
        }
      }
      let mask = validity.isAllValid ? nil : validity
      if case .yearMonthInterval = result {
        return .int32(PrimitiveColumn(values.map { Int32(truncatingIfNeeded: $0) }, validity: mask))
      }
      return .int64(PrimitiveColumn(values, validity: mask))
    }
  }
}
