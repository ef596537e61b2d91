internal import Columnar
package import Diagnostics
package import Expressions
package import SQLSyntax

extension Planner {
  /// Binds CREATE AGGREGATE: the steps become expressions over columns (state, arguments…).
  ///
  /// The state has the type of RETURNS; where RESULT makes another value of it, the type that INITIAL and UPDATE settle on.
  package func ownAggregate(_ create: AST.CreateAggregate, text: SourceText) throws(SQLError) -> OwnAggregate {
    var parameters: [DataType] = []
    for parameter in create.parameters {
      if let value = parameter.defaultValue {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "a parameter of an aggregate has no DEFAULT", span: value.span,
          hint: "give the value in the call")
      }
      parameters.append(try bindType(parameter.type, text: text))
    }
    let returns = try bindType(create.returns, text: text)
    let context = StatementContext(catalog: catalog, text: nil, limits: limits)
    let binder = StepBinder(context: context, parameters: parameters)
    let initial = try initialState(create, binder)
    let state = create.result == nil ? returns : try binder.stateType(from: initial.type, create.update)
    guard Coercion.canStore(initial.type, as: state) else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_INITIAL_STATE", "INITIAL is \(initial.type.sqlName), and the state is \(state.sqlName)",
        span: initial.span, hint: "CAST(… AS \(state.sqlName)) converts it")
    }
    var aggregate = OwnAggregate(
      name: create.name.last.text.lowercased(), parameters: parameters, state: state, result: returns,
      initial: try context.constantValue(context.cast(initial, to: state)),
      update: try binder.step(create.update, [state] + parameters, as: state, "UPDATE"),
      timeoutMicros: create.timeout?.micros)
    if let step = create.inverse {
      aggregate.inverse = try binder.step(step, [state] + parameters, as: state, "INVERSE")
    }
    if let step = create.merge {
      let merge = try binder.step(step, [state, state], as: state, "MERGE")
      try binder.refuseStepValues(merge, "MERGE")
      aggregate.merge = merge
      try checkNeutral(aggregate, merge, context)
    }
    if let step = create.result {
      let result = try binder.step(step, [state], as: returns, "RESULT")
      try binder.refuseStepValues(result, "RESULT")
      aggregate.finish = result
    }
    aggregate.settings = context.settings
    // Errors of values point to the call: the text of the definition may be gone when they arise.
    aggregate.update = aggregate.update.relocated(to: .none)
    aggregate.inverse = aggregate.inverse?.relocated(to: .none)
    aggregate.merge = aggregate.merge?.relocated(to: .none)
    aggregate.finish = aggregate.finish?.relocated(to: .none)
    return aggregate
  }

  /// The INITIAL expression; NULL of a fitting type where there is none or a query gives the first states.
  private func initialState(_ create: AST.CreateAggregate, _ binder: StepBinder) throws(SQLError) -> BoundExpression {
    switch create.initial {
    case nil: return .literal(.null, .null)
    case .expression(let expression):
      let bound = try bindExpression(expression)
      guard bound.isConstant else {
        throw SQLError(.bind, "NON_FOLDABLE_ARGUMENT", "INITIAL is a constant", span: expression.span)
      }
      return bound
    case .query(let query):
      let relation = try QueryBinder(binder.context).bind(query)
      guard let last = relation.scope.columns.last?.field, relation.scope.columns.count >= 2 else {
        throw SQLError(
          .bind, "NUM_COLUMNS_MISMATCH", "INITIAL FROM gives keys and a state, at least two columns", span: query.span,
          hint: "INITIAL FROM (SELECT key, state FROM …)")
      }
      return .literal(.null, last.type, span: query.span)
    }
  }

  /// A part of the rows begins with the initial state too, so that must not count twice.
  private func checkNeutral(
    _ aggregate: OwnAggregate, _ merge: BoundExpression, _ context: StatementContext
  ) throws(SQLError) {
    if aggregate.initial.isNull { return }
    let initial = Column([aggregate.initial], type: aggregate.state)
    let evaluator = Evaluator(EvaluationContext(settings: context.settings))
    let merged = try evaluator.column(merge, over: Batch([initial, initial], count: 1)).value(at: 0)
    if merged == aggregate.initial { return }
    throw SQLError(
      .bind, "INVALID_AGGREGATE_MERGE", "MERGE of two initial states must give the initial state", span: merge.span,
      hint: "states are made of parts of the rows, each from INITIAL: add what must count once in RESULT")
  }
}

/// Binds the lambdas of CREATE AGGREGATE.
private struct StepBinder {
  let context: StatementContext
  let parameters: [DataType]

  /// A body over columns of `types`, as `type`.
  func step(
    _ step: AST.CreateAggregate.Step, _ types: [DataType], as type: DataType, _ clause: String
  ) throws(SQLError) -> BoundExpression {
    let bound = try body(step, types, clause)
    guard Coercion.canStore(bound.type, as: type) else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.INVALID_STATE_TYPE", "\(clause) gives \(bound.type.sqlName), expected \(type.sqlName)",
        span: bound.span, hint: "CAST(… AS \(type.sqlName)) converts it")
    }
    return context.cast(bound, to: type)
  }

  private func body(
    _ step: AST.CreateAggregate.Step, _ types: [DataType], _ clause: String
  ) throws(SQLError) -> BoundExpression {
    guard step.parameters.count == types.count else {
      throw SQLError(
        .bind, "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
        "\(clause) takes \(types.count) parameter\(types.count == 1 ? "" : "s"), found \(step.parameters.count)",
        span: step.parameters.first.map { $0.span.isNone ? step.body.span : $0.span } ?? step.body.span)
    }
    var columns: [Scope.Column] = []
    for (name, type) in zip(step.parameters, types) {
      if columns.contains(where: { $0.field.name.equalsIgnoringCase(name.text) }) {
        throw SQLError(
          .bind, "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "two parameters are named \"\(name.text)\"",
          span: name.span)
      }
      columns.append(Scope.Column(qualifier: [], field: Field(name.text, type)))
    }
    return try QueryBinder(context).expressionBinder(Scope(columns), .function).bind(step.body)
  }

  /// The type that the state keeps: what INITIAL is, widened until UPDATE gives no wider one.
  func stateType(from initial: DataType, _ update: AST.CreateAggregate.Step) throws(SQLError) -> DataType {
    var type = initial
    for _ in 0..<4 {
      let next = try body(update, [type] + parameters, "UPDATE").type
      let common = Coercion.commonType(type, next) ?? next
      if common == type { return type }
      type = common
    }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.INVALID_STATE_TYPE", "the state grows to another type with every UPDATE", span: update.body.span,
      hint: "CAST the body of UPDATE, or INITIAL, to the type that the state shall have")
  }

  /// States are put together and shown whenever it suits: the step that a row came in is not known then.
  func refuseStepValues(_ expression: BoundExpression, _ clause: String) throws(SQLError) {
    var culprit: BoundExpression?
    expression.visit { if case .stepValue = $0.node, culprit == nil { culprit = $0 } }
    if let culprit {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "\(clause) cannot ask for the time or number of the step", span: culprit.span,
        hint: "keep it in the state: UPDATE sees the step of its row")
    }
  }
}
