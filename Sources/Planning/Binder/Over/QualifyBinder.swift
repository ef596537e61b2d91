internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension SelectBinder {
  /// QUALIFY: a condition on window functions. Sees what the select list sees: input columns, then aliases.
  mutating func bindQualify() throws(SQLError) {
    guard let condition = select.qualify else { return }
    var binder = base
    binder.clause = .qualify
    binder.aggregates = collector
    binder.overs = overs
    binder.aliases = .afterInput(aliases)
    let known = binder.subqueries?.entries.count ?? 0
    let bound = try binder.bindCondition(condition)
    let operands = binder.subqueries?.entries[known...].flatMap(\.operands) ?? []
    guard ([bound] + operands).contains(where: \.containsOver) else {
      throw SQLError(
        .bind, "QUALIFY_REQUIRES_WINDOW_FUNCTION", "QUALIFY needs a window function", span: condition.span,
        hint: "a condition without one belongs to WHERE or HAVING")
    }
    qualify = bound
  }
}
