internal import Columnar
internal import Diagnostics

/// Functions that say something of the call, and those that raise errors.
enum Misc {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "typeof", .misc, "typeof(expr)", "The name of the type of a value.",
        [FunctionExample("SELECT typeof(1)", "int"), FunctionExample("SELECT typeof(array(1.5))", "array<decimal(2,1)>")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let name = call.types[0].description
      return BoundFunction("typeof", call.types, returns: .string, nulls: .handled, isNullable: false) { (context, _) in
        Column.repeating(.string(name), type: .string, count: context.rows)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "raise_error", .misc, "raise_error(expr)", "An error with this message, for rows that reach it.",
        [FunctionExample("SELECT if(true, 1, raise_error('never'))", "1")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return BoundFunction(
        "raise_error", [try call.parameter(0, as: .string)], returns: .null, nulls: .handled, isDeterministic: false,
        canFail: true
      ) { (context, operands) throws(SQLError) in
        guard context.rows > 0 else { return .null(count: 0) }
        let message = operands[0].column.value(at: 0).text ?? "null"
        throw .data("USER_RAISED_EXCEPTION", message)
      }
    },
    ScalarFunction(
      FunctionDoc(
        "assert_true", .misc, "assert_true(expr[, message])", "NULL if a condition holds, else an error.",
        [FunctionExample("SELECT assert_true(0 < 1)", "NULL")])
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      var types = [try call.exactParameter(0, .boolean)]
      if call.arguments.count == 2 { types.append(try call.parameter(1, as: .string)) }
      return BoundFunction("assert_true", types, returns: .null, nulls: .handled, isDeterministic: false, canFail: true) {
        (context, operands) throws(SQLError) in
        for row in 0..<context.rows where !operands[0].column.isTrue(row &* operands[0].stride) {
          let message = operands.count > 1 ? operands[1].column.value(at: row &* operands[1].stride).text : nil
          throw .data("USER_RAISED_EXCEPTION", message ?? "the condition of assert_true is not true")
        }
        return .null(count: context.rows)
      }
    },
  ]
}
