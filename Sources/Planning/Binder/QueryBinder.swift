internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// A relation whose columns are known: its plan, and what its columns are called from outside.
///
/// The scope has one column a column of the plan. Names may differ from the plan's schema: aliases cost no operator.
struct BoundRelation: Sendable {
  var plan: LogicalPlan {
    didSet { sessions = nil }
  }
  var scope: Scope
  /// The plan is SESSION(…) itself, nothing above it.
  var sessions: SessionTable?

  init(plan: LogicalPlan, scope: Scope) {
    self.plan = plan
    self.scope = scope
  }

  /// The relation under an alias, perhaps with new column names.
  func aliased(_ alias: AST.TableAlias?) throws(SQLError) -> BoundRelation {
    guard let alias else { return self }
    let what = alias.name.map { "relation \"\($0.text)\"" } ?? "the relation"
    let kept = alias.columns.isEmpty ? without { $0.isHidden && !$0.isMetadata } : withoutHidden
    var result = try kept.renamed(alias.columns, what: what, span: alias.span)
    if let name = alias.name { result.scope = result.scope.requalified([name.text]) }
    return result
  }

  /// The relation with new column names, one for each; none at all keeps the old ones.
  func renamed(_ names: [AST.Identifier], what: String, span: SourceSpan) throws(SQLError) -> BoundRelation {
    if names.isEmpty { return self }
    guard names.count == scope.columns.count else {
      throw SQLError(
        .bind, "ASSIGNMENT_ARITY_MISMATCH",
        "\(what) has \(scope.columns.count) columns, but \(names.count) names are given", span: span)
    }
    var result = self
    for (index, name) in names.enumerated() { result.scope.columns[index].field.name = name.text }
    return result
  }

  /// The relation without the columns that only a qualifier reaches.
  var withoutHidden: BoundRelation { without(\.isHidden) }

  private func without(_ isDropped: (Scope.Column) -> Bool) -> BoundRelation {
    let visible = scope.columns.indices.filter { !isDropped(scope.columns[$0]) }
    if visible.count == scope.columns.count { return self }
    let kept = visible.map { scope.columns[$0] }
    let columns = zip(visible, kept).map { NamedExpression(.column($0, $1.field), as: $1.field.name) }
    return BoundRelation(plan: .project(.init(input: plan, columns: columns)), scope: Scope(kept))
  }

  /// The plan with the names of the scope in its schema.
  var namedPlan: LogicalPlan {
    let names = scope.columns.map(\.field.name)
    if plan.schema.names == names { return plan }
    let columns = scope.columns.enumerated().map { index, column in
      NamedExpression(.column(index, column.field), as: column.field.name)
    }
    return .project(.init(input: plan, columns: columns))
  }
}

/// Binds queries: what a name in FROM means is decided by the common tables in sight, then by the catalog.
struct QueryBinder {
  let context: StatementContext
  /// Common tables in sight, by lower-case name.
  var commonTables: [String: CommonTable] = [:]
  /// Scopes of the queries around this one, for telling a correlated column from an unknown one.
  var outer: [Scope] = []

  init(_ context: StatementContext) { self.context = context }

  enum CommonTable: Sendable {
    case bound(BoundRelation, nodes: Int)
    /// Being defined under WITH RECURSIVE.
    case underDefinition
  }

  func expressionBinder(_ scope: Scope, _ clause: ExpressionBinder.Clause) -> ExpressionBinder {
    var binder = ExpressionBinder(context, scope: scope, clause: clause)
    binder.outer = outer
    binder.queries = self
    return binder
  }

  /// A whole query, with all of its clauses.
  func bind(_ query: AST.Query) throws(SQLError) -> BoundRelation {
    var inner = self
    if let with = query.with { try inner.define(with) }
    var result = try inner.bindOrdered(query)
    for pipe in query.pipes { result = try inner.bind(pipe, over: result) }
    try context.checkDepth(of: result.plan, span: query.span)
    return result.withoutHidden
  }

  /// Body, ORDER BY, LIMIT and OFFSET; a SELECT is bound together with its ORDER BY, which sees into it.
  private func bindOrdered(_ query: AST.Query) throws(SQLError) -> BoundRelation {
    let limit = try bindLimit(query.limit, query.offset)
    let ordering = query.ordering
    let keys = ordering.orderBy + ordering.sortBy + ordering.clusterBy.map { AST.SortItem($0) }
    if case .select(let select) = query.body {
      return try bindSelect(select, orderBy: keys, limit: limit)
    }
    var result = try bind(query.body)
    if !keys.isEmpty {
      result.plan = .sort(.init(input: result.plan, keys: try bindSortKeys(keys, over: result.scope)))
    }
    if let limit { result.plan = limit.applied(to: result.plan) }
    return result
  }

  func bind(_ body: AST.QueryBody) throws(SQLError) -> BoundRelation {
    switch body {
    case .select(let select): return try bindSelect(select, orderBy: [], limit: nil)
    case .values(let rows): return try bindValues(rows)
    case .setOperation(let operation): return try bind(operation)
    case .table(let name): return try bindNamed(name, isStream: false, span: name.span)
    case .from(let relations): return try bindFrom(relations)
    case .query(let query): return try bind(query)
    }
  }

  // MARK: Common tables

  mutating func define(_ with: AST.WithClause) throws(SQLError) {
    var names: Set<String> = []
    for table in with.tables {
      let name = table.name.text.lowercased()
      guard names.insert(name).inserted else {
        throw SQLError(
          .bind, "DUPLICATED_CTE_NAMES", "common table \"\(table.name.text)\" is defined twice in this WITH",
          span: table.name.span)
      }
      var bound = with.isRecursive ? try bindRecursive(table) : try bind(table.query)
      bound = try bound.renamed(table.columns, what: "common table \"\(table.name.text)\"", span: table.name.span)
      bound.scope = bound.scope.requalified([table.name.text])
      commonTables[name] = .bound(bound, nodes: bound.plan.nodeCount(upTo: context.limits.planNodesMax))
    }
  }
}

/// LIMIT and OFFSET as constants.
struct LimitClause: Sendable {
  var count: Int?
  var offset: Int

  func applied(to plan: LogicalPlan) -> LogicalPlan {
    .limit(.init(input: plan, count: count, offset: offset))
  }
}

extension LogicalPlan {
  /// Number of operators, counted no further than `limit`.
  func nodeCount(upTo limit: Int) -> Int {
    var count = 1
    for input in inputs where count < limit { count += input.nodeCount(upTo: limit - count) }
    return count
  }

  /// Levels of operators, counted no further than `limit`.
  func depth(upTo limit: Int) -> Int {
    limit <= 0 ? 0 : 1 + (inputs.map { $0.depth(upTo: limit - 1) }.max() ?? 0)
  }
}

extension StatementContext {
  func checkDepth(of plan: LogicalPlan, span: SourceSpan) throws(SQLError) {
    if plan.depth(upTo: limits.planDepthMax + 1) > limits.planDepthMax {
      throw .planTooDeep(limits.planDepthMax, span: span)
    }
  }
}
