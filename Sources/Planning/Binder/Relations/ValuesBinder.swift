internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// VALUES: columns col1, col2, …, each of the type that all its rows can have.
  func bindValues(_ rows: [[AST.Expression]]) throws(SQLError) -> BoundRelation {
    let width = rows.first?.count ?? 0
    let binder = expressionBinder(Scope(), .values)
    var bound: [[BoundExpression]] = []
    bound.reserveCapacity(rows.count)
    for row in rows {
      guard row.count == width else {
        throw .inlineTableWidth(
          expected: width, found: row.count, span: row.reduce(.none) { $0.union($1.span) })
      }
      let cells = try binder.bind(row)
      if let other = cells.first(where: { !$0.isDeterministic }) { throw .inlineTableNotConstant(span: other.span) }
      for cell in cells where cell.literalValue == nil && cell.isConstant { try checkValue(of: cell) }
      bound.append(cells)
    }
    var fields: [Field] = []
    for column in 0..<width {
      let cells = bound.map { $0[column] }
      guard let type = Coercion.commonType(of: cells.map(\.type)) else {
        throw SQLError(
          .bind, "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
          "column \(column + 1) of VALUES has no common type: "
            + Set(cells.map(\.type.sqlName)).sorted().joined(separator: ", "),
          span: cells.first?.span ?? SourceSpan.none)
      }
      for row in bound.indices { bound[row][column] = context.cast(bound[row][column], to: type) }
      fields.append(Field("col\(column + 1)", type, isNullable: cells.contains(where: \.isNullable)))
    }
    let schema = Schema(fields)
    return BoundRelation(
      plan: .values(.init(schema: schema, rows: bound)), scope: Scope(schema, qualifier: []))
  }

  /// A constant that has no value is a mistake of the text, not of data.
  private func checkValue(of cell: BoundExpression) throws(SQLError) {
    do throws(SQLError) { _ = try context.constantValue(cell) } catch {
      guard error.kind == .data else { throw error }
      var failed = error.located(at: cell.span)
      failed.kind = .bind
      failed.errorClass = "INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION"
      throw failed
    }
  }
}
