internal import Columnar
internal import Diagnostics

/// Intervals times and divided by numbers; results are rounded half up (away from zero), as in Spark.
enum IntervalScaling {
  static func product(
    _ call: FunctionCall, interval: DataType, number: DataType, isSwapped: Bool, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    let factor = try numberType(call, number, isSwapped ? 0 : 1)
    let (type, kernel) = scaling(interval, factor, isDivision: false, failure)
    return BoundFunction(
      call.name, isSwapped ? [factor, interval] : [interval, factor], returns: type,
      isNullable: failure == .null, canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      try kernel(&context, isSwapped ? [operands[1], operands[0]] : operands)
    }
  }

  static func quotient(
    _ call: FunctionCall, interval: DataType, number: DataType, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    let divisor = try numberType(call, number, 1)
    let (type, kernel) = scaling(interval, divisor, isDivision: true, failure)
    return BoundFunction(
      call.name, [interval, divisor], returns: type, isNullable: failure == .null, canFail: failure == .raise, kernel)
  }

  static func integralQuotient(
    _ call: FunctionCall, _ left: DataType, _ right: DataType, _ failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    guard let type = Coercion.commonType(left, right) else { throw .differentTypes(call, call.types) }
    let isMonths = type.physical == .int32
    return BoundFunction(
      call.name, [type, type], returns: .bigint, isNullable: failure == .null, canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      if isMonths {
        return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: Int32, b: Int32) in
          (b == 0 ? 0 : Int64(a) / Int64(b), b == 0)
        } error: { _, _ in
          .divisionByZero()
        }
      }
      return try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: Int64, b: Int64) in
        let (value, overflow) = a.dividedReportingOverflow(by: b)
        return (value, overflow)
      } error: {
        $1 == 0 ? .divisionByZero() : .intervalOverflow(.divide)
      }
    }
  }

  private static func numberType(_ call: FunctionCall, _ type: DataType, _ index: Int) throws(SQLError) -> DataType {
    if type.isIntegral { return .bigint }
    if type.isFloating || type == .string || type == .null { return .double }
    if type.isDecimal { return type }
    throw .unexpectedInput(call, index, wanted: "\"NUMERIC\"")
  }

  private static func scaling(
    _ interval: DataType, _ number: DataType, isDivision: Bool, _ failure: Kernel.Failure
  ) -> (DataType, BoundFunction.Kernel) {
    if case .yearMonthInterval = interval {
      return (.yearMonth, kernel(Int32.self, number, isDivision: isDivision, failure))
    }
    return (.dayTime, kernel(Int64.self, number, isDivision: isDivision, failure))
  }

  private static func kernel<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _: T.Type, _ number: DataType, isDivision: Bool, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    let operation: Arithmetic.Operation = isDivision ? .divide : .multiply
    let scale = number.decimalShape?.scale ?? 0
    if number == .double {
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: Double) in
          let exact = isDivision ? Double(a) / b : Double(a) * b
          let value = T(exactly: exact.rounded(.toNearestOrAwayFromZero))
          return (value ?? 0, value == nil || (isDivision && b == 0))
        } error: {
          $1 == 0 && isDivision ? .intervalDivisionByZero() : .intervalOverflow(operation)
        }
      }
    }
    if number == .bigint {
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: Int64) in
          let value = scaled(Int128(a), by: Int128(b), scale: 0, isDivision: isDivision).flatMap { T(exactly: $0) }
          return (value ?? 0, value == nil)
        } error: {
          $1 == 0 ? .intervalDivisionByZero() : .intervalOverflow(operation)
        }
      }
    }
    return { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: Int128) in
        let value = scaled(Int128(a), by: b, scale: scale, isDivision: isDivision).flatMap { T(exactly: $0) }
        return (value ?? 0, value == nil)
      } error: {
        $1 == 0 && isDivision ? .intervalDivisionByZero() : .intervalOverflow(operation)
      }
    }
  }

  /// `value` · or / `number` · 10^−`scale`, rounded half up; nil when it does not fit or the divisor is zero.
  private static func scaled(_ value: Int128, by number: Int128, scale: Int, isDivision: Bool) -> Int128? {
    let shape = DecimalShape(precision: DecimalShape.digitsMax, scale: 0)
    return isDivision
      ? Decimal128.divide(value, scale: 0, number, scale: scale, to: shape)
      : Decimal128.multiply(value, scale: 0, number, scale: scale, to: shape)
  }
}

extension SQLError {
  static func intervalDivisionByZero() -> SQLError {
    .data("INTERVAL_DIVIDED_BY_ZERO", "division of an interval by zero", hint: "use try_divide to get NULL")
  }
}
