internal import SQLSyntax

extension AST.Expression {
  /// Whether a subquery stands in it.
  var asksQueries: Bool {
    switch kind {
    case .exists, .scalarSubquery, .inSubquery: true
    default: parts.contains { $0.asksQueries }
    }
  }

  /// The expressions right below this one.
  private var parts: [AST.Expression] {
    switch kind {
    case .literal, .name, .star, .exists, .scalarSubquery, .inSubquery: []
    case .unary(_, let e), .not(let e), .isTest(let e, _, _), .cast(let e, _, _), .lambda(_, let e), .field(let e, _): [e]
    case .binary(_, let a, let b), .isDistinctFrom(let a, let b, _), .element(let a, let b): [a, b]
    case .logical(_, let all), .row(let all): all
    case .between(let e, let low, let high, _): [e, low, high]
    case .inList(let e, let all, _): [e] + all
    case .like(let like): [like.value] + like.patterns
    case .caseWhen(let operand, let branches, let otherwise):
      (operand.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] } + (otherwise.map { [$0] } ?? [])
    case .call(let call): call.arguments.compactMap(\.expression)
    case .structure(let items): items.map(\.expression)
    }
  }
}
