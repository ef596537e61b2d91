import Columnar
import Diagnostics

/// The rows of a relation that others change: as often as each is there, or, where a key says which is which, the one of each
/// key.
///
/// What takes a row back that is not there is told apart, and left out.
final class KnownRows: StateTable {
  let name: String
  private let schema: Schema
  private let key: [Int]?
  /// Whole rows.
  private let rows: GroupIndex
  private var counts: [Int64] = []
  /// Keys, and the row that each has now; −1: none.
  private let keys: GroupIndex?
  private var current: [Int32] = []

  /// What a change comes to: groups of `rows` with their weights, and where each came from.
  struct Change {
    var groups: [Int32] = []
    var weights: [Int64] = []
    var positions: [Int64] = []
    /// Rows of the input that took back what is not there.
    var unknown: [Int32] = []

    mutating func add(_ group: Int32, _ weight: Int64, _ position: Int64) {
      groups.append(group)
      weights.append(weight)
      positions.append(position)
    }
  }

  init(name: String, schema: Schema, key: [Int]?) {
    self.name = name
    self.schema = schema
    self.key = key
    rows = GroupIndex(keyTypes: schema.types)
    keys = key.map { key in GroupIndex(keyTypes: key.map { schema.types[$0] }) }
  }

  var rowCount: Int { rows.liveCount }
  var memoryBytes: Int { rows.memoryBytes + counts.count * 8 + (keys?.memoryBytes ?? 0) + current.count * 4 }

  /// Takes a delta in, in its order. The groups of the change are good until `forget`. O(rows).
  func apply(_ delta: Delta) -> Change {
    var groups: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    rows.findOrInsert(delta.columns, rows: delta.count, groups: &groups, reused: &reused)
    while counts.count < rows.count { counts.append(0) }
    for (group, _) in reused { counts[Int(group)] = 0 }
    var change = Change()
    if let key, let keys {
      var owners: [Int32] = []
      reused = []
      keys.findOrInsert(key.map { delta.columns[$0] }, rows: delta.count, groups: &owners, reused: &reused)
      while current.count < keys.count { current.append(-1) }
      for (group, _) in reused { current[Int(group)] = -1 }
      for row in 0..<delta.count { replace(owners[row], groups[row], delta, row, &change) }
      keys.remove(Set(owners).filter { current[Int($0)] < 0 }.sorted())
    } else {
      for row in 0..<delta.count { count(groups[row], delta, row, &change) }
    }
    return change
  }

  /// The row of a key is another one, or gone.
  private func replace(_ owner: Int32, _ group: Int32, _ delta: Delta, _ row: Int, _ change: inout Change) {
    let position = delta.order.position(row)
    let old = current[Int(owner)]
    if (delta.weights?[row] ?? 1) > 0 {
      if old == group { return }
      if old >= 0 { change.add(old, -1, position) }
      change.add(group, 1, position)
      current[Int(owner)] = group
      counts[Int(group)] = 1
    } else if old >= 0 {
      change.add(old, -1, position)
      current[Int(owner)] = -1
    } else {
      change.unknown.append(Int32(row))
    }
    if old >= 0, old != current[Int(owner)] { counts[Int(old)] = 0 }
  }

  private func count(_ group: Int32, _ delta: Delta, _ row: Int, _ change: inout Change) {
    let weight = delta.weights?[row] ?? 1
    let taken = weight < 0 ? max(weight, -counts[Int(group)]) : weight
    counts[Int(group)] &+= taken
    if taken != 0 { change.add(group, taken, delta.order.position(row)) }
    if taken != weight { change.unknown.append(Int32(row)) }
  }

  /// The columns of rows of a change.
  func columns(of groups: [Int32]) -> [Column] { rows.keys(of: groups) }

  /// Lets go of rows of a change that are not there any more, and of those that never were.
  func forget(_ change: Change, of delta: Delta) {
    var touched = Set(change.groups)
    if !change.unknown.isEmpty || key != nil {
      var groups: [Int32] = []
      rows.find(delta.columns, rows: delta.count, groups: &groups)
      touched.formUnion(groups.lazy.filter { $0 >= 0 })
    }
    rows.remove(touched.filter { counts[Int($0)] == 0 }.sorted())
  }

  // MARK: Saving

  private var live: [Int32] { (0..<Int32(rows.count)).filter { rows.isLive($0) && counts[Int($0)] != 0 } }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let live = live
    let saved: [Column] = [.int64(PrimitiveColumn(live.map { counts[Int($0)] }))] + rows.keys(of: live)
    return StateSnapshot(
      extent: .full, schema: Schema([Field("count", .bigint)] + schema.fields), rows: Batch(saved, count: live.count),
      removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    guard snapshot.rows.columns.count == schema.count + 1, case .int64(let saved) = snapshot.rows.columns[0] else { return }
    rows.clear()
    keys?.clear()
    counts = []
    current = []
    _ = apply(Delta(Batch(Array(snapshot.rows.columns[1...]), count: snapshot.rows.count), weights: saved.values))
  }
}
