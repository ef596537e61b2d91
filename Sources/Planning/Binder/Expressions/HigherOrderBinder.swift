internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Calls of higher-order functions: `transform(a, x -> x + b)`.
///
/// Arguments are bound from left to right. The function says which places take a lambda and with what parameters, given
/// the types before it; the body is bound with them in scope, and sees everything around it as well.
extension ExpressionBinder {
  func bindHigherOrder(
    _ function: ScalarFunction, _ parameters: ScalarFunction.LambdaParameters, _ name: String, _ call: AST.FunctionCall,
    span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    var functionCall = FunctionCall(name: name, arguments: [], span: span, settings: context.settings)
    /// Slots of the lambda at each place, nil for a plain argument.
    var slots: [[Int]?] = []
    for (position, argument) in call.arguments.enumerated() {
      guard let expression = argument.expression, argument.name == nil else {
        // Raises what is wrong with it.
        functionCall.arguments += try bindArguments(call, span: span)
        break
      }
      let lambda = expression.lambda
      let fields: [Field]?
      do {
        fields = try parameters(functionCall, position, lambda?.parameters.count)
      } catch {
        throw error.located(at: span)
      }
      guard let fields else {
        functionCall.arguments.append(try bind(expression))
        slots.append(nil)
        continue
      }
      let names = lambda?.parameters ?? []
      functionCall.lambdaParameterCount = names.count
      let variables = try variables(names, fields, isLambda: lambda != nil, span: expression.span)
      var inner = self
      inner.lambdaVariables += variables
      functionCall.arguments.append(try inner.bind(lambda?.body ?? expression))
      slots.append(variables.map(\.slot))
    }
    return try assemble(try bind(function, functionCall), functionCall, slots)
  }

  /// The lambda's parameters with their types; a plain expression in place of a lambda has none.
  private func variables(
    _ names: [AST.Identifier], _ fields: [Field], isLambda: Bool, span: SourceSpan
  ) throws(SQLError) -> [LambdaVariable] {
    if !isLambda { return [] }
    guard names.count == fields.count else {
      throw SQLError(
        .bind, "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
        "this lambda takes \(fields.count) parameter\(fields.count == 1 ? "" : "s"), found \(names.count)", span: span)
    }
    var variables: [LambdaVariable] = []
    for (name, field) in zip(names, fields) {
      if variables.contains(where: { $0.name.equalsIgnoringCase(name.text) }) {
        throw SQLError(
          .bind, "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "the lambda has two parameters named \"\(name.text)\"",
          span: name.span.isNone ? span : name.span)
      }
      variables.append(LambdaVariable(name: name.text, slot: context.newLambdaSlot(), field: field))
    }
    return variables
  }

  /// Parts the bodies of lambdas, which are bound among the arguments, from the values.
  private func assemble(
    _ bound: BoundFunction, _ call: FunctionCall, _ slots: [[Int]?]
  ) throws(SQLError) -> BoundExpression {
    let cast = try castArguments(call.arguments, to: bound.parameters, function: call.name, span: call.span)
    var function = bound
    function.parameters = []
    var values: [BoundExpression] = []
    var lambdas: [BoundLambda] = []
    for (i, argument) in cast.enumerated() {
      if i < slots.count, let slots = slots[i] {
        lambdas.append(BoundLambda(slots: slots, body: argument))
      } else {
        values.append(argument)
        function.parameters.append(bound.parameters[i])
      }
    }
    let isNullable = bound.isNullable || bound.nulls == .propagate && values.contains(where: \.isNullable)
    return BoundExpression(
      .call(ScalarCall(function, values, lambdas: lambdas)), type: bound.result, isNullable: isNullable, span: call.span)
  }
}

extension AST.Expression {
  fileprivate var lambda: (parameters: [AST.Identifier], body: AST.Expression)? {
    if case .lambda(let parameters, let body) = kind { (parameters, body) } else { nil }
  }
}

extension BoundExpression {
  /// The first place where one of these variables is read.
  func variable(of variables: [ExpressionBinder.LambdaVariable]) -> BoundExpression? {
    if case .lambdaVariable(let slot) = node, variables.contains(where: { $0.slot == slot }) { return self }
    for child in children {
      if let found = child.variable(of: variables) { return found }
    }
    return nil
  }
}

extension SQLError {
  static func aggregateOfLambdaVariable(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_FEATURE", "\(name) cannot be called with a parameter of a lambda: it is computed over rows", span: span,
      hint: "aggregate(array, start, (acc, x) -> …) folds the elements of an array")
  }
}

extension SQLError {
  static func orderingNotTaken(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "\(name) takes no WITHIN GROUP", span: span,
      hint: "listagg, mode, percentile_cont and percentile_disc do")
  }
}
