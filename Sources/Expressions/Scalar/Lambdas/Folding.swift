internal import Columnar
internal import Diagnostics

/// `aggregate(array, zero, merge[, finish])`: an array folded to one value.
///
/// The n-th elements of all rows are merged in one run of the lambda, so a batch costs as many runs as its longest array
/// is long, not one an element.
enum Folding {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "aggregate", aliases: ["reduce"], .lambda, "aggregate(array, start, (acc, x) -> expr[, acc -> expr])",
      "Folds the elements into one value, from start on; the last lambda turns that into the result.",
      [
        ("SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x)", "6"),
        ("SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10)", "60"),
      ],
      lambdaParameters: { (call, position, _) throws(SQLError) in
        switch position {
        case 2: [Field("acc", call.types[1]), Field("x", try call.elementType(0))]
        case 3: [Field("acc", call.types[1])]
        default: nil
        }
      }, bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(3...4)
    let (element, state, merged) = (try call.elementType(0), call.types[1], call.types[2])
    guard merged == .null || isHeld(merged, by: state) else {
      throw .unexpectedInput(call, 2, wanted: "\"\(state.sqlName)\"")
    }
    let hasFinish = call.arguments.count == 4
    let result = hasFinish ? call.types[3] : state
    return BoundFunction(
      "aggregate", [.array(element), state, state] + (hasFinish ? [result] : []), returns: result, nulls: .handled
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let list = ListOperand(operands[0])
      let valid = (0..<Int32(rows)).filter { !list.isNull(Int($0)) }
      if valid.isEmpty { return ColumnBuilder.nulls(result, count: rows) }
      let start = operands[1].flattened(rows: rows).gather(valid)
      let folded = try fold(list, start, rows: valid, state, context)
      let values = hasFinish ? try context.runLambda(1, [folded], parents: valid) : folded
      if valid.count == rows { return values }
      var places = [Int32](repeating: -1, count: rows)
      for (i, row) in valid.enumerated() { places[Int(row)] = Int32(truncatingIfNeeded: i) }
      return values.gatherOrNull(places, type: result)
    }
  }

  /// Whether the lambda's value can be taken as the state; the fields of structs go by their places.
  private static func isHeld(_ merged: DataType, by state: DataType) -> Bool {
    if case .structure(let fields) = merged, case .structure(let held) = state, fields.count == held.count {
      return zip(fields, held).allSatisfy { isHeld($0.type, by: $1.type) }
    }
    return Coercion.losslessCommonType(state, merged) == state
  }

  /// The state after the last element of each of `rows`, in their order.
  private static func fold(
    _ list: ListOperand, _ start: Column, rows: [Int32], _ type: DataType, _ context: KernelContext
  ) throws(SQLError) -> Column {
    // Rows still being folded, as places in `rows`, and their states.
    var open = (0..<Int32(truncatingIfNeeded: rows.count)).map { $0 }
    var states = start
    var finished: [Column] = []
    var order: [Int32] = []
    var step: Int32 = 0
    while !open.isEmpty {
      var staying: [Int32] = []
      var leaving: [Int32] = []
      for (i, place) in open.enumerated() {
        let count = list.range(Int(rows[Int(place)])).count
        if Int(step) < count { staying.append(Int32(truncatingIfNeeded: i)) } else { leaving.append(Int32(truncatingIfNeeded: i)) }
      }
      if !leaving.isEmpty {
        finished.append(states.gather(leaving))
        order.append(contentsOf: leaving.map { open[Int($0)] })
        states = states.gather(staying)
        open = staying.map { open[Int($0)] }
      }
      if open.isEmpty { break }
      let parents = open.map { rows[Int($0)] }
      let elements = list.child.gather(parents.map { list.range(Int($0)).lowerBound + step })
      states = try context.runLambda(0, [states, elements], parents: parents)
      step += 1
    }
    var places = [Int32](repeating: 0, count: rows.count)
    for (i, place) in order.enumerated() { places[Int(place)] = Int32(truncatingIfNeeded: i) }
    return Column.concatenate(finished, type: type).gather(places)
  }
}
