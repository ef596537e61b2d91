internal import Columnar
internal import Diagnostics

/// Functions of single numbers and their bits: `sign factorial bin bit_get width_bucket`.
enum Numbers {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "sign", aliases: ["signum"], .math, "sign(expr)", "−1.0, 0.0 or 1.0 by the sign of a number or an interval.",
        shown: ["SELECT sign(40)": "1.0", "SELECT sign(INTERVAL -'100' YEAR)": "-1.0"]), bind: bindSign),
    ScalarFunction(
      FunctionDoc(
        "factorial", .math, "factorial(expr)", "expr!, or NULL outside of 0 to 20.", shown: ["SELECT factorial(5)": "120"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction("factorial", try call.parameters(all: .int), returns: .bigint) { (context, operands) throws(SQLError) in
        try Kernel.checkedUnary(operands[0], context, .null) { (n: Int32) -> (value: Int64, failed: Bool) in
          if n < 0 || n > 20 { return (0, true) }
          var product: Int64 = 1
          for factor in 0..<Int64(n) { product &*= factor &+ 1 }
          return (product, false)
        } error: { _ in
          .internal("factorial raised")
        }
      }
    },
    ScalarFunction(
      FunctionDoc(
        "bin", .math, "bin(expr)", "The binary digits of an integer, of a negative one as 64 bits.",
        shown: ["SELECT bin(13)": "1101"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        "bin", try call.parameters(all: .bigint), returns: .string, isNullable: call.arguments[0].isNullable, binaryDigits)
    },
    ScalarFunction(
      FunctionDoc(
        "bit_get", aliases: ["getbit"], .math, "bit_get(expr, pos)", "The bit at a position, counted from the right from 0.",
        shown: ["SELECT bit_get(11, 0)": "1", "SELECT bit_get(11, 2)": "0"]), bind: bindBitGet),
    ScalarFunction(
      FunctionDoc(
        "width_bucket", .math, "width_bucket(value, min, max, count)",
        "The number of the bucket that value falls into, of count equal ones; 0 below them and count + 1 above.",
        shown: ["SELECT width_bucket(5.3, 0.2, 10.6, 5)": "3"]), bind: bindWidthBucket),
  ]

  private static func bindSign(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let isNullable = call.arguments[0].isNullable
    switch call.types[0] {
    case .yearMonthInterval:
      return BoundFunction("sign", call.types, returns: .double, isNullable: isNullable) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (x: Int32) in Double(x.signum()) }
      }
    case .dayTimeInterval:
      return BoundFunction("sign", call.types, returns: .double, isNullable: isNullable) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (x: Int64) in Double(x.signum()) }
      }
    default:
      return BoundFunction("sign", try call.parameters(all: .double), returns: .double, isNullable: isNullable) {
        (context, operands) throws(SQLError) in
        // Zeros keep their sign, as in Java.
        try Kernel.unary(operands[0], context) { (x: Double) in x > 0 ? 1 : x < 0 ? -1 : x }
      }
    }
  }

  private static let binaryDigits: BoundFunction.Kernel = { (context, operands) throws(SQLError) in
    let values: [Int64] = try operands[0].rowValues(context.rows)
    var builder = TextBuilder(rows: context.rows)
    var out = ByteWriter(capacity: 64)
    for value in values {
      out.removeAll()
      let bits = UInt64(bitPattern: value)
      for position in (0..<max(1, 64 - bits.leadingZeroBitCount)).reversed() {
        out.append(0x30 | UInt8(truncatingIfNeeded: bits &>> UInt64(position)) & 1)
      }
      builder.append(out.bytes)
    }
    return builder.finish()
  }

  private static func bindBitGet(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let type = call.types[0] == .null ? DataType.bigint : call.types[0]
    let width: Int32 =
      switch type {
      case .tinyint: 8
      case .smallint: 16
      case .int: 32
      case .bigint: 64
      default: throw .unexpectedInput(call, 0, wanted: "\"INTEGRAL\"")
      }
    try call.parameter(1, as: .int)
    return BoundFunction("bit_get", [.bigint, .int], returns: .tinyint, canFail: true) { (context, operands) throws(SQLError) in
      try Kernel.checkedBinary(operands[0], operands[1], context) { (x: Int64, position: Int32) -> (value: Int8, failed: Bool) in
        if position < 0 || position >= width { return (0, true) }
        return (Int8(truncatingIfNeeded: x &>> Int64(position) & 1), false)
      } error: { _, position in
        .data(
          "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
          "the bit position of bit_get must be in 0 to \(width - 1) for this type, found \(position)")
      }
    }
  }

  private static func bindWidthBucket(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(4)
    try call.parameter(3, as: .bigint)
    if call.types[0].isInterval {
      guard let type = Coercion.commonType(of: Array(call.types[0...2])) else {
        throw .differentTypes(call, Array(call.types[0...2]))
      }
      let isMonths = type.physical == .int32
      return BoundFunction("width_bucket", [type, type, type, .bigint], returns: .bigint) { (context, operands) throws(SQLError) in
        isMonths
          ? try buckets(operands, context.rows, Int32.self) { Double($0) }
          : try buckets(operands, context.rows, Int64.self) { Double($0) }
      }
    }
    for index in 0...2 { try call.parameter(index, as: .double) }
    return BoundFunction("width_bucket", [.double, .double, .double, .bigint], returns: .bigint) { (context, operands) throws(SQLError) in
      try buckets(operands, context.rows, Double.self) { $0 }
    }
  }

  @inline(__always)
  private static func buckets<T: ColumnElement>(
    _ operands: [Operand], _ rows: Int, _: T.Type, _ number: (T) -> Double
  ) throws(SQLError) -> Column {
    let values: [T] = try operands[0].rowValues(rows)
    let lows: [T] = try operands[1].rowValues(rows)
    let highs: [T] = try operands[2].rowValues(rows)
    let counts: [Int64] = try operands[3].rowValues(rows)
    var result = [Int64](repeating: 0, count: rows)
    var validity = Validity(repeating: true, count: rows)
    for row in 0..<rows {
      if let bucket = bucket(number(values[row]), number(lows[row]), number(highs[row]), counts[row]) {
        result[row] = bucket
      } else {
        validity.set(row, false)
      }
    }
    return .int64(PrimitiveColumn(result, validity: validity.isAllValid ? nil : validity))
  }

  /// Nil where the standard has no answer.
  private static func bucket(_ value: Double, _ low: Double, _ high: Double, _ count: Int64) -> Int64? {
    if count <= 0 || count == .max || value.isNaN || low == high || !low.isFinite || !high.isFinite { return nil }
    let (lower, upper) = (min(low, high), max(low, high))
    if low < high {
      if value < lower { return 0 }
      if value >= upper { return count + 1 }
      return Casts.saturated(Double(count) * (value - lower) / (upper - lower), Int64.self) &+ 1
    }
    if value > upper { return 0 }
    if value <= lower { return count + 1 }
    return Casts.saturated(Double(count) * (upper - value) / (upper - lower), Int64.self) &+ 1
  }
}
