import Columnar
import Diagnostics
import Expressions

/// The second half of a GROUP BY on several workers: merges partial states, one table a partition of the key hash, all
/// partitions at once. Emits what `HashAggregate` would, in the same order, whatever the number of workers (SEM-11).
///
/// Input port p holds partial states of partition p: keys, then the state columns of each call.
// The tables are touched by one worker each during `run`, and by the query's thread alone otherwise.
package final class MergeAggregate: Operator {
  private let keyCount: Int
  private let calls: [AggregatePlan]
  private let partitions: [Partition]
  private let pool: WorkerPool
  private let isGlobal: Bool
  private let isPerStep: Bool
  private var pendingRows = 0

  /// Partial states held before they are merged in the middle of a step.
  private static let pendingRowsMax = 1 << 20

  // @unchecked Sendable: used by one worker at a time; `WorkerPool.run` orders the accesses.
  private final class Partition: PoolPart, @unchecked Sendable {
    let table: any GroupTable
    var pending: [Delta] = []
    var changes: [Delta] = []
    var failure: SQLError?
    init(table: any GroupTable) { self.table = table }
  }

  /// A table a partition.
  package init(
    keyCount: Int, calls: [AggregatePlan], tables: [any GroupTable], isGlobal: Bool, isPerStep: Bool, pool: WorkerPool
  ) {
    self.keyCount = keyCount
    self.calls = calls
    self.pool = pool
    self.isGlobal = isGlobal
    self.isPerStep = isPerStep
    partitions = tables.map { Partition(table: $0) }
  }

  package var nextProcessingTimerMicros: Int64? { partitions.compactMap(\.table.nextProcessingTimerMicros).min() }

  package var stateTables: [any StateTable] { partitions.map(\.table) }
  package var openGroups: OpenGroups? {
    partitions.compactMap(\.table.openGroups).reduce(nil) { sum, part in sum.map { $0 + part } ?? part }
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    partitions[port].pending.append(delta)
    // One partition has no other to work beside: its rows are merged while they are in the cache.
    if partitions.count == 1 { return try absorb(partitions[0]) }
    pendingRows += delta.count
    if pendingRows > MergeAggregate.pendingRowsMax { try forEachPartition { (p) throws(SQLError) in try self.absorb(p) } }
  }

  package func settle(step: StepContext) throws(SQLError) {
    try forEachPartition { (p) throws(SQLError) in try self.absorb(p) }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if isGlobal { try partitions[0].table.ensureGlobalGroup() }
    if partitions.count == 1 {
      // Its own order is the order of all.
      try partitions[0].table.flush(step: step) { delta throws(SQLError) in try output.emit(delta, step: step) }
      if isPerStep { partitions[0].table.clear() }
      return
    }
    try forEachPartition { (partition) throws(SQLError) in
      try self.absorb(partition)
      try partition.table.flush(step: step) { delta throws(SQLError) in partition.changes.append(delta) }
      if self.isPerStep { partition.table.clear() }
    }
    try emitInOrder(step: step, output: output)
  }

  private func absorb(_ partition: Partition) throws(SQLError) {
    for delta in partition.pending {
      var states: [[Column]] = []
      var at = keyCount
      for call in calls {
        let width = call.aggregate.stateTypes.count
        states.append(Array(delta.columns[at..<at + width]))
        at += width
      }
      try partition.table.merge(
        keys: Array(delta.columns[..<keyCount]), states: states, rows: delta.count, order: delta.order)
    }
    partition.pending = []
  }

  /// Runs `body` for every partition, several at once if there is enough to do.
  private func forEachPartition(
    _ body: @escaping (Partition) throws(SQLError) -> Void
  ) throws(SQLError) {
    let isSmall = pendingRows < 4096
    pendingRows = 0
    if isSmall || partitions.count == 1 {
      for partition in partitions { try body(partition) }
      return
    }
    try pool.forEach(partitions, body)
  }

  /// Emits all partitions' changes by position; a group's old row stays before its new one.
  private func emitInOrder(step: StepContext, output: any Output) throws(SQLError) {
    let changes = partitions.map(\.changes)
    for partition in partitions { partition.changes = [] }
    if changes.reduce(0, { $0 + $1.count }) <= 1 {
      for delta in changes.joined() { try output.emit(delta, step: step) }
      return
    }
    try PartitionOrder(changes).forEachPiece { (delta) throws(SQLError) in
      try output.emit(delta, step: step)
    }
  }
}
