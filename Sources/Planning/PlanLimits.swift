/// Bounds of what one query may ask of the planner. Each has an error of its own; none is meant to be met by hand-written SQL.
package struct PlanLimits: Sendable {
  /// Nesting of one expression. Binder, optimizer and evaluator walk expressions recursively, on threads with stacks of
  /// their own size.
  package var expressionDepthMax = 400
  /// Nodes of one expression after lateral aliases are put in: `a + a AS b, b + b AS c, …` doubles at each step.
  package var expressionNodesMax = 100_000
  /// Nodes of the body of one call of a user's function, with the functions that it calls put in.
  package var functionNodesMax = 2_000
  /// Relational operators of one query: common tables and views are copied to each place of use.
  package var planNodesMax = 10_000
  /// Nesting of relational operators: plans are walked recursively too.
  package var planDepthMax = 400
  /// Views over views.
  package var viewDepthMax = 32
  /// Steps of one row pattern once `{n,m}` and PERMUTE are written out: a few characters may ask for any number.
  package var patternStepsMax = 20_000

  package init() {}
}
