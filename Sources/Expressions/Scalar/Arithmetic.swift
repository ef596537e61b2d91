internal import Columnar
internal import Diagnostics

/// `+ - * / % div`, unary signs, bits and their `try_` forms over numbers; dates and intervals are told apart here and
/// handled by `DatetimeArithmetic`.
enum Arithmetic {
  enum Operation: String, Sendable {
    case add, subtract, multiply, divide, remainder, integralDivide, positiveModulo

    /// The function that gives NULL where this one fails.
    var tolerant: String {
      switch self {
      case .add: "try_add"
      case .subtract: "try_subtract"
      case .multiply: "try_multiply"
      case .divide, .integralDivide: "try_divide"
      case .remainder, .positiveModulo: "try_mod"
      }
    }
  }

  static let functions: [ScalarFunction] = [
    binary(
      "+", .add, "expr1 + expr2", "Sum of two numbers, or a date or timestamp moved by an interval.",
      [("SELECT 1 + 2", "3"), ("SELECT date'2024-01-31' + INTERVAL '1' MONTH", "2024-02-29")]),
    binary(
      "-", .subtract, "expr1 - expr2", "Difference of two numbers, dates, timestamps or intervals.",
      [("SELECT 5 - 7", "-2")]),
    binary(
      "*", .multiply, "expr1 * expr2", "Product of two numbers, or of an interval and a number.",
      [("SELECT 1.5 * 2", "3.0")]),
    binary("/", .divide, "expr1 / expr2", "Quotient; two integers give a double.", [("SELECT 3 / 2", "1.5")]),
    binary(
      "%", aliases: ["mod"], .remainder, "expr1 % expr2", "Remainder with the sign of the dividend.",
      [("SELECT -7 % 3", "-1")]),
    binary(
      "div", .integralDivide, "expr1 div expr2", "Quotient without its fraction, as bigint.",
      [("SELECT 7 div 2", "3")]),
    binary(
      "pmod", category: .math, .positiveModulo, "pmod(expr1, expr2)", "Remainder that is never negative for a positive divisor.",
      [("SELECT pmod(-7, 3)", "2")]),
    binary(
      "try_add", category: .math, .add, isTolerant: true, "try_add(expr1, expr2)", "Sum, or NULL on overflow.",
      [("SELECT try_add(2147483647, 1)", "NULL")]),
    binary(
      "try_subtract", category: .math, .subtract, isTolerant: true, "try_subtract(expr1, expr2)",
      "Difference, or NULL on overflow.", [("SELECT try_subtract(3, 1)", "2")]),
    binary(
      "try_multiply", category: .math, .multiply, isTolerant: true, "try_multiply(expr1, expr2)",
      "Product, or NULL on overflow.", [("SELECT try_multiply(2147483647, 2)", "NULL")]),
    binary(
      "try_divide", category: .math, .divide, isTolerant: true, "try_divide(expr1, expr2)",
      "Quotient, or NULL when the divisor is 0.", [("SELECT try_divide(1, 0)", "NULL")]),
    binary(
      "try_mod", category: .math, .remainder, isTolerant: true, "try_mod(expr1, expr2)",
      "Remainder, or NULL when the divisor is 0.", [("SELECT try_mod(7, 0)", "NULL")]),
    ScalarFunction(
      FunctionDoc(
        "negative", .math, "negative(expr)", "The value with its sign changed.",
        [FunctionExample("SELECT negative(1)", "-1")]), bind: bindNegative),
    ScalarFunction(
      FunctionDoc(
        "positive", .math, "positive(expr)", "The value itself.",
        [FunctionExample("SELECT positive(1)", "1")]), bind: bindPositive),
    ScalarFunction(
      FunctionDoc(
        "abs", .math, "abs(expr)", "Absolute value of a number or interval.",
        [FunctionExample("SELECT abs(-1)", "1")]), bind: bindAbsolute),
  ]

  private static func binary(
    _ name: String, aliases: [String] = [], category: FunctionCategory = .operator, _ operation: Operation,
    isTolerant: Bool = false, _ signature: String, _ summary: String, _ examples: [(String, String)]
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, aliases: aliases, category, signature, summary, examples.map { FunctionExample($0.0, $0.1) })
    ) { (call) throws(SQLError) in
      try call.expect(2)
      return try bind(call, operation, isTolerant: isTolerant)
    }
  }

  // MARK: Binding

  static func bind(_ call: FunctionCall, _ operation: Operation, isTolerant: Bool) throws(SQLError) -> BoundFunction {
    let failure: Kernel.Failure = isTolerant ? .null : call.failure(legacy: .keep)
    if let bound = try DatetimeArithmetic.bind(call, operation, failure: failure) { return bound }
    let (left, right) = decimalLiteralTypes(call)
    guard let type = numericType(left, right, isANSI: call.settings.isANSI) else { throw .differentTypes(call, call.types) }
    guard type.isNumeric else {
      throw .wrongOperandType(call, type, wanted: "numbers and intervals")
    }
    if type.isDecimal { return try DecimalArithmetic.bind(call, operation, left, right, failure: failure) }
    var operands = type
    switch operation {
    case .divide: operands = .double
    case .integralDivide:
      guard type.isIntegral || call.types == [.null, .null] else {
        // A text, and a decimal beside a double, are converted before both are refused.
        let isConverted = call.types.contains(.string) || call.types.contains(.double) && call.types.contains(where: \.isDecimal)
        if call.types[0] != call.types[1], !isConverted { throw .differentTypes(call, call.types) }
        throw .wrongOperandType(call, type, wanted: "integers and decimals")
      }
      operands = .bigint
    default: break
    }
    return BoundFunction(
      call.name, [operands, operands], returns: operands, isNullable: failure != .raise, canFail: failure == .raise,
      kernel(operation, operands, failure))
  }

  /// The operand types, integral literals beside a decimal taken as the smallest decimal that holds them.
  static func decimalLiteralTypes(_ call: FunctionCall) -> (DataType, DataType) {
    var (left, right) = (call.types[0], call.types[1])
    func narrowed(_ index: Int, beside other: DataType) -> DataType? {
      guard other.isDecimal, call.types[index].isIntegral, call.types[index] != .tinyint else { return nil }
      return call.arguments[index].literalValue.flatMap { Coercion.decimal(forLiteral: $0) }
    }
    if let type = narrowed(0, beside: right) { left = type }
    if let type = narrowed(1, beside: left) { right = type }
    return (left, right)
  }

  private static func numericType(_ a: DataType, _ b: DataType, isANSI: Bool) -> DataType? {
    if a == .null && b == .null { return .double }
    // Outside ANSI mode every string here is a double.
    if !isANSI, a == .string || b == .string, a == .null || b == .null || a == b || a.isNumeric || b.isNumeric {
      return .double
    }
    return Coercion.commonType(a, b)
  }

  private static func kernel(
    _ operation: Operation, _ type: DataType, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    switch type {
    case .tinyint: integerKernel(operation, Int8.self, failure)
    case .smallint: integerKernel(operation, Int16.self, failure)
    case .int: integerKernel(operation, Int32.self, failure)
    case .float: floatKernel(operation, Float.self, failure)
    case .double: floatKernel(operation, Double.self, failure)
    default: integerKernel(operation, Int64.self, failure)
    }
  }

  private static func bindNegative(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type = try signedType(call)
    let failure = call.failure(legacy: .keep)
    let kernel: BoundFunction.Kernel
    switch type {
    case .tinyint: kernel = negation(Int8.self, failure)
    case .smallint: kernel = negation(Int16.self, failure)
    case .int: kernel = negation(Int32.self, failure)
    case .yearMonthInterval: kernel = negation(Int32.self, failure, isInterval: true)
    case .dayTimeInterval: kernel = negation(Int64.self, failure, isInterval: true)
    case .float:
      kernel = { (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: Float) in -x } }
    case .double:
      kernel = { (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: Double) in -x } }
    case .decimal: kernel = negation(Int128.self, failure)
    default: kernel = negation(Int64.self, failure)
    }
    return BoundFunction("negative", [type], returns: type, canFail: type.isIntegral || type.isInterval, kernel)
  }

  private static func bindAbsolute(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type = try signedType(call)
    let failure = call.failure(legacy: .keep)
    let kernel: BoundFunction.Kernel
    switch type {
    case .tinyint: kernel = absolute(Int8.self, failure)
    case .smallint: kernel = absolute(Int16.self, failure)
    case .int, .yearMonthInterval: kernel = absolute(Int32.self, failure)
    case .float:
      kernel = { (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: Float) in abs(x) } }
    case .double:
      kernel = { (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: Double) in abs(x) } }
    case .decimal: kernel = absolute(Int128.self, failure)
    default: kernel = absolute(Int64.self, failure)
    }
    return BoundFunction("abs", [type], returns: type, canFail: type.isIntegral || type.isInterval, kernel)
  }

  private static func bindPositive(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type = try signedType(call)
    return BoundFunction("positive", [type], returns: type, isNullable: call.arguments[0].isNullable) {
      (context, operands) throws(SQLError) in operands[0].flattened(rows: context.rows)
    }
  }

  private static func signedType(_ call: FunctionCall) throws(SQLError) -> DataType {
    let type = call.types[0]
    return type.isInterval ? type : try call.numericParameter(0)
  }

  // MARK: Row code

  private static func negation<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _: T.Type, _ failure: Kernel.Failure, isInterval: Bool = false
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, failure) { (x: T) -> (value: T, failed: Bool) in
        let (value, overflow) = T(0).subtractingReportingOverflow(x)
        return (value, overflow)
      } error: {
        isInterval ? .intervalOverflow(nil) : .overflow("-(\($0))", hint: nil)
      }
    }
  }

  private static func absolute<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _: T.Type, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, failure) { (x: T) -> (value: T, failed: Bool) in
        (x < 0 ? 0 &- x : x, x == T.min)
      } error: {
        .overflow("abs(\($0))", hint: nil)
      }
    }
  }

  private static func integerKernel<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _ operation: Operation, _: T.Type, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    // Division by zero has no value to keep.
    let partial: Kernel.Failure = failure == .keep ? .null : failure
    switch operation {
    case .add:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: T) -> (value: T, failed: Bool) in
          let (value, overflow) = a.addingReportingOverflow(b)
          return (value, overflow)
        } error: {
          .overflow("\($0) + \($1)", T.self, .add)
        }
      }
    case .subtract:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: T) -> (value: T, failed: Bool) in
          let (value, overflow) = a.subtractingReportingOverflow(b)
          return (value, overflow)
        } error: {
          .overflow("\($0) - \($1)", T.self, .subtract)
        }
      }
    case .multiply:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (a: T, b: T) -> (value: T, failed: Bool) in
          let (value, overflow) = a.multipliedReportingOverflow(by: b)
          return (value, overflow)
        } error: {
          .overflow("\($0) * \($1)", T.self, .multiply)
        }
      }
    case .divide, .integralDivide:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          let (value, overflow) = a.dividedReportingOverflow(by: b)
          return (value, overflow)
        } error: {
          $1 == 0 ? .divisionByZero() : .overflow("\($0) div \($1)", T.self, .divide)
        }
      }
    case .remainder:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          (b == 0 || b == -1 ? 0 : a % b, b == 0)
        } error: { _, _ in
          .remainderByZero()
        }
      }
    case .positiveModulo:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          if b == 0 || b == -1 { return (0, b == 0) }
          let rest = a % b
          return (rest < 0 ? (rest &+ b) % b : rest, false)
        } error: { _, _ in
          .remainderByZero()
        }
      }
    }
  }

  private static func floatKernel<T: ColumnElement & BinaryFloatingPoint>(
    _ operation: Operation, _: T.Type, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    let partial: Kernel.Failure = failure == .keep ? .null : failure
    switch operation {
    case .add:
      return { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a + b }
      }
    case .subtract:
      return { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a - b }
      }
    case .multiply:
      return { (context, operands) throws(SQLError) in
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a * b }
      }
    case .divide, .integralDivide:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          (a / b, b == 0)
        } error: { _, _ in
          .divisionByZero()
        }
      }
    case .remainder:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          (a.truncatingRemainder(dividingBy: b), b == 0)
        } error: { _, _ in
          .remainderByZero()
        }
      }
    case .positiveModulo:
      return { (context, operands) throws(SQLError) in
        try Kernel.checkedBinary(operands[0], operands[1], context, partial) { (a: T, b: T) -> (value: T, failed: Bool) in
          let rest = a.truncatingRemainder(dividingBy: b)
          return (rest < 0 ? (rest + b).truncatingRemainder(dividingBy: b) : rest, b == 0)
        } error: { _, _ in
          .remainderByZero()
        }
      }
    }
  }
}

extension SQLError {
  static func overflow(_ what: String, hint: String?) -> SQLError {
    .data("ARITHMETIC_OVERFLOW", "\(what) does not fit its type", hint: hint)
  }

  static func overflow<T>(_ what: String, _ type: T.Type, _ operation: Arithmetic.Operation) -> SQLError {
    let isSmall = type == Int8.self || type == Int16.self
    return .data(
      isSmall && operation != .divide ? "BINARY_ARITHMETIC_OVERFLOW" : "ARITHMETIC_OVERFLOW",
      "\(what) does not fit its type", hint: "use \(operation.tolerant) to get NULL")
  }

  static func divisionByZero() -> SQLError {
    .data("DIVIDE_BY_ZERO", "division by zero", hint: "use try_divide to get NULL")
  }

  static func remainderByZero() -> SQLError {
    .data("REMAINDER_BY_ZERO", "remainder by zero", hint: "use try_mod to get NULL")
  }
}
