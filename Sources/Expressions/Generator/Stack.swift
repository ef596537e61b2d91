internal import Columnar
internal import Diagnostics

extension Generators {
  /// `stack(n, expr…)`: the expressions laid out in n rows.
  static let stack: [GeneratorFunction] = [
    GeneratorFunction(
      FunctionDoc(
        "stack", .generator, "stack(n, expr1, expr2, …)",
        "Lays the expressions out in n rows, from left to right.",
        [FunctionExample("SELECT stack(2, 1, 2, 3)", "1\t2\n3\tNULL")])
    ) { (call) throws(SQLError) in
      let rowsPerInput = try stackHeight(call)
      let values = call.arguments.count - 1
      let width = (values - 1) / rowsPerInput + 1
      let types = try stackTypes(call, width: width)
      let fields = types.enumerated().map { Field("col\($0.offset)", $0.element) }
      let parameters = [DataType.int] + (0..<values).map { types[$0 % width] }
      return BoundGenerator(call.name, parameters, fields: fields) { (context, operands) throws(SQLError) in
        try stackRows(operands, types, height: rowsPerInput, rows: context.rows, span: context.span)
      }
    }
  ]

  private static func stackHeight(_ call: FunctionCall) throws(SQLError) -> Int {
    if call.arguments.count < 2 { throw .wrongArgumentCount(call, expected: "> 1") }
    guard call.types[0] == .int else { throw .unexpectedInput(call, 0, wanted: "\"INT\"") }
    guard case .int32(let n)? = try call.constant(0) else {
      throw .nonConstantArgument(call, 0, expected: "int")
    }
    if n <= 0 { throw .argumentOutOfRange(call, 0, range: "(0, 2147483647]", found: "\(n)") }
    return Int(n)
  }

  /// All values of one output column must be of one type, NULLs aside.
  private static func stackTypes(_ call: FunctionCall, width: Int) throws(SQLError) -> [DataType] {
    var types = [DataType](repeating: .null, count: width)
    for index in 1..<call.arguments.count {
      let column = (index - 1) % width
      let type = call.types[index]
      if type == .null || types[column] == type { continue }
      if types[column] == .null {
        types[column] = type
        continue
      }
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
        "values of column \(column) of \"\(call.name)\" must be of one type, found \(types[column]) and \(type)",
        span: call.arguments[index].span.isNone ? call.span : call.arguments[index].span)
    }
    return types
  }

  private static func stackRows(
    _ operands: [Operand], _ types: [DataType], height: Int, rows: Int, span: SourceSpan
  ) throws(SQLError) -> GeneratedRows {
    let (total, isTooLarge) = rows.multipliedReportingOverflow(by: height)
    if isTooLarge || total > ElementRows.rowsMax {
      throw SQLError(
        .data, "COLLECTION_SIZE_LIMIT_EXCEEDED",
        "\(rows) rows of \(height) each are more than the \(ElementRows.rowsMax) possible in one batch",
        span: span)
    }
    let width = types.count
    var columns: [Column] = []
    for column in 0..<width {
      // All values of the column one below the other, then one NULL for missing ones, then picked row by row.
      let sources = stride(from: column + 1, to: operands.count, by: width).map {
        operands[$0].flattened(rows: rows)
      }
      let pool = Column.concatenate(
        sources + [ColumnBuilder.nulls(types[column], count: 1)], type: types[column])
      let missing = Int32(sources.count * rows)
      let picked = [Int32](unsafeUninitializedCapacity: total) { target, count in
        for row in 0..<rows {
          for line in 0..<height {
            let source = line < sources.count ? Int32(line * rows + row) : missing
            target.initializeElement(at: row * height + line, to: source)
          }
        }
        count = total
      }
      columns.append(pool.gather(picked))
    }
    let offsets = (0...rows).map { Int32($0 * height) }
    return GeneratedRows(columns: columns, count: total, offsets: offsets)
  }
}
