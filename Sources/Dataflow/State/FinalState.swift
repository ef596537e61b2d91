import Columnar
import Diagnostics
import Expressions

/// What `FinalOver` remembers of a partition beside its rows: how many of them are computed, how many are gone, and the
/// states of calls that reach back to its beginning.
///
/// A row of the snapshot is: rows computed · rows forgotten · first sight · the partition keys · the states. Always whole.
final class FinalState: StateTable {
  let name = "partitions"
  private let rows: PartitionedRows
  private let calls: WindowCalls
  private var computed: [Int32: Int] = [:]
  private var forgotten: [Int32: Int64] = [:]

  init(_ rows: PartitionedRows, _ calls: WindowCalls) {
    self.rows = rows
    self.calls = calls
  }

  /// Whether a partition must be known when it has no rows left.
  var isNeeded: Bool { calls.reach.isCarried || calls.calls.contains { $0.function.kind.isRank } }

  func computed(_ group: Int32) -> Int { computed[group] ?? 0 }
  func forgotten(_ group: Int32) -> Int64 { forgotten[group] ?? 0 }

  /// The rows before place `computed` have been computed, and the first `gone` of them forgotten.
  func advance(_ group: Int32, computed place: Int, forgotten gone: Int) {
    computed[group] = place - gone
    forgotten[group, default: 0] += Int64(gone)
    if rows.orders[Int(group)].isEmpty, !isNeeded {
      computed[group] = nil
      forgotten[group] = nil
    }
  }

  var rowCount: Int { computed.count }
  var memoryBytes: Int { computed.count * 48 + calls.memoryBytes }

  private var snapshotSchema: Schema {
    Schema(
      [Field("computed", .bigint), Field("forgotten", .bigint), Field("first_seen", .bigint)]
        + rows.keyTypes.enumerated().map { Field("key\($0)", $1) }
        + calls.stateTypes.enumerated().map { Field("state\($0)", $1) })
  }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let groups = computed.keys.sorted { (rows.firstSeen[Int($0)], $0) < (rows.firstSeen[Int($1)], $1) }
    let fixed: [Column] = [
      .int64(PrimitiveColumn(groups.map { Int64(computed($0)) })),
      .int64(PrimitiveColumn(groups.map { forgotten($0) })),
      .int64(PrimitiveColumn(groups.map { rows.firstSeen[Int($0)] })),
    ]
    let keys = rows.keyTypes.isEmpty ? [] : rows.partitions.keys(of: groups)
    let columns = fixed + keys + (try calls.state(of: groups))
    return StateSnapshot(
      extent: .full, schema: snapshotSchema, rows: Batch(columns, count: groups.count), removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    let columns = snapshot.rows.columns
    guard columns.count == 3 + rows.keyTypes.count + calls.stateTypes.count, case .int64(let places) = columns[0],
      case .int64(let gone) = columns[1], case .int64(let seen) = columns[2]
    else { throw .internal("the saved state of \(name) is not one of computed partitions") }
    calls.forget(Array(computed.keys))
    computed = [:]
    forgotten = [:]
    let count = snapshot.rows.count
    if count == 0 { return }
    let groups = rows.locate(
      Array(columns[3..<3 + rows.keyTypes.count]), rows: count, order: .explicit(seen.values))
    for (row, group) in groups.enumerated() {
      rows.firstSeen[Int(group)] = seen.values[row]
      computed[group] = Int(clamping: places.values[row])
      forgotten[group] = gone.values[row]
    }
    try calls.restore(Array(columns[(3 + rows.keyTypes.count)...]), groups)
  }
}

extension WindowFunctionKind {
  fileprivate var isRank: Bool {
    switch self {
    case .rowNumber, .rank, .denseRank, .percentRank, .cumeDist, .tile: true
    case .shift, .pick, .aggregate: false
    }
  }
}
