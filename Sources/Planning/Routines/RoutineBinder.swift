internal import Columnar
package import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Calls of functions that users defined: the body is put in the place of the call.
///
/// A parameter's name means its argument, cast to the parameter's type. An argument that is a column or a literal is put
/// in wherever the name stands; a longer one is computed once a row (`LetBinding`), so that `f(rand())` is one number.
extension ExpressionBinder {
  func bindRoutine(
    _ routine: RoutineDefinition, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    try refuseAggregateSyntax(routine.name, call, span: span)
    guard case .value(let type) = routine.result else {
      throw SQLError(
        .bind, "NOT_A_SCALAR_FUNCTION", "\(routine.name) gives a table", span: span,
        hint: "SELECT … FROM \(routine.name)(…)")
    }
    let arguments = try routineArguments(routine, call, span: span)
    return try context.inside(function: routine.name, isANSI: routine.isANSI, span: span) { () throws(SQLError) in
      do throws(SQLError) {
        return try inlined(routine, arguments, as: type, span: span)
      } catch {
        throw error.insideFunction(routine.name, call: span)
      }
    }
  }

  private func inlined(
    _ routine: RoutineDefinition, _ arguments: [BoundExpression], as type: DataType?, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var variables: [(slot: Int, value: BoundExpression)] = []
    var values = arguments
    if !routine.body.asksQueries {
      for (index, argument) in arguments.enumerated() where !argument.isPlain {
        let slot = context.newLambdaSlot()
        variables.append((slot, argument))
        values[index] = BoundExpression(
          .lambdaVariable(slot), type: argument.type, isNullable: argument.isNullable, span: span)
      }
    } else if let random = arguments.first(where: { !$0.isDeterministic }) {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "an argument of a function with a query inside must be deterministic", span: random.span,
        hint: "compute it in a subquery: SELECT f(x) FROM (SELECT rand() AS x FROM …)")
    }
    var body = try bodyBinder(routine, values).bindBody(routine.body, span: span).relocated(to: span)
    if let type { body = try context.converting(body, to: type) }
    // Functions that call each other twice grow twofold with each level.
    try context.checkFunctionSize(of: body, routine.name, span: span)
    var kept: [(slot: Int, value: BoundExpression)] = []
    for variable in variables {
      switch body.uses(of: variable.slot) {
      case 0: break
      case 1 where variable.value.isDeterministic: body = body.substituting(variable.value, for: variable.slot)
      default: kept.append(variable)
      }
    }
    return LetBinding.make(kept, in: body, span: span)
  }

  /// Sees the parameters and nothing of the query around the call.
  private func bodyBinder(_ routine: RoutineDefinition, _ values: [BoundExpression]) -> ExpressionBinder {
    var binder = self
    binder.scope = Scope(parameters: routine, values)
    binder.clause = .function
    binder.aliases = .none
    binder.aggregates = nil
    binder.windows = nil
    binder.lambdaVariables = []
    binder.outer = outer.map { _ in Scope() }
    binder.queries = QueryBinder(context)
    if !lambdaVariables.isEmpty { binder.subqueries = nil }
    return binder
  }

  fileprivate func bindBody(_ body: RoutineDefinition.Body, span: SourceSpan) throws(SQLError) -> BoundExpression {
    switch body {
    case .expression(let expression): try bind(expression)
    case .query(let query): try bindScalarSubquery(query, span: query.span)
    }
  }

  // MARK: Arguments

  /// One value a parameter: by position, then by name, then the default; cast to the parameter's type.
  fileprivate func routineArguments(
    _ routine: RoutineDefinition, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    var given: [BoundExpression?] = routine.parameters.map { _ in nil }
    var position = 0
    for argument in call.arguments {
      guard let expression = argument.expression else { throw .unnamedArgument(routine, span) }
      let index: Int
      if let name = argument.name {
        guard let found = routine.parameters.firstIndex(where: { $0.name.equalsIgnoringCase(name.text) }) else {
          throw SQLError(
            .bind, "UNRECOGNIZED_PARAMETER_NAME", "function \(routine.name) has no parameter \"\(name.text)\"", span: name.span,
            hint: didYouMean(name.text, in: routine.parameters.map(\.name)))
        }
        index = found
      } else {
        index = position
        position += 1
      }
      guard index < given.count else { throw .unnamedArgument(routine, span, found: call.arguments.count) }
      if given[index] != nil {
        let how = argument.name == nil || index < position ? "BOTH_POSITIONAL_AND_NAMED" : "DOUBLE_NAMED_ARGUMENT_REFERENCE"
        throw SQLError(
          .bind, "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.\(how)",
          "parameter \"\(routine.parameters[index].name)\" of \(routine.name) is given twice", span: expression.span)
      }
      given[index] = try bind(expression)
    }
    var values: [BoundExpression] = []
    for (index, parameter) in routine.parameters.enumerated() {
      let value: BoundExpression
      if let one = given[index] {
        value = one
      } else if let expression = parameter.defaultValue {
        value = try QueryBinder(context).expressionBinder(Scope(), .constant).bind(expression).relocated(to: span)
      } else {
        throw .unnamedArgument(routine, span, found: call.arguments.count)
      }
      values.append(try context.converting(value, to: parameter.type))
    }
    return values
  }
}

extension QueryBinder {
  /// `FROM f(1, 'x')`: a query in which the parameters are constants; or, in `FROM t, LATERAL f(t.a)`, values of the row before.
  func bindTableRoutine(
    _ routine: RoutineDefinition, _ call: AST.FunctionCall, isLateral: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundRelation {
    guard case .table(let schema) = routine.result, case .query(let query) = routine.body else {
      throw SQLError(
        .bind, "NOT_A_TABLE_FUNCTION", "\(routine.name) gives a value, not a table", span: span,
        hint: "SELECT \(routine.name)(…)")
    }
    // Behind LATERAL the arguments are made of the row before it, and stand for themselves in the body.
    let before = isLateral ? outer.last : nil
    var values: [BoundExpression] = []
    for argument in try expressionBinder(before ?? Scope(), before == nil ? .constant : .from).routineArguments(routine, call, span: span) {
      if argument.isConstant {
        values.append(.literal(try context.constantValue(argument), argument.type, span: span))
      } else if before != nil || argument.columnsUsed.isEmpty && argument.isDeterministic {
        values.append(argument)
      } else {
        throw SQLError(
          .bind, "NON_FOLDABLE_ARGUMENT", "arguments of the table function \(routine.name) must be constants",
          span: argument.span, hint: "FROM t, LATERAL \(routine.name)(t.a)")
      }
    }
    var body = QueryBinder(context)
    body.outer = outer.dropLast(before == nil ? 0 : 1).map { _ in Scope() } + [Scope(parameters: routine, values)]
    let binder = body
    let bound = try context.inside(function: routine.name, isANSI: routine.isANSI, span: span) { () throws(SQLError) in
      do throws(SQLError) {
        return try binder.tableBody(query, schema, of: routine.name)
      } catch {
        throw error.insideFunction(routine.name, call: span)
      }
    }
    try context.notePlanNodes(bound.plan.nodeCount(upTo: context.limits.planNodesMax), span: span)
    return BoundRelation(plan: bound.plan.relocated(to: span), scope: bound.scope.requalified([call.name.last.text]))
  }

  /// The query of a function's body as its columns; the parameters are the innermost of the scopes around it.
  fileprivate func tableBody(_ query: AST.Query, _ schema: Schema?, of name: String) throws(SQLError) -> BoundRelation {
    let inner = try bind(query).withoutHidden
    let schema = schema ?? Schema(inner.scope.columns.map(\.field))
    guard inner.scope.columns.count == schema.count else {
      throw SQLError(
        .bind, "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
        "\(name) returns \(schema.count) columns, its query has \(inner.scope.columns.count)", span: query.span)
    }
    var columns: [NamedExpression] = []
    for (index, field) in schema.fields.enumerated() {
      let column = BoundExpression.column(index, inner.scope.columns[index].field, span: query.span)
      columns.append(NamedExpression(try context.converting(column, to: field.type), as: field.name))
    }
    return BoundRelation(
      plan: .project(.init(input: inner.plan, columns: columns)),
      scope: Scope(Schema(columns.map(\.field)), qualifier: [name]))
  }
}

extension Planner {
  /// Binds the body of a function once, so that a mistake is found where it was made; returns what it gives.
  package func check(_ routine: RoutineDefinition) throws(SQLError) -> RoutineDefinition.Result {
    let context = StatementContext(catalog: catalog, text: nil, limits: limits)
    let values = routine.parameters.enumerated().map { index, parameter in
      BoundExpression(.column(index), type: parameter.type)
    }
    let scope = Scope(parameters: routine, values)
    for parameter in routine.parameters {
      guard let expression = parameter.defaultValue else { continue }
      if case .scalarSubquery = expression.kind {
        throw SQLError(
          .bind, "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", "a DEFAULT asks no query", span: expression.span,
          hint: "ask it in the body: coalesce(\(parameter.name), (SELECT …))")
      }
      let bound = try QueryBinder(context).expressionBinder(Scope(), .constant).bind(expression)
      do throws(SQLError) { _ = try context.converting(bound, to: parameter.type) } catch { throw error.located(at: expression.span) }
    }
    return try context.inside(function: routine.name, isANSI: routine.isANSI, span: .none) { () throws(SQLError) in
      switch (routine.result, routine.body) {
      case (.table(let schema), .query(let query)):
        var binder = QueryBinder(context)
        binder.outer = [scope]
        let columns = try binder.tableBody(query, schema, of: routine.name).scope.columns
        return .table(schema ?? Schema(columns.map(\.field)))
      case (.table, .expression(let expression)):
        throw SQLError(
          .bind, "USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", "a function that RETURNS TABLE is a query", span: expression.span,
          hint: "RETURN SELECT …")
      case (.value(let type), let body):
        var binder = QueryBinder(context).expressionBinder(scope, .function)
        binder.subqueries = SubqueryCollector()
        let bound = try binder.bindBody(body, span: .none)
        try context.checkFunctionSize(of: bound, routine.name, span: .none)
        return .value(try type.map { (type) throws(SQLError) in try context.converting(bound, to: type).type } ?? bound.type)
      }
    }
  }
}

extension Scope {
  /// The parameters of a function, each standing for a value.
  fileprivate init(parameters routine: RoutineDefinition, _ values: [BoundExpression]) {
    columns = zip(routine.parameters, values).map { parameter, value in
      var column = Column(qualifier: [routine.name], field: Field(parameter.name, parameter.type, isNullable: value.isNullable))
      column.value = value
      return column
    }
  }
}

extension StatementContext {
  /// Refuses a body that grew out of bounds by putting functions in.
  fileprivate func checkFunctionSize(of body: BoundExpression, _ name: String, span: SourceSpan) throws(SQLError) {
    if body.nodeCount(upTo: limits.functionNodesMax) >= limits.functionNodesMax {
      throw SQLError(
        .bind, "EXPRESSION_TOO_LARGE",
        "function \"\(name)\" has more than \(limits.functionNodesMax) nodes once the functions it calls are put in",
        span: span, hint: "compute parts of it in a subquery")
    }
  }

  /// An argument, a default or the value of a function as the type that is declared: by the rules of CAST, as in Spark.
  fileprivate func converting(_ value: BoundExpression, to type: DataType) throws(SQLError) -> BoundExpression {
    guard value.type == type || Casts.isAllowed(from: value.type, to: type, mode: castMode) else {
      throw Casts.notAllowed(from: value.type, to: type, span: value.span)
    }
    return cast(value, to: type)
  }
}

extension BoundExpression {
  /// Costs nothing to compute twice and gives the same each time.
  fileprivate var isPlain: Bool {
    switch node {
    case .literal, .column, .lambdaVariable, .outer, .stepValue: true
    case .cast(let operand, _): operand.literalValue != nil
    case .call, .and, .or, .conditional, .coalesce: false
    }
  }
}

extension RoutineDefinition.Body {
  /// Whether a query is part of it; arguments stand inside it as they are.
  var asksQueries: Bool {
    switch self {
    case .query: true
    case .expression(let expression): expression.asksQueries
    }
  }
}

extension SQLError {
  /// The same error, seen from a query that calls the function.
  fileprivate func insideFunction(_ name: String, call: SourceSpan) -> SQLError {
    var copy = self
    copy.message = "in function \"\(name)\": \(message)"
    copy.span = call
    return copy
  }

  fileprivate static func unnamedArgument(_ routine: RoutineDefinition, _ span: SourceSpan, found: Int = 0) -> SQLError {
    let least = routine.parameters.count { $0.defaultValue == nil }
    let most = routine.parameters.count
    let expected = least == most ? "\(most) argument\(most == 1 ? "" : "s")" : "\(least) to \(most) arguments"
    var error = SQLError.wrongArgumentCount(routine.name, expected: expected, found: found, span: span)
    error.hint = routine.signature
    return error
  }
}
