internal import Columnar
internal import Diagnostics

/// `named_struct`, which `struct(…)`, `(a, b)` and `ROW(…)` are turned into.
enum Structs {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "named_struct", .structure, "named_struct(name, value, …)", "A struct of the values under their names.",
      [("SELECT named_struct('a', 1, 'b', 2)", "{1, 2}")], bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    guard call.arguments.count.isMultiple(of: 2) else {
      throw .wrongArgumentCount(call, expected: "pairs of a name and a value as")
    }
    var fields: [Field] = []
    for i in stride(from: 0, to: call.arguments.count, by: 2) {
      guard call.types[i] == .string, let name = try call.constant(i) else {
        let place = call.arguments[i].span
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
          "the name of a field must be a constant string, found \"\(call.types[i].sqlName)\"",
          span: place.isNone ? call.span : place)
      }
      guard let text = name.text else {
        throw SQLError(.bind, "DATATYPE_MISMATCH.UNEXPECTED_NULL", "the name of a field must not be NULL", span: call.span)
      }
      fields.append(Field(text, call.types[i + 1], isNullable: call.arguments[i + 1].isNullable))
    }
    return BoundFunction(
      "named_struct", call.types, returns: .structure(fields), nulls: .handled, isNullable: false
    ) { (context, operands) in
      let rows = context.rows
      let columns = stride(from: 1, to: operands.count, by: 2).map { operands[$0].flattened(rows: rows) }
      return .structure(StructColumn(fields: columns, count: rows))
    }
  }
}
