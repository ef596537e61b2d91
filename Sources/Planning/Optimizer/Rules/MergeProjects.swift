internal import Expressions

/// One projection instead of two, one above the other.
///
/// Not where it would compute something twice that costs, or roll dice twice.
struct MergeProjects: OptimizerRule {
  let name = "merge-projects"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    plan.rewritingUpwards { plan in
      guard case .project(let outer) = plan, case .project(let inner) = outer.input,
        canMerge(outer.columns.map(\.expression), over: inner.columns.map(\.expression))
      else { return plan }
      let values = inner.columns.map(\.expression)
      return .project(
        .init(
          input: inner.input,
          columns: outer.columns.map { NamedExpression($0.expression.substituting(values), as: $0.name) }))
    }
  }

  private func canMerge(_ outer: [BoundExpression], over inner: [BoundExpression]) -> Bool {
    var uses = [Int](repeating: 0, count: inner.count)
    for expression in outer { count(expression, weight: 1, &uses) }
    let bare = Set(outer.compactMap(\.columnOrdinal))
    return inner.indices.allSatisfy { index in
      if uses[index] == 0 || inner[index].isCheap { return true }
      return uses[index] == 1 && (inner[index].isDeterministic || bare.contains(index))
    }
  }

  /// Counts uses of columns; one inside a lambda happens for every element.
  private func count(_ expression: BoundExpression, weight: Int, _ uses: inout [Int]) {
    switch expression.node {
    case .column(let ordinal): uses[ordinal] += weight
    case .call(let call):
      for argument in call.arguments { count(argument, weight: weight, &uses) }
      for lambda in call.lambdas { count(lambda.body, weight: 2, &uses) }
    case .literal, .cast, .and, .or, .conditional, .coalesce, .stepValue, .lambdaVariable, .outer:
      for child in expression.children { count(child, weight: weight, &uses) }
    }
  }
}
