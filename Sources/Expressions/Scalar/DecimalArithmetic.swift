internal import Columnar
internal import Diagnostics

extension DataType {
  /// Precision and scale of a decimal; nil for other types.
  var decimalShape: DecimalShape? {
    if case .decimal(let precision, let scale) = self { return DecimalShape(precision: precision, scale: scale) }
    return nil
  }

  init(_ shape: DecimalShape) { self = .decimal(precision: shape.precision, scale: shape.scale) }
}

/// Arithmetic of two decimals, each of its own shape; the result's shape follows from both.
enum DecimalArithmetic {
  static func bind(
    _ call: FunctionCall, _ operation: Arithmetic.Operation, _ left: DataType, _ right: DataType,
    failure: Kernel.Failure
  ) throws(SQLError) -> BoundFunction {
    guard let a = shape(left, beside: right), let b = shape(right, beside: left) else {
      throw .differentTypes(call, call.types)
    }
    let losesDigits = call.settings.allowsPrecisionLoss
    let shape: DecimalShape
    switch operation {
    case .add, .subtract: shape = losesDigits ? .sum(a, b) : .exactSum(a, b)
    case .multiply: shape = losesDigits ? .product(a, b) : .exactProduct(a, b)
    case .divide: shape = losesDigits ? .quotient(a, b) : .exactQuotient(a, b)
    case .remainder, .positiveModulo: shape = losesDigits ? .remainder(a, b) : .exactRemainder(a, b)
    case .integralDivide: shape = .integralQuotient(a, b)
    }
    // Decimals do not wrap around: what does not fit is NULL outside ANSI mode.
    let failure: Kernel.Failure = failure == .keep ? .null : failure
    let isIntegral = operation == .integralDivide
    return BoundFunction(
      call.name, [DataType(a), DataType(b)], returns: isIntegral ? .bigint : DataType(shape),
      isNullable: failure != .raise, canFail: failure == .raise,
      isIntegral ? integralKernel(a, b, failure) : kernel(operation, a, b, to: shape, failure))
  }

  private static func shape(_ type: DataType, beside other: DataType) -> DecimalShape? {
    (type == .null ? other : Coercion.decimal(for: type))?.decimalShape
  }

  private static func kernel(
    _ operation: Arithmetic.Operation, _ a: DecimalShape, _ b: DecimalShape, to shape: DecimalShape,
    _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    switch operation {
    case .add:
      return kernel("+", operation, a, b, shape, failure) { (x, y) in
        Decimal128.add(x, scale: a.scale, y, scale: b.scale, to: shape)
      }
    case .subtract:
      return kernel("-", operation, a, b, shape, failure) { (x, y) in
        Decimal128.subtract(x, scale: a.scale, y, scale: b.scale, to: shape)
      }
    case .multiply:
      return kernel("*", operation, a, b, shape, failure) { (x, y) in
        Decimal128.multiply(x, scale: a.scale, y, scale: b.scale, to: shape)
      }
    case .divide, .integralDivide:
      return kernel("/", operation, a, b, shape, failure) { (x, y) in
        Decimal128.divide(x, scale: a.scale, y, scale: b.scale, to: shape)
      }
    case .remainder:
      return kernel("%", operation, a, b, shape, failure) { (x, y) in
        Decimal128.remainder(x, scale: a.scale, y, scale: b.scale, to: shape)
      }
    case .positiveModulo:
      return kernel("%", operation, a, b, shape, failure) { (x, y) in
        guard let rest = Decimal128.remainder(x, scale: a.scale, y, scale: b.scale, to: shape) else { return nil }
        if rest >= 0 { return rest }
        guard
          let sum = Decimal128.add(rest, scale: shape.scale, y, scale: b.scale, to: .sum(shape, b))
        else { return nil }
        return Decimal128.remainder(sum, scale: DecimalShape.sum(shape, b).scale, y, scale: b.scale, to: shape)
      }
    }
  }

  @inline(__always)
  private static func kernel(
    _ symbol: String, _ operation: Arithmetic.Operation, _ a: DecimalShape, _ b: DecimalShape,
    _ shape: DecimalShape, _ failure: Kernel.Failure, _ body: @escaping @Sendable (Int128, Int128) -> Int128?
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (x: Int128, y: Int128) in
        let value = body(x, y)
        return (value ?? 0, value == nil)
      } error: { (x: Int128, y: Int128) in
        if y == 0 {
          switch operation {
          case .divide: return .divisionByZero()
          case .remainder, .positiveModulo: return .remainderByZero()
          default: break
          }
        }
        return .decimalOverflow(
          "\(DecimalText.string(x, scale: a.scale)) \(symbol) \(DecimalText.string(y, scale: b.scale))", shape,
          hint: "use \(operation.tolerant) to get NULL")
      }
    }
  }

  private static func integralKernel(
    _ a: DecimalShape, _ b: DecimalShape, _ failure: Kernel.Failure
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context, failure) { (x: Int128, y: Int128) in
        let whole = Decimal128.integralQuotient(x, scale: a.scale, y, scale: b.scale).flatMap { Int64(exactly: $0) }
        return (whole ?? 0, whole == nil)
      } error: { (x: Int128, y: Int128) in
        y == 0
          ? .divisionByZero()
          : .overflow(
            "\(DecimalText.string(x, scale: a.scale)) div \(DecimalText.string(y, scale: b.scale))", Int64.self, .divide)
      }
    }
  }
}

extension DecimalText {
  /// The text of one decimal, for messages.
  static func string(_ unscaled: Int128, scale: Int) -> String {
    var out = ByteWriter(capacity: 48)
    format(unscaled, scale: scale, into: &out)
    return out.string
  }
}

extension SQLError {
  static func decimalOverflow(_ what: String, _ shape: DecimalShape, hint: String?) -> SQLError {
    .data(
      "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
      "\(what) does not fit decimal(\(shape.precision),\(shape.scale))", hint: hint)
  }
}

/// Shapes of results whose fraction does not give way to digits before the point
/// (`spark.sql.decimalOperations.allowPrecisionLoss = false`): what needs more digits than there are is out of range.
extension DecimalShape {
  private static func bounded(precision: Int, scale: Int) -> DecimalShape {
    DecimalShape(precision: min(precision, digitsMax), scale: min(scale, digitsMax))
  }

  fileprivate static func exactSum(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(left.scale, right.scale)
    return bounded(precision: max(left.integralDigits, right.integralDigits) + scale + 1, scale: scale)
  }

  fileprivate static func exactProduct(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    bounded(precision: left.precision + right.precision + 1, scale: left.scale + right.scale)
  }

  fileprivate static func exactQuotient(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    var integral = min(digitsMax, left.integralDigits + right.scale)
    var scale = min(digitsMax, max(6, left.scale + right.precision + 1))
    let excess = integral + scale - digitsMax
    if excess > 0 {
      scale -= excess / 2 + 1
      integral = digitsMax - scale
    }
    return bounded(precision: integral + scale, scale: scale)
  }

  fileprivate static func exactRemainder(_ left: DecimalShape, _ right: DecimalShape) -> DecimalShape {
    let scale = max(left.scale, right.scale)
    return bounded(precision: min(left.integralDigits, right.integralDigits) + scale, scale: scale)
  }
}
