import Columnar
import Diagnostics

/// Saving and bringing back the first rows of partitions, at any moment between pushes.
///
/// A row of the snapshot is: kind (0 in the partition, 1 fallen out in the open step, 2 a count alone) · shown · id ·
/// position · rows forgotten · first sight of the
/// partition · when it is over · sort key · the partition keys · the columns. A partition is
/// saved whole.
extension RankedRows: StateTable {
  private static let fixedFields = [
    Field("kind", .tinyint), Field("is_shown", .boolean), Field("id", .bigint), Field("position", .bigint),
    Field("forgotten", .int), Field("first_seen", .bigint), Field("over_at", .bigint), Field("sort_key", .binary),
  ]

  private var snapshotSchema: Schema {
    Schema(Self.fixedFields + keyTypes.enumerated().map { Field("key\($0)", $1) } + schema.fields)
  }

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let all = keyTypes.isEmpty ? Array(0..<Int32(firstSeen.count)) : (0..<Int32(partitions.count)).filter { partitions.isLive($0) }
    var groups = all
    var removed: [[Column]] = []
    if extent == .changes, let log {
      groups = log.changed.union(touched).sorted()
      if !keyTypes.isEmpty { groups = groups.filter { partitions.isLive($0) } }
      removed = log.removed
    }
    log = GroupChangeLog()
    var slots: [Int32] = []
    var kinds: [Int8] = []
    for group in groups {
      for slot in lists.slots(Int(group)) {
        slots.append(slot)
        kinds.append(0)
      }
    }
    let isSaved = Set(groups)
    for slot in gone where isSaved.contains(owners[Int(slot)]) {
      slots.append(slot)
      kinds.append(1)
    }
    let counted = groups.filter { forgotten[Int($0)] > 0 || lists.count(Int($0)) == 0 }
    let rows = Batch.concatenate([saved(slots, kinds), saved(counts: counted)], schema: snapshotSchema)
    let keySchema = Schema(keyTypes.enumerated().map { Field("key\($0)", $1) })
    return StateSnapshot(
      extent: extent, schema: snapshotSchema, rows: rows,
      removed: Batch.concatenate(removed.map { Batch($0, count: $0.first?.count ?? 0) }, schema: keySchema))
  }

  private func saved(_ slots: [Int32], _ kinds: [Int8]) -> Batch {
    let groups = slots.map { owners[Int($0)] }
    let fixed: [Column] = [
      .int8(PrimitiveColumn(kinds)),
      .bool(PrimitiveColumn(slots.map { isShown[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { ids[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { positions[Int($0)] })),
      .int32(PrimitiveColumn(groups.map { forgotten[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { firstSeen[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { timers.time(of: $0) })),
      .bytes(BytesColumn(slots.map { keys[Int($0)] }, owners: keyOwners)),
    ]
    return Batch(fixed + partitionKeys(groups) + columns(of: slots), count: slots.count)
  }

  private func saved(counts groups: [Int32]) -> Batch {
    let count = groups.count
    let fixed: [Column] = [
      .int8(PrimitiveColumn([Int8](repeating: 2, count: count))),
      .bool(PrimitiveColumn([Bool](repeating: true, count: count))),
      .int64(PrimitiveColumn([Int64](repeating: -1, count: count))),
      .int64(PrimitiveColumn([Int64](repeating: 0, count: count))),
      .int32(PrimitiveColumn(groups.map { forgotten[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { firstSeen[Int($0)] })),
      .int64(PrimitiveColumn(groups.map { timers.time(of: $0) })),
      .bytes(BytesColumn([BytesView](repeating: BytesView(), count: count))),
    ]
    let nulls = schema.fields.map { Column.repeating(.null, type: $0.type, count: count) }
    return Batch(fixed + partitionKeys(groups) + nulls, count: count)
  }

  private func partitionKeys(_ groups: [Int32]) -> [Column] { keyTypes.isEmpty ? [] : partitions.keys(of: groups) }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    let columns = snapshot.rows.columns
    let width = Self.fixedFields.count
    guard columns.count == width + keyTypes.count + schema.count, case .int8(let kinds) = columns[0],
      case .bool(let shown) = columns[1], case .int64(let savedIDs) = columns[2],
      case .int64(let savedPositions) = columns[3], case .int32(let counts) = columns[4],
      case .int64(let seen) = columns[5], case .int64(let overAt) = columns[6], case .bytes(let sortKeys) = columns[7]
    else { throw .internal("the saved state of \(name) is not one of ranked rows") }
    if !keyTypes.isEmpty, snapshot.removed.count > 0 {
      var groups = [Int32](repeating: -1, count: snapshot.removed.count)
      partitions.find(snapshot.removed.columns, rows: snapshot.removed.count, groups: &groups)
      forget(Array(Set(groups.filter { $0 >= 0 })).sorted())
    }
    let count = snapshot.rows.count
    let keyColumns = Array(columns[width..<width + keyTypes.count])
    // Partitions come whole: what an earlier snapshot said of them is over.
    if keyTypes.isEmpty {
      if count > 0 { clear() }
    } else if count > 0 {
      var groups = [Int32](repeating: -1, count: count)
      partitions.find(keyColumns, rows: count, groups: &groups)
      forget(Array(Set(groups.filter { $0 >= 0 })).sorted())
    }
    log = GroupChangeLog()
    if count == 0 { return }
    let groups = locate(keyColumns, rows: count, order: .explicit(seen.values)) { _, _ in }
    for row in 0..<count {
      firstSeen[Int(groups[row])] = seen.values[row]
      forgotten[Int(groups[row])] = counts.values[row]
      timers.set(groups[row], overAt.values[row])
    }
    let rows = (0..<Int32(count)).filter { kinds.values[Int($0)] != 2 }
    putBack(
      Batch(Array(columns[(width + keyTypes.count)...]), count: count).gather(rows),
      keys: BytesColumn(rows.map { sortKeys.views[Int($0)] }, owners: sortKeys.owners),
      positions: rows.map { savedPositions.values[Int($0)] }, ids: rows.map { savedIDs.values[Int($0)] },
      groups: rows.map { groups[Int($0)] }, isShown: rows.map { shown.values[Int($0)] },
      isGone: rows.map { kinds.values[Int($0)] == 1 })
  }
}
