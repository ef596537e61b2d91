internal import Columnar
internal import Diagnostics

/// `& | ^ ~`, shifts and counts of bits.
enum Bitwise {
  static let functions: [ScalarFunction] = [
    binary("&", "Bits set in both operands.", "SELECT 6 & 3", "2", .and),
    binary("|", "Bits set in either operand.", "SELECT 6 | 3", "7", .or),
    binary("^", "Bits set in exactly one operand.", "SELECT 6 ^ 3", "5", .exclusiveOr),
    ScalarFunction(
      FunctionDoc("~", .operator, "~ expr", "The complement of all bits.", [FunctionExample("SELECT ~ 0", "-1")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let type = try integral(call, 0)
      let kernel: BoundFunction.Kernel =
        switch type {
        case .tinyint: complement(Int8.self)
        case .smallint: complement(Int16.self)
        case .int: complement(Int32.self)
        default: complement(Int64.self)
        }
      return BoundFunction("~", [type], returns: type, kernel)
    },
    shift("shiftleft", symbol: "<<", "Bits shifted to the left.", "SELECT shiftleft(2, 1)", "4", .left),
    shift("shiftright", symbol: ">>", "Bits shifted to the right, keeping the sign.", "SELECT shiftright(4, 1)", "2", .right),
    shift(
      "shiftrightunsigned", symbol: ">>>", "Bits shifted to the right, filling with zeros.",
      "SELECT shiftrightunsigned(4, 1)", "2", .unsignedRight),
    ScalarFunction(
      FunctionDoc(
        "bit_count", .math, "bit_count(expr)", "The number of bits set, of a negative number as 64 bits.",
        [FunctionExample("SELECT bit_count(7)", "3")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      guard call.types[0].isIntegral || call.types[0] == .boolean || call.types[0] == .null else {
        throw .unexpectedInput(call, 0, wanted: "(\"INTEGRAL\" or \"BOOLEAN\")")
      }
      if call.types[0] == .boolean {
        return BoundFunction("bit_count", [.boolean], returns: .int) { (context, operands) throws(SQLError) in
          try Kernel.unary(operands[0], context) { (x: Bool) -> Int32 in x ? 1 : 0 }
        }
      }
      return BoundFunction("bit_count", [.bigint], returns: .int) { (context, operands) throws(SQLError) in
        try Kernel.unary(operands[0], context) { (x: Int64) in Int32(x.nonzeroBitCount) }
      }
    },
  ]

  private enum Operation: Sendable { case and, or, exclusiveOr }
  private enum Shift: Sendable { case left, right, unsignedRight }

  private static func integral(_ call: FunctionCall, _ index: Int) throws(SQLError) -> DataType {
    if call.types[index].isIntegral { return call.types[index] }
    if call.types[index] == .null { return .int }
    throw .unexpectedInput(call, index, wanted: "\"INTEGRAL\"")
  }

  private static func binary(
    _ name: String, _ summary: String, _ sql: String, _ result: String, _ operation: Operation
  ) -> ScalarFunction {
    ScalarFunction(FunctionDoc(name, .operator, "expr1 \(name) expr2", summary, [FunctionExample(sql, result)])) {
      (call) throws(SQLError) in
      try call.expect(2)
      guard let common = Coercion.commonType(call.types[0], call.types[1]) else {
        throw .differentTypes(call, call.types)
      }
      let type: DataType = common == .null ? .int : common
      // A text, a decimal beside a double, and an integer that is just as wide as the decimal beside it, are converted first.
      let isConverted =
        call.types.contains(.string) || type == .double && call.types.contains(where: \.isDecimal)
        || call.types.allSatisfy { Coercion.decimal(for: $0) == type }
      if !type.isIntegral, call.types[0] != call.types[1], !isConverted { throw .differentTypes(call, call.types) }
      guard type.isIntegral else { throw .wrongOperandType(call, type, wanted: "integers") }
      let kernel: BoundFunction.Kernel =
        switch type {
        case .tinyint: loop(Int8.self, operation)
        case .smallint: loop(Int16.self, operation)
        case .int: loop(Int32.self, operation)
        default: loop(Int64.self, operation)
        }
      return BoundFunction(name, [type, type], returns: type, kernel)
    }
  }

  private static func loop<T: ColumnElement & FixedWidthInteger>(_: T.Type, _ operation: Operation) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      switch operation {
      case .and: try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a & b }
      case .or: try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a | b }
      case .exclusiveOr: try Kernel.binary(operands[0], operands[1], context) { (a: T, b: T) in a ^ b }
      }
    }
  }

  private static func complement<T: ColumnElement & FixedWidthInteger>(_: T.Type) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: T) in ~x } }
  }

  private static func shift(
    _ name: String, symbol: String, _ summary: String, _ sql: String, _ result: String, _ shift: Shift
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, aliases: [symbol], .math, "\(name)(base, bits)", summary, [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let type: DataType = call.types[0] == .bigint ? .bigint : try call.parameter(0, as: .int)
      try call.parameter(1, as: .int)
      return BoundFunction(
        name, [type, .int], returns: type, type == .int ? shiftLoop(Int32.self, shift) : shiftLoop(Int64.self, shift))
    }
  }

  /// Only the low 5 (int) or 6 (bigint) bits of the count matter, as in Java.
  private static func shiftLoop<T: ColumnElement & FixedWidthInteger & SignedInteger>(_: T.Type, _ shift: Shift) -> BoundFunction.Kernel
  where T.Magnitude: FixedWidthInteger {
    { (context, operands) throws(SQLError) in
      switch shift {
      case .left:
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: Int32) in a &<< T(truncatingIfNeeded: b) }
      case .right:
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: Int32) in a &>> T(truncatingIfNeeded: b) }
      case .unsignedRight:
        try Kernel.binary(operands[0], operands[1], context) { (a: T, b: Int32) in
          T(truncatingIfNeeded: T.Magnitude(truncatingIfNeeded: a) &>> T.Magnitude(truncatingIfNeeded: b))
        }
      }
    }
  }
}
