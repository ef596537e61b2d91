internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Pipes: `FROM t |> WHERE a > 1 |> AGGREGATE sum(b) GROUP BY c`.
///
/// Each step is the query that it abbreviates, over a common table that holds the rows so far. What a step gives keeps the
/// names of its relations (`t.a`) until AS or AGGREGATE takes them away.
extension QueryBinder {
  /// The name of the rows so far; no identifier can be it.
  private static let input = "\u{0}|>"

  /// One `|> …` step over the rows before it.
  func bind(_ pipe: AST.PipeOperator, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    var inner = self
    inner.commonTables[Self.input] = .bound(input, nodes: 0)
    let span = pipe.span
    switch pipe.kind {
    case .select(let quantifier, let items, let groupBy):
      var select = select(items, quantifier: quantifier, span: span)
      select.groupBy = groupBy
      return try inner.bindPipe(select)
    case .extend(let items):
      if let star = items.first(where: { if case .star = $0.expression.kind { true } else { false } }) {
        throw SQLError(
          .bind, "INVALID_USAGE_OF_STAR_OR_REGEX", "|> EXTEND adds expressions; every column is there already", span: star.span)
      }
      try inner.refuseAggregates(items, in: "EXTEND")
      return try inner.extended(items, span: span)
    case .set(let assignments): return try assigned(input, assignments, span: span)
    case .drop(let names): return try dropped(input, names)
    case .alias(let name):
      return try input.aliased(AST.TableAlias(name: name))
    case .where(let condition):
      var result = input
      result.plan = try inner.filtered(input, by: condition)
      return result
    case .limit(let count, let offset): return limited(input, try bindLimit(count, offset))
    case .offset(let count): return limited(input, try bindLimit(nil, count))
    case .aggregate(let items, let groupBy): return try inner.aggregated(input, items, groupBy, span: span)
    case .join(let kind, let isNatural, let right, let condition):
      let left = Self.rowsSoFar(span)
      return try inner.bind(
        AST.Relation.Join(kind: kind, isNatural: isNatural, left: left, right: right, condition: condition), span: span)
    case .ordering(let ordering):
      let items = ordering.orderBy + ordering.sortBy + ordering.clusterBy.map { AST.SortItem($0) }
      if items.isEmpty { return input }
      var result = input
      result.plan = .sort(.init(input: input.plan, keys: try bindSortKeys(items, over: input.scope)))
      return result
    case .setOperation(let operation, let isAll, let others):
      var result = input
      for other in others {
        var left = self
        left.commonTables[Self.input] = .bound(result, nodes: 0)
        result = try left.bind(
          AST.SetOperation(
            operator: operation, isAll: isAll, left: .from([Self.rowsSoFar(span)]), right: other, span: span))
      }
      return result
    case .lateralView(let view): return try bind(try lateralGenerator(view), over: input, isOuter: view.isOuter)
    case .pivot(let pivot): return try bind(pivot, over: input)
    case .unpivot(let unpivot): return try bind(unpivot, over: input)
    case .sample(let sample): return try bind(sample, over: input, span: span)
    }
  }

  private static func rowsSoFar(_ span: SourceSpan) -> AST.Relation {
    AST.Relation(.name(AST.ObjectName(input)), span: span)
  }

  private func select(
    _ items: [AST.SelectItem], quantifier: AST.SelectQuantifier = .all, span: SourceSpan
  ) -> AST.Select {
    AST.Select(quantifier: quantifier, items: items, from: [Self.rowsSoFar(span)], span: span)
  }

  private func bindPipe(_ select: AST.Select) throws(SQLError) -> BoundRelation {
    try bindSelect(select, orderBy: [], limit: nil)
  }

  private func limited(_ input: BoundRelation, _ limit: LimitClause?) -> BoundRelation {
    var result = input
    if let limit { result.plan = limit.applied(to: input.plan) }
    return result
  }

  // MARK: Columns

  /// The rows with further columns behind.
  private func extended(_ items: [AST.SelectItem], span: SourceSpan) throws(SQLError) -> BoundRelation {
    let star = AST.SelectItem(AST.Expression(.star(AST.Star()), span: span), span: span)
    return try bindPipe(select([star] + items, span: span))
  }

  /// `SET a = e, b = f`: one assignment after the other, each seeing those before it.
  private func assigned(
    _ input: BoundRelation, _ assignments: [AST.Assignment], span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    var result = input.withoutHidden
    for assignment in assignments {
      guard assignment.target.parts.count == 1 else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE.PIPE_OPERATOR_SET_QUALIFIED_NAME",
          "SET of a pipe takes a bare column, found \"\(assignment.target.text)\"", span: assignment.target.span)
      }
      let places = result.scope.ordinals(qualifier: [], name: assignment.target.last.text)
      guard let place = places.first else {
        throw .unresolvedColumn(
          assignment.target.text, candidates: result.scope.columns.map(\.field.name), span: assignment.target.span)
      }
      if places.count > 1 {
        throw .ambiguousColumn(
          assignment.target.text, candidates: places.map { result.scope.columns[$0].displayName },
          span: assignment.target.span)
      }
      var step = self
      step.commonTables[Self.input] = .bound(result, nodes: 0)
      let item = AST.SelectItem(assignment.value, aliases: [assignment.target.last], span: assignment.target.span)
      try step.refuseAggregates([item], in: "SET")
      let extended = try step.extended([item], span: span)
      let last = extended.scope.columns.count - 1
      var columns = result.scope.columns
      columns[place].field = extended.scope.columns[last].field
      result = BoundRelation(
        plan: .project(
          .init(
            input: extended.plan,
            columns: columns.enumerated().map { index, column in
              NamedExpression(.column(index == place ? last : index, column.field), as: column.field.name)
            })), scope: Scope(columns))
    }
    return result
  }

  /// `DROP a, t.b`: the columns without these.
  private func dropped(_ input: BoundRelation, _ names: [AST.ObjectName]) throws(SQLError) -> BoundRelation {
    var kept = input.scope.visibleOrdinals
    for name in names {
      let qualifier = name.parts.dropLast().map(\.text)
      let places = input.scope.ordinals(qualifier: qualifier[...], name: name.last.text)
      guard let place = places.first else {
        throw .unresolvedColumn(name.text, candidates: input.scope.columns.map(\.field.name), span: name.span)
      }
      if places.count > 1 {
        throw .ambiguousColumn(
          name.text, candidates: places.map { input.scope.columns[$0].displayName }, span: name.span)
      }
      if !kept.contains(place) { throw .overlappingExcept(name.text, span: name.span) }
      kept.removeAll { $0 == place }
    }
    let columns = kept.map { input.scope.columns[$0] }
    return BoundRelation(
      plan: .project(
        .init(
          input: input.plan,
          columns: zip(kept, columns).map { NamedExpression(.column($0, $1.field), as: $1.field.name) })),
      scope: Scope(columns))
  }

  // MARK: Aggregates

  /// `AGGREGATE items GROUP BY keys` is `SELECT keys, items … GROUP BY keys`.
  private func aggregated(
    _ input: BoundRelation, _ items: [AST.SelectItem], _ groupBy: [AST.SelectItem], span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    for key in groupBy {
      guard case .call(let call) = key.expression.kind, ["rollup", "cube"].contains(call.name.text.lowercased()) else { continue }
      throw .unsupportedInPipeAggregate(call.name.text.uppercased(), span: key.span)
    }
    for item in items {
      try refuseUnsupported(in: item)
      if containsAggregate(item) { continue }
      throw SQLError(
        .bind, "PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION",
        "an item of |> AGGREGATE must hold an aggregate such as sum or count", span: item.span,
        hint: "put what is grouped by behind GROUP BY")
    }
    var keys: [AST.SelectItem] = []
    for item in groupBy { keys.append(try positional(item, over: input)) }
    var select = select(keys + items, span: span)
    let elements = keys.map { AST.GroupingElement.expression($0.expression) }
    if !keys.isEmpty || items.isEmpty { select.groupBy = AST.GroupBy(elements: elements, span: span) }
    return try bindPipe(select)
  }

  /// Window functions, and questions for the grouping set, which a step has one of.
  private func refuseUnsupported(in item: AST.SelectItem) throws(SQLError) {
    var found: String?
    _ = item.expression.containsCall { call in
      let name = call.name.last.text.lowercased()
      if call.over != nil { found = "window functions" }
      if ["grouping", "grouping_id"].contains(name) { found = name.uppercased() }
      return found != nil
    }
    if let found { throw .unsupportedInPipeAggregate(found, span: item.span) }
  }

  /// An integer among the keys is a position among the columns before the step.
  private func positional(_ item: AST.SelectItem, over input: BoundRelation) throws(SQLError) -> AST.SelectItem {
    guard case .literal(.number(let number)) = item.expression.kind, number.kind == .integer else { return item }
    let visible = input.scope.visibleOrdinals
    guard let position = Int(number.text), position >= 1, position <= visible.count else {
      throw .positionOutOfRange("GROUP BY", position: number.text, count: visible.count, span: item.span)
    }
    let column = input.scope.columns[visible[position - 1]]
    let parts = (column.qualifier + [column.field.name]).map { AST.Identifier($0) }
    var copy = item
    copy.expression = AST.Expression(.name(AST.ObjectName(parts)), span: item.expression.span)
    return copy
  }

  private func refuseAggregates(_ items: [AST.SelectItem], in clause: String) throws(SQLError) {
    for item in items where containsAggregate(item) {
      throw SQLError(
        .bind, "PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION",
        "|> \(clause) makes one row of each row, and this item holds an aggregate", span: item.span,
        hint: "use |> AGGREGATE")
    }
  }

  /// Whether an aggregate without OVER is part of the item; told from the syntax, since OVER makes a difference.
  private func containsAggregate(_ item: AST.SelectItem) -> Bool {
    item.expression.containsCall { call in
      call.over == nil && context.catalog.functions.aggregates[call.name.last.text.lowercased()] != nil
    }
  }
}
