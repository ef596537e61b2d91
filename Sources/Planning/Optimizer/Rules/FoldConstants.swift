internal import Columnar
internal import Expressions

/// Computes what depends on no row, once.
///
/// What raises an error stays as it is: the error belongs to the rows that ask for the value, and there may be none.
struct FoldConstants: OptimizerRule {
  let name = "fold-constants"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    let evaluator = Evaluator(EvaluationContext(settings: settings))
    return plan.rewritingUpwards { plan in plan.mapExpressions { fold($0, evaluator) } }
  }

  private func fold(_ expression: BoundExpression, _ evaluator: Evaluator) -> BoundExpression {
    if expression.literalValue != nil { return expression }
    if expression.isConstant {
      guard let value = try? evaluator.constant(expression) else { return simplified(expression, evaluator) }
      return .literal(value, expression.type, span: expression.span)
    }
    return simplified(expression, evaluator)
  }

  /// Operands first; then what a constant operand decides.
  private func simplified(_ expression: BoundExpression, _ evaluator: Evaluator) -> BoundExpression {
    let folded = expression.mapChildren { fold($0, evaluator) }
    switch folded.node {
    case .and(let a, let b):
      if a.isTrue { return b }
      if b.isTrue || a.isFalse { return a }
      return folded
    case .or(let a, let b):
      if a.isFalse { return b }
      if b.isFalse || a.isTrue { return a }
      return folded
    case .conditional(let branches, let otherwise): return decided(branches, otherwise, folded)
    case .coalesce(let operands):
      // Nothing behind a value that is never NULL is looked at, and a NULL says nothing.
      var needed: [BoundExpression] = []
      for operand in operands where operand.literalValue?.isNull != true {
        needed.append(operand)
        if operand.literalValue != nil { break }
      }
      if needed.count == operands.count { return folded }
      return rebuilt(folded, needed)
    case .literal, .column, .call, .cast, .stepValue, .lambdaVariable, .outer: return folded
    }
  }

  private func rebuilt(_ coalesce: BoundExpression, _ needed: [BoundExpression]) -> BoundExpression {
    guard let first = needed.first else { return .literal(.null, coalesce.type, span: coalesce.span) }
    if needed.count == 1 { return first }
    var copy = coalesce
    copy.node = .coalesce(needed)
    return copy
  }

  /// CASE without the branches that never hit, up to the first that always does.
  private func decided(
    _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression?, _ expression: BoundExpression
  ) -> BoundExpression {
    var open: [BoundExpression.Branch] = []
    var last = otherwise
    for branch in branches {
      if branch.condition.isFalse || branch.condition.literalValue?.isNull == true { continue }
      if branch.condition.isTrue {
        last = branch.value
        break
      }
      open.append(branch)
    }
    if open.isEmpty { return last ?? .literal(.null, expression.type, span: expression.span) }
    if open.count == branches.count { return expression }
    var copy = expression
    copy.node = .conditional(branches: open, otherwise: last)
    return copy
  }
}

extension BoundExpression {
  fileprivate var isTrue: Bool { literalValue == .bool(true) }
  fileprivate var isFalse: Bool { literalValue == .bool(false) }
}
