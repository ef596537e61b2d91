internal import Columnar
internal import Diagnostics

/// NOT and the IS tests. AND and OR are nodes of their own: they decide what is evaluated.
enum Logic {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "not", aliases: ["!"], .operator, "NOT expr", "Logical negation; NULL stays NULL.",
        [FunctionExample("SELECT NOT true", "false")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      try call.parameter(0, as: .boolean)
      return BoundFunction("not", [.boolean], returns: .boolean, isNullable: call.arguments[0].isNullable) {
        (context, operands) throws(SQLError) in try Kernel.unary(operands[0], context) { (x: Bool) in !x }
      }
    },
    nullTest("isnull", "expr IS NULL", isNull: true, "Whether the value is NULL.", "SELECT isnull(NULL)"),
    nullTest("isnotnull", "expr IS NOT NULL", isNull: false, "Whether the value is not NULL.", "SELECT isnotnull(1)"),
    truthTest("istrue", "expr IS TRUE", wanted: true, isNegated: false, "SELECT true IS TRUE"),
    truthTest("isfalse", "expr IS FALSE", wanted: false, isNegated: false, "SELECT false IS FALSE"),
    truthTest("isnottrue", "expr IS NOT TRUE", wanted: true, isNegated: true, "SELECT NULL IS NOT TRUE"),
    truthTest("isnotfalse", "expr IS NOT FALSE", wanted: false, isNegated: true, "SELECT NULL IS NOT FALSE"),
    ScalarFunction(
      FunctionDoc(
        "isnan", .conditional, "isnan(expr)", "Whether the value is NaN; false for NULL.",
        [FunctionExample("SELECT isnan(double('NaN'))", "true")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let type: DataType = call.types[0] == .float ? .float : try call.parameter(0, as: .double)
      return BoundFunction("isnan", [type], returns: .boolean, nulls: .handled, isNullable: false) {
        (context, operands) throws(SQLError) in
        let column =
          type == .float
          ? try Kernel.unary(operands[0], context) { (x: Float) in x.isNaN }
          : try Kernel.unary(operands[0], context) { (x: Double) in x.isNaN }
        return column.withFalseForNulls(operands[0].flattened(rows: context.rows).validity)
      }
    },
  ]

  private static func nullTest(
    _ name: String, _ signature: String, isNull: Bool, _ summary: String, _ example: String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, aliases: isNull ? ["isunknown"] : ["isnotunknown"], .conditional, signature, summary, [FunctionExample(example, "true")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(name, call.types, returns: .boolean, nulls: .handled, isNullable: false) { (context, operands) in
        let operand = operands[0]
        let rows = context.rows
        guard let validity = operand.column.validity else {
          return .bool(PrimitiveColumn([Bool](repeating: !isNull, count: rows)))
        }
        return .bool(PrimitiveColumn((0..<rows).map { validity[$0 &* operand.stride] != isNull }))
      }
    }
  }

  private static func truthTest(
    _ name: String, _ signature: String, wanted: Bool, isNegated: Bool, _ example: String
  ) -> ScalarFunction {
    let summary = "Whether the condition is \(isNegated ? "not " : "")\(wanted); never NULL."
    return ScalarFunction(FunctionDoc(name, .operator, signature, summary, [FunctionExample(example, "true")])) {
      (call) throws(SQLError) in
      try call.expect(1)
      try call.parameter(0, as: .boolean)
      return BoundFunction(name, [.boolean], returns: .boolean, nulls: .handled, isNullable: false) {
        (context, operands) throws(SQLError) in
        let rows = context.rows
        let values: [Bool] = try operands[0].rowValues(rows)
        let validity = operands[0].flattened(rows: rows).validity
        return .bool(
          PrimitiveColumn(
            (0..<rows).map { row in
              let hits = (validity.map { $0[row] } ?? true) && values[row] == wanted
              return hits != isNegated
            }))
      }
    }
  }
}

extension Column {
  /// A boolean column with FALSE where `validity` says NULL.
  func withFalseForNulls(_ validity: Validity?) -> Column {
    guard let validity, case .bool(var c) = self else { return self }
    for row in 0..<c.count where !validity[row] { c.values[row] = false }
    return .bool(PrimitiveColumn(c.values))
  }
}
