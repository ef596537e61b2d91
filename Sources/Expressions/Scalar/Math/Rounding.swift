internal import Columnar
internal import Diagnostics

/// `round bround ceil floor rint`: to whole numbers, or to digits behind or before the point.
///
/// Integers keep their type and raise ARITHMETIC_OVERFLOW when the rounded value does not fit; decimals get the shape that
/// holds every rounded value; `ceil` and `floor` of other numbers are bigint, with digits given decimal.
enum Rounding {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "round", .math, "round(expr[, digits])", "The nearest number with so many digits, halves away from zero.",
        shown: ["SELECT round(2.5, 0)": "3", "SELECT round(25, -1)": "30"])
    ) { (call) throws(SQLError) in try bind(call, .halfUp) },
    ScalarFunction(
      FunctionDoc(
        "bround", .math, "bround(expr[, digits])", "The nearest number with so many digits, halves to the even neighbour.",
        shown: ["SELECT bround(2.5, 0)": "2", "SELECT bround(25, -1)": "20"])
    ) { (call) throws(SQLError) in try bind(call, .halfEven) },
    ScalarFunction(
      FunctionDoc(
        "ceil", aliases: ["ceiling"], .math, "ceil(expr[, digits])", "The smallest number with so many digits that is not below.",
        shown: ["SELECT ceil(-0.1)": "0", "SELECT ceil(3.1411, 3)": "3.142"])
    ) { (call) throws(SQLError) in try bindDirected(call, .ceiling) },
    ScalarFunction(
      FunctionDoc(
        "floor", .math, "floor(expr[, digits])", "The largest number with so many digits that is not above.",
        shown: ["SELECT floor(-0.1)": "-1", "SELECT floor(3.1411, 3)": "3.141"])
    ) { (call) throws(SQLError) in try bindDirected(call, .floor) },
  ]

  // MARK: round, bround

  private static func bind(_ call: FunctionCall, _ rounding: Decimal128.Rounding) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let type = try call.numericParameter(0)
    guard let digits = call.arguments.count == 1 ? 0 : try call.constantInteger(1, what: "the number of digits") else {
      return nullFunction(call, [type, .int], returns: type)
    }
    let parameters = call.arguments.count == 1 ? [type] : [type, .int]
    if let shape = type.decimalShape { return decimal(call, parameters, shape, digits, rounding) }
    let failure = call.failure(legacy: .keep)
    let kernel: BoundFunction.Kernel =
      switch type {
      case .tinyint: integer(Int8.self, digits, rounding, failure)
      case .smallint: integer(Int16.self, digits, rounding, failure)
      case .int: integer(Int32.self, digits, rounding, failure)
      case .bigint: integer(Int64.self, digits, rounding, failure)
      case .float:
        { (context, operands) throws(SQLError) in
          try Kernel.unary(operands[0], context) { (x: Float) in Float(DoubleRounding.round(Double(x), to: digits, rounding)) }
        }
      default:
        { (context, operands) throws(SQLError) in
          try Kernel.unary(operands[0], context) { (x: Double) in DoubleRounding.round(x, to: digits, rounding) }
        }
      }
    return BoundFunction(
      call.name, parameters, returns: type, isNullable: call.arguments[0].isNullable,
      canFail: type.isIntegral && digits < 0 && failure == .raise, kernel)
  }

  private static func integer<T: ColumnElement & FixedWidthInteger & SignedInteger>(
    _: T.Type, _ digits: Int, _ rounding: Decimal128.Rounding, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    if digits >= 0 { return { (context, operands) in operands[0].flattened(rows: context.rows) } }
    let shape = DecimalShape(precision: DecimalShape.digitsMax, scale: 0)
    return { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, failure) { (x: T) -> (value: T, failed: Bool) in
        let wide = Decimal128.round(Int128(x), scale: 0, to: digits, rounding, shape: shape) ?? 0
        let value = T(truncatingIfNeeded: wide)
        return (value, Int128(value) != wide)
      } error: {
        .overflow("round(\($0), \(digits))", hint: nil)
      }
    }
  }

  private static func decimal(
    _ call: FunctionCall, _ parameters: [DataType], _ shape: DecimalShape, _ digits: Int, _ rounding: Decimal128.Rounding
  ) -> BoundFunction {
    let result = shape.rounded(to: digits)
    let failure = call.failure()
    return BoundFunction(
      call.name, parameters, returns: DataType(result), isNullable: call.arguments[0].isNullable || failure == .null,
      canFail: failure == .raise, decimalKernel(shape, digits, rounding, result, failure))
  }

  private static func decimalKernel(
    _ shape: DecimalShape, _ digits: Int, _ rounding: Decimal128.Rounding, _ result: DecimalShape, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, failure) { (x: Int128) -> (value: Int128, failed: Bool) in
        let value = Decimal128.round(x, scale: shape.scale, to: digits, rounding, shape: result)
        return (value ?? 0, value == nil)
      } error: {
        .data(
          "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
          "\(DecimalText.string($0, scale: shape.scale)) rounded does not fit decimal(\(result.precision),\(result.scale))")
      }
    }
  }

  // MARK: ceil, floor

  private static func bindDirected(
    _ call: FunctionCall, _ rounding: Decimal128.Rounding
  ) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let given = try call.numericParameter(0)
    if call.arguments.count == 2 {
      guard let digits = try call.constantInteger(1, what: "the number of digits") else {
        throw .nonFoldable(call, 1, "NON_FOLDABLE_ARGUMENT", what: "the number of digits")
      }
      // A string as the decimal that any number in it fits.
      let isText = call.types[0] == .string
      let type = isText ? DataType.decimal(precision: 38, scale: 18) : Coercion.decimal(for: given) ?? given
      guard let shape = type.decimalShape else { throw .unexpectedInput(call, 0, wanted: "\"NUMERIC\"") }
      return decimal(call, [type, .int], shape, digits, rounding)
    }
    if let shape = given.decimalShape {
      // A whole number is its own floor and ceiling.
      if shape.scale == 0 {
        return BoundFunction(call.name, [given], returns: given, isNullable: call.arguments[0].isNullable) { (context, operands) in
          operands[0].flattened(rows: context.rows)
        }
      }
      return decimal(call, [given], shape, 0, rounding)
    }
    let isNullable = call.arguments[0].isNullable
    if given.isIntegral || given == .null || call.types[0] == .null {
      return BoundFunction(call.name, [.bigint], returns: .bigint, isNullable: isNullable) { (context, operands) in
        operands[0].flattened(rows: context.rows)
      }
    }
    let failure = call.failure(legacy: .keep)
    let isCeiling = rounding == .ceiling
    return BoundFunction(
      call.name, [.double], returns: .bigint, isNullable: isNullable, canFail: failure == .raise
    ) { (context, operands) throws(SQLError) in
      try Kernel.checkedUnary(operands[0], context, failure) { (x: Double) -> (value: Int64, failed: Bool) in
        let whole = x.rounded(isCeiling ? .up : .down)
        if let value = Int64(exactly: whole) { return (value, false) }
        return (Casts.saturated(whole, Int64.self), !x.isNaN)
      } error: {
        .overflow("\(isCeiling ? "ceil" : "floor")(\($0))", hint: nil)
      }
    }
  }

  /// A call whose result is NULL whatever its first argument is.
  private static func nullFunction(
    _ call: FunctionCall, _ parameters: [DataType], returns type: DataType
  ) -> BoundFunction {
    BoundFunction(call.name, parameters, returns: type, nulls: .handled) { (context, _) in
      ColumnBuilder.nulls(type, count: context.rows)
    }
  }
}
