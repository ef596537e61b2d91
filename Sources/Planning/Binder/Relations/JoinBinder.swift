internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// Two relations and how their rows meet.
  func bind(_ join: AST.Relation.Join, span: SourceSpan) throws(SQLError) -> BoundRelation {
    if let result = try bindLateral(join, span: span) { return result }
    if let time = join.right.systemTime { return try bindTemporal(join, time, span: span) }
    let kind: JoinSides
    switch join.kind {
    case .asOf: kind = .asOf
    case .asOfLeft: kind = .asOfLeft
    case .inner, .cross: kind = .inner
    case .left: kind = .left
    case .right: kind = .right
    case .full: kind = .full
    case .leftSemi: kind = .leftSemi
    case .leftAnti: kind = .leftAnti
    }
    let left = try bind(join.left)
    let right = try bind(join.right)
    let result: BoundRelation
    if let names = try mergedNames(join, left.scope, right.scope) {
      result = try bindUsing(names, left, right, kind, span: span) { joined(left, right, kind, on: $0, span: span) }
    } else if case .on(let expression) = join.condition {
      result = try bindOn(expression, left, right, kind, span: span)
    } else {
      if kind.isAsOf { throw .asOfCondition(span: span) }
      result = joined(left, right, kind, on: nil, span: span)
    }
    try context.checkDepth(of: result.plan, span: span)
    return result
  }

  /// A join on any condition. Subqueries in the condition of an inner join are asked for the pairs that satisfy the rest;
  /// for those of other joins see `JoinSubqueries`.
  private func bindOn(
    _ expression: AST.Expression, _ left: BoundRelation, _ right: BoundRelation, _ kind: JoinSides, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    let collector = SubqueryCollector()
    var binder = expressionBinder(Scope(left.scope.columns + right.scope.columns), .joinCondition)
    if !kind.isAsOf { binder.subqueries = collector }
    let condition = try binder.bindCondition(expression)
    if kind.isAsOf { try checkAsOf(condition, leftWidth: left.scope.columns.count, span: expression.span) }
    if collector.entries.isEmpty { return joined(left, right, kind, on: condition, span: span) }
    if kind != .inner {
      return try JoinSubqueries(binder: binder, left: left, right: right, subqueries: collector.entries)
        .joined(kind, on: condition, by: self, span: span)
    }
    let (plain, asking) = condition.split { $0.firstColumn(where: { Placeholder.subquery($0) != nil }) == nil }
    var result = joined(left, right, kind, on: plain, span: span)
    if let asking {
      var joins = SubqueryJoins(binder, over: result.plan) { $0 }
      try joins.filter(asking, collector.entries)
      result.plan = joins.plan
    }
    return result
  }

  /// A join whose right side may use the columns of the left one: a generator, or a LATERAL subquery. Nil for others.
  private func bindLateral(_ join: AST.Relation.Join, span: SourceSpan) throws(SQLError) -> BoundRelation? {
    let generator = try lateralGenerator(join.right)
    if generator == nil && !isLateralSubquery(join.right) { return nil }
    let isMerging = join.isNatural || join.condition.isUsing
    if generator != nil && isMerging { return nil }
    switch join.kind {
    case .inner, .cross, .left:
      let isOuter = join.kind == .left
      let left = try bind(join.left)
      if let generator, join.condition.isTrivial { return try bind(generator, over: left, isOuter: isOuter) }
      if isMerging { return try bindLateral(join, over: left, isOuter: isOuter, span: span) }
      return try bindLateral(join.right, over: left, isOuter: isOuter, on: join.condition.expression, span: span)
    case .right, .full, .leftSemi, .leftAnti, .asOf, .asOfLeft:
      if generator != nil { return nil }
      throw .lateralJoinType(join.kind, span: span)
    }
  }

  /// The columns of USING, or those that NATURAL finds on both sides; nil for other joins.
  func mergedNames(
    _ join: AST.Relation.Join, _ left: Scope, _ right: Scope
  ) throws(SQLError) -> [AST.Identifier]? {
    if case .using(let names) = join.condition { return names }
    guard join.isNatural else { return nil }
    return left.visibleOrdinals.map { left.columns[$0].field.name }
      .filter { !right.ordinals(qualifier: [], name: $0).isEmpty }.map { AST.Identifier($0) }
  }

  /// The join, its columns those of the left side, then those of the right.
  func joined(
    _ left: BoundRelation, _ right: BoundRelation, _ kind: JoinSides, on condition: BoundExpression?, span: SourceSpan
  ) -> BoundRelation {
    let widths = (left: left.scope.columns.count, right: right.scope.columns.count)
    func plan(_ kind: JoinKind) -> LogicalPlan {
      .join(.init(left: left.plan, right: right.plan, kind: kind, condition: condition, span: span))
    }
    var scope = Scope(left.scope.columns + right.scope.columns)
    switch kind {
    case .inner: return BoundRelation(plan: plan(.inner), scope: scope)
    case .leftSemi: return BoundRelation(plan: plan(.leftSemi), scope: left.scope)
    case .leftAnti: return BoundRelation(plan: plan(.leftAnti), scope: left.scope)
    case .asOf: return BoundRelation(plan: plan(.asOf), scope: scope)
    case .lookup: return BoundRelation(plan: plan(.lookup), scope: scope)
    case .left, .asOfLeft, .lookupLeft, .full:
      let nullable = kind == .full ? 0..<scope.columns.count : widths.left..<scope.columns.count
      for index in nullable { scope.columns[index].field.isNullable = true }
      let outer: JoinKind =
        switch kind {
        case .asOfLeft: .asOfLeft
        case .lookupLeft: .lookupLeft
        case .full: .full
        default: .left
        }
      return BoundRelation(plan: plan(outer), scope: scope)
    case .right:
      for index in 0..<widths.left { scope.columns[index].field.isNullable = true }
      func turned(_ ordinal: Int) -> Int {
        ordinal < widths.left ? ordinal + widths.right : ordinal - widths.left
      }
      let join = LogicalPlan.join(
        .init(
          left: right.plan, right: left.plan, kind: .left, condition: condition?.remapped(turned), span: span))
      let columns = scope.columns.enumerated().map { index, column in
        NamedExpression(.column(turned(index), column.field), as: column.field.name)
      }
      return BoundRelation(plan: .project(.init(input: join, columns: columns)), scope: scope)
    }
  }

  // MARK: USING and NATURAL

  /// A join on equal columns, which come out once, before all others; their originals stay within reach of a qualifier.
  func bindUsing(
    _ names: [AST.Identifier], _ left: BoundRelation, _ right: BoundRelation, _ kind: JoinSides, span: SourceSpan,
    joining: (BoundExpression?) throws(SQLError) -> BoundRelation
  ) throws(SQLError) -> BoundRelation {
    let width = left.scope.columns.count
    let binder = expressionBinder(Scope(left.scope.columns + right.scope.columns), .joinCondition)
    var pairs: [(left: Int, right: Int)] = []
    var conditions: [BoundExpression] = []
    for name in names {
      let l = try usingColumn(name, in: left.scope, side: "left", span: span)
      let r = try usingColumn(name, in: right.scope, side: "right", span: span) + width
      pairs.append((l, r))
      let place = name.span.isNone ? span : name.span
      // The last column of an ASOF join's USING is the time (as in DuckDB).
      let comparison = kind.isAsOf && pairs.count == names.count ? ">=" : "="
      let operands = [l, r].map { BoundExpression.column($0, binder.scope.columns[$0].field, span: place) }
      conditions.append(try binder.compare(comparison, operands, span: place))
    }
    if kind.isAsOf {
      try checkAsOf(BoundExpression.chain(conditions[...], .and), leftWidth: width, span: span)
    }
    var result = try joining(BoundExpression.chain(conditions[...], .and))
    let columns = result.scope.columns
    func plain(_ ordinal: Int, isHidden: Bool = false) -> (BoundExpression, Scope.Column) {
      var column = columns[ordinal]
      column.isHidden = column.isHidden || isHidden
      return (.column(ordinal, column.field), column)
    }
    let keys = Set(pairs.flatMap { [$0.left, $0.right] })
    let others = columns.indices.filter { !keys.contains($0) }
    var output: [(BoundExpression, Scope.Column)]
    switch kind {
    case .inner, .left, .leftSemi, .leftAnti, .asOf, .asOfLeft, .lookup, .lookupLeft: output = pairs.map { plain($0.left) }
    case .right: output = pairs.map { plain($0.right) }
    case .full: output = try pairs.map { (pair) throws(SQLError) in try coalesced(pair, columns, span: span) }
    }
    output += others.filter { !columns[$0].isHidden }.map { plain($0) }
    output += others.filter { columns[$0].isHidden }.map { plain($0) }
    switch kind {
    case .inner, .left, .asOf, .asOfLeft, .lookup, .lookupLeft: output += pairs.map { plain($0.right, isHidden: true) }
    case .right: output += pairs.map { plain($0.left, isHidden: true) }
    case .full:
      output += pairs.map { plain($0.left, isHidden: true) } + pairs.map { plain($0.right, isHidden: true) }
    case .leftSemi, .leftAnti: break
    }
    result.plan = .project(
      .init(input: result.plan, columns: output.map { NamedExpression($0.0, as: $0.1.field.name) }))
    result.scope = Scope(output.map(\.1))
    return result
  }

  private func coalesced(
    _ pair: (left: Int, right: Int), _ columns: [Scope.Column], span: SourceSpan
  ) throws(SQLError) -> (BoundExpression, Scope.Column) {
    let fields = (columns[pair.left].field, columns[pair.right].field)
    guard let type = Coercion.commonType(fields.0.type, fields.1.type) else {
      throw .noCommonType("the columns \"\(fields.0.name)\" of USING", [fields.0.type, fields.1.type], span: span)
    }
    let operands = [pair.left, pair.right].map { context.cast(.column($0, columns[$0].field, span: span), to: type) }
    let value = BoundExpression(.coalesce(operands), type: type, span: span)
    return (value, Scope.Column(qualifier: [], field: Field(fields.0.name, type, lengths: fields.0.lengths)))
  }

  private func usingColumn(
    _ name: AST.Identifier, in scope: Scope, side: String, span: SourceSpan
  ) throws(SQLError) -> Int {
    let found = scope.ordinals(qualifier: [], name: name.text)
    let place = name.span.isNone ? span : name.span
    guard let first = found.first else {
      let candidates = scope.visibleOrdinals.map { scope.columns[$0].field.name }
      throw SQLError(
        .bind, "UNRESOLVED_USING_COLUMN_FOR_JOIN", "the \(side) side of the join has no column \"\(name.text)\"",
        span: place, hint: didYouMean(name.text, in: candidates))
    }
    if found.count > 1 {
      throw .ambiguousColumn(name.text, candidates: found.map { scope.columns[$0].displayName }, span: place)
    }
    return first
  }
}

/// The kinds of joins as written.
enum JoinSides: Sendable {
  case inner, left, right, full, leftSemi, leftAnti, asOf, asOfLeft, lookup, lookupLeft

  var isAsOf: Bool { self == .asOf || self == .asOfLeft }
}

extension AST.Relation.Join.Condition {
  /// Nothing, or `ON TRUE`.
  var isTrivial: Bool {
    switch self {
    case .none: true
    case .on(let expression): expression.kind == .literal(.boolean(true))
    case .using: false
    }
  }

  var isUsing: Bool { if case .using = self { true } else { false } }

  /// ON.
  var expression: AST.Expression? { if case .on(let expression) = self { expression } else { nil } }
}

extension SQLError {
  /// Spark refuses these joins too: rows that the right side is computed from must be there.
  fileprivate static func lateralJoinType(_ kind: AST.Relation.Join.Kind, span: SourceSpan) -> SQLError {
    let (name, hint) =
      switch kind {
      case .leftSemi: ("LEFT SEMI", "write WHERE EXISTS (…)")
      case .leftAnti: ("LEFT ANTI", "write WHERE NOT EXISTS (…)")
      case .right: ("RIGHT", "write JOIN LATERAL, LEFT JOIN LATERAL, or a comma")
      case .full: ("FULL", "write JOIN LATERAL, LEFT JOIN LATERAL, or a comma")
      case .inner, .cross, .left, .asOf, .asOfLeft: ("ASOF", "write ORDER BY … DESC LIMIT 1 in the subquery, or leave LATERAL out")
      }
    return SQLError(
      .bind, "INVALID_LATERAL_JOIN_TYPE", "\(name) JOIN has no rows to compute a LATERAL subquery from",
      span: span, hint: hint)
  }
}
