import Columnar
import Diagnostics
import Expressions

/// Saving and bringing back the groups of a table, at any moment between pushes.
///
/// A row of the snapshot is: keys · first-seen position · when it was made · row count · visible · touched in this step · has an old result ·
/// the state columns of each call · its DISTINCT values as a list · its old result. Group numbers are not saved:
/// `restore` gives out new ones.
extension AggregateTable: StateTable {
  /// Layout of snapshots.
  private var snapshotSchema: Schema {
    var fields = keyTypes.enumerated().map { Field("key\($0)", $1) }
    fields += [
      Field("first_seen", .bigint), Field("made", .bigint), Field("rows", .bigint), Field("is_visible", .boolean),
      Field("is_touched", .boolean), Field("has_old", .boolean),
    ]
    for (i, call) in calls.enumerated() {
      fields += call.aggregate.stateTypes.enumerated().map { Field("state\(i)_\($0)", $1) }
    }
    for (i, call) in calls.enumerated() where call.isDistinct {
      fields.append(Field("distinct\(i)", DistinctFilter.listType(call.aggregate.parameters)))
    }
    fields += calls.enumerated().map { Field("old\($0)", $1.aggregate.result) }
    if idle != nil { fields.append(Field("deadline", .bigint)) }
    return Schema(fields)
  }

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let groups: [Int32]
    var removed: [[Column]] = []
    let openTouched = groupsBefore == 0 ? Array(0..<Int32(index.count)) : touched
    switch extent {
    case .full:
      groups = (0..<Int32(index.count)).filter { index.isLive($0) }
    case .changes:
      var changed = changeLog?.changed ?? Set(0..<Int32(index.count))
      changed.formUnion(openTouched)
      groups = changed.filter { index.isLive($0) }.sorted()
      removed = changeLog?.removed ?? []
    }
    changeLog = GroupChangeLog()
    let rows = try snapshotRows(groups, touched: Set(openTouched))
    let keySchema = Schema(Array(snapshotSchema.fields[..<keyTypes.count]))
    let removedBatch = Batch.concatenate(
      removed.map { Batch($0, count: $0.first?.count ?? 0) }, schema: keySchema)
    return StateSnapshot(extent: extent, schema: snapshotSchema, rows: rows, removed: removedBatch)
  }

  private func snapshotRows(_ groups: [Int32], touched: Set<Int32>) throws(SQLError) -> Batch {
    var oldRow: [Int32: Int32] = [:]
    for (row, group) in oldGroups.enumerated() { oldRow[group] = Int32(row) }
    var columns = index.keys(of: groups)
    columns.append(.int64(PrimitiveColumn(groups.map { firstSeen[Int($0)] })))
    columns.append(.int64(PrimitiveColumn(groups.map { made[Int($0)] })))
    columns.append(.int64(PrimitiveColumn(groups.map { isRetractable ? rowCounts[Int($0)] : 1 })))
    columns.append(.bool(PrimitiveColumn(groups.map { isVisible[Int($0)] })))
    columns.append(.bool(PrimitiveColumn(groups.map { touched.contains($0) })))
    columns.append(.bool(PrimitiveColumn(groups.map { oldRow[$0] != nil })))
    for accumulator in accumulators { columns += try accumulator.state(of: groups) }
    for case let distinct? in distincts { columns.append(distinct.lists(of: groups)) }
    for (i, call) in calls.enumerated() {
      var padded = oldResults[i]
      padded.appendNull()
      let none = Int32(oldGroups.count)
      columns.append(
        Column.concatenate([padded.finish()], type: call.aggregate.result).gather(groups.map { oldRow[$0] ?? none }))
    }
    if idle != nil { columns.append(.int64(PrimitiveColumn(groups.map { deadlines[Int($0)] }))) }
    return Batch(columns, count: groups.count)
  }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    // What was read is saved already: changes count from here.
    changeLog = GroupChangeLog()
    try removeGroups(snapshot.removed)
    let batch = snapshot.rows
    guard batch.count > 0 else { return }
    let layout = SnapshotLayout(batch: batch, keys: keyTypes.count)
    var groups = [Int32](repeating: 0, count: batch.count)
    var reused: [(group: Int32, row: Int32)] = []
    let before = index.count
    index.findOrInsert(Array(batch.columns[..<keyTypes.count]), rows: batch.count, groups: &groups, reused: &reused)
    let added = index.count - before
    firstSeen.append(contentsOf: repeatElement(0, count: added))
    made.append(contentsOf: repeatElement(0, count: added))
    isVisible.append(contentsOf: repeatElement(false, count: added))
    touchRound.append(contentsOf: repeatElement(0, count: added))
    if isRetractable { rowCounts.append(contentsOf: repeatElement(0, count: added)) }
    if idle != nil { deadlines.append(contentsOf: repeatElement(AggregateTable.undated, count: added)) }
    for accumulator in accumulators {
      accumulator.grow(to: index.count)
      accumulator.reset(groups)
    }
    for values in distinctValues { values.forget(groups: Set(groups)) }
    forgetStep(of: Set(groups))
    groupsBefore = index.count
    for (row, group) in groups.enumerated() {
      let group = Int(group)
      firstSeen[group] = layout.firstSeen[row]
      made[group] = layout.made[row]
      nextMade = max(nextMade, made[group] &+ 1)
      if isRetractable { rowCounts[group] = layout.rowCounts[row] }
      isVisible[group] = layout.isVisible[row]
      touchRound[group] = layout.isTouched[row] ? round : 0
      if layout.isTouched[row] { touched.append(Int32(group)) }
    }
    if let ends = closing?.key.ends(of: Array(batch.columns[..<keyTypes.count])) {
      for (row, group) in groups.enumerated() { timers.set(group, ends.at(row)) }
    }
    if idle != nil, case .int64(let saved)? = batch.columns.last {
      for (row, group) in groups.enumerated() {
        deadlines[Int(group)] = saved.values[row]
        timers.set(group, saved.values[row])
      }
    }
    try restoreStates(batch, groups: groups, layout: layout)
  }

  private func restoreStates(_ batch: Batch, groups: [Int32], layout: SnapshotLayout) throws(SQLError) {
    var at = layout.firstState
    for (accumulator, call) in zip(accumulators, calls) {
      let width = call.aggregate.stateTypes.count
      try accumulator.merge(Array(batch.columns[at..<at + width]), into: groups)
      at += width
    }
    for case let distinct? in distincts {
      distinct.restore(batch.columns[at], groups: groups)
      at += 1
    }
    let withOld = (0..<Int32(batch.count)).filter { layout.hasOld[Int($0)] }
    oldGroups.append(contentsOf: withOld.map { groups[Int($0)] })
    for i in calls.indices { oldResults[i].append(batch.columns[at + i].gather(withOld)) }
  }

  private func removeGroups(_ keys: Batch) throws(SQLError) {
    if keys.count == 0 { return }
    var groups = [Int32](repeating: -1, count: keys.count)
    index.find(keys.columns, rows: keys.count, groups: &groups)
    let found = Array(Set(groups.filter { $0 >= 0 }))
    for accumulator in accumulators { accumulator.reset(found) }
    for values in distinctValues { values.forget(groups: Set(found)) }
    forgetStep(of: Set(found))
    for group in found { isVisible[Int(group)] = false }
    timers.remove(found)
    index.remove(found)
    if index.count == 0 { clear() }
  }

  /// Drops what an earlier snapshot said of these groups' part in an open step.
  private func forgetStep(of groups: Set<Int32>) {
    touched.removeAll { groups.contains($0) }
    for group in groups { touchRound[Int(group)] = 0 }
    let kept = oldGroups.indices.filter { !groups.contains(oldGroups[$0]) }
    if kept.count == oldGroups.count { return }
    for i in calls.indices {
      var builder = ColumnBuilder(calls[i].aggregate.result)
      builder.append(oldResults[i].finish().gather(kept.map { Int32($0) }))
      oldResults[i] = builder
    }
    oldGroups = kept.map { oldGroups[$0] }
  }
}

/// The fixed columns of a snapshot batch, read out.
private struct SnapshotLayout {
  let firstSeen: [Int64]
  let made: [Int64]
  let rowCounts: [Int64]
  let isVisible: [Bool]
  let isTouched: [Bool]
  let hasOld: [Bool]
  let firstState: Int

  init(batch: Batch, keys: Int) {
    firstSeen = Self.integers(batch.columns[keys])
    made = Self.integers(batch.columns[keys + 1])
    rowCounts = Self.integers(batch.columns[keys + 2])
    isVisible = Self.flags(batch.columns[keys + 3])
    isTouched = Self.flags(batch.columns[keys + 4])
    hasOld = Self.flags(batch.columns[keys + 5])
    firstState = keys + 6
  }

  private static func integers(_ column: Column) -> [Int64] {
    if case .int64(let c) = column { return c.values }
    return [Int64](repeating: 0, count: column.count)
  }

  private static func flags(_ column: Column) -> [Bool] {
    if case .bool(let c) = column { return c.values }
    return [Bool](repeating: false, count: column.count)
  }
}
