import Columnar
import Diagnostics
import Expressions

/// The first half of a GROUP BY on several workers: groups the rows of one worker's morsels, and hands the partial
/// states on at flush, each to the partition of its key's hash. Keeps nothing between steps.
///
/// Input is append-only and all aggregates are mergeable (γ over a sum is the merge of the γs).
package final class PartialAggregate: Operator {
  private let keys: [BoundExpression]
  private let inputs: AggregateInputs
  private let table: any GroupTable
  private let partitions: Int
  private let lateFilter: LateFilter?

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
    try table.absorb(
      keys: columns, inputs: try inputs.evaluate(delta.batch, evaluator), rows: delta.count, weights: nil,
      order: delta.order, step: step, times: nil)
    if table.rowCount > PartialAggregate.groupsMax { try flush(step: step, output: output) }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if table.rowCount == 0 { return }
    for (partition, delta) in try table.partialStates(partitions: partitions).enumerated() {
      try output.emit(delta, channel: partition, step: step)
    }
    table.clear()
  }
}
