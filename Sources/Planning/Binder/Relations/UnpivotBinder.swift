internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// UNPIVOT: the other columns, repeated for each column of IN beside its name and its value. It is `stack` underneath,
  /// so it is linear; rows without any value are left out unless INCLUDE NULLS is said.
  func bind(_ unpivot: AST.Unpivot, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    let input = input.withoutHidden
    let width = unpivot.values.count
    var lines: [(name: String, values: [BoundExpression])] = []
    for column in unpivot.columns {
      guard column.names.count == width else {
        throw SQLError(
          .bind, "UNPIVOT_VALUE_SIZE_MISMATCH",
          "UNPIVOT makes \(width) column\(width == 1 ? "" : "s") of values, found \(column.names.count) columns to put there",
          span: column.names.first?.span ?? unpivot.span)
      }
      let values = try column.names.map { (name) throws(SQLError) in try unpivotColumn(name, of: input) }
      let names = values.compactMap(\.columnOrdinal).map { input.scope.columns[$0].field.name }
      lines.append((column.alias?.text ?? names.joined(separator: "_"), values))
    }
    let types = try (0..<width).map { (index) throws(SQLError) in
      try unpivotType(lines.map { $0.values[index] }, unpivot.values[index])
    }
    let used = Set(lines.flatMap { $0.values.flatMap(\.columnsUsed) })
    let kept = input.scope.columns.indices.filter { !used.contains($0) }
    let binder = expressionBinder(Scope(), .pivot)
    var arguments: [BoundExpression] = [
      .literal(.int32(Int32(truncatingIfNeeded: lines.count)), .int, span: unpivot.span)
    ]
    for line in lines {
      arguments.append(.literal(.string(line.name), .string, span: unpivot.span))
      for (value, type) in zip(line.values, types) { arguments.append(context.cast(value, to: type)) }
    }
    guard let (stack, _) = context.catalog.functions.generator(named: "stack") else {
      throw .unresolvedRoutine("stack", candidates: [], span: unpivot.span)
    }
    let bound = try binder.bindGenerator(stack, "stack", arguments, span: unpivot.span)
    let isNullable = (0..<width).map { index in lines.contains { $0.values[index].isNullable } }
    let fields =
      [Field(unpivot.name.text, .string, isNullable: false)]
      + (0..<width).map { Field(unpivot.values[$0].text, types[$0], isNullable: isNullable[$0]) }
    var plan = LogicalPlan.generate(
      .init(
        input: input.plan, kept: kept, generator: bound.function, arguments: bound.arguments, isOuter: false,
        fields: fields, span: unpivot.span))
    if !unpivot.includesNulls, isNullable.allSatisfy({ $0 }) {
      var conditions: [BoundExpression] = []
      for index in 0..<width {
        let value = BoundExpression.column(kept.count + 1 + index, fields[1 + index], span: unpivot.span)
        conditions.append(try binder.call("isnotnull", [value], span: unpivot.span))
      }
      if let condition = BoundExpression.chain(conditions[...], .or) {
        plan = .filter(.init(input: plan, predicate: condition))
      }
    }
    let scope = Scope(kept.map { input.scope.columns[$0] } + fields.map { Scope.Column(qualifier: [], field: $0) })
    return try BoundRelation(plan: plan, scope: scope).aliased(unpivot.alias)
  }

  private func unpivotColumn(_ name: AST.ObjectName, of input: BoundRelation) throws(SQLError) -> BoundExpression {
    let column = try expressionBinder(input.scope, .pivot).bindName(name, span: name.span)
    if column.columnOrdinal != nil { return column }
    throw SQLError(
      .bind, "UNPIVOT_REQUIRES_ATTRIBUTES", "UNPIVOT takes whole columns, and \"\(name.text)\" is a part of one",
      span: name.span, hint: "select it under a name of its own first")
  }

  /// The type that all values of one output column can have; texts and others have none.
  private func unpivotType(_ values: [BoundExpression], _ column: AST.Identifier) throws(SQLError) -> DataType {
    var type = values[0].type
    for value in values.dropFirst() {
      let isMixed = (type == .string) != (value.type == .string) && type != .null && value.type != .null
      guard !isMixed, let common = Coercion.commonType(type, value.type) else {
        throw SQLError(
          .bind, "UNPIVOT_VALUE_DATA_TYPE_MISMATCH",
          "column \"\(column.text)\" of UNPIVOT cannot hold both \(type.sqlName) and \(value.type.sqlName)", span: value.span,
          hint: "CAST them to one type in a subquery")
      }
      type = common
    }
    return type
  }
}
