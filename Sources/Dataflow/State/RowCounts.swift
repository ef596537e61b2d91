import Columnar
import Diagnostics

/// A Z-set: rows with the sums of their weights, those of weight 0 forgotten.
final class RowCounts: StateTable {
  let name: String
  private let schema: Schema
  private let index: GroupIndex
  private var weights: [Int64] = []
  /// Groups in the order in which they came in, some of them gone again.
  private var order: [Int32] = []
  private var isListed: [Bool] = []

  init(name: String, schema: Schema) {
    self.name = name
    self.schema = schema
    index = GroupIndex(keyTypes: schema.types)
  }

  var rowCount: Int { index.liveCount }
  var memoryBytes: Int { index.memoryBytes + weights.count * 16 }
  var isEmpty: Bool { !order.contains { weights[Int($0)] != 0 } }
  var hasRemovals: Bool { order.contains { weights[Int($0)] < 0 } }

  func apply(_ batch: Batch, weights added: [Int64]?) {
    if batch.count == 0 { return }
    var groups: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    index.findOrInsert(batch.columns, rows: batch.count, groups: &groups, reused: &reused)
    while weights.count < index.count {
      weights.append(0)
      isListed.append(false)
    }
    for (group, _) in reused { weights[Int(group)] = 0 }
    for (row, group) in groups.enumerated() {
      weights[Int(group)] += added?[row] ?? 1
      if !isListed[Int(group)] {
        isListed[Int(group)] = true
        order.append(group)
      }
    }
  }

  /// All rows with their weights, as they came.
  var content: (batch: Batch, weights: [Int64]) {
    let live = order.filter { weights[Int($0)] != 0 }
    return (Batch(index.keys(of: live), count: live.count), live.map { weights[Int($0)] })
  }

  /// Lets go of rows whose weights have come to 0.
  func compact() {
    let gone = order.filter { weights[Int($0)] == 0 }
    if gone.isEmpty { return }
    for group in gone { isListed[Int(group)] = false }
    order.removeAll { weights[Int($0)] == 0 }
    index.remove(gone)
  }

  func clear() {
    index.clear()
    weights = []
    order = []
    isListed = []
  }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let (rows, weights) = content
    return StateSnapshot(
      extent: .full, schema: Schema([Field("weight", .bigint)] + schema.fields),
      rows: Batch([.int64(PrimitiveColumn(weights))] + rows.columns, count: rows.count), removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    guard snapshot.rows.columns.count == schema.count + 1, case .int64(let saved) = snapshot.rows.columns[0] else { return }
    clear()
    apply(Batch(Array(snapshot.rows.columns[1...]), count: snapshot.rows.count), weights: saved.values)
  }
}

/// A state table of an operator inside another, under a name that tells it from its siblings.
final class InnerTable: StateTable {
  private let table: any StateTable
  let name: String

  init(_ table: any StateTable, of id: String) {
    self.table = table
    name = "\(id).\(table.name)"
  }

  var rowCount: Int { table.rowCount }
  var memoryBytes: Int { table.memoryBytes }
  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot { try table.snapshot(extent) }
  func restore(_ snapshot: StateSnapshot) throws(SQLError) { try table.restore(snapshot) }
}
