package import Expressions

/// Rewrites a plan to one that gives the same rows with less work.
///
/// A rule may let an error of data vanish with the work that raised it; it never brings one up that was not there.
package protocol OptimizerRule: Sendable {
  /// For tests and messages: `fold-constants`.
  var name: String { get }
  /// The plan after the rule, the same one if it does not apply anywhere. Output columns keep their order, names and types.
  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan
}

/// A list of rules, run in order.
package struct Optimizer: Sendable {
  package var rules: [any OptimizerRule]

  package init(rules: [any OptimizerRule]) { self.rules = rules }

  /// No rule at all: plans run as bound, which tests compare with.
  package static let off = Optimizer(rules: [])

  /// A new rule is a file and a line here.
  package static let standard = Optimizer(rules: [
    FoldConstants(),
    WindowPanes(),
    FactorDisjunctions(),
    MergeProjects(),
    PushFilters(),
    JoinOrder(),
    RankFilters(),
    MergeProjects(),
    PruneColumns(),
    MergeProjects(),
    RemoveTrivial(),
  ])

  package func optimize(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    rules.reduce(plan) { $1.rewrite($0, settings: settings) }
  }
}

extension LogicalPlan {
  /// Rewrites inputs first, then the operator over them.
  func rewritingUpwards(_ rewrite: (LogicalPlan) -> LogicalPlan) -> LogicalPlan {
    rewrite(mapInputs { $0.rewritingUpwards(rewrite) })
  }
}

extension BoundExpression {
  /// The same expression with `columns[i]` in the place of column i.
  func substituting(_ columns: [BoundExpression]) -> BoundExpression {
    if case .column(let ordinal) = node { return columns[ordinal] }
    return mapChildren { $0.substituting(columns) }
  }

  /// Whether computing it twice costs about nothing.
  var isCheap: Bool {
    switch node {
    case .literal, .column, .stepValue, .lambdaVariable, .outer: true
    case .call(let call): call.function.name == "get_field" && call.arguments.allSatisfy(\.isCheap)
    case .cast, .and, .or, .conditional, .coalesce: false
    }
  }

  /// The conditions that AND joins, in order of evaluation.
  var conjuncts: [BoundExpression] {
    if case .and(let a, let b) = node { return a.conjuncts + b.conjuncts }
    return [self]
  }
}
