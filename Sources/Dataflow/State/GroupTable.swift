import Columnar
import Diagnostics
import Expressions

/// What the operators of a GROUP BY ask of its state: `AggregateTable` keeps a state a group, `PaneTable` one a pane of a
/// sliding window.
package protocol GroupTable: StateTable {
  /// Adds rows. `keys` and `inputs` are evaluated over them; one input a call. `times` are their event times, if groups
  /// may rest only so long by those.
  func absorb(
    keys: [Column], inputs: [CallInput], rows: Int, weights: [Int64]?, order: RowOrder, step: StepContext,
    times: TimeColumn?
  ) throws(SQLError)
  /// Adds partial states made by another table of the same plan (`partialStates`).
  func merge(keys: [Column], states: [[Column]], rows: Int, order: RowOrder) throws(SQLError)
  /// What is there as partial states, keys first, by partition of the hash that says which states belong together.
  func partialStates(partitions: Int) throws(SQLError) -> [Delta]
  /// Ends the step: hands out its net change in pieces of at most `Batch.rowsMax` groups.
  func flush(step: StepContext, emit: (Delta) throws(SQLError) -> Void) throws(SQLError)
  /// Makes the one group of an aggregate without keys.
  func ensureGlobalGroup() throws(SQLError)
  /// Forgets everything.
  func clear()
  /// When the query's own clock makes the next group be over.
  var nextProcessingTimerMicros: Int64? { get }
  /// Groups that are not over; nil if none ever is.
  var openGroups: OpenGroups? { get }
}

extension AggregateTable: GroupTable {}
