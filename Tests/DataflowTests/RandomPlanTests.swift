import Foundation
import Testing

/// Random compositions of operators against the reference; `RANDOM_PLANS=5000` for a long run, `RANDOM_SEED` for another.
@Suite struct RandomPlanTests {
  static let count = ProcessInfo.processInfo.environment["RANDOM_PLANS"].flatMap { UInt64($0) } ?? 500
  static let firstSeed = ProcessInfo.processInfo.environment["RANDOM_SEED"].flatMap { UInt64($0) } ?? 1
  /// Seeds of one case of the test: cases run side by side.
  static let chunk: UInt64 = 50
  static let chunks = stride(from: firstSeed, to: firstSeed + count, by: Int(chunk)).map { $0..<min($0 + chunk, firstSeed + count) }

  @Test(arguments: chunks) func incrementalIsReference(_ seeds: Range<UInt64>) {
    for seed in seeds {
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
