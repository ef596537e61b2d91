internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// UNION, INTERSECT, EXCEPT: columns by position, names of the first side, types that both sides can have.
  func bind(_ operation: AST.SetOperation) throws(SQLError) -> BoundRelation {
    let name = operation.operator.sqlName
    let left = try bind(operation.left).withoutHidden
    let right = try bind(operation.right).withoutHidden
    let schema = try commonSchema(left, right, name, span: operation.span)
    if !operation.isAll || operation.operator != .union {
      if schema.fields.contains(where: { $0.type.containsMap }) {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "\(name) cannot compare maps", span: operation.span,
          hint: "UNION ALL compares nothing; map_entries(m) can be compared")
      }
      if let field = schema.fields.first(where: { !$0.type.isOrderable }) {
        throw .notGroupable(field.type, in: name, span: operation.span)
      }
    }
    let first = converted(left, to: schema)
    let second = converted(right, to: schema)
    var plan: LogicalPlan
    switch (operation.operator, operation.isAll) {
    case (.union, _):
      var inputs = [first]
      if operation.left.isUnionAll, case .union(let inner) = first { inputs = inner.inputs }
      plan = .union(.init(inputs: inputs + [second], schema: schema))
    case (.intersect, false): plan = try matching(first, second, .leftSemi, span: operation.span)
    case (.except, false): plan = try matching(first, second, .leftAnti, span: operation.span)
    case (.intersect, true), (.except, true):
      plan = try counted(first, second, operation.operator, schema, span: operation.span)
    }
    if !operation.isAll { plan = .distinct(.init(input: plan)) }
    return BoundRelation(plan: plan, scope: Scope(schema, qualifier: []))
  }

  private func commonSchema(
    _ left: BoundRelation, _ right: BoundRelation, _ operation: String, span: SourceSpan
  ) throws(SQLError) -> Schema {
    let mine = left.scope.columns.map(\.field)
    let theirs = right.scope.columns.map(\.field)
    guard mine.count == theirs.count else {
      throw .columnCountMismatch(operation, first: mine.count, other: theirs.count, span: span)
    }
    var fields: [Field] = []
    for (index, (a, b)) in zip(mine, theirs).enumerated() {
      guard let type = Coercion.commonType(a.type, b.type.namedLike(a.type)) else {
        throw .incompatibleColumn(operation, column: index + 1, a.type, b.type, span: span)
      }
      fields.append(Field(a.name, type, isNullable: a.isNullable || b.isNullable, lengths: a.lengths))
    }
    return Schema(fields)
  }

  /// Rows of the left side that are (not) among those of the right; NULLs are the same as NULLs.
  private func matching(
    _ left: LogicalPlan, _ right: LogicalPlan, _ kind: JoinKind, span: SourceSpan
  ) throws(SQLError) -> LogicalPlan {
    let width = left.schema.count
    let binder = expressionBinder(Scope(left.schema, qualifier: []), .joinCondition)
    var conditions: [BoundExpression] = []
    for index in 0..<width {
      let pair: [BoundExpression] = [
        .column(index, left.schema[index], span: span), .column(width + index, right.schema[index], span: span),
      ]
      conditions.append(try binder.call("<=>", pair, span: span))
    }
    let condition = BoundExpression.chain(conditions[...], .and)
    return .join(.init(left: left, right: right, kind: kind, condition: condition, span: span))
  }

  /// INTERSECT ALL and EXCEPT ALL: every distinct row as often as the counts of both sides say.
  private func counted(
    _ left: LogicalPlan, _ right: LogicalPlan, _ operation: AST.SetOperation.Operator, _ schema: Schema, span: SourceSpan
  ) throws(SQLError) -> LogicalPlan {
    let width = schema.count
    let binder = expressionBinder(Scope(), .select)
    let one = BoundExpression.literal(.int32(1), .int, span: span)
    let none = BoundExpression.literal(.null, .int, span: span)
    func tagged(_ plan: LogicalPlan, _ tags: [BoundExpression]) -> LogicalPlan {
      var columns = schema.fields.enumerated().map { NamedExpression(.column($0.offset, $0.element), as: $0.element.name) }
      for (index, tag) in tags.enumerated() { columns.append(NamedExpression(tag, as: "_side\(index)")) }
      return .project(.init(input: plan, columns: columns))
    }
    let sides = [tagged(left, [one, none]), tagged(right, [none, one])]
    var all = Schema(schema.fields + [Field("_side0", .int), Field("_side1", .int)])
    let union = LogicalPlan.union(.init(inputs: sides, schema: all))
    guard let count = context.catalog.functions.aggregates["count"] else {
      throw .unresolvedRoutine("count", candidates: [], span: span)
    }
    var calls: [AggregateCall] = []
    for side in 0..<2 {
      let argument = BoundExpression.column(width + side, all[width + side], span: span)
      let bound = try count.bind(FunctionCall(name: "count", arguments: [argument], span: span, settings: context.settings))
      calls.append(
        AggregateCall(
          aggregate: bound, arguments: try binder.castArguments([argument], to: bound.parameters, function: "count", span: span),
          filter: nil, isDistinct: false, name: "_count\(side)", span: span))
    }
    let keys = schema.fields.enumerated().map { NamedExpression(.column($0.offset, $0.element), as: $0.element.name) }
    let grouped = LogicalPlan.aggregate(.init(input: union, keys: keys, calls: calls))
    all = grouped.schema
    let counts = (0..<2).map { BoundExpression.column(width + $0, all[width + $0], span: span) }
    let times: BoundExpression
    if operation == .except {
      times = try binder.call("-", counts, span: span)
    } else {
      let isLess = try binder.call("<", counts, span: span)
      times = BoundExpression(
        .conditional(branches: [.init(condition: isLess, value: counts[0])], otherwise: counts[1]), type: .bigint, span: span)
    }
    return .generate(
      .init(
        input: grouped, kept: Array(0..<width), generator: RowReplication.generator, arguments: [times], isOuter: false,
        fields: [], span: span))
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

extension DataType {
  var containsMap: Bool {
    switch self {
    case .map: true
    case .array(let element): element.containsMap
    case .structure(let fields): fields.contains { $0.type.containsMap }
    default: false
    }
  }
}

extension AST.SetOperation.Operator {
  fileprivate var sqlName: String {
    switch self {
    case .union: "UNION"
    case .intersect: "INTERSECT"
    case .except: "EXCEPT"
    }
  }
}

extension AST.QueryBody {
  fileprivate var isUnionAll: Bool {
    if case .setOperation(let operation) = self { return operation.operator == .union && operation.isAll }
    return false
  }
}
