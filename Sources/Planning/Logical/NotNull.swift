internal import Diagnostics
internal import Expressions

extension FunctionRegistry {
  /// `argument IS NOT NULL`
  func isNotNull(_ argument: BoundExpression) throws(SQLError) -> BoundExpression {
    guard let function = scalars["isnotnull"] else { throw .internal("there is no isnotnull") }
    let bound = try function.bind(FunctionCall(name: "isnotnull", arguments: [argument], span: argument.span))
    return BoundExpression(.call(ScalarCall(bound, [argument])), type: bound.result, isNullable: false, span: argument.span)
  }
}
