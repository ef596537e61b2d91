import Columnar
import Dataflow
import Expressions
import Planning

/// What a query is, and what its thread and those that command it share.
struct QueryContext: Sendable {
  let name: String
  let plan: PhysicalPlan
  let trigger: Trigger
  let clock: any Clock
  let settings: SessionSettings
  let deadline: Deadline
  let checks: SelfChecks
  let cancellation = Cancellation()
  /// Rings when something arrives or the query is told something.
  let bell = Doorbell()
  let status = QueryStatus()

  init(
    name: String, plan: PhysicalPlan, trigger: Trigger, clock: any Clock, settings: SessionSettings, deadline: Deadline,
    checks: SelfChecks
  ) {
    self.name = name
    self.plan = plan
    self.trigger = trigger
    self.clock = clock
    self.settings = settings
    self.deadline = deadline
    self.checks = checks
  }
}

/// Ways to run a query that must not change its answer; tests turn them on.
package struct SelfChecks: Sendable {
  /// Rows of one batch at most; 1 finds what depends on batch borders.
  package var batchRowsMax = Batch.rowsMax
  /// Saves and restores all state between steps.
  package var restoresAfterEveryStep = false
  package init() {}
}
