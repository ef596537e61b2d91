import Columnar
import Diagnostics
import Expressions

/// The first half of a GROUP BY on several workers: groups the rows of one worker's morsels, and hands the partial
/// states on at flush, each to the partition of its key's hash. Keeps nothing between steps.
///
/// Where keys hardly repeat, groups would cost memory and time twice for nothing: then rows are handed on as they come, a state each
/// (Larson, "Data Reduction by Partial Preaggregation", ICDE 2002). After a while it is tried again.
///
/// Input is append-only and all aggregates are mergeable (γ over a sum is the merge of the γs).
package final class PartialAggregate: Operator {
  private let keys: [BoundExpression]
  private let inputs: AggregateInputs
  private let table: any GroupTable
  private let partitions: Int
  private let lateFilter: LateFilter?

  /// Rows grouped since the last hand-over.
  private var groupedRows = 0
  /// Rows that are still to be handed on without grouping.
  private var ungroupedLeft = 0

  /// So many rows tell whether keys repeat.
  private static let trialRows = 1 << 15
  /// Rows handed on ungrouped before the next trial.
  private static let ungroupedRows = 1 << 20

  /// Groups at which a worker hands over early, so that keys which never repeat do not pile up twice.
  package static let groupsMax = 1 << 20

  /// `table` keeps its groups for ever; rows are late by `closing`.
  package init(
    keys: [BoundExpression], calls: [AggregateCallSpec], table: any GroupTable, partitions: Int,
    closing: GroupClosing? = nil, late: LateRows? = nil
  ) {
    self.keys = keys
    inputs = AggregateInputs(calls)
    self.table = table
    self.partitions = partitions
    lateFilter = LateFilter(closing, late)
  }

  package var lateRows: LateRows? { lateFilter?.late }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    var delta = delta
    var columns: [Column] = []
    for key in keys { columns.append(try evaluator.column(key, over: delta.batch)) }
    lateFilter?.drop(from: &delta, &columns, step: step)
    if delta.isEmpty { return }
    let inputs = try inputs.evaluate(delta.batch, evaluator)
    if ungroupedLeft > 0,
      let states = try table.rowStates(
        keys: columns, inputs: inputs, rows: delta.count, order: delta.order, step: step, partitions: partitions)
    {
      ungroupedLeft -= delta.count
      return try emit(states, step, output)
    }
    try table.absorb(
      keys: columns, inputs: inputs, rows: delta.count, weights: nil, order: delta.order, step: step, times: nil)
    groupedRows += delta.count
    let hardlyRepeat = groupedRows >= PartialAggregate.trialRows && table.rowCount > groupedRows / 4 * 3
    if hardlyRepeat || table.rowCount > PartialAggregate.groupsMax {
      try flush(step: step, output: output)
      ungroupedLeft = hardlyRepeat ? PartialAggregate.ungroupedRows : 0
    }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if table.rowCount == 0 { return }
    groupedRows = 0
    try emit(try table.partialStates(partitions: partitions), step, output)
    table.clear()
  }

  private func emit(_ states: [Delta], _ step: StepContext, _ output: any Output) throws(SQLError) {
    for (partition, delta) in states.enumerated() where !delta.isEmpty { try output.emit(delta, channel: partition, step: step) }
  }
}
