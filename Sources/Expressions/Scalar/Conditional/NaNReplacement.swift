internal import Columnar
internal import Diagnostics

/// `nanvl(a, b)`: a, or b where a is NaN. NULL where a is NULL, or where b is and is asked for.
enum NaNReplacement {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "nanvl", .conditional, "nanvl(expr1, expr2)", "expr1, or expr2 where expr1 is NaN.",
        shown: ["SELECT nanvl(double('NaN'), 123)": "123.0"])
    ) { (call) throws(SQLError) in
      try call.expect(2)
      if call.types[0] == .float, call.types[1] == .float {
        return BoundFunction("nanvl", [.float, .float], returns: .float, nulls: .handled, kernel(Float.self))
      }
      return BoundFunction(
        "nanvl", try call.parameters(all: .double), returns: .double, nulls: .handled, kernel(Double.self))
    }
  ]

  private static func kernel<T: ColumnElement & BinaryFloatingPoint>(_: T.Type) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let rows = context.rows
      let (a, b): ([T], [T]) = (try operands[0].rowValues(rows), try operands[1].rowValues(rows))
      let first = operands[0].flattened(rows: rows).validity
      let second = operands[1].flattened(rows: rows).validity
      let values = (0..<rows).map { a[$0].isNaN ? b[$0] : a[$0] }
      if first == nil && second == nil { return T.column(values, validity: nil) }
      let validity = Validity(count: rows) { row in
        (first?[row] ?? true) && (!a[row].isNaN || (second?[row] ?? true))
      }
      return T.column(values, validity: validity)
    }
  }
}
