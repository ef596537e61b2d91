internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  private var registry: FunctionRegistry { context.catalog.functions }

  /// A call of any kind, by the kind of function that has the name.
  func bindCall(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let name = try routineName(call, span: span)
    if let rowPattern, let bound = try bindPatternCall(name, call, rowPattern, span: span) { return bound }
    if call.semantics != nil { throw .outsideRowPattern("RUNNING and FINAL", span: span) }
    if let over = call.over { return try bindOver(name, call, over, span: span) }
    if registry.windows[name] != nil { throw .windowFunctionWithoutOver(name, span: span) }
    if let routine = context.catalog.routine(named: name) { return try bindRoutine(routine, call, span: span) }
    if let special = try bindSpecialForm(name, call, span: span) { return special }
    if let function = registry.aggregates[name] { return try bindAggregate(function, name, call, span: span) }
    if registry.generator(named: name) != nil { throw generatorPlace(name, span) }
    guard let function = registry.scalars[name] else {
      if let absent = AbsentFunctions.error(name, span: call.name.span.isNone ? span : call.name.span) { throw absent }
      throw .unresolvedRoutine(
        call.name.text, candidates: registry.names + Self.specialFormNames + context.catalog.routineNames, span: call.name.span.isNone ? span : call.name.span)
    }
    try refuseAggregateSyntax(name, call, span: span)
    if let parameters = function.lambdaParameters {
      return try bindHigherOrder(function, parameters, name, call, span: span)
    }
    return try self.call(
      function, name, try bindArguments(call, span: span), columnNames: call.arguments.map(\.columnName), span: span)
  }

  /// The function's name in lower case; a qualifier can only be the one of built-in functions.
  private func routineName(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> String {
    let parts = call.name.parts.map { $0.text.lowercased() }
    let qualifier = parts.dropLast()
    if let last = parts.last, qualifier.allSatisfy({ ["builtin", "system", "session"].contains($0) }) { return last }
    throw .unresolvedRoutine(call.name.text, candidates: registry.names, span: call.name.span)
  }

  // MARK: Arguments

  /// Positional arguments; a star stands for every column it names.
  func bindArguments(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> [BoundExpression] {
    var bound: [BoundExpression] = []
    for argument in try NamedArguments.positional(call, span: span) {
      switch argument.value {
      case .expression(let expression):
        if case .star(let star) = expression.kind {
          for column in try expand(star, span: expression.span) { bound.append(column.expression) }
        } else {
          bound.append(try bind(expression))
        }
      case .table(let query, _):
        throw SQLError(
          .bind, "UNSUPPORTED_EXPR_FOR_PARAMETER", "function \(call.name.text) takes no table", span: query.span)
      case .descriptor(let columns):
        throw SQLError(
          .bind, "UNSUPPORTED_EXPR_FOR_PARAMETER", "function \(call.name.text) takes no DESCRIPTOR",
          span: columns.first?.span ?? span)
      }
    }
    return bound
  }

  // MARK: Scalars

  /// Calls a scalar function or operator by name.
  func call(_ name: String, _ arguments: [BoundExpression], span: SourceSpan) throws(SQLError) -> BoundExpression {
    guard let function = registry.scalars[name] else {
      throw .unresolvedRoutine(name, candidates: registry.names, span: span)
    }
    return try call(function, name, arguments, span: span)
  }

  private func call(
    _ function: ScalarFunction, _ name: String, _ arguments: [BoundExpression], columnNames: [String?] = [],
    span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var functionCall = FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings)
    if columnNames.count == arguments.count { functionCall.columnNames = columnNames }
    functionCall.parseSchema = { (text) throws(SQLError) in try TypeBinder.schema(text) }
    let bound = try bind(function, functionCall)
    // A type is known without the value, which may be one that fails.
    if name == "typeof", let argument = arguments.first {
      return .literal(.string(argument.type.description), .string, span: span)
    }
    let cast = try castArguments(arguments, to: bound.parameters, function: name, span: span)
    let isNullable = bound.isNullable || cast.contains(where: \.isNullable) && bound.nulls == .propagate
    return BoundExpression(.call(ScalarCall(bound, cast)), type: bound.result, isNullable: isNullable, span: span)
  }

  /// The function chosen for a call; errors without a place get the call's.
  func bind(_ function: ScalarFunction, _ call: FunctionCall) throws(SQLError) -> BoundFunction {
    do { return try function.bind(call) } catch { throw error.located(at: call.span) }
  }

  func castArguments(
    _ arguments: [BoundExpression], to parameters: [DataType], function: String, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    guard arguments.count == parameters.count else {
      throw .wrongArgumentCount(function, expected: "\(parameters.count) arguments", found: arguments.count, span: span)
    }
    var cast: [BoundExpression] = []
    cast.reserveCapacity(arguments.count)
    for (index, (argument, parameter)) in zip(arguments, parameters).enumerated() {
      if argument.type != parameter, !Coercion.canImplicitlyCast(from: argument.type, to: parameter) {
        throw .wrongArgumentType(
          function: function, position: index + 1, found: argument.type, expected: parameter, span: argument.span)
      }
      // What is not a number is NULL to `try_add` and its kin, like what does not fit.
      let mode: CastMode = function.hasPrefix("try_") ? .attempt : context.castMode
      cast.append(Coercion.cast(argument, to: parameter, mode: mode))
    }
    return cast
  }

  /// A share is a constant, of which there is one.
  func refuseDistinctShares(_ name: String, _ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) {
    guard call.isDistinct, name == "percentile_cont" || name == "percentile_disc" else { return }
    throw SQLError(
      .bind, "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED", "\(name) does not take DISTINCT", span: span,
      hint: "take it over SELECT DISTINCT in FROM")
  }

  /// IGNORE NULLS is for aggregates that give what they are given.
  func requireNullTreatment(_ name: String, span: SourceSpan) throws(SQLError) {
    let takers = ["any_value", "array_agg", "collect_list", "collect_set", "first", "first_value", "last", "last_value"]
    if takers.contains(name) { return }
    throw SQLError(
      .bind, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "\(name) does not take IGNORE NULLS", span: span,
      hint: "aggregates pass over NULLs anyway; IGNORE NULLS is for first, last, any_value and lists")
  }

  /// DISTINCT, FILTER and their like say something of many rows.
  func refuseAggregateSyntax(
    _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) {
    let syntax: String
    if call.isDistinct {
      syntax = "DISTINCT"
    } else if call.filter != nil {
      syntax = "FILTER"
    } else if !call.withinGroup.isEmpty {
      syntax = "WITHIN GROUP"
    } else if !call.orderBy.isEmpty {
      syntax = "ORDER BY"
    } else if call.nullTreatment != nil {
      syntax = "IGNORE NULLS"
    } else {
      return
    }
    throw SQLError(
      .bind, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
      "\(syntax) is for aggregates, and \(name) is not one", span: span)
  }

  private func generatorPlace(_ name: String, _ span: SourceSpan) -> SQLError {
    switch clause {
    case .select, .lateralView: .nestedGenerator(name, span: span)
    case .values: .inlineTableNotConstant(span: span)
    default: .generatorOutsideSelect(name, clause: clause.rawValue, span: span)
    }
  }

  // MARK: Aggregates

  private func bindAggregate(
    _ function: AggregateFunction, _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    if enclosingAggregate != nil, clause == .filter {
      throw SQLError(
        .bind, "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE", "FILTER looks at single rows, so \(name) cannot stand there", span: span)
    }
    if enclosingAggregate != nil { throw .nestedAggregate(name, span: span) }
    guard let aggregates else {
      if clause == .groupBy { throw .aggregateInGroupBy(name, span: span) }
      throw .aggregateNotAllowed(name, in: clause.rawValue, span: span)
    }
    try refuseDistinctShares(name, call, span: span)
    if let first = call.withinGroup.first, !function.takesOrdering { throw .orderingNotTaken(name, span: first.expression.span) }
    if let first = call.orderBy.first, !function.takesInnerOrdering {
      throw UnsupportedFeature.orderedAggregate.error(first.expression.span)
    }
    var inner = self
    inner.enclosingAggregate = name
    inner.aggregates = nil
    inner.groupings = nil
    inner.aliases = .none
    var arguments = try inner.bindAggregateArguments(call, span: span)
    if let variable = arguments.lazy.compactMap({ $0.variable(of: self.lambdaVariables) }).first {
      throw .aggregateOfLambdaVariable(name, span: variable.span.isNone ? span : variable.span)
    }
    if call.nullTreatment == .ignore {
      try requireNullTreatment(name, span: span)
      arguments.append(.literal(.bool(true), .boolean, span: span))
    }
    var functionCall = FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings)
    for item in call.withinGroup + call.orderBy {
      let key = try inner.bind(item.expression)
      if call.isDistinct, let value = arguments.first, !key.isSame(as: value) {
        throw SQLError(
          .bind, "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT",
          "\(name) of DISTINCT values can only be ordered by these", span: item.expression.span,
          hint: "order by the first argument, or take the values of a subquery")
      }
      functionCall.arguments.append(key)
      functionCall.orderings.append(
        CallOrdering(
          isDescending: item.isDescending, nullsFirst: item.nulls.map { $0 == .first } ?? !item.isDescending))
    }
    arguments = functionCall.arguments
    var bound: BoundAggregate
    do {
      bound = try function.bind(functionCall)
    } catch {
      throw error.located(at: span)
    }
    bound.orderings = functionCall.orderings
    let cast = try castAggregateArguments(arguments, to: bound.parameters, function: name, span: span)
    let filter = try call.filter.map { (condition) throws(SQLError) in try inner.bindFilter(condition) }
    return aggregates.add(
      AggregateCall(
        aggregate: bound, arguments: cast, filter: filter, isDistinct: call.isDistinct,
        name: autoName(of: call), span: span))
  }

  /// `sum` and `avg` take times as their seconds, which no other function does.
  func castAggregateArguments(
    _ arguments: [BoundExpression], to parameters: [DataType], function: String, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    var arguments = arguments
    for (index, parameter) in parameters.enumerated() where arguments.indices.contains(index) {
      if arguments[index].type == .timestamp, parameter == .double {
        arguments[index] = context.cast(arguments[index], to: .double)
      }
    }
    return try castArguments(arguments, to: parameters, function: function, span: span)
  }

  /// The condition of FILTER, which looks at one row and says the same of it each time.
  func bindFilter(_ condition: AST.Expression) throws(SQLError) -> BoundExpression {
    var inner = self
    inner.clause = .filter
    let bound = try inner.bindCondition(condition)
    if !bound.isDeterministic {
      throw SQLError(
        .bind, "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC", "the condition of FILTER is another one each time",
        span: condition.span, hint: "compute it in a subquery in FROM, and filter by its column")
    }
    return bound
  }

  /// `count(*)` counts rows, which is `count(1)`; elsewhere a star stands for its columns.
  func bindAggregateArguments(
    _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    if call.arguments.isEmpty, call.name.last.text.lowercased() == "count" {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITH_SUGGESTION", "count takes at least 1 argument, found 0", span: span,
        hint: "count(*) counts all rows")
    }
    if call.arguments.count == 1, let expression = call.arguments[0].expression,
      case .star(let star) = expression.kind, call.name.last.text.lowercased() == "count",
      !call.isDistinct || star.qualifier != nil
    {
      if let relation = star.qualifier {
        // It could be taken for a count of rows, and other systems do.
        throw SQLError(
          .bind, "INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT",
          "count(\(relation.text).*) would count the rows in which no column is NULL", span: expression.span,
          hint: "count(*) counts all rows; list the columns for those without NULL: count(a, b)")
      }
      return [.literal(.int32(1), .int, span: expression.span)]
    }
    if call.arguments.isEmpty, call.name.last.text.lowercased() == "count" {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITH_SUGGESTION", "count takes at least 1 argument, got 0", span: span, hint: "write count(*)")
    }
    return try bindArguments(call, span: span)
  }
}

extension AST.Argument {
  /// The last name of a column or field; nil for other expressions.
  fileprivate var columnName: String? {
    switch expression?.kind {
    case .name(let name): name.last.text
    case .field(_, let name): name.text
    default: nil
    }
  }
}

extension FunctionRegistry {
  /// A generator and whether a row without results is kept: `explode_outer` is `explode` with NULLs for nothing.
  func generator(named name: String) -> (function: GeneratorFunction, isOuter: Bool)? {
    if let function = generators[name] { return (function, false) }
    guard name.hasSuffix("_outer"), let function = generators[String(name.dropLast(6))] else { return nil }
    return (function, true)
  }
}
