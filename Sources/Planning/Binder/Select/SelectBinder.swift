internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension QueryBinder {
  /// A SELECT with the ORDER BY and LIMIT of its query, since these see what the SELECT does not put out.
  func bindSelect(
    _ select: AST.Select, orderBy: [AST.SortItem], limit: LimitClause?
  ) throws(SQLError) -> BoundRelation {
    var select = select
    if context.settings.takesHavingAsWhere, select.groupBy == nil, let having = select.having {
      select.where = select.where.map { AST.Expression(.logical(.and, [$0, having]), span: having.span) } ?? having
      select.having = nil
    }
    var input = try bindFrom(select.from)
    for view in select.lateralViews {
      input = try bind(try lateralGenerator(view), over: input, isOuter: view.isOuter)
      try context.checkDepth(of: input.plan, span: view.span)
    }
    if let condition = select.where {
      input.plan = try filtered(input, by: condition)
    }
    var expressions = expressionBinder(input.scope, .select)
    expressions.windows = WindowCollector()
    var binder = SelectBinder(expressions, input: input, select: select, overs: try OverCollector(select.windows))
    try binder.bindWindowNames()
    try binder.bindItems()
    try binder.bindGroupBy()
    try binder.bindHaving()
    try binder.bindQualify()
    let keys = try binder.bindOrderBy(orderBy)
    try binder.bindDistinctOn()
    return try binder.assemble(orderBy: keys, limit: limit)
  }
}

extension QueryBinder {
  /// WHERE, with the subqueries that it asks.
  func filtered(_ input: BoundRelation, by condition: AST.Expression) throws(SQLError) -> LogicalPlan {
    let collector = SubqueryCollector()
    var binder = expressionBinder(input.scope, .where)
    binder.subqueries = collector
    let predicate = try binder.bindCondition(condition)
    if collector.entries.isEmpty { return .filter(.init(input: input.plan, predicate: predicate)) }
    var joins = SubqueryJoins(binder, over: input.plan) { $0 }
    try joins.filter(predicate, collector.entries)
    return joins.plan
  }
}

/// Binds the parts of one SELECT and puts its operators together.
///
/// Every part is bound over the SELECT's input, with placeholders for what aggregates and the generator will give. Once
/// all are known, `assemble` stacks input, Generate, Aggregate, HAVING, Project, DISTINCT, ORDER BY and LIMIT, and
/// translates each part to what it stands on.
struct SelectBinder {
  /// One column of the result.
  struct Item {
    var expression: BoundExpression
    var name: String
    var span: SourceSpan
  }

  /// A generator of the select list.
  struct Generator {
    var function: BoundGenerator
    var arguments: [BoundExpression]
    var isOuter: Bool
    var fields: [Field]
    var span: SourceSpan
    /// GROUP BY uses its rows, so they are made before grouping.
    var isBelowAggregate = false
  }

  let context: StatementContext
  let input: BoundRelation
  let select: AST.Select
  let collector = AggregateCollector()
  /// Binds over the input, without aggregates or aliases.
  let base: ExpressionBinder
  var items: [Item] = []
  var aliases = SelectAliases()
  /// From left to right: each makes rows of those before it, whose columns it may use.
  var generators: [Generator] = []
  var groupKeys: [NamedExpression] = []
  /// The sets of ROLLUP, CUBE and GROUPING SETS; nil without them.
  var groupingSets: GroupingSets?
  var having: BoundExpression?
  var qualify: BoundExpression?
  var distinctOn: DistinctOn?
  let overs: OverCollector

  init(_ base: ExpressionBinder, input: BoundRelation, select: AST.Select, overs: OverCollector) {
    var base = base
    base.subqueries = SubqueryCollector()
    if select.groupBy?.elements.contains(where: \.hasSets) == true { base.groupings = GroupingCollector() }
    self.base = base
    self.input = input
    self.select = select
    context = base.context
    self.overs = overs
  }

  /// Whether GROUP BY ALL stands for all items, and not for a column or an item of that name.
  var groupsByAllItems: Bool {
    select.groupBy?.elements.contains(.all) == true
      && base.scope.ordinals(qualifier: [], name: "all").isEmpty && aliases.named("all").isEmpty
  }

  /// Whether rows are grouped, into one group if there are no keys.
  var isAggregate: Bool { select.groupBy != nil || select.having != nil || !collector.isEmpty }

  // MARK: Select list

  mutating func bindItems() throws(SQLError) {
    for item in select.items {
      if case .star(let star) = item.expression.kind {
        for column in try base.expand(star, span: item.expression.span) {
          items.append(Item(expression: column.expression, name: column.name, span: item.expression.span))
        }
      } else if case .call(let call) = item.expression.kind, call.over == nil,
        let found = context.catalog.functions.generator(named: call.name.last.text.lowercased())
      {
        try bindGenerator(found.function, isOuter: found.isOuter, call, item)
      } else {
        try bindItem(item)
      }
    }
  }

  /// A binder for the select list: aggregates may stand here, and aliases of the items to the left.
  private var itemBinder: ExpressionBinder {
    var binder = base
    binder.aggregates = collector
    binder.overs = overs
    binder.aliases = .afterInput(aliases)
    return binder
  }

  private mutating func bindItem(_ item: AST.SelectItem) throws(SQLError) {
    let expression = try itemBinder.bind(item.expression)
    try context.checkSize(of: expression)
    if item.aliases.count > 1 {
      throw .severalAliases(span: item.aliases[0].span)
    }
    let name = item.alias?.text ?? itemBinder.outputName(of: item.expression)
    items.append(Item(expression: expression, name: name, span: item.expression.span))
    if item.alias != nil { aliases.add(name, expression) }
  }

  private mutating func bindGenerator(
    _ function: GeneratorFunction, isOuter: Bool, _ call: AST.FunctionCall, _ item: AST.SelectItem
  ) throws(SQLError) {
    let span = item.expression.span
    let name = call.name.last.text.lowercased()
    let binder = itemBinder
    let (bound, arguments) = try binder.bindGenerator(
      function, name, try binder.bindArguments(call, span: span), span: span)
    var fields = bound.fields
    if isOuter { for index in fields.indices { fields[index].isNullable = true } }
    if !item.aliases.isEmpty {
      guard item.aliases.count == fields.count else {
        throw .aliasCountMismatch(name, aliases: item.aliases.count, columns: fields.count, span: item.aliases[0].span)
      }
      for (index, alias) in item.aliases.enumerated() { fields[index].name = alias.text }
    }
    let first = generators.reduce(0) { $0 + $1.fields.count }
    generators.append(Generator(function: bound, arguments: arguments, isOuter: isOuter, fields: fields, span: span))
    for (index, field) in fields.enumerated() {
      let column = BoundExpression.column(Placeholder.generated + first + index, field, span: span)
      items.append(Item(expression: column, name: field.name, span: span))
      aliases.add(field.name, column)
    }
  }

  // MARK: HAVING

  mutating func bindHaving() throws(SQLError) {
    guard let condition = select.having else { return }
    var binder = base
    binder.clause = .having
    binder.aggregates = collector
    binder.aliases = .afterKeys(groupKeys, aliases)
    having = try binder.bindCondition(condition)
  }
}

extension StatementContext {
  /// Refuses an expression that grew out of bounds by putting aliases in.
  func checkSize(of expression: BoundExpression) throws(SQLError) {
    if expression.nodeCount(upTo: limits.expressionNodesMax) >= limits.expressionNodesMax {
      throw .expressionTooLarge(limits.expressionNodesMax, span: expression.span)
    }
  }
}
