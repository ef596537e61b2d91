internal import Columnar
internal import Diagnostics

/// Arrays cut, joined, cleaned and extended.
enum ArrayShape {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "slice", .array, "slice(array, start, length)",
      "The elements from a 1-based start on, counted from the end if negative, as many as length.",
      [("SELECT slice(array(1, 2, 3, 4), 2, 2)", "[2, 3]"), ("SELECT slice(array(1, 2, 3, 4), -2, 2)", "[3, 4]")],
      bind: bindSlice),
    ScalarFunction(
      "flatten", .array, "flatten(arrayOfArrays)", "One array of the elements of all arrays; NULL if one of them is NULL.",
      [("SELECT flatten(array(array(1, 2), array(3, 4)))", "[1, 2, 3, 4]")], bind: bindFlatten),
    ScalarFunction(
      "array_compact", .array, "array_compact(array)", "The array without its NULL elements.",
      [("SELECT array_compact(array(1, 2, 3, NULL))", "[1, 2, 3]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let type = try call.elementType(0)
      return BoundFunction("array_compact", [.array(type)], returns: .array(type)) { (context, operands) throws(SQLError) in
        let list = ListOperand(operands[0])
        let nulls = list.child.nullTest
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          for element in list.range(row) where !nulls.isNull(element) { lists.pick(element) }
          try lists.endList()
        }
        return lists.lists(over: list.child, type: type)
      }
    },
    adding("array_append", "The array with the element added at its end.", ("SELECT array_append(array(1, 2), 3)", "[1, 2, 3]"), atEnd: true),
    adding("array_prepend", "The array with the element added at its start.", ("SELECT array_prepend(array(1, 2), 3)", "[3, 1, 2]"), atEnd: false),
    ScalarFunction(
      "array_insert", .array, "array_insert(array, pos, element)",
      "The array with the element put at a 1-based index, counted from behind the end if negative; gaps become NULL.",
      [("SELECT array_insert(array(1, 2, 3), 2, 9)", "[1, 9, 2, 3]"), ("SELECT array_insert(array(1, 2), -1, 9)", "[1, 2, 9]")],
      bind: bindInsert),
  ]

  private static func bindSlice(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let type = try call.elementType(0)
    let parameters: [DataType] = [.array(type), try call.parameter(1, as: .int), try call.parameter(2, as: .int)]
    return BoundFunction("slice", parameters, returns: .array(type), canFail: true) { (context, operands) throws(SQLError) in
      let list = ListOperand(operands[0])
      let starts: [Int32] = try operands[1].rowValues(context.rows)
      let lengths: [Int32] = try operands[2].rowValues(context.rows)
      var lists = ListPicker(rows: context.rows)
      for row in 0..<context.rows {
        if context.isValid(row) {
          let (start, length) = (Int64(starts[row]), Int64(lengths[row]))
          if start == 0 { throw .invalidParameter("start", of: "slice", "elements are counted from 1 or −1, found 0") }
          if length < 0 { throw .invalidParameter("length", of: "slice", "it must be at least 0, found \(length)") }
          let range = list.range(row)
          let from = start > 0 ? start - 1 : start + Int64(range.count)
          if from >= 0, from < Int64(range.count) {
            let end = min(from + length, Int64(range.count))
            lists.pick(
              contentsOf: range.lowerBound + Int32(truncatingIfNeeded: from)..<range.lowerBound
                + Int32(truncatingIfNeeded: end))
          }
        }
        try lists.endList()
      }
      return lists.lists(over: list.child, type: type)
    }
  }

  private static func bindFlatten(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    let type: DataType
    switch call.types[0] {
    case .array(.array(let element)): type = element
    case .array(.null), .null: type = .null
    default: throw .unexpectedInput(call, 0, wanted: "\"ARRAY\" of \"ARRAY\"")
    }
    return BoundFunction("flatten", [.array(.array(type))], returns: .array(type)) { (context, operands) throws(SQLError) in
      let outer = ListOperand(operands[0])
      let inner = ListOperand(Operand(outer.child))
      let nulls = outer.child.nullTest
      var lists = ListPicker(rows: context.rows)
      var whole = Validity(repeating: true, count: context.rows)
      for row in 0..<context.rows {
        if context.isValid(row) {
          for element in outer.range(row) {
            if nulls.isNull(element) { whole.set(row, false) }
            lists.pick(contentsOf: inner.range(Int(element)))
          }
        }
        try lists.endList()
      }
      return lists.lists(over: inner.child, type: type, validity: whole.isAllValid ? nil : whole)
    }
  }

  private static func adding(_ name: String, _ summary: String, _ example: (String, String), atEnd: Bool) -> ScalarFunction {
    ScalarFunction(name, .array, "\(name)(array, element)", summary, [example]) { (call) throws(SQLError) in
      try call.expect(2)
      let type = try call.elementTypeTaking(call.types[1])
      return BoundFunction(name, [.array(type), type], returns: .array(type), nulls: .handled) { (context, operands) throws(SQLError) in
        let list = ListOperand(operands[0])
        let pool = try ElementPool([Operand(list.child), operands[1]], type: type)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          if !atEnd { lists.pick(pool.index(1, row)) }
          lists.pick(contentsOf: list.range(row))
          if atEnd { lists.pick(pool.index(1, row)) }
          try lists.endList()
        }
        return lists.lists(over: pool.column, type: type, validity: operands[0].flattened(rows: context.rows).validity)
      }
    }
  }

  private static func bindInsert(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3)
    let type = try call.elementTypeTaking(call.types[2])
    return BoundFunction(
      "array_insert", [.array(type), try call.integerParameter(1), type], returns: .array(type), nulls: .handled, canFail: true
    ) { (context, operands) throws(SQLError) in
      let list = ListOperand(operands[0])
      let positions: [Int32] = try operands[1].rowValues(context.rows)
      let pool = try ElementPool([Operand(list.child), operands[2]], type: type)
      let validity = Validity.intersection(
        operands[0].flattened(rows: context.rows).validity, operands[1].flattened(rows: context.rows).validity)
      var lists = ListPicker(rows: context.rows)
      for row in 0..<context.rows {
        if validity.map({ $0[row] }) ?? true {
          if positions[row] == 0 { throw .data("INVALID_INDEX_OF_ZERO", "the index 0 is invalid: elements are counted from 1 or −1") }
          try insert(pool.index(1, row), at: Int(positions[row]), in: list.range(row), &lists)
        }
        try lists.endList()
      }
      return lists.lists(over: pool.column, type: type, validity: validity)
    }
  }

  private static func insert(
    _ element: Int32, at position: Int, in range: Range<Int32>, _ lists: inout ListPicker
  ) throws(SQLError) {
    // Places before the new element; negative where a gap opens in front of the array.
    let before = position > 0 ? position - 1 : range.count + position + 1
    if before < 0 {
      lists.pick(element)
      try lists.pick(-1, times: -before)
      lists.pick(contentsOf: range)
    } else {
      let split = range.lowerBound + Int32(min(before, range.count))
      lists.pick(contentsOf: range.lowerBound..<split)
      try lists.pick(-1, times: before - range.count)
      lists.pick(element)
      lists.pick(contentsOf: split..<range.upperBound)
    }
  }
}
