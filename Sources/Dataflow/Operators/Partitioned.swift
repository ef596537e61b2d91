import Columnar
import Diagnostics
import Expressions

/// Runs an operator that works by partition several times side by side, each for the partitions whose keys have its hash.
///
/// Rows are handed out as they come, taken in by all at once when there are many, and what comes out is put in the order
/// that one operator alone would give: by partition, as they were first seen (SEM-11). The operators tell that order by
/// `emit(_:isGone:step:places:)`. No row may be late for them, and their rows have positions of their own.
// The operators are touched by one worker each during `run`, and by the query's thread alone otherwise.
package final class Partitioned: Operator {
  private let keys: [BoundExpression]
  private let index: GroupIndex
  private let parts: [Part]
  private let pool: WorkerPool
  private var pendingRows = 0
  /// Rows of the open step, taken in or not.
  private var stepRows = 0

  /// Rows held before they are taken in, in the middle of a step.
  private static let pendingRowsMax = 1 << 18
  /// Fewer are not worth waking a worker.
  private static let pendingRowsMin = 4096

  // @unchecked Sendable: used by one worker at a time; `WorkerPool.run` orders the accesses.
  private final class Part: PoolPart, @unchecked Sendable {
    let operation: any Operator
    let output = PartitionOutput()
    let tables: [any StateTable]
    var pending: [Delta] = []
    var failure: SQLError?

    init(_ operation: any Operator, number: Int) {
      self.operation = operation
      tables = operation.stateTables.map { PartitionTable($0, number: number) }
    }
  }

  /// `keys` are those by which the operators have their partitions.
  package init(keys: [BoundExpression], operations: [any Operator], pool: WorkerPool) {
    self.keys = keys
    self.pool = pool
    index = GroupIndex(keyTypes: keys.map(\.type))
    parts = operations.enumerated().map { Part($1, number: $0) }
  }

  package var stateTables: [any StateTable] { parts.flatMap(\.tables) }
  package func inputEnded(port: Int) {
    for part in parts { part.operation.inputEnded(port: port) }
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    var columns: [Column] = []
    for key in keys { columns.append(try evaluator.column(key, over: delta.batch)) }
    var rows = [[Int32]](repeating: [], count: parts.count)
    for (row, hash) in index.hashes(of: columns, rows: delta.count).enumerated() {
      rows[Hashing.partition(hash, of: parts.count)].append(Int32(truncatingIfNeeded: row))
    }
    for (part, own) in zip(parts, rows) where !own.isEmpty { part.pending.append(delta.gather(own)) }
    pendingRows += delta.count
    stepRows += delta.count
    if pendingRows >= Partitioned.pendingRowsMax { try settle(step: step) }
  }

  package func settle(step: StepContext) throws(SQLError) {
    try forEachPart(isMuch: pendingRows >= Partitioned.pendingRowsMin) { (part) throws(SQLError) in
      try Partitioned.takeIn(part, step)
    }
    pendingRows = 0
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    // What was taken in before wants to be worked off as well.
    try forEachPart(isMuch: stepRows >= Partitioned.pendingRowsMin) { (part) throws(SQLError) in
      try Partitioned.takeIn(part, step)
      try part.operation.flush(step: step, output: part.output)
    }
    pendingRows = 0
    stepRows = 0
    for isGone in [true, false] {
      let order = PartitionOrder(parts.map { $0.output.take(isGone: isGone) })
      try order.forEachPiece { (delta) throws(SQLError) in try output.emit(delta, step: step) }
    }
  }

  private static func takeIn(_ part: Part, _ step: StepContext) throws(SQLError) {
    let deltas = part.pending
    part.pending = []
    for delta in deltas { try part.operation.push(delta, port: 0, step: step, output: part.output) }
  }

  /// Runs `body` for every part, all at once if there is enough to do.
  private func forEachPart(isMuch: Bool, _ body: @escaping (Part) throws(SQLError) -> Void) throws(SQLError) {
    if isMuch { return try pool.forEach(parts, body) }
    for part in parts { try body(part) }
  }
}

/// What one of several operators gives out, with the place of each row among what all give out.
final class PartitionOutput: Output {
  private var gone: [PartitionOrder.Placed] = []
  private var come: [PartitionOrder.Placed] = []

  func emit(_ delta: Delta, channel: Int, step: StepContext) {
    add(delta, isGone: false, places: delta.order.positions(count: delta.count))
  }

  func add(_ delta: Delta, isGone: Bool, places: [Int64]) {
    if delta.isEmpty { return }
    let placed = PartitionOrder.Placed(delta: delta, places: places)
    if isGone { gone.append(placed) } else { come.append(placed) }
  }

  /// Rows that went come before all that came, whatever their partition.
  func take(isGone: Bool) -> [PartitionOrder.Placed] {
    defer { if isGone { gone = [] } else { come = [] } }
    return isGone ? gone : come
  }
}

extension Output {
  /// Hands on rows of partitions, in the order of these. `places` says for each row where its partition was first seen;
  /// `isGone`: the rows are those that are there no more, which go before all others.
  func emit(_ delta: Delta, isGone: Bool, step: StepContext, places: () -> [Int64]) throws(SQLError) {
    if let own = self as? PartitionOutput { return own.add(delta, isGone: isGone, places: places()) }
    try emit(delta, step: step)
  }
}

/// A state table under a name that tells it from those of the other parts.
private final class PartitionTable: StateTable {
  let name: String
  private let table: any StateTable

  init(_ table: any StateTable, number: Int) {
    self.table = table
    name = "\(table.name) \(number)"
  }

  var rowCount: Int { table.rowCount }
  var memoryBytes: Int { table.memoryBytes }
  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot { try table.snapshot(extent) }
  func restore(_ snapshot: StateSnapshot) throws(SQLError) { try table.restore(snapshot) }
}
