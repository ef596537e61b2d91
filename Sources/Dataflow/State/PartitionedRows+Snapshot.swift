import Columnar
import Diagnostics

/// Saving and bringing back rows by partition, at any moment between pushes.
///
/// A row of the snapshot is: id · pending in the open step · position · weight · first sight of its partition · when that is
/// over · sort key · the partition keys · the columns. Ids ascend in the order of arrival; slot and partition numbers are not saved.
extension PartitionedRows: StateTable {
  private static let fixedFields = [
    Field("id", .bigint), Field("is_pending", .boolean), Field("position", .bigint), Field("weight", .bigint),
    Field("first_seen", .bigint), Field("over_at", .bigint), Field("sort_key", .binary),
  ]

  private var snapshotSchema: Schema {
    Schema(Self.fixedFields + keyTypes.enumerated().map { Field("key\($0)", $1) } + schema.fields)
  }

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    var slots: [Int32]
    var removed: [Int64] = []
    if extent == .changes, let log {
      slots = log.changed.filter { weights[Int($0)] != 0 }
      removed = log.removedIDs
    } else {
      slots = (0..<Int32(keys.count)).filter { weights[Int($0)] != 0 }
    }
    log = RowChangeLog()
    slots.sort { ids[Int($0)] < ids[Int($1)] }
    var pieces = [savedRows(slots)]
    for change in pending { pieces.append(savedRows(change)) }
    return StateSnapshot(
      extent: extent, schema: snapshotSchema, rows: Batch.concatenate(pieces, schema: snapshotSchema),
      removed: Batch([.int64(PrimitiveColumn(removed))], count: removed.count))
  }

  private func savedRows(_ slots: [Int32]) -> Batch {
    let groups = slots.map { owners[Int($0)] }
    let fixed: [Column] = [
      .int64(PrimitiveColumn(slots.map { ids[Int($0)] })),
      .bool(PrimitiveColumn([Bool](repeating: false, count: slots.count))),
      .int64(PrimitiveColumn(slots.map { positions[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { weights[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { firstSeen[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { timers.time(of: $0) })),
      .bytes(BytesColumn(slots.map { keys[Int($0)] }, owners: keyOwners)),
    ]
    return Batch(fixed + partitionKeys(of: groups) + columns(of: slots), count: slots.count)
  }

  private func savedRows(_ change: Pending) -> Batch {
    let count = change.delta.count
    let fixed: [Column] = [
      .int64(PrimitiveColumn([Int64](repeating: -1, count: count))),
      .bool(PrimitiveColumn([Bool](repeating: true, count: count))),
      .int64(PrimitiveColumn(change.delta.order.positions(count: count))),
      .int64(PrimitiveColumn(change.delta.weights ?? [Int64](repeating: 1, count: count))),
      .int64(PrimitiveColumn(change.groups.map { firstSeen[Int($0)] })),
      .int64(PrimitiveColumn(change.groups.map { timers.time(of: $0) })),
      .bytes(change.keys),
    ]
    return Batch(fixed + partitionKeys(of: change.groups) + change.delta.columns, count: count)
  }

  private func partitionKeys(of groups: [Int32]) -> [Column] { keyTypes.isEmpty ? [] : partitions.keys(of: groups) }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    log = RowChangeLog()
    // What an earlier snapshot said of an open step is part of a later one.
    pending = []
    let columns = snapshot.rows.columns
    let width = Self.fixedFields.count
    guard columns.count == width + keyTypes.count + schema.count,
      case .int64(let savedIDs) = columns[0], case .bool(let isPending) = columns[1],
      case .int64(let savedPositions) = columns[2], case .int64(let savedWeights) = columns[3],
      case .int64(let seen) = columns[4], case .int64(let overAt) = columns[5], case .bytes(let sortKeys) = columns[6]
    else { throw .internal("the saved state of \(name) is not one of rows by partition") }
    var known: [Int64: Int32] = [:]
    for slot in keys.indices where weights[slot] != 0 { known[ids[slot]] = Int32(slot) }
    var gone: [Int32] = []
    if case .int64(let removed)? = snapshot.removed.columns.first {
      gone = removed.values.compactMap { known[$0] }
    }
    // A row that changed is taken out and put back as it is now.
    gone += savedIDs.values.compactMap { known[$0] }
    takeOut(Set(gone))
    let count = snapshot.rows.count
    if count == 0 { return }
    let groups = locate(
      Array(columns[width..<width + keyTypes.count]), rows: count, order: .explicit(seen.values))
    for row in 0..<count {
      firstSeen[Int(groups[row])] = seen.values[row]
      timers.set(groups[row], overAt.values[row])
    }
    let rows = Batch(Array(columns[(width + keyTypes.count)...]), count: count)
    for flag in [false, true] {
      let picked = (0..<Int32(count)).filter { isPending.values[Int($0)] == flag }
      if picked.isEmpty { continue }
      let weights = picked.map { savedWeights.values[Int($0)] }
      let change = Pending(
        delta: Delta(
          rows.gather(picked), weights: weights.contains { $0 != 1 } ? weights : nil,
          order: .explicit(picked.map { savedPositions.values[Int($0)] })),
        groups: picked.map { groups[Int($0)] },
        keys: BytesColumn(picked.map { sortKeys.views[Int($0)] }, owners: sortKeys.owners))
      if flag {
        pending.append(change)
      } else {
        putBack(change, ids: picked.map { savedIDs.values[Int($0)] })
      }
    }
  }

  private func takeOut(_ gone: Set<Int32>) {
    if gone.isEmpty { return }
    let groups = Set(gone.map { owners[Int($0)] })
    for group in groups { orders[Int(group)].removeAll { gone.contains($0) } }
    discard(gone.sorted(), groups: groups.sorted())
  }

  /// Saved rows, with the ids they had.
  private func putBack(_ change: Pending, ids saved: [Int64]) {
    let slots = place(change)
    for (slot, id) in zip(slots, saved) {
      ids[Int(slot)] = id
      nextID = max(nextID, id &+ 1)
    }
    var byGroup: [Int32: [Int32]] = [:]
    for (row, slot) in slots.enumerated() { byGroup[change.groups[row], default: []].append(slot) }
    for (group, slots) in byGroup {
      orders[Int(group)] = (orders[Int(group)] + slots).sorted { precedes($0, $1) }
    }
    log = RowChangeLog()
  }
}
