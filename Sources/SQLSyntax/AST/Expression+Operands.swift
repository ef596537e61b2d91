extension AST.Expression {
  /// The expressions that are direct parts of this one, in reading order. A subquery is a query of its own and no part.
  package var operands: [AST.Expression] {
    switch kind {
    case .literal, .name, .exists, .scalarSubquery: []
    case .star(let star): star.replace.map(\.expression)
    case .unary(_, let operand), .not(let operand), .isTest(let operand, _, _), .inSubquery(let operand, _, _),
      .cast(let operand, _, _), .field(let operand, _), .lambda(_, let operand):
      [operand]
    case .binary(_, let left, let right), .isDistinctFrom(let left, let right, _): [left, right]
    case .logical(_, let operands), .row(let operands): operands
    case .between(let operand, let low, let high, _): [operand, low, high]
    case .inList(let operand, let candidates, _): [operand] + candidates
    case .like(let like): [like.value] + like.patterns
    case .caseWhen(let operand, let branches, let otherwise):
      (operand.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] } + (otherwise.map { [$0] } ?? [])
    case .call(let call):
      call.arguments.compactMap(\.expression) + (call.orderBy + call.withinGroup).map(\.expression)
        + (call.filter.map { [$0] } ?? [])
    case .element(let operand, let index): [operand, index]
    case .structure(let items): items.map(\.expression)
    }
  }

  /// Whether it is the word DEFAULT, which stands for the value that a column or variable has of itself.
  package var isDefaultKeyword: Bool {
    guard case .name(let name) = kind, name.parts.count == 1 else { return false }
    return !name.parts[0].isQuoted && name.parts[0].text.uppercased() == "DEFAULT"
  }

  /// Whether `test` holds for it or for an expression that is part of it.
  package func contains(where test: (AST.Expression) -> Bool) -> Bool {
    test(self) || operands.contains { $0.contains(where: test) }
  }

  /// Whether a query is part of it.
  package var containsSubquery: Bool {
    contains {
      switch $0.kind {
      case .scalarSubquery, .exists, .inSubquery: true
      default: false
      }
    }
  }

  /// Whether a call that satisfies `test` is part of it.
  package func containsCall(where test: (AST.FunctionCall) -> Bool) -> Bool {
    if case .call(let call) = kind, test(call) { return true }
    return operands.contains { $0.containsCall(where: test) }
  }
}
