internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// `function(…) OVER window`
  func bindOver(
    _ name: String, _ call: AST.FunctionCall, _ reference: AST.WindowReference, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    if enclosingAggregate != nil, clause == .filter {
      throw SQLError(
        .bind, "INVALID_AGGREGATE_FILTER.CONTAINS_WINDOW_FUNCTION",
        "FILTER looks at single rows, so window function \(name) cannot stand there", span: span)
    }
    if enclosingAggregate != nil {
      throw SQLError(
        .bind, "_LEGACY_ERROR_TEMP_1031", "window function \(name) stands inside an aggregate", span: span,
        hint: "compute it in a subquery in FROM")
    }
    guard let overs else { throw .windowFunctionNotAllowed(name, in: clause, span: span) }
    try refuseSyntax(name, call, span: span)
    var inner = self
    inner.overs = overs
    let specification = try overs.specification(reference)
    let partitionBy = try inner.bind(specification.partitionBy)
    if let key = partitionBy.first(where: { !$0.type.isOrderable }) {
      throw SQLError(
        .bind, "EXPRESSION_TYPE_IS_NOT_ORDERABLE", "PARTITION BY cannot compare values of type \(key.type.sqlName)",
        span: key.span)
    }
    var orderBy: [SortKey] = []
    for item in specification.orderBy { orderBy.append(try item.key(try inner.bind(item.expression))) }
    try refuseOrder(name, call, specification, span: span)
    let (function, arguments) = try inner.windowFunction(name, call, span: span)
    let filter = try call.filter.map { (condition) throws(SQLError) in try inner.bindFilter(condition) }
    let frame = try inner.frame(of: function, specification, orderBy, span: span)
    return overs.add(
      OverCollector.Entry(
        partitionBy: partitionBy.filter { !$0.isConstant }, orderBy: orderBy,
        call: WindowCall(
          function: function, arguments: arguments, filter: filter, frame: frame,
          name: autoName(of: call), span: span)))
  }

  private func windowFunction(
    _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> (BoundWindowFunction, [BoundExpression]) {
    let registry = context.catalog.functions
    var inner = self
    inner.clause = .select
    let arguments = try inner.bindAggregateArguments(call, span: span)
    var functionCall = FunctionCall(name: name, arguments: arguments, span: span, settings: context.settings)
    functionCall.isIgnoringNulls = call.nullTreatment == .ignore
    let bound: BoundWindowFunction
    do throws(SQLError) {
      if let function = registry.windows[name] {
        if call.nullTreatment != nil, !function.takesNullTreatment { throw .syntaxNotTaken(name, "IGNORE NULLS", span: span) }
        bound = try function.bind(functionCall)
      } else if let pick = registry.aggregates[name] == nil ? nil : try WindowFunctions.pick(functionCall) {
        bound = pick
      } else if let function = registry.aggregates[name] {
        return try aggregate(function, call, functionCall)
      } else {
        throw notForWindows(name, call, span)
      }
    } catch {
      throw error.located(at: span)
    }
    return (bound, try castArguments(arguments, to: bound.parameters, function: name, span: span))
  }

  private func aggregate(
    _ function: AggregateFunction, _ call: AST.FunctionCall, _ functionCall: FunctionCall
  ) throws(SQLError) -> (BoundWindowFunction, [BoundExpression]) {
    var functionCall = functionCall
    if functionCall.isIgnoringNulls {
      try requireNullTreatment(functionCall.name, span: functionCall.span)
      functionCall.arguments.append(.literal(.bool(true), .boolean, span: functionCall.span))
    }
    for item in call.withinGroup {
      functionCall.arguments.append(try bind(item.expression))
      functionCall.orderings.append(
        CallOrdering(
          isDescending: item.isDescending, nullsFirst: item.nulls.map { $0 == .first } ?? !item.isDescending))
    }
    var bound = try function.bind(functionCall)
    bound.orderings = functionCall.orderings
    let cast = try castAggregateArguments(
      functionCall.arguments, to: bound.parameters, function: functionCall.name, span: functionCall.span)
    let window = BoundWindowFunction(
      functionCall.name, bound.parameters, returns: bound.result, isNullable: bound.isNullable, kind: .aggregate(bound))
    return (window, cast)
  }

  /// What may stand behind an aggregate, but not before OVER.
  private func refuseSyntax(_ name: String, _ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) {
    let registry = context.catalog.functions
    try refuseDistinctShares(name, call, span: span)
    if call.isDistinct {
      throw SQLError(
        .bind, "DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "DISTINCT cannot stand before OVER", span: span,
        hint: "count different values with size(collect_set(…) OVER …)")
    }
    if let first = call.orderBy.first { throw UnsupportedFeature.orderedAggregate.error(first.expression.span) }
    if let first = call.withinGroup.first, registry.aggregates[name]?.takesOrdering != true {
      throw .orderingNotTaken(name, span: first.expression.span)
    }
    if call.filter != nil, registry.aggregates[name] == nil { throw .syntaxNotTaken(name, "FILTER", span: span) }
  }

  /// What has an order of its own is taken over whole partitions.
  private func refuseOrder(
    _ name: String, _ call: AST.FunctionCall, _ window: AST.WindowSpecification, span: SourceSpan
  ) throws(SQLError) {
    let isOrdered = ["percentile_cont", "percentile_disc", "median"].contains(name) || (["listagg", "string_agg"].contains(name) && !call.withinGroup.isEmpty)
    guard isOrdered else { return }
    let isWhole = window.frame.map { $0.start == .unboundedPreceding && $0.end == .unboundedFollowing && $0.exclusion == nil } ?? true
    if window.orderBy.isEmpty, isWhole { return }
    throw SQLError(
      .bind, "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", "\(name) orders values itself and takes no ORDER BY or frame", span: span,
      hint: "OVER (PARTITION BY …), or a self-join")
  }

  private func notForWindows(_ name: String, _ call: AST.FunctionCall, _ span: SourceSpan) -> SQLError {
    let registry = context.catalog.functions
    if registry.generator(named: name) != nil { return .nestedGenerator(name, span: span) }
    if registry.scalars[name] != nil || Self.specialFormNames.contains(name) {
      return SQLError(
        .bind, "UNSUPPORTED_EXPR_FOR_WINDOW", "\(name) is neither a window function nor an aggregate", span: span)
    }
    let names = Array(registry.windows.keys) + Array(registry.aggregates.keys)
    return .unresolvedRoutine(call.name.text, candidates: names.sorted(), span: span)
  }
}

extension SQLError {
  static func windowFunctionNotAllowed(
    _ name: String, in clause: ExpressionBinder.Clause, span: SourceSpan
  ) -> SQLError {
    let hint: String? =
      clause == .where || clause == .having
      ? "a condition on it belongs to QUALIFY, or to the WHERE of a query around this one" : nil
    let errorClass =
      switch clause {
      case .function: "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS"
      case .groupBy, .joinCondition: "UNSUPPORTED_EXPR_FOR_OPERATOR"
      default: "WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE"
      }
    return SQLError(
      .bind, errorClass, "window function \(name) cannot be used in \(clause.rawValue)",
      span: span, hint: hint)
  }

  static func windowFunctionWithoutOver(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "\(name) needs an OVER clause", span: span,
      hint: "write \(name)(…) OVER (PARTITION BY … ORDER BY …)")
  }

  static func syntaxNotTaken(_ name: String, _ syntax: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "\(syntax) is for aggregates, and \(name) is not one",
      span: span)
  }
}
