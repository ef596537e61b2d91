internal import Diagnostics
internal import Expressions

extension FunctionRegistry {
  /// `argument IS NOT NULL`
  func isNotNull(_ argument: BoundExpression) throws(SQLError) -> BoundExpression {
    try call("isnotnull", [argument], isNullable: false, span: argument.span)
  }

  /// A call of a built-in scalar function.
  func call(
    _ name: String, _ arguments: [BoundExpression], isNullable: Bool, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    guard let function = scalars[name] else { throw .internal("there is no \(name)") }
    let bound = try function.bind(FunctionCall(name: name, arguments: arguments, span: span))
    var given: [BoundExpression] = []
    for (argument, type) in zip(arguments, bound.parameters) { given.append(Coercion.cast(argument, to: type)) }
    return BoundExpression(.call(ScalarCall(bound, given)), type: bound.result, isNullable: isNullable, span: span)
  }
}
