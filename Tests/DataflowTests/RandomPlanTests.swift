import Foundation
import Testing

/// Random compositions of operators against the reference; `RANDOM_PLANS=500` for a long run, `RANDOM_SEED` for another.
@Suite struct RandomPlanTests {
  static let count = ProcessInfo.processInfo.environment["RANDOM_PLANS"].flatMap { UInt64($0) } ?? 60
  static let firstSeed = ProcessInfo.processInfo.environment["RANDOM_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func incrementalIsReference() {
    for seed in Self.firstSeed..<Self.firstSeed + Self.count {
      var generator = SeededGenerator(seed: seed)
      let isAppendOnly = ReferencePlan.tables.map { _ in generator.chance(60) }
      let events = QueryCase.events(&generator, isAppendOnly: isAppendOnly)
      let operators = generator.number(1...6)
      var plans = RandomPlans(generator: generator, isAppendOnly: isAppendOnly)
      check(
        QueryCase(plan: plans.plan(operators: operators), isAppendOnly: isAppendOnly, events: events), seed: seed)
    }
  }
}
