internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// A relation that makes rows out of those to its left: LATERAL VIEW, UNNEST, a table-generating function in FROM.
struct LateralGenerator: Sendable {
  var name: String
  var function: GeneratorFunction
  /// `explode_outer`: a row without results is kept.
  var isOuter: Bool
  var arguments: [AST.Argument]
  /// The first output column is a position from 0 that shall come last and count from 1 (WITH ORDINALITY).
  var isOrdinality = false
  var tableAlias: AST.Identifier?
  var columnAliases: [AST.Identifier]
  /// In FROM; else behind LATERAL VIEW.
  var isRelation = true
  /// Qualifier of the columns if there is no alias.
  var defaultQualifier: [String]
  var span: SourceSpan
}

extension QueryBinder {
  /// The generator that a relation in FROM is, or nil if it is another kind of relation.
  func lateralGenerator(_ relation: AST.Relation) throws(SQLError) -> LateralGenerator? {
    switch relation.kind {
    case .function(let call):
      let name = call.name.last.text.lowercased()
      guard let (function, isOuter) = context.catalog.functions.generator(named: name) else { return nil }
      return LateralGenerator(
        name: name, function: function, isOuter: isOuter, arguments: call.arguments,
        tableAlias: relation.alias?.name, columnAliases: relation.alias?.columns ?? [],
        defaultQualifier: [call.name.last.text], span: relation.span)
    case .unnest(let arrays, let withOrdinality):
      guard arrays.count == 1 else { throw UnsupportedFeature.unnestOfSeveral.error(relation.span) }
      let name = withOrdinality ? "posexplode" : "explode"
      guard let (function, isOuter) = context.catalog.functions.generator(named: name) else {
        throw .unresolvedRoutine(name, candidates: [], span: relation.span)
      }
      var columns = relation.alias?.columns ?? []
      // `UNNEST(a) AS x` names the column too, as in PostgreSQL.
      if columns.isEmpty, let alias = relation.alias?.name, !withOrdinality { columns = [alias] }
      return LateralGenerator(
        name: name, function: function, isOuter: isOuter, arguments: arrays.map { AST.Argument(value: .expression($0)) },
        isOrdinality: withOrdinality, tableAlias: relation.alias?.name, columnAliases: columns,
        defaultQualifier: [], span: relation.span)
    case .name, .path, .subquery, .values, .join, .parenthesised, .pivot, .unpivot: return nil
    }
  }

  func lateralGenerator(_ view: AST.LateralView) throws(SQLError) -> LateralGenerator {
    let name = view.call.name.last.text.lowercased()
    guard let (function, isOuter) = context.catalog.functions.generator(named: name) else {
      if context.catalog.functions.scalars[name] != nil || context.catalog.functions.aggregates[name] != nil {
        throw SQLError(
          .bind, "UNSUPPORTED_GENERATOR.NOT_GENERATOR", "\(name) makes no rows, so it cannot stand in LATERAL VIEW",
          span: view.span)
      }
      let candidates = context.catalog.functions.generators.keys.sorted()
      throw .unresolvedRoutine(view.call.name.text, candidates: candidates, span: view.call.name.span)
    }
    return LateralGenerator(
      name: name, function: function, isOuter: isOuter, arguments: view.call.arguments, tableAlias: view.tableAlias,
      columnAliases: view.columnAliases, isRelation: false, defaultQualifier: [], span: view.span)
  }

  /// The rows of `input`, each beside the rows that the generator makes of it.
  func bind(
    _ generator: LateralGenerator, over input: BoundRelation, isOuter: Bool
  ) throws(SQLError) -> BoundRelation {
    let binder = expressionBinder(input.scope, .lateralView)
    var call = AST.FunctionCall(name: AST.ObjectName(generator.name))
    call.arguments = generator.arguments
    let arguments = try binder.bindArguments(call, span: generator.span)
    let bound = try binder.bindGenerator(generator.function, generator.name, arguments, span: generator.span)
    let keepsRow = isOuter || generator.isOuter
    var fields = bound.function.fields
    if keepsRow { for index in fields.indices { fields[index].isNullable = true } }
    let kept = Array(input.scope.columns.indices)
    var plan = LogicalPlan.generate(
      .init(
        input: input.plan, kept: kept, generator: bound.function, arguments: bound.arguments, isOuter: keepsRow,
        fields: fields, span: generator.span))
    if generator.isOrdinality {
      plan = try ordinalityLast(plan, kept: input.scope.columns.map(\.field), &fields, binder, span: generator.span)
    }
    let qualifier = generator.tableAlias.map { [$0.text] } ?? generator.defaultQualifier
    let names = generator.columnAliases
    if !names.isEmpty, names.count != fields.count {
      throw .aliasCountMismatch(
        generator.name, aliases: names.count, columns: fields.count, isRelation: generator.isRelation, span: generator.span)
    }
    let made = try BoundRelation(plan: plan, scope: Scope(Schema(fields), qualifier: qualifier))
      .renamed(generator.columnAliases, what: generator.name, span: generator.span)
    return BoundRelation(plan: plan, scope: Scope(input.scope.columns + made.scope.columns))
  }

  /// Puts the position behind the values and lets it count from 1.
  private func ordinalityLast(
    _ plan: LogicalPlan, kept: [Field], _ fields: inout [Field], _ binder: ExpressionBinder, span: SourceSpan
  ) throws(SQLError) -> LogicalPlan {
    let one = BoundExpression.literal(.int32(1), .int, span: span)
    let position = try binder.call("+", [.column(kept.count, fields[0], span: span), one], span: span)
    let values = fields.indices.dropFirst()
    var columns = kept.enumerated().map { NamedExpression(.column($0.offset, $0.element), as: $0.element.name) }
    columns += values.map { NamedExpression(.column(kept.count + $0, fields[$0], span: span), as: fields[$0].name) }
    columns.append(NamedExpression(position, as: "ordinality"))
    fields = columns.dropFirst(kept.count).map(\.field)
    return .project(.init(input: plan, columns: columns))
  }
}

extension ExpressionBinder {
  /// Chooses a generator for its arguments and converts them.
  func bindGenerator(
    _ function: GeneratorFunction, _ name: String, _ arguments: [BoundExpression], span: SourceSpan
  ) throws(SQLError) -> (function: BoundGenerator, arguments: [BoundExpression]) {
    let bound: BoundGenerator
    do {
      bound = try function.bind(
        FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings))
    } catch {
      throw error.located(at: span)
    }
    return (bound, try castArguments(arguments, to: bound.parameters, function: name, span: span))
  }
}
