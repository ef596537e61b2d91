internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// Both forms of CASE; the first repeats its operand in every condition, as Spark does.
  func bindCase(
    _ operand: AST.Expression?, _ branches: [AST.CaseBranch], _ otherwise: AST.Expression?, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let subject: BoundExpression?
    if let operand { subject = try bind(operand) } else { subject = nil }
    var bound: [BoundExpression.Branch] = []
    for branch in branches {
      let condition: BoundExpression
      if let subject {
        condition = try call("=", [subject, try bind(branch.condition)], span: branch.condition.span)
      } else {
        condition = try bindBoolean(branch.condition, of: "WHEN")
      }
      bound.append(.init(condition: condition, value: try bind(branch.result)))
    }
    let last: BoundExpression?
    if let otherwise { last = try bind(otherwise) } else { last = nil }
    return try conditional(bound, otherwise: last, what: "results of CASE", span: span)
  }

  /// Branches brought to one type.
  func conditional(
    _ branches: [BoundExpression.Branch], otherwise: BoundExpression?, what: String, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let values = branches.map(\.value) + (otherwise.map { [$0] } ?? [])
    let type = try commonType(of: values, what: what, span: span)
    let cast = branches.map { BoundExpression.Branch(condition: $0.condition, value: context.cast($0.value, to: type)) }
    let isNullable = otherwise == nil || values.contains { $0.isNullable }
    return BoundExpression(
      .conditional(branches: cast, otherwise: otherwise.map { context.cast($0, to: type) }), type: type,
      isNullable: isNullable, span: span)
  }

  /// The type that all of these can have.
  func commonType(of values: [BoundExpression], what: String, span: SourceSpan) throws(SQLError) -> DataType {
    guard let type = Coercion.commonType(of: values.map(\.type)) else {
      throw .noCommonType(what, values.map(\.type), span: span)
    }
    return type
  }

  func coalesce(_ operands: [BoundExpression], what: String, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let type = try commonType(of: operands, what: "arguments of \(what)", span: span)
    return BoundExpression(
      .coalesce(operands.map { context.cast($0, to: type) }), type: type,
      isNullable: operands.allSatisfy(\.isNullable), span: span)
  }
}
