internal import Columnar
internal import Diagnostics

/// `= <=> != < <= > >=`.
enum Comparison {
  enum Operator: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

  static let functions: [ScalarFunction] = [
    comparison("=", aliases: ["=="], .equal, "Whether two values are equal; NULL if one is NULL.", "SELECT 1 = 1", "true"),
    comparison("!=", aliases: ["<>"], .notEqual, "Whether two values differ; NULL if one is NULL.", "SELECT 1 != 1", "false"),
    comparison("<", .less, "Whether the first value is less than the second.", "SELECT 1 < 2", "true"),
    comparison("<=", .lessOrEqual, "Whether the first value is at most the second.", "SELECT 2 <= 2", "true"),
    comparison(">", .greater, "Whether the first value is greater than the second.", "SELECT 'b' > 'a'", "true"),
    comparison(">=", .greaterOrEqual, "Whether the first value is at least the second.", "SELECT 1 >= 2", "false"),
    ScalarFunction(
      FunctionDoc(
        "<=>", aliases: ["equal_null"], .operator, "expr1 <=> expr2", "Equality that takes two NULLs as equal and is never NULL.",
        [FunctionExample("SELECT NULL <=> NULL", "true")]), bind: bindNullSafe),
  ]

  private static func comparison(
    _ name: String, aliases: [String] = [], _ op: Operator, _ summary: String, _ sql: String, _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, aliases: aliases, .operator, "expr1 \(name) expr2", summary, [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      let type = try operandType(call)
      let isNullable = call.arguments.contains { $0.isNullable }
      return BoundFunction(name, [type, type], returns: .boolean, isNullable: isNullable, kernel(op, type))
    }
  }

  private static func operandType(_ call: FunctionCall) throws(SQLError) -> DataType {
    try call.expect(2)
    let (left, right) = Arithmetic.decimalLiteralTypes(call)
    guard let type = Coercion.comparisonType(of: [left, right]) else { throw .differentTypes(call, call.types) }
    // Texts inside arrays and structs are not read as numbers.
    if type.isNested, !Coercion.canStore(left, as: type) || !Coercion.canStore(right, as: type) {
      throw .differentTypes(call, call.types)
    }
    // Fields of one name are converted to a common type; under other names they have to have one already.
    if type.isNested, Coercion.commonType(of: [left, right]) == nil, !left.hasShape(of: right) {
      throw .differentTypes(call, call.types)
    }
    guard type.isOrderable else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "\(call.name) cannot compare values of type \"\(type.sqlName)\"",
        span: call.span, hint: "compare map_entries(…) or single keys")
    }
    return type
  }

  private static func bindNullSafe(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    let type = try operandType(call)
    return BoundFunction("<=>", [type, type], returns: .boolean, nulls: .handled, isNullable: false) {
      (context, operands) throws(SQLError) in
      let rows = context.rows
      let (a, b) = (operands[0].flattened(rows: rows).validity, operands[1].flattened(rows: rows).validity)
      let equal = try kernel(.equal, type)(&context, operands)
      guard a != nil || b != nil, case .bool(var result) = equal else { return equal }
      for row in 0..<rows {
        let (x, y) = (a.map { $0[row] } ?? true, b.map { $0[row] } ?? true)
        if !(x && y) { result.values[row] = x == y }
      }
      return .bool(PrimitiveColumn(result.values))
    }
  }

  /// Row code for two operands of `type`.
  static func kernel(_ op: Operator, _ type: DataType) -> BoundFunction.Kernel {
    switch type.physical {
    case .null: { (context, _) in ColumnBuilder.nulls(.boolean, count: context.rows) }
    case .bool:
      { (context, operands) throws(SQLError) in
        try loops(op, operands, context, { (a: Bool, b: Bool) in a == b }, { (a: Bool, b: Bool) in !a && b })
      }
    case .int8: ordered(op, Int8.self)
    case .int16: ordered(op, Int16.self)
    case .int32: ordered(op, Int32.self)
    case .int64: ordered(op, Int64.self)
    case .int128: ordered(op, Int128.self)
    case .float32: floating(op, Float.self)
    case .float64: floating(op, Double.self)
    case .bytes: ordered(op, BytesView.self)
    case .list, .map, .structure: nested(op)
    }
  }

  private static func ordered<T: ColumnElement & Comparable>(_ op: Operator, _: T.Type) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try loops(op, operands, context, { (a: T, b: T) in a == b }, { (a: T, b: T) in a < b })
    }
  }

  private static func floating<T: ColumnElement & BinaryFloatingPoint>(
    _ op: Operator, _: T.Type
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      try loops(
        op, operands, context, { (a: T, b: T) in a == b || (a != a && b != b) },
        { (a: T, b: T) in a < b || (b != b && a == a) })
    }
  }

  @inline(__always)
  private static func loops<T: ColumnElement>(
    _ op: Operator, _ operands: [Operand], _ context: borrowing KernelContext, _ equal: (T, T) -> Bool,
    _ less: (T, T) -> Bool
  ) throws(SQLError) -> Column {
    let (a, b) = (operands[0], operands[1])
    switch op {
    case .equal: return try Kernel.binary(a, b, context) { (x: T, y: T) in equal(x, y) }
    case .notEqual: return try Kernel.binary(a, b, context) { (x: T, y: T) in !equal(x, y) }
    case .less: return try Kernel.binary(a, b, context) { (x: T, y: T) in less(x, y) }
    case .lessOrEqual: return try Kernel.binary(a, b, context) { (x: T, y: T) in !less(y, x) }
    case .greater: return try Kernel.binary(a, b, context) { (x: T, y: T) in less(y, x) }
    case .greaterOrEqual: return try Kernel.binary(a, b, context) { (x: T, y: T) in !less(x, y) }
    }
  }

  private static func nested(_ op: Operator) -> BoundFunction.Kernel {
    { (context, operands) in
      let (a, b) = (operands[0], operands[1])
      let values = (0..<context.rows).map { row -> Bool in
        let order = RowComparison.compare(a.column, row &* a.stride, b.column, row &* b.stride)
        return switch op {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
      }
      return .bool(PrimitiveColumn(values))
    }
  }
}
