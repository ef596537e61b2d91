internal import Expressions

/// Filters and window functions: a condition on what rows are partitioned by holds for all rows of a partition or for none.
extension PushFilters {
  func push(_ predicate: BoundExpression, below over: LogicalPlan.Over) -> LogicalPlan? {
    guard let (moving, staying) = split(predicate, over.partitionBy) else { return nil }
    var below = over
    below.input = .filter(.init(input: over.input, predicate: moving))
    return LogicalPlan.over(below).filtered(staying)
  }

  func push(_ predicate: BoundExpression, below limit: LogicalPlan.RankLimit) -> LogicalPlan? {
    guard let (moving, staying) = split(predicate, limit.partitionBy) else { return nil }
    var below = limit
    below.input = .filter(.init(input: limit.input, predicate: moving))
    return LogicalPlan.rankLimit(below).filtered(staying)
  }

  private func split(
    _ predicate: BoundExpression, _ partitionBy: [BoundExpression]
  ) -> (BoundExpression, BoundExpression?)? {
    let keys = Set(partitionBy.compactMap(\.columnOrdinal))
    let (moving, staying) = predicate.split { conjunct in
      conjunct.isRepeatable && !conjunct.columnsUsed.isEmpty && conjunct.columnsUsed.isSubset(of: keys)
    }
    return moving.map { ($0, staying) }
  }
}
