internal import Columnar
internal import Diagnostics

/// `greatest` and `least` of two or more values: NULLs are left out, NaN is above every number.
enum Extremes {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "greatest", .conditional, "greatest(expr, …)", "The greatest of the values that are not NULL.",
        shown: ["SELECT greatest(10, 9, 2, 4, 3)": "10"])
    ) { (call) throws(SQLError) in try bind(call, isGreatest: true) },
    ScalarFunction(
      FunctionDoc(
        "least", .conditional, "least(expr, …)", "The least of the values that are not NULL.",
        shown: ["SELECT least(10, 9, 2, 4, 3)": "2"])
    ) { (call) throws(SQLError) in try bind(call, isGreatest: false) },
  ]

  private static func bind(_ call: FunctionCall, isGreatest: Bool) throws(SQLError) -> BoundFunction {
    try call.expect(atLeast: 2)
    // A string does not become a number here: which order is meant?
    let known = call.types.filter { $0 != .null }
    if known.contains(.string), known.contains(where: { $0 != .string }) { throw .differentTypes(call, call.types) }
    let type = try call.commonType()
    guard type.isOrderable else { throw .unorderableArgument(call, 0) }
    let isNullable = call.arguments.allSatisfy { $0.isNullable }
    return BoundFunction(
      call.name, call.types.map { _ in type }, returns: type, nulls: .handled, isNullable: isNullable,
      kernel(type, isGreatest))
  }

  private static func kernel(_ type: DataType, _ isGreatest: Bool) -> BoundFunction.Kernel {
    switch type.physical {
    case .int8: fold(isGreatest) { (a: Int8, b: Int8) in a < b }
    case .int16: fold(isGreatest) { (a: Int16, b: Int16) in a < b }
    case .int32: fold(isGreatest) { (a: Int32, b: Int32) in a < b }
    case .int64: fold(isGreatest) { (a: Int64, b: Int64) in a < b }
    case .int128: fold(isGreatest) { (a: Int128, b: Int128) in a < b }
    case .float32: fold(isGreatest) { (a: Float, b: Float) in RowComparison.orderFloats(a, b) < 0 }
    case .float64: fold(isGreatest) { (a: Double, b: Double) in RowComparison.orderFloats(a, b) < 0 }
    case .null, .bool, .bytes, .list, .map, .structure: pick(type, isGreatest)
    }
  }

  @inline(__always)
  private static func fold<T: ColumnElement>(
    _ isGreatest: Bool, _ isLess: @escaping @Sendable (T, T) -> Bool
  ) -> BoundFunction.Kernel {
    { (context, operands) throws(SQLError) in
      let rows = context.rows
      var values: [T] = try operands[0].rowValues(rows)
      var validity = operands[0].flattened(rows: rows).validity
      for operand in operands.dropFirst() {
        let others: [T] = try operand.rowValues(rows)
        let otherValidity = operand.flattened(rows: rows).validity
        if validity == nil && otherValidity == nil {
          for row in 0..<rows {
            let (a, b) = (values[row], others[row])
            values[row] = (isGreatest ? isLess(a, b) : isLess(b, a)) ? b : a
          }
          continue
        }
        var known = validity ?? Validity(repeating: true, count: rows)
        for row in 0..<rows where otherValidity?[row] ?? true {
          let (a, b) = (values[row], others[row])
          if !known[row] || (isGreatest ? isLess(a, b) : isLess(b, a)) { values[row] = b }
          known.set(row, true)
        }
        validity = known.isAllValid ? nil : known
      }
      return T.column(values, validity: validity)
    }
  }

  /// For layouts that are gathered rather than copied: the number of the chosen operand for each row.
  private static func pick(_ type: DataType, _ isGreatest: Bool) -> BoundFunction.Kernel {
    { (context, operands) in
      let rows = context.rows
      let columns = operands.map { $0.flattened(rows: rows) }
      let chosen = (0..<rows).map { row -> Int32 in
        var best: Int?
        for (index, column) in columns.enumerated() where !column.isNull(row) {
          guard let current = best else {
            best = index
            continue
          }
          let order = RowComparison.compare(columns[current], row, column, row)
          if isGreatest ? order < 0 : order > 0 { best = index }
        }
        return best.map { Int32(truncatingIfNeeded: $0 &* rows &+ row) } ?? -1
      }
      return Column.concatenate(columns, type: type).gatherOrNull(chosen, type: type)
    }
  }
}
