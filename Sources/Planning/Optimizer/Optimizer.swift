package import Expressions

/// Rewrites a plan to one that gives the same rows with less work.
package protocol OptimizerRule: Sendable {
  /// Shown by EXPLAIN and used to switch rules off: `fold-constants`.
  var name: String { get }
  /// The plan after the rule, the same one if it does not apply anywhere.
  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan
}

/// A list of rules, run in order.
package struct Optimizer: Sendable {
  package var rules: [any OptimizerRule]

  package init(rules: [any OptimizerRule]) { self.rules = rules }

  /// No rule at all: plans run as bound, which tests compare with.
  package static let off = Optimizer(rules: [])

  package static let standard = Optimizer(rules: [])

  package func optimize(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    rules.reduce(plan) { $1.rewrite($0, settings: settings) }
  }
}
