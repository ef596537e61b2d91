internal import Columnar
internal import Diagnostics

/// Arrays sorted and shuffled.
enum ArrayOrder {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "sort_array", .array, "sort_array(array[, ascendingOrder])",
      "The elements in ascending order, NULLs first, or in descending order, NULLs last.",
      [("SELECT sort_array(array('b', 'd', NULL, 'c'))", "[null, b, c, d]"), ("SELECT sort_array(array(3, 1), false)", "[3, 1]")]
    ) { (call) throws(SQLError) in
      try call.expect(1...2)
      let type = try call.elementType(0)
      try call.requireOrderable(type)
      var isDescending = false
      if call.arguments.count == 2 {
        guard call.types[1] == .boolean || call.types[1] == .null else { throw .unexpectedInput(call, 1, wanted: "\"BOOLEAN\"") }
        guard let value = try call.constant(1) else { throw .nonConstantArgument(call, 1, expected: "boolean") }
        isDescending = value == .bool(false)
      }
      let parameters: [DataType] = [.array(type)] + (call.arguments.count == 2 ? [.boolean] : [])
      let nullsFirst = !isDescending
      return BoundFunction("sort_array", parameters, returns: .array(type)) { (context, operands) throws(SQLError) in
        try sorted(operands[0], type, context, isDescending: !nullsFirst, nullsFirst: nullsFirst)
      }
    },
    ScalarFunction(
      "shuffle", .array, "shuffle(array[, seed])", "The elements in a random order.",
      [("SELECT size(shuffle(array(1, 20, 3, 5)))", "4")], bind: bindShuffle),
  ]

  /// The lists of `operand`, each sorted; equal elements keep their order.
  static func sorted(
    _ operand: Operand, _ type: DataType, _ context: KernelContext, isDescending: Bool, nullsFirst: Bool
  ) throws(SQLError) -> Column {
    let list = ListOperand(operand)
    let keys = try ElementKeys(list.child, type)
    let nulls = list.child.nullTest
    var lists = ListPicker(rows: context.rows)
    for row in 0..<context.rows {
      let start = lists.count
      if context.isValid(row) {
        let range = list.range(row)
        if nullsFirst { for element in range where nulls.isNull(element) { lists.pick(element) } }
        let first = lists.count
        for element in range where !nulls.isNull(element) { lists.pick(element) }
        lists.reorder(from: first) { picked in
          // Indexes decide among equal elements, which makes the sort stable.
          if isDescending {
            picked.sort {
              let order = keys.compare($0, $1)
              return order == 0 ? $0 < $1 : order > 0
            }
          } else {
            picked.sort {
              let order = keys.compare($0, $1)
              return order == 0 ? $0 < $1 : order < 0
            }
          }
        }
        if !nullsFirst {
          try lists.pick(-1, times: range.count - (lists.count - start))
        }
      }
      try lists.endList()
    }
    return lists.lists(over: list.child, type: type)
  }

  private static func bindShuffle(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let type = try call.elementType(0)
    let seed = try call.randomSeed(1)
    let parameters: [DataType] = [.array(type)] + (call.arguments.count == 2 ? [call.types[1]] : [])
    return BoundFunction("shuffle", parameters, returns: .array(type), isDeterministic: false) { (context, operands) throws(SQLError) in
      let list = ListOperand(operands[0])
      let random = RowRandom(seed: seed, context)
      var lists = ListPicker(rows: context.rows)
      for row in 0..<context.rows {
        let start = lists.count
        lists.pick(contentsOf: list.range(row))
        var stream = BitStream(random: random, row: row)
        lists.reorder(from: start) { $0.shuffle(using: &stream) }
        try lists.endList()
      }
      return lists.lists(over: list.child, type: type)
    }
  }
}

/// The draws of one row, one after the other.
private struct BitStream: RandomNumberGenerator {
  let random: RowRandom
  let row: Int
  private var draw: UInt64 = 0

  init(random: RowRandom, row: Int) {
    self.random = random
    self.row = row
  }

  mutating func next() -> UInt64 {
    defer { draw &+= 1 }
    return random.bits(row, draw)
  }
}
