internal import Columnar
internal import Diagnostics

/// Questions about arrays: how many elements, whether and where a value is among them, the least and the greatest.
enum ArraySearch {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "size", aliases: ["cardinality"], .array, "size(expr)", "The number of elements of an array or entries of a map.",
      [("SELECT size(array('b', 'd', 'c', 'a'))", "4"), ("SELECT cardinality(map('a', 1, 'b', 2))", "2")], bind: bindSize),
    ScalarFunction(
      "array_size", .array, "array_size(array)", "The number of elements of an array; NULL for NULL.",
      [("SELECT array_size(array('b', 'd', 'c', 'a'))", "4")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      return countFunction(call, .array(try call.elementType(0)))
    },
    ScalarFunction(
      "array_contains", .array, "array_contains(array, value)",
      "Whether the value is an element; NULL if it is not found and there are NULL elements.",
      [("SELECT array_contains(array(1, 2, 3), 2)", "true"), ("SELECT array_contains(array(1, NULL), 2)", "NULL")]
    ) { (call) throws(SQLError) in
      let type = try searchedType(call)
      return BoundFunction("array_contains", [.array(type), type], returns: .boolean) { (context, operands) throws(SQLError) in
        let search = try ValueSearch(operands, type)
        var found = [Bool](repeating: false, count: context.rows)
        var known = Validity(repeating: true, count: context.rows)
        for row in 0..<context.rows where context.isValid(row) {
          var hasNull = false
          for element in search.lists.range(row) {
            if search.nulls.isNull(element) {
              hasNull = true
            } else if search.isMatch(element, row) {
              found[row] = true
              break
            }
          }
          if hasNull && !found[row] { known.set(row, false) }
        }
        return .bool(PrimitiveColumn(found, validity: known.isAllValid ? nil : known))
      }
    },
    ScalarFunction(
      "array_position", .array, "array_position(array, value)",
      "The 1-based index of the first element that equals the value, 0 if there is none.",
      [("SELECT array_position(array(312, 773, 708, 708), 708)", "3"), ("SELECT array_position(array(1), 2)", "0")]
    ) { (call) throws(SQLError) in
      let type = try searchedType(call)
      return BoundFunction("array_position", [.array(type), type], returns: .bigint) { (context, operands) throws(SQLError) in
        let search = try ValueSearch(operands, type)
        var positions = [Int64](repeating: 0, count: context.rows)
        for row in 0..<context.rows where context.isValid(row) {
          let range = search.lists.range(row)
          for element in range where !search.nulls.isNull(element) && search.isMatch(element, row) {
            positions[row] = Int64(element - range.lowerBound) + 1
            break
          }
        }
        return .int64(PrimitiveColumn(positions))
      }
    },
    ScalarFunction(
      "array_remove", .array, "array_remove(array, value)", "The array without the elements that equal the value.",
      [("SELECT array_remove(array(1, 2, 3, NULL, 3), 3)", "[1, 2, null]")]
    ) { (call) throws(SQLError) in
      let type = try searchedType(call)
      return BoundFunction("array_remove", [.array(type), type], returns: .array(type)) { (context, operands) throws(SQLError) in
        let search = try ValueSearch(operands, type)
        var lists = ListPicker(rows: context.rows)
        for row in 0..<context.rows {
          if context.isValid(row) {
            for element in search.lists.range(row) where search.nulls.isNull(element) || !search.isMatch(element, row) {
              lists.pick(element)
            }
          }
          try lists.endList()
        }
        return lists.lists(over: search.lists.child, type: type)
      }
    },
    extreme("array_max", "The greatest element that is not NULL; NULL if there is none.", ("SELECT array_max(array(1, 20, NULL, 3))", "20"), sign: 1),
    extreme("array_min", "The least element that is not NULL; NULL if there is none.", ("SELECT array_min(array(1, 20, NULL, 3))", "1"), sign: -1),
  ]

  // MARK: Sizes

  private static func bindSize(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1)
    switch call.types[0] {
    case .array, .map: return countFunction(call, call.types[0], ofNull: call.settings.isANSI ? nil : -1)
    case .null: return countFunction(call, .array(.null), ofNull: call.settings.isANSI ? nil : -1)
    default: throw .unexpectedInput(call, 0, wanted: "(\"ARRAY\" or \"MAP\")")
    }
  }

  /// - Parameter ofNull: what the size of NULL is; nil is NULL. Spark says −1 outside of ANSI mode.
  private static func countFunction(_ call: FunctionCall, _ type: DataType, ofNull: Int32? = nil) -> BoundFunction {
    BoundFunction(call.name, [type], returns: .int, nulls: ofNull == nil ? .propagate : .handled) { (context, operands) in
      let rows = context.rows
      let column = operands[0].flattened(rows: rows)
      var counts = [Int32](repeating: 0, count: rows)
      switch column {
      case .list(let c): for row in 0..<rows { counts[row] = c.offsets[row + 1] - c.offsets[row] }
      case .map(let c): for row in 0..<rows { counts[row] = c.offsets[row + 1] - c.offsets[row] }
      default: break
      }
      if let ofNull, let validity = column.validity {
        for row in 0..<rows where !validity[row] { counts[row] = ofNull }
      }
      return .int32(PrimitiveColumn(counts))
    }
  }

  // MARK: Values

  /// The type in which the elements and the value are compared.
  private static func searchedType(_ call: FunctionCall) throws(SQLError) -> DataType {
    try call.expect(2)
    let element = try call.elementType(0)
    try call.refuseUntypedNull(unless: call.name == "array_contains" ? nil : 1)
    let type = try call.elementAndValueType(element, call.types[1])
    try call.requireOrderable(type)
    return type
  }

  // MARK: Extremes

  private static func extreme(_ name: String, _ summary: String, _ example: (String, String), sign: Int) -> ScalarFunction {
    ScalarFunction(name, .array, "\(name)(array)", summary, [example]) { (call) throws(SQLError) in
      try call.expect(1)
      let type = try call.elementType(0)
      try call.requireOrderable(type)
      return BoundFunction(name, [.array(type)], returns: type) { (context, operands) throws(SQLError) in
        let list = ListOperand(operands[0])
        let keys = try ElementKeys(list.child, type)
        let nulls = list.child.nullTest
        var picked = [Int32](repeating: -1, count: context.rows)
        for row in 0..<context.rows where context.isValid(row) {
          for element in list.range(row) where !nulls.isNull(element) {
            if picked[row] < 0 || keys.compare(element, picked[row]) == sign { picked[row] = element }
          }
        }
        return list.child.gatherOrNull(picked, type: type)
      }
    }
  }
}

/// The elements of a list argument beside the value that is looked for.
private struct ValueSearch {
  let lists: ListOperand
  let nulls: NullTest
  private let keys: ElementKeys
  private let pool: ElementPool

  init(_ operands: [Operand], _ type: DataType) throws(SQLError) {
    lists = ListOperand(operands[0])
    nulls = lists.child.nullTest
    pool = try ElementPool([Operand(lists.child), operands[1]], type: type)
    keys = try ElementKeys(pool.column, type)
  }

  @inline(__always)
  func isMatch(_ element: Int32, _ row: Int) -> Bool { keys.areEqual(element, pool.index(1, row)) }
}
