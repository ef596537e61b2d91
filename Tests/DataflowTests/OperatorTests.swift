import Columnar
import Testing

/// For every operator: random deltas, and the sum of what it puts out equals the reference's answer over everything seen
/// so far, after each step and in every configuration.
@Suite struct OperatorTests {
  enum Operator: String, CaseIterable {
    case filter, project, generate, aggregate, groupingSets, distinct, union, topN, match, recursion
    case over, rankLimit, distinctOn, overOfAggregate, rankLimitOfAggregate, aggregateOfOver
    case aggregateOfAggregate, topNOfAggregate, limitThenAggregate
    case join, joinOfAggregates, setOperation
    case sessions, sessionsOfAggregate, aggregateOfSessions
  }

  @Test(arguments: Operator.allCases)
  func sumOfChangesIsTheAnswer(_ kind: Operator) {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed &* 7919)
      let isAppendOnly = ReferencePlan.tables.map { _ in generator.chance(50) }
      let events = QueryCase.events(&generator, isAppendOnly: isAppendOnly)
      var plans = RandomPlans(generator: generator, isAppendOnly: isAppendOnly)
      check(QueryCase(plan: kind.plan(&plans), isAppendOnly: isAppendOnly, events: events), seed: seed)
    }
  }
}

/// Runs a case; a failure is reported as its smallest form.
func check(_ query: QueryCase, seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation) {
  guard let complaint = query.complaint() else { return }
  let (smallest, reason) = query.shrunk(complaint)
  Issue.record("seed \(seed): \(reason)\n\(smallest)", sourceLocation: sourceLocation)
}

extension OperatorTests.Operator {
  func plan(_ plans: inout RandomPlans) -> ReferencePlan {
    let table = plans.plan(operators: 0)
    switch self {
    case .filter: return plans.filter(table)
    case .project: return plans.project(table)
    case .generate: return plans.explode(.table(0))
    case .aggregate: return plans.aggregate(table)
    case .groupingSets: return plans.groupingSets(table)
    case .distinct: return plans.distinct(plans.project(table))
    case .union: return plans.union(table, plans.plan(operators: 0))
    case .topN: return plans.topN(table)
    case .match: return plans.match(table)
    case .recursion: return plans.recursion(table, plans.plan(operators: 0))
    case .over: return plans.over(table)
    case .rankLimit: return plans.rankLimit(table)
    case .distinctOn: return plans.distinctOn(table)
    case .overOfAggregate: return plans.over(plans.aggregate(table))
    case .rankLimitOfAggregate: return plans.rankLimit(plans.aggregate(table))
    case .aggregateOfOver: return plans.aggregate(plans.over(table))
    case .aggregateOfAggregate: return plans.aggregate(plans.aggregate(table))
    case .topNOfAggregate: return plans.topN(plans.aggregate(table))
    case .join: return plans.join(table, plans.plan(operators: 0))
    case .joinOfAggregates: return plans.join(plans.aggregate(table), plans.aggregate(plans.plan(operators: 0)))
    case .sessions: return plans.sessions(table)
    case .sessionsOfAggregate: return plans.sessions(plans.aggregate(table))
    case .aggregateOfSessions: return plans.aggregate(plans.sessions(table))
    case .setOperation: return plans.setOperation(table, plans.plan(operators: 0))
    case .limitThenAggregate: return plans.aggregate(plans.topN(table))
    }
  }
}
