import Columnar
import Diagnostics

/// Rows that were shown and have changed since, to be taken back when the step ends. They are state of their own, since a
/// snapshot may be taken before that (SEM-1).
final class TakenBackRows: StateTable {
  let name: String
  private let schema: Schema
  private(set) var deltas: [Delta] = []

  init(name: String, schema: Schema) {
    self.name = name
    self.schema = schema
  }

  var rowCount: Int { deltas.reduce(0) { $0 + $1.count } }
  var memoryBytes: Int { deltas.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.memoryBytes } } }

  func add(_ shown: Delta) {
    var delta = shown
    delta.weights = [Int64](repeating: -1, count: delta.count)
    deltas.append(delta)
  }

  func clear() { deltas = [] }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let positions = deltas.flatMap { $0.order.positions(count: $0.count) }
    let rows = deltas.isEmpty ? Batch.empty(schema) : Batch.concatenate(deltas.map(\.batch), schema: schema)
    return StateSnapshot(
      extent: .full, schema: Schema([Field("position", .bigint)] + schema.fields),
      rows: Batch([.int64(PrimitiveColumn(positions))] + rows.columns, count: rows.count), removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    clear()
    guard snapshot.rows.count > 0, case .int64(let positions)? = snapshot.rows.columns.first else { return }
    add(Delta(Batch(Array(snapshot.rows.columns[1...]), count: snapshot.rows.count), order: .explicit(positions.values)))
  }
}
