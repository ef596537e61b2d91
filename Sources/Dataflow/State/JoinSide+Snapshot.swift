import Columnar
import Diagnostics

/// Saving and bringing back the rows of one side, at any moment between pushes.
///
/// A row of the snapshot is: id · pending in the open step · position · weight · match count · when it is over · the join
/// keys · the columns. Ids ascend in the order of arrival; slot and group numbers are not saved.
extension JoinSide: StateTable {
  private static let fixedFields = [
    Field("id", .bigint), Field("is_pending", .boolean), Field("position", .bigint), Field("weight", .bigint),
    Field("matches", .bigint), Field("over", .bigint),
  ]

  private var snapshotSchema: Schema {
    Schema(Self.fixedFields + keys.types.enumerated().map { Field("key\($0)", $1) } + schema.fields)
  }

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let (slots, removed) = takeChanges(extent)
    var pieces = [savedRows(slots)]
    for change in pending { pieces.append(savedRows(change)) }
    let removedIDs = Batch([.int64(PrimitiveColumn(removed))], count: removed.count)
    return StateSnapshot(
      extent: extent, schema: snapshotSchema, rows: Batch.concatenate(pieces, schema: snapshotSchema),
      removed: removedIDs)
  }

  private func savedRows(_ slots: [Int32]) -> Batch {
    let fixed: [Column] = [
      .int64(PrimitiveColumn(slots.map { ids[Int($0)] })),
      .bool(PrimitiveColumn([Bool](repeating: false, count: slots.count))),
      .int64(PrimitiveColumn(slots.map { positions[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { weights[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { matches[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { isTimed ? overs[Int($0)] : .max })),
    ]
    return Batch(fixed + keyColumns(slots.map { groups[Int($0)] }) + columns(of: slots), count: slots.count)
  }

  /// The keys of groups; NULLs, which equal nothing, for −1.
  private func keyColumns(_ groups: [Int32]) -> [Column] {
    if !groups.contains(where: { $0 >= 0 }) {
      return keys.types.map { .repeating(.null, type: $0, count: groups.count) }
    }
    let found = Validity(count: groups.count) { groups[$0] >= 0 }
    let some = groups.first { $0 >= 0 } ?? 0
    return keys.keys(of: groups.map { $0 < 0 ? some : $0 }).map {
      $0.with(validity: Validity.intersection(found, $0.validity))
    }
  }

  private func savedRows(_ change: Pending) -> Batch {
    let delta = change.delta
    let count = delta.count
    let ones = [Int64](repeating: 1, count: count)
    let fixed: [Column] = [
      .int64(PrimitiveColumn([Int64](repeating: -1, count: count))),
      .bool(PrimitiveColumn([Bool](repeating: true, count: count))),
      .int64(PrimitiveColumn(delta.order.positions(count: count))),
      .int64(PrimitiveColumn(delta.weights ?? ones)),
      .int64(PrimitiveColumn([Int64](repeating: 0, count: count))),
      .int64(PrimitiveColumn(change.overs ?? [Int64](repeating: .max, count: count))),
    ]
    return Batch(fixed + keyColumns(change.groups) + delta.columns, count: count)
  }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    dropPending()
    let rows = snapshot.rows
    guard rows.columns.count == snapshotSchema.count, case .int64(let ids) = rows.columns[0],
      case .bool(let isPending) = rows.columns[1], case .int64(let positions) = rows.columns[2],
      case .int64(let weights) = rows.columns[3], case .int64(let matches) = rows.columns[4],
      case .int64(let overs) = rows.columns[5]
    else { return }
    var slotOf = slotsByID(isNeeded: snapshot.removed.count > 0 || rowCount > 0)
    if case .int64(let removed)? = snapshot.removed.columns.first {
      forget(removed.values.compactMap { slotOf.removeValue(forKey: $0) })
    }
    let width = Self.fixedFields.count
    let keyEnd = width + keys.types.count
    func piece(_ picked: [Int32]) -> (change: Pending, matches: [Int64]) {
      let part = rows.gather(picked)
      let groups = keys.locate(Array(part.columns[width..<keyEnd]), rows: picked.count, inserting: true)
      let delta = Delta(
        Batch(Array(part.columns[keyEnd...]), count: picked.count), weights: picked.map { weights.values[Int($0)] },
        order: .explicit(picked.map { positions.values[Int($0)] }))
      let ends = isTimed ? picked.map { overs.values[Int($0)] } : nil
      return (Pending(delta: delta, groups: groups, overs: ends), picked.map { matches.values[Int($0)] })
    }
    let all = 0..<Int32(rows.count)
    let known = all.filter { slotOf[ids.values[Int($0)]] != nil }
    for row in known {
      guard let slot = slotOf[ids.values[Int(row)]] else { continue }
      reset(slot, weight: weights.values[Int(row)], matches: matches.values[Int(row)])
    }
    let fresh = all.filter { !isPending.values[Int($0)] && slotOf[ids.values[Int($0)]] == nil }
    let (change, counts) = piece(fresh)
    try restoreRows(change, matches: counts, ids: fresh.map { ids.values[Int($0)] })
    let open = all.filter { isPending.values[Int($0)] }
    if !open.isEmpty {
      let (change, _) = piece(open)
      add(change.delta, groups: change.groups, overs: change.overs)
    }
    // What follows differs from what has been restored.
    log = ChangeLog()
  }
}
