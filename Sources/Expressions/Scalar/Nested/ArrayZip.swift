internal import Columnar
internal import Diagnostics

/// `arrays_zip`: arrays side by side, as an array of structs.
enum ArrayZip {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      "arrays_zip", .array, "arrays_zip(array, …)",
      "An array of structs: the n-th holds the n-th elements of all arrays, NULL where one is shorter.",
      [("SELECT arrays_zip(array(1, 2), array('a', 'b'))", "[{1, a}, {2, b}]")], bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    var fields: [Field] = []
    for i in call.arguments.indices {
      fields.append(Field(call.columnName(i) ?? "\(i)", try call.elementType(i)))
    }
    let types = fields.map(\.type)
    return BoundFunction("arrays_zip", types.map { .array($0) }, returns: .array(.structure(fields))) {
      (context, operands) throws(SQLError) in
      let lists = operands.map { ListOperand($0) }
      var pickers = lists.map { _ in ListPicker(rows: context.rows) }
      var whole = ListPicker(rows: context.rows)
      for row in 0..<context.rows {
        let count = context.isValid(row) ? lists.reduce(0) { max($0, $1.range(row).count) } : 0
        try whole.pick(0, times: count)
        try whole.endList()
        for i in lists.indices where count > 0 {
          let range = lists[i].range(row)
          pickers[i].pick(contentsOf: range)
          try pickers[i].pick(-1, times: count - range.count)
        }
      }
      let columns = lists.indices.map { lists[$0].child.gatherOrNull(pickers[$0].picked, type: types[$0]) }
      return .list(
        ListColumn(offsets: whole.offsets, child: .structure(StructColumn(fields: columns, count: whole.count))))
    }
  }
}
