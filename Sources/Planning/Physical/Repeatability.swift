internal import Diagnostics
internal import Expressions

extension PhysicalPlanner {
  /// A row that is taken back must be computed as it was when it came, so nothing random and no time of the step (SEM-13).
  func checkRepeatable(_ expression: BoundExpression, over input: PhysicalNode) throws(SQLError) {
    if input.properties.isAppendOnly || input.properties.isBounded { return }
    guard let culprit = expression.firstUnrepeatable else { return }
    throw SQLError(
      .plan, "INVALID_NON_DETERMINISTIC_EXPRESSIONS",
      "\(culprit.sqlText) gives another value when a changed row is taken back", span: culprit.span,
      hint: "compute it below the aggregate, for example as max(\(culprit.sqlText))")
  }
}

extension BoundExpression {
  /// The first part whose value depends on when it is computed.
  fileprivate var firstUnrepeatable: BoundExpression? {
    switch node {
    case .stepValue: return self
    case .call(let call) where !call.function.isDeterministic: return self
    default:
      for child in children {
        if let found = child.firstUnrepeatable { return found }
      }
      return nil
    }
  }
}
