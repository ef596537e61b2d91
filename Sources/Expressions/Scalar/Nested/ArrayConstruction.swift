internal import Columnar
internal import Diagnostics

/// Arrays made of single values: `array`, `array_repeat`.
enum ArrayConstruction {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "array", .array, "array(expr, …)", "An array of the values, as their common type.",
      [("SELECT array(1, 2, 3)", "[1, 2, 3]"), ("SELECT array()", "[]")]
    ) { (call) throws(SQLError) in
      let element = try call.commonType()
      return BoundFunction(
        "array", call.types.map { _ in element }, returns: .array(element), nulls: .handled, isNullable: false
      ) { (context, operands) throws(SQLError) in
        let pool = try ElementPool(operands, type: element)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          for i in operands.indices { lists.pick(pool.index(i, row)) }
          try lists.endList()
        }
        return lists.lists(over: pool.column, type: element)
      }
    },
    ScalarFunction(
      "array_repeat", .array, "array_repeat(element, count)", "An array that holds the element count times.",
      [("SELECT array_repeat('ab', 2)", "[ab, ab]")]
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let element = call.types[0]
      return BoundFunction(
        "array_repeat", [element, try call.exactParameter(1, .int)], returns: .array(element), nulls: .handled, canFail: true
      ) { (context, operands) throws(SQLError) in
        let counts: [Int32] = try operands[1].rowValues(context.rows)
        let countValidity = operands[1].flattened(rows: context.rows).validity
        let pool = try ElementPool([operands[0]], type: element)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          if countValidity.map({ $0[row] }) ?? true { try lists.pick(pool.index(0, row), times: Int(counts[row])) }
          try lists.endList()
        }
        return lists.lists(over: pool.column, type: element, validity: countValidity)
      }
    },
  ]
}
