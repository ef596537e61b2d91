internal import Columnar
internal import Diagnostics
internal import Expressions

/// Values that an expression uses several times and that are computed once: `let v = … in body`.
///
/// A call of a function without a name of its own, whose lambda is the body and whose parameters are the values; it costs
/// a gather of the values' columns.
enum LetBinding {
  static let name = "let"

  static func make(
    _ variables: [(slot: Int, value: BoundExpression)], in body: BoundExpression, span: SourceSpan
  ) -> BoundExpression {
    if variables.isEmpty { return body }
    let function = BoundFunction(
      name, variables.map(\.value.type), returns: body.type, nulls: .handled, isNullable: body.isNullable
    ) { (context, operands) throws(SQLError) in
      guard let lambdas = context.lambdas else { throw .internal("a let without its body") }
      let rows = context.rows
      return try lambdas.evaluate(0, operands.map { $0.flattened(rows: rows) }, (0..<rows).map { Int32(truncatingIfNeeded: $0) })
    }
    return BoundExpression(
      .call(
        ScalarCall(
          function, variables.map(\.value), lambdas: [BoundLambda(slots: variables.map(\.slot), body: body)])),
      type: body.type, isNullable: body.isNullable, span: span)
  }
}

extension BoundExpression {
  /// How often a variable is read, counted no further than two; inside a lambda it counts as many times.
  func uses(of slot: Int) -> Int {
    if case .lambdaVariable(slot) = node { return 1 }
    var count = 0
    for child in children where count < 2 { count += child.uses(of: slot) }
    if case .call(let call) = node, call.lambdas.contains(where: { $0.body.uses(of: slot) > 0 }) { return 2 }
    return count
  }

  /// The same expression with `value` in the place of a variable.
  func substituting(_ value: BoundExpression, for slot: Int) -> BoundExpression {
    if case .lambdaVariable(slot) = node { return value }
    return mapChildren { $0.substituting(value, for: slot) }
  }
}
