internal import Columnar
internal import Diagnostics

/// `array_join`: the elements as one text.
enum ArrayText {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "array_join", .array, "array_join(array, delimiter[, nullReplacement])",
      "The elements as text, delimiters between; NULL elements are left out or replaced.",
      [
        ("SELECT array_join(array('hello', 'world'), ' ')", "hello world"),
        ("SELECT array_join(array('hello', NULL, 'world'), ' ', ',')", "hello , world"),
      ], bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    let element = try call.elementType(0)
    guard Coercion.canImplicitlyCast(from: element, to: .string) else {
      throw .unexpectedInput(call, 0, wanted: "\"ARRAY<STRING>\"")
    }
    var parameters: [DataType] = [.array(.string)]
    for i in 1..<call.arguments.count { parameters.append(try call.parameter(i, as: .string)) }
    return BoundFunction("array_join", parameters, returns: .string) { (context, operands) throws(SQLError) in
      let list = ListOperand(operands[0])
      let elements: [BytesView] = try Operand(list.child).values()
      let delimiters: [BytesView] = try operands[1].rowValues(context.rows)
      let replacements: [BytesView]? = operands.count > 2 ? try operands[2].rowValues(context.rows) : nil
      let nulls = list.child.nullTest
      var builder = TextBuilder(rows: context.rows)
      var out = ByteWriter()
      for row in 0..<context.rows {
        out.removeAll()
        if context.isValid(row) {
          var isFirst = true
          for element in list.range(row) {
            let isNull = nulls.isNull(element)
            if isNull && replacements == nil { continue }
            if !isFirst { delimiters[row].withRaw { out.append($0) } }
            isFirst = false
            if isNull {
              replacements?[row].withRaw { out.append($0) }
            } else {
              elements[Int(element)].withRaw { out.append($0) }
            }
          }
          if out.count > BytesView.lengthMax { throw .collectionTooLarge }
        }
        builder.append(out.bytes)
      }
      return builder.finish()
    }
  }
}
