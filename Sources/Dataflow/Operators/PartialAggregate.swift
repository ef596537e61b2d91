import Columnar
import Diagnostics
import Expressions

/// The first half of a GROUP BY on several workers: groups the rows of one worker's morsels, and hands the partial
/// states on at flush, each to the partition of its key's hash. Keeps nothing between steps.
///
/// Input is append-only and all aggregates are mergeable (γ over a sum is the merge of the γs). With `panes`, rows are grouped
/// by pane, the time between two window borders, and each pane's state goes to every window that holds it: a row costs
/// the same in a sliding window as in a tumbling one (Li et al., "No pane, no gain", SIGMOD Record 2005).
package final class PartialAggregate: Operator {
  private let keys: [BoundExpression]
  private let inputs: AggregateInputs
  private let table: AggregateTable
  private let partitions: Int
  private let panes: Panes?
  private let lateFilter: LateFilter?

  /// The key that is a pane's start, and the windows that panes belong to.
  package struct Panes: Sendable {
    package var key: Int
    package var shape: WindowShape
    package init(key: Int, shape: WindowShape) {
      self.key = key
      self.shape = shape
    }
  }

  /// Groups at which a worker hands over early, so that keys which never repeat do not pile up twice.
  package static let groupsMax = 1 << 20

  package init(
    keys: [BoundExpression], calls: [AggregateCallSpec], partitions: Int, panes: Panes? = nil,
    closing: GroupClosing? = nil, late: LateRows? = nil
  ) {
    self.keys = keys
    inputs = AggregateInputs(calls)
    self.partitions = partitions
    self.panes = panes
    lateFilter = LateFilter(panes?.closing(closing) ?? closing, late)
    table = AggregateTable(
      name: "partial groups", keyTypes: keys.map(\.type), calls: calls.map(\.plan), isRetractable: false)
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
      order: delta.order, step: step)
    if table.rowCount > PartialAggregate.groupsMax { try flush(step: step, output: output) }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if table.rowCount == 0 { return }
    guard let panes else {
      for (partition, delta) in try table.partialStates(partitions: partitions).enumerated() {
        try output.emit(delta, channel: partition, step: step)
      }
      return table.clear()
    }
    // A piece at a time: what a pane gives to its windows stays in the cache.
    try table.forEachPartialState { (states) throws(SQLError) in
      let windows = try panes.windows(of: states, floor: lateFilter?.key.floor(step))
      if partitions == 1 { return try output.emit(windows, step: step) }
      var rows = [[Int32]](repeating: [], count: partitions)
      let hashes = table.index.hashes(of: Array(windows.columns[..<keys.count]), rows: windows.count)
      for (row, hash) in hashes.enumerated() { rows[Hashing.partition(hash, of: partitions)].append(Int32(row)) }
      for channel in 0..<partitions { try output.emit(windows.gather(rows[channel]), channel: channel, step: step) }
    }
    table.clear()
  }
}

extension PartialAggregate.Panes {
  /// A row is late when even the last window that holds its pane is over; for windows that are over before, it is left out
  /// by `windows`.
  fileprivate func closing(_ closing: GroupClosing?) -> GroupClosing? {
    guard var closing, case .sliding(let size, let slide, let offset) = shape else { return closing }
    closing.key.offsetMicros = size
    closing.key.alignment = .init(strideMicros: slide, offsetMicros: offset)
    return closing
  }

  /// Partial states by pane as partial states by window: a row for each window that holds the pane and is not over.
  fileprivate func windows(of states: Delta, floor: Int64?) throws(SQLError) -> Delta {
    guard case .int64(let starts) = states.columns[key] else { return states }
    var rows: [Int32] = []
    var windowStarts: [Int64] = []
    for row in 0..<starts.count {
      if let validity = starts.validity, !validity[row] { continue }
      let fits = shape.forEachWindow(of: starts.values[row]) { start, end in
        if let floor, end <= floor { return }
        rows.append(Int32(row))
        windowStarts.append(start)
      }
      if !fits { throw SQLError(.data, "DATETIME_OVERFLOW", "a window of this time lies outside of the calendar") }
    }
    var result = states.gather(rows)
    result.batch.columns[key] = .int64(PrimitiveColumn(windowStarts))
    return result
  }
}
