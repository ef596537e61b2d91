import Columnar
import Foundation
import Planning
import Testing

/// EXPLAIN says of every operator what bounds its state: over a long run with a moving watermark the state never holds more
/// rows than that, and does not grow. `make soak` makes it ten million rows.
@Suite struct SoakTests {
  static let rowsMax = ProcessInfo.processInfo.environment["SOAK_ROWS"].flatMap(Int.init) ?? 20_000

  @Test(arguments: SoakCase.all) func stateStaysWithinWhatExplainSays(_ case_: SoakCase) throws {
    let run = try TimedRun(case_.sql, SoakInput.tables, case_.mode, RunConfiguration.all[0])
    let claims = run.plan.root.claims
    #expect(claims.map(\.bound) == case_.bounds.map { .bounded($0.text) }, "\(case_.name)")
    var input = SoakInput(seed: 11)
    var early = (rows: 0, bytes: 0)
    let steps = max(40, Self.rowsMax / SoakInput.stepRows)
    for step in 0..<steps {
      let batches = input.next(tables: case_.tables)
      let found = try run.run(.init(batches: batches, before: input.before, after: input.after))
      // Something leaves as well.
      if step > steps / 2 { #expect(!found.isEmpty || !case_.showsEveryStep, "\(case_.name) step \(step)") }
      // A long run is looked at now and then.
      if step > 400, step % 16 != 0, step < steps - 10 { continue }
      let rows = run.stateRowsByID
      for (claim, bound) in zip(claims, case_.bounds) {
        let held = rows[claim.id] ?? 0
        let allowed = bound.rows(input.recent)
        if held > allowed {
          Issue.record("\(case_.name) step \(step): \(claim.id) holds \(held) rows, \(bound.text): \(allowed)")
          return
        }
      }
      let total = rows.values.reduce(0, +)
      if step < 30 {
        early = (max(early.rows, total), max(early.bytes, run.graph.stateBytes))
      } else if step >= steps - 10 {
        #expect(total <= early.rows * 3 / 2, "\(case_.name) step \(step): rows grow")
        #expect(run.graph.stateBytes <= early.bytes * 2, "\(case_.name) step \(step): bytes grow")
      }
    }
    #expect(run.lateCount == 0)
  }
}

extension PhysicalNode {
  /// Operators with state and what the plan says of it, the root first.
  fileprivate var claims: [(id: String, bound: StateBound)] {
    var found: [(id: String, bound: StateBound)] = []
    if let bound = properties.stateBound { found.append((id.rawValue, bound)) }
    for input in inputs { found += input.claims }
    return found
  }
}
