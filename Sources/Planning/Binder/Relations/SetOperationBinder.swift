internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// UNION: columns by position, names of the first side, types that both sides can have.
  func bind(_ operation: AST.SetOperation) throws(SQLError) -> BoundRelation {
    switch operation.operator {
    case .union: break
    case .intersect, .except: throw UnsupportedFeature.setDifference.error(operation.span)
    }
    let left = try bind(operation.left)
    let right = try bind(operation.right)
    var united = try union(left, right, flattensLeft: operation.left.isUnionAll, span: operation.span)
    if !operation.isAll {
      if let column = united.scope.columns.first(where: { !$0.field.type.isOrderable }) {
        throw .notGroupable(column.field.type, in: "UNION", span: operation.span)
      }
      united.plan = .distinct(.init(input: united.plan))
    }
    return united
  }

  private func union(
    _ left: BoundRelation, _ right: BoundRelation, flattensLeft: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    let mine = left.scope.columns.map(\.field)
    let theirs = right.scope.columns.map(\.field)
    guard mine.count == theirs.count else {
      throw .columnCountMismatch("UNION", first: mine.count, other: theirs.count, span: span)
    }
    var fields: [Field] = []
    for (index, (a, b)) in zip(mine, theirs).enumerated() {
      guard let type = Coercion.commonType(a.type, b.type) else {
        throw .incompatibleColumn("UNION", column: index + 1, a.type, b.type, span: span)
      }
      fields.append(Field(a.name, type, isNullable: a.isNullable || b.isNullable))
    }
    let schema = Schema(fields)
    let first = converted(left, to: schema)
    var inputs = [first]
    if flattensLeft, case .union(let inner) = first { inputs = inner.inputs }
    inputs.append(converted(right, to: schema))
    return BoundRelation(
      plan: .union(.init(inputs: inputs, schema: schema)), scope: Scope(schema, qualifier: []))
  }

  /// The relation with its columns cast to the types of `schema`.
  private func converted(_ relation: BoundRelation, to schema: Schema) -> LogicalPlan {
    if relation.plan.schema.types == schema.types { return relation.plan }
    let columns = zip(relation.scope.columns, schema.fields).enumerated().map { index, pair in
      NamedExpression(
        context.cast(.column(index, pair.0.field), to: pair.1.type), as: pair.1.name)
    }
    return .project(.init(input: relation.plan, columns: columns))
  }
}

extension AST.QueryBody {
  fileprivate var isUnionAll: Bool {
    if case .setOperation(let operation) = self { return operation.operator == .union && operation.isAll }
    return false
  }
}
