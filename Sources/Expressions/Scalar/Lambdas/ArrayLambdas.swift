internal import Columnar
internal import Diagnostics

/// A lambda for each element of an array: `transform`, `filter`, `exists`, `forall`, `zip_with`.
enum ArrayLambdas {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "transform", .lambda, "transform(array, x -> expr)", "The results of the lambda for each element (and its 0-based index).",
      [("SELECT transform(array(1, 2, 3), x -> x + 1)", "[2, 3, 4]"), ("SELECT transform(array(1, 2, 3), (x, i) -> x + i)", "[1, 3, 5]")],
      lambdaParameters: elementAndIndex
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let (type, result) = (DataType.array(try call.elementType(0)), call.types[1])
      let withPosition = takesIndex(call)
      return BoundFunction("transform", [type, result], returns: .array(result)) { (context, operands) throws(SQLError) in
        let elements = try LambdaElements(operands[0], type, context)
        let values = try context.runLambda(0, elements.parameters(withPosition: withPosition), parents: elements.parents)
        return .list(ListColumn(offsets: elements.offsets, child: values))
      }
    },
    ScalarFunction(
      "filter", .lambda, "filter(array, x -> condition)", "The elements for which the condition is true.",
      [("SELECT filter(array(1, 2, 3), x -> x % 2 == 1)", "[1, 3]"), ("SELECT filter(array(0, 2, 3), (x, i) -> x > i)", "[2, 3]")],
      lambdaParameters: elementAndIndex
    ) { (call) throws(SQLError) in
      try call.expect(2)
      try call.requireCondition(1)
      let element = try call.elementType(0)
      let withPosition = takesIndex(call)
      return BoundFunction("filter", [.array(element), .boolean], returns: .array(element)) { (context, operands) throws(SQLError) in
        let elements = try LambdaElements(operands[0], .array(element), context)
        let wanted = try context.runLambda(0, elements.parameters(withPosition: withPosition), parents: elements.parents)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          for i in elements.offsets[row]..<elements.offsets[row + 1] where wanted.isTrue(Int(i)) { lists.pick(i) }
          try lists.endList()
        }
        return lists.lists(over: elements.children[0], type: element)
      }
    },
    quantifier(
      "exists", "Whether the condition is true for an element; NULL if it is NULL for some and true for none.",
      [("SELECT exists(array(1, 2, 3), x -> x % 2 == 0)", "true")], decides: true),
    quantifier(
      "forall", "Whether the condition is true for all elements; NULL if it is NULL for some and false for none.",
      [("SELECT forall(array(2, 4, 8), x -> x % 2 == 0)", "true")], decides: false),
    ScalarFunction(
      "zip_with", .lambda, "zip_with(array1, array2, (x, y) -> expr)",
      "The results of the lambda for the elements of both arrays, NULL where one is shorter.",
      [("SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)", "[4, 6]")],
      lambdaParameters: { (call, position, _) throws(SQLError) in
        position == 2 ? [Field("x", try call.elementType(0)), Field("y", try call.elementType(1))] : nil
      }, bind: bindZip),
  ]

  private static let elementAndIndex: ScalarFunction.LambdaParameters = { (call, position, declared) throws(SQLError) in
    guard position == 1 else { return nil }
    let element = Field("x", try call.elementType(0))
    return declared == 2 ? [element, Field("i", .int, isNullable: false)] : [element]
  }

  /// Whether the lambda at position 1 was written with a second parameter.
  private static func takesIndex(_ call: FunctionCall) -> Bool { call.lambdaParameterCount == 2 }

  private static func quantifier(
    _ name: String, _ summary: String, _ examples: [(String, String)], decides: Bool
  ) -> ScalarFunction {
    ScalarFunction(
      name, .lambda, "\(name)(array, x -> condition)", summary, examples,
      lambdaParameters: { (call, position, _) throws(SQLError) in
        position == 1 ? [Field("x", try call.elementType(0))] : nil
      }
    ) { (call) throws(SQLError) in
      try call.expect(2)
      try call.requireCondition(1)
      let type = DataType.array(try call.elementType(0))
      return BoundFunction(name, [type, .boolean], returns: .boolean) { (context, operands) throws(SQLError) in
        let elements = try LambdaElements(operands[0], type, context)
        let results = try context.runLambda(0, [elements.children[0]], parents: elements.parents)
        let nulls = results.nullTest
        var values = [Bool](repeating: !decides, count: context.rows)
        var known = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows {
          var hasNull = false
          for i in elements.offsets[row]..<elements.offsets[row + 1] {
            if nulls.isNull(i) {
              hasNull = true
            } else if results.isTrue(Int(i)) == decides {
              values[row] = decides
              break
            }
          }
          if hasNull && values[row] != decides { known.set(row, false) }
        }
        return .bool(PrimitiveColumn(values, validity: known.isAllValid ? nil : known))
      }
    }
  }

  private static func bindZip(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let (a, b, result) = (try call.elementType(0), try call.elementType(1), call.types[2])
    return BoundFunction("zip_with", [.array(a), .array(b), result], returns: .array(result)) { (context, operands) throws(SQLError) in
      let (left, right) = (ListOperand(operands[0]), ListOperand(operands[1]))
      var (lefts, rights) = (ListPicker(rows: context.rows), ListPicker(rows: context.rows))
      for row in 0..<context.rows {
        if context.isValid(row) {
          let (x, y) = (left.range(row), right.range(row))
          lefts.pick(contentsOf: x)
          try lefts.pick(-1, times: y.count - x.count)
          rights.pick(contentsOf: y)
          try rights.pick(-1, times: x.count - y.count)
        }
        try lefts.endList()
        try rights.endList()
      }
      let values = try context.runLambda(
        0, [left.child.gatherOrNull(lefts.picked, type: a), right.child.gatherOrNull(rights.picked, type: b)],
        parents: LambdaElements.parents(lefts.offsets))
      return .list(ListColumn(offsets: lefts.offsets, child: values))
    }
  }
}
