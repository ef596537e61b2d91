internal import Columnar
internal import Diagnostics

/// Arrays as sets: duplicates dropped, unions, intersections, differences. NULL equals NULL here.
enum ArraySets {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "array_distinct", .array, "array_distinct(array)", "The array without repeated elements.",
      [("SELECT array_distinct(array(1, 2, 3, NULL, 3))", "[1, 2, 3, null]")]
    ) { (call) throws(SQLError) in
      try call.expect(1)
      let type = try call.elementType(0)
      try call.requireOrderable(type)
      return BoundFunction("array_distinct", [.array(type)], returns: .array(type)) { (context, operands) throws(SQLError) in
        let list = ListOperand(operands[0])
        var sets = try SetBuilder(list.child, type, context.rows)
        for row in 0..<context.rows {
          sets.begin(expecting: list.range(row).count)
          sets.add(list.range(row))
          try sets.end()
        }
        return sets.finish()
      }
    },
    combining(
      "array_union", "The elements of either array, without repetition.",
      ("SELECT array_union(array(1, 2, 3), array(1, 3, 5))", "[1, 2, 3, 5]"), .union),
    combining(
      "array_intersect", "The elements of both arrays, without repetition.",
      ("SELECT array_intersect(array(1, 2, 3), array(1, 3, 5))", "[1, 3]"), .intersection),
    combining(
      "array_except", "The elements of the first array that are not in the second, without repetition.",
      ("SELECT array_except(array(1, 2, 3), array(1, 3, 5))", "[2]"), .difference),
    ScalarFunction(
      "arrays_overlap", .array, "arrays_overlap(array1, array2)",
      "Whether the arrays have an element in common that is not NULL; NULL if not and a NULL could be one.",
      [("SELECT arrays_overlap(array(1, 2, 3), array(3, 4, 5))", "true")], bind: bindOverlap),
  ]

  private static func combining(
    _ name: String, _ summary: String, _ example: (String, String), _ operation: SetBuilder.Operation
  ) -> ScalarFunction {
    ScalarFunction(name, .array, "\(name)(array1, array2)", summary, [example]) { (call) throws(SQLError) in
      try call.expect(2)
      let type = try call.commonElementType()
      try call.requireOrderable(type)
      return BoundFunction(name, [.array(type), .array(type)], returns: .array(type)) { (context, operands) throws(SQLError) in
        let (a, b) = (ListOperand(operands[0]), ListOperand(operands[1]))
        let pool = try ElementPool([a.child, b.child], type: type)
        var sets = try SetBuilder(pool.column, type, context.rows)
        for row in 0..<context.rows {
          if context.isValid(row) { sets.combine(operation, a.range(row), b.range(row).moved(by: pool.base(1))) }
          try sets.end()
        }
        return sets.finish()
      }
    }
  }

  private static func bindOverlap(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2)
    let type = try call.commonElementType()
    try call.requireOrderable(type)
    return BoundFunction("arrays_overlap", [.array(type), .array(type)], returns: .boolean) { (context, operands) throws(SQLError) in
      let (a, b) = (ListOperand(operands[0]), ListOperand(operands[1]))
      let pool = try ElementPool([a.child, b.child], type: type)
      let keys = try ElementKeys(pool.column, type)
      let nulls = pool.column.nullTest
      var members = ElementSet()
      var values = [Bool](repeating: false, count: context.rows)
      var known = Validity(repeating: true, count: context.rows)
      for row in 0..<context.rows where context.isValid(row) {
        let (left, right) = (a.range(row), b.range(row).moved(by: pool.base(1)))
        if left.isEmpty || right.isEmpty { continue }
        var hasNull = false
        members.removeAll(expecting: left.count)
        for element in left {
          if nulls.isNull(element) { hasNull = true } else { _ = members.insert(element, keys) }
        }
        for element in right {
          if nulls.isNull(element) {
            hasNull = true
          } else if members.contains(element, keys) {
            values[row] = true
            break
          }
        }
        if hasNull && !values[row] { known.set(row, false) }
      }
      return .bool(PrimitiveColumn(values, validity: known.isAllValid ? nil : known))
    }
  }
}

/// Builds one list without repetitions a row.
private struct SetBuilder {
  enum Operation: Sendable { case union, intersection, difference }

  private let pool: Column
  private let type: DataType
  private let keys: ElementKeys
  private let nulls: NullTest
  private var members = ElementSet()
  private var excluded = ElementSet()
  private var lists: ListPicker

  init(_ pool: Column, _ type: DataType, _ rows: Int) throws(SQLError) {
    self.pool = pool
    self.type = type
    keys = try ElementKeys(pool, type)
    nulls = pool.nullTest
    lists = ListPicker(rows: rows)
  }

  mutating func combine(_ operation: Operation, _ a: Range<Int32>, _ b: Range<Int32>) {
    switch operation {
    case .union:
      begin(expecting: a.count + b.count)
      add(a)
      add(b)
    case .intersection, .difference:
      begin(expecting: a.count)
      exclude(b)
      add(a, ifExcluded: operation == .intersection)
    }
  }

  mutating func begin(expecting count: Int) { members.removeAll(expecting: count) }

  /// The other side of an intersection or difference.
  private mutating func exclude(_ range: Range<Int32>) {
    excluded.removeAll(expecting: range.count)
    for element in range {
      if nulls.isNull(element) { _ = excluded.insertNull() } else { _ = excluded.insert(element, keys) }
    }
  }

  /// Adds those that are not there yet.
  mutating func add(_ range: Range<Int32>) {
    for element in range { addIfNew(element) }
  }

  /// Adds those that the other side has, or those that it has not.
  private mutating func add(_ range: Range<Int32>, ifExcluded isWanted: Bool) {
    for element in range {
      let isThere = nulls.isNull(element) ? excluded.containsNull : excluded.contains(element, keys)
      if isThere == isWanted { addIfNew(element) }
    }
  }

  @inline(__always)
  private mutating func addIfNew(_ element: Int32) {
    if nulls.isNull(element) ? members.insertNull() : members.insert(element, keys) { lists.pick(element) }
  }

  mutating func end() throws(SQLError) { try lists.endList() }

  func finish() -> Column { lists.lists(over: pool, type: type) }
}
