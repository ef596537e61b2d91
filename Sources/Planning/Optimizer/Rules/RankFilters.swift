internal import Columnar
internal import Expressions

/// `WHERE row_number() OVER (…) <= 3`, and QUALIFY: the first rows of each partition, which need no more state than those.
///
/// Also for `rank` and `dense_rank`, and for conditions `< 4`, `= 1`, `BETWEEN 1 AND 3`, `IN (1, 2)`; what such a condition
/// says besides stays a filter. Projections and other filters may stand between. Since it decides how a plan can run, this
/// rule is never off.
struct RankFilters: OptimizerRule {
  let name = "rank-filters"

  func rewrite(_ plan: LogicalPlan, settings: SessionSettings) -> LogicalPlan {
    plan.rewritingUpwards { plan in
      guard case .filter(let filter) = plan else { return plan }
      let conjuncts = filter.predicate.conjuncts
      guard let (limited, isImplied) = limited(filter.input, by: conjuncts) else { return plan }
      let rest = conjuncts.indices.filter { !isImplied[$0] }.map { conjuncts[$0] }
      return limited.filtered(BoundExpression.chain(rest[...], .and))
    }
  }

  /// The plan with only the ranks that can satisfy the conditions, and which of them that makes true.
  private func limited(
    _ plan: LogicalPlan, by conjuncts: [BoundExpression]
  ) -> (plan: LogicalPlan, isImplied: [Bool])? {
    switch plan {
    case .project(var project):
      let values = project.columns.map(\.expression)
      guard let below = limited(project.input, by: conjuncts.map { $0.substituting(values) }) else { return nil }
      project.input = below.plan
      return (.project(project), below.isImplied)
    case .filter(var filter):
      guard let below = limited(filter.input, by: conjuncts) else { return nil }
      filter.input = below.plan
      return (.filter(filter), below.isImplied)
    case .over(let over):
      guard over.calls.count == 1, let kind = RankKind(over.calls[0].function.kind) else { return nil }
      let column = over.input.schema.count
      guard let limit = conjuncts.compactMap({ $0.rankMax(column) }).min(), limit >= 1 else { return nil }
      let limited = LogicalPlan.RankLimit(
        input: over.input, partitionBy: over.partitionBy, orderBy: over.orderBy, kind: kind, limit: limit,
        rank: over.calls[0].field)
      return (.rankLimit(limited), conjuncts.map { $0.isImplied(byRank: column, upTo: limit) })
    default: return nil
    }
  }
}

extension RankKind {
  fileprivate init?(_ kind: WindowFunctionKind) {
    switch kind {
    case .rowNumber: self = .rowNumber
    case .rank: self = .rank
    case .denseRank: self = .denseRank
    case .percentRank, .cumeDist, .tile, .shift, .pick, .aggregate: return nil
    }
  }
}

extension BoundExpression {
  /// The greatest rank that satisfies the condition, if there is one.
  fileprivate func rankMax(_ column: Int) -> Int? {
    guard case .call(let call) = node else { return nil }
    let arguments = call.arguments
    if call.function.name == "in", arguments.count > 1, arguments[0].isRank(column) {
      let values = arguments.dropFirst().map(\.rankLiteral)
      return values.contains(nil) ? nil : values.compactMap { $0 }.max()
    }
    guard arguments.count == 2 else { return nil }
    if arguments[0].isRank(column), let value = arguments[1].rankLiteral {
      switch call.function.name {
      case "<=", "=", "<=>": return value
      case "<": return value - 1
      default: return nil
      }
    }
    if arguments[1].isRank(column), let value = arguments[0].rankLiteral {
      switch call.function.name {
      case ">=", "=", "<=>": return value
      case ">": return value - 1
      default: return nil
      }
    }
    return nil
  }

  /// Whether all ranks up to `limit`, which begin with 1, satisfy the condition.
  fileprivate func isImplied(byRank column: Int, upTo limit: Int) -> Bool {
    guard case .call(let call) = node, call.arguments.count == 2 else { return false }
    let (a, b) = (call.arguments[0], call.arguments[1])
    let isFirst = a.isRank(column)
    guard isFirst || b.isRank(column), let value = (isFirst ? b : a).rankLiteral else { return false }
    switch (call.function.name, isFirst) {
    case ("=", _), ("<=>", _): return limit == 1 && value == 1
    case ("<=", true), (">=", false): return value >= limit
    case ("<", true), (">", false): return value > limit
    case (">=", true), ("<=", false): return value <= 1
    case (">", true), ("<", false): return value < 1
    default: return false
    }
  }

  /// The rank itself, perhaps as a wider integer.
  private func isRank(_ column: Int) -> Bool {
    switch node {
    case .column(let ordinal): ordinal == column
    case .cast(let operand, _): type.isIntegral && operand.isRank(column)
    default: false
    }
  }

  private var rankLiteral: Int? {
    guard type.isIntegral, let value = literalValue?.integer, let limit = Int(exactly: value), limit < Int(Int32.max) else {
      return nil
    }
    return limit
  }
}
