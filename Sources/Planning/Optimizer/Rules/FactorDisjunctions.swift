internal import Expressions

/// `(k AND a) OR (k AND b)` becomes `k AND (a OR b)`, so that what all ways ask for can be pushed down or joined by.
///
/// Holds for unknown values too. A condition that can fail stays behind those that guard it.
struct FactorDisjunctions: OptimizerRule {
  let name = "factor-disjunctions"

  /// Conditions of a way that are compared with those of the others: more are no query by hand, and cost their square.
  private static let conditionsMax = 64

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    plan.rewritingUpwards { plan in
      switch plan {
      case .filter(var filter):
        filter.predicate = factored(filter.predicate)
        return .filter(filter)
      case .join(var join):
        join.condition = join.condition.map(factored)
        return .join(join)
      default: return plan
      }
    }
  }

  private func factored(_ condition: BoundExpression) -> BoundExpression {
    switch condition.node {
    case .and(let a, let b):
      var copy = condition
      copy.node = .and(factored(a), factored(b))
      return copy
    case .or: return split(condition)
    case .literal, .column, .call, .cast, .conditional, .coalesce, .stepValue, .lambdaVariable, .outer: return condition
    }
  }

  private func split(_ disjunction: BoundExpression) -> BoundExpression {
    let ways = disjunction.disjuncts.map { factored($0).conjuncts }
    if ways.contains(where: { $0.count > Self.conditionsMax }) { return disjunction }
    let common = ways[0].filter { candidate in
      candidate.isRepeatable && ways.allSatisfy { way in way.contains { $0.isSame(as: candidate) } }
    }
    guard let shared = BoundExpression.chain(common[...], .and) else { return disjunction }
    var rests: [BoundExpression] = []
    for way in ways {
      let rest = way.filter { condition in !common.contains { $0.isSame(as: condition) } }
      // A way that asks for nothing more is all that the others ask for.
      guard let rest = BoundExpression.chain(rest[...], .and) else { return shared }
      rests.append(rest)
    }
    guard let either = BoundExpression.chain(rests[...], .or) else { return shared }
    return BoundExpression(
      .and(shared, either), type: .boolean, isNullable: disjunction.isNullable, span: disjunction.span)
  }
}

extension BoundExpression {
  /// The conditions that OR joins, in order of evaluation.
  var disjuncts: [BoundExpression] {
    if case .or(let a, let b) = node { return a.disjuncts + b.disjuncts }
    return [self]
  }

  /// For a disjunction: what it says of some columns alone, so that rows which can satisfy no way need not be looked at.
  /// Nil where a way says nothing of them, or nothing that may be asked for more rows.
  func implied(of isOneOf: (Int) -> Bool) -> BoundExpression? {
    let ways = disjuncts
    if ways.count < 2 { return nil }
    var parts: [BoundExpression] = []
    for way in ways {
      let mine = way.conjuncts.compactMap { condition -> BoundExpression? in
        if let inner = condition.implied(of: isOneOf) { return inner }
        let used = condition.columnsUsed
        return condition.isRepeatable && !used.isEmpty && used.allSatisfy(isOneOf) ? condition : nil
      }
      guard let part = BoundExpression.chain(mine[...], .and) else { return nil }
      parts.append(part)
    }
    return BoundExpression.chain(parts[...], .or)
  }
}
