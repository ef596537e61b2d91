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
        condition = try compare("=", [subject, try bind(branch.condition)], span: branch.condition.span)
      } else {
        condition = try asCondition(try bind(branch.condition), of: "WHEN")
      }
      bound.append(.init(condition: condition, value: try bind(branch.result)))
    }
    let last: BoundExpression?
    if let otherwise { last = try bind(otherwise) } else { last = nil }
    return try conditional(bound, otherwise: last, what: "results of CASE", span: span)
  }

  /// The condition of a branch: BOOLEAN or NULL; a string is none.
  func asCondition(_ bound: BoundExpression, of what: String) throws(SQLError) -> BoundExpression {
    if bound.type == .boolean || bound.type == .null { return context.cast(bound, to: .boolean) }
    throw .typeMismatch(
      "\(what) takes a BOOLEAN condition, found \(bound.type.sqlName)", subclass: "UNEXPECTED_INPUT_TYPE", span: bound.span)
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
    let types = values.map(\.type)
    // Outside ANSI mode a string makes strings of all; in it a string becomes what the others are.
    if !context.settings.isANSI, types.contains(.string), types.allSatisfy({ !$0.isNested && $0 != .boolean && $0 != .binary }) {
      return .string
    }
    guard let type = Coercion.commonType(of: types) else {
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
