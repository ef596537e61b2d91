import Columnar
import Diagnostics
import Expressions
import Planning
import SQLSyntax

/// An aggregate of the user: its function, and the query of INITIAL FROM.
struct OwnAggregateDefinition {
  var function: AggregateFunction
  var initialStates: AST.Query?
}

/// CREATE AGGREGATE.
extension StatementExecutor {
  func createAggregate(_ create: AST.CreateAggregate, span: SourceSpan) throws(SQLError) -> String? {
    let name = try routineName(create.name)
    if create.ifNotExists && catalog.ownAggregates[name] != nil { return "aggregate \"\(name)\" exists already" }
    try checkFree(name, isReplace: create.isReplace, span: create.name.span)
    let aggregate = try Planner(catalog: catalog).ownAggregate(create, text: text)
    let parameters = zip(create.parameters, aggregate.parameters).map { "\($0.name.text) \($1.sqlName)" }
    let doc = FunctionDoc(
      name, .user, "\(name)(\(parameters.joined(separator: ", "))) RETURNS \(aggregate.result.sqlName)", text.text(of: span), [])
    let function = AggregateFunction(doc) { (call) throws(SQLError) in
      guard call.arguments.count == aggregate.parameters.count else {
        throw SQLError(
          .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
          "\(name) takes \(aggregate.parameters.count) argument\(aggregate.parameters.count == 1 ? "" : "s"), found \(call.arguments.count)",
          span: call.span, hint: doc.signature)
      }
      var own = aggregate
      own.settings = call.settings
      return own.bound
    }
    catalog.set(routine: nil, named: name)
    var definition = OwnAggregateDefinition(function: function)
    if case .query(let query)? = create.initial { definition.initialStates = query }
    catalog.set(aggregate: definition, named: name)
    return "created aggregate \"\(name)\""
  }
}
