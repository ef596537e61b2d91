internal import Columnar
internal import Diagnostics

/// `value IN (candidates)`: TRUE if one is equal, else NULL if the value or a candidate is NULL, else FALSE.
enum Membership {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "in", .operator, "expr IN (expr1, expr2, …)", "Whether the value equals one of the candidates.",
        [FunctionExample("SELECT 1 IN (1, 2)", "true"), FunctionExample("SELECT 3 IN (1, NULL)", "NULL")]), bind: bind)
  ]

  private static func bind(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(atLeast: 1)
    guard let type = Coercion.comparisonType(of: call.types) else { throw .differentTypes(call, call.types) }
    guard type.isOrderable else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "in cannot compare values of type \"\(type.sqlName)\"",
        span: call.span)
    }
    let parameters = call.types.map { _ in type }
    let literals = call.arguments.dropFirst().compactMap { Coercion.cast($0, to: type).literalValue }
    if literals.count == call.arguments.count - 1, let set = CandidateSet(literals, type: type) {
      return BoundFunction("in", parameters, returns: .boolean, nulls: .handled) { (context, operands) throws(SQLError) in
        try set.contains(operands[0], rows: context.rows)
      }
    }
    return BoundFunction("in", parameters, returns: .boolean, nulls: .handled) { (context, operands) in
      search(operands, rows: context.rows)
    }
  }

  /// Candidates that vary by row.
  private static func search(_ operands: [Operand], rows: Int) -> Column {
    var values = [Bool](repeating: false, count: rows)
    var validity = Validity(repeating: true, count: rows)
    let value = operands[0]
    for row in 0..<rows {
      let at = row &* value.stride
      if value.column.isNull(at) {
        validity.set(row, false)
        continue
      }
      for candidate in operands.dropFirst() {
        let other = row &* candidate.stride
        if candidate.column.isNull(other) {
          validity.set(row, false)
        } else if RowComparison.areSame(value.column, at, candidate.column, other) {
          values[row] = true
          validity.set(row, true)
          break
        }
      }
    }
    return .bool(PrimitiveColumn(values, validity: validity.isAllValid ? nil : validity))
  }
}

/// Constant candidates of one type: few are compared one by one, many by hash.
private struct CandidateSet: Sendable {
  private let type: DataType
  private let column: Column
  private let words: Set<Int64>
  private let texts: Set<BytesView>
  private let others: Set<Value>
  private let hasNull: Bool

  init?(_ literals: [Value], type: DataType) {
    self.type = type
    let values = literals.filter { !$0.isNull }
    hasNull = values.count < literals.count
    column = Column(values, type: type)
    var words: Set<Int64> = []
    var texts: Set<BytesView> = []
    var others: Set<Value> = []
    switch type.physical {
    case .int8, .int16, .int32, .int64: for value in values { words.insert(value.integer ?? 0) }
    case .bytes: if case .bytes(let c) = column { texts = Set(c.views) }
    case .int128, .bool: others = Set(values)
    // Equality of these is not that of `Value`: NaN, −0.0, NULL within.
    case .float32, .float64, .list, .structure, .map, .null: break
    }
    self.words = words
    self.texts = texts
    self.others = others
  }

  func contains(_ operand: Operand, rows: Int) throws(SQLError) -> Column {
    let validity = operand.flattened(rows: rows).validity
    let found: [Bool]
    switch type.physical {
    case .int8: found = try integers(operand, rows, Int8.self)
    case .int16: found = try integers(operand, rows, Int16.self)
    case .int32: found = try integers(operand, rows, Int32.self)
    case .int64: found = try integers(operand, rows, Int64.self)
    case .bytes:
      let views: [BytesView] = try operand.rowValues(rows)
      if case .bytes(let c) = column, c.count <= 8 {
        let few = c.views
        found = views.map { view in few.contains { $0 == view } }
      } else {
        found = views.map { texts.contains($0) }
      }
    case .int128, .bool: found = (0..<rows).map { others.contains(operand.column.value(at: $0 &* operand.stride)) }
    case .float32, .float64, .list, .structure, .map, .null:
      found = (0..<rows).map { row in
        (0..<column.count).contains { RowComparison.areSame(operand.column, row &* operand.stride, column, $0) }
      }
    }
    guard hasNull || validity != nil else { return .bool(PrimitiveColumn(found)) }
    let known = Validity(count: rows) { row in
      (validity.map { $0[row] } ?? true) && (found[row] || !hasNull)
    }
    return .bool(PrimitiveColumn(found, validity: known))
  }

  private func integers<T: ColumnElement & FixedWidthInteger>(
    _ operand: Operand, _ rows: Int, _: T.Type
  ) throws(SQLError) -> [Bool] {
    let values: [T] = try operand.rowValues(rows)
    if words.count <= 8 {
      let few = words.map { T(truncatingIfNeeded: $0) }
      return values.map { value in few.contains(value) }
    }
    let words = words
    return values.map { words.contains(Int64($0)) }
  }
}
