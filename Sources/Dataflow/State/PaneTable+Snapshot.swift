import Columnar
import Diagnostics
import Expressions

/// Saving and bringing back panes, at any moment between pushes.
///
/// A row of the snapshot is: keys · first-seen position · when it was made · whether the state is what this step brought · up to
/// when windows have been shown · the state columns of each call. A pane that was there before the step and was touched in it
/// has two rows. Pane numbers are not saved: `restore` gives out new ones.
extension PaneTable {
  private var snapshotSchema: Schema {
    var fields = keyTypes.enumerated().map { Field("key\($0)", $1) }
    fields += [Field("first_seen", .bigint), Field("made", .bigint), Field("is_new", .boolean), Field("shown", .bigint)]
    for (i, call) in calls.enumerated() {
      fields += call.aggregate.stateTypes.enumerated().map { Field("state\(i)_\($0)", $1) }
    }
    return Schema(fields)
  }

  package func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let all = (0..<Int32(panes.count)).filter { panes.isLive($0) }
    var saved = all
    var removed: [[Column]] = []
    if extent == .changes, let changeLog {
      saved = changeLog.changed.union(panesBefore == 0 ? all : touched).filter { panes.isLive($0) }.sorted()
      removed = changeLog.removed
      // Up to when windows have been shown is told by any row; there must be one.
      if closing != nil, let last = all.last, saved.last != last { saved.append(last) }
    }
    changeLog = GroupChangeLog()
    let schema = snapshotSchema
    var pieces: [Batch] = []
    // While all panes are new, what this step brought is in the panes.
    let isFinal = closing?.emission == .whenOver
    if isFinal || panesBefore > 0 {
      let known = saved.filter { isFinal || isKnown[Int($0)] }
      pieces.append(try rows(known, states: known, of: accumulators, isNew: false))
    }
    if !isFinal {
      let isAllNew = panesBefore == 0
      let new = isAllNew ? saved : saved.filter { slots[Int($0)] >= 0 }
      pieces.append(
        try rows(
          new, states: isAllNew ? new : new.map { slots[Int($0)] }, of: isAllNew ? accumulators : arrived, isNew: true))
    }
    let keySchema = Schema(Array(schema.fields[..<keyTypes.count]))
    return StateSnapshot(
      extent: extent, schema: schema, rows: Batch.concatenate(pieces, schema: schema),
      removed: Batch.concatenate(removed.map { Batch($0, count: $0.first?.count ?? 0) }, schema: keySchema))
  }

  private func rows(
    _ some: [Int32], states: [Int32], of accumulators: [any Accumulator], isNew: Bool
  ) throws(SQLError) -> Batch {
    var columns = keyColumns(some, starts: some.map { panes.starts[Int($0)] })
    columns.append(.int64(PrimitiveColumn(some.map { firstSeen[Int($0)] })))
    columns.append(.int64(PrimitiveColumn(some.map { made[Int($0)] })))
    columns.append(.bool(PrimitiveColumn([Bool](repeating: isNew, count: some.count))))
    columns.append(.int64(PrimitiveColumn([Int64](repeating: shownMicros, count: some.count))))
    for accumulator in accumulators { columns += try accumulator.state(of: states) }
    return Batch(columns, count: some.count)
  }

  package func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    // What was read is saved already: changes count from here.
    changeLog = GroupChangeLog()
    panes.link()
    forgetStep()
    remove(keys: snapshot.removed)
    let batch = snapshot.rows
    let width = keyTypes.count
    guard batch.count > 0 else { return }
    guard case .int64(let starts) = batch.columns[windows.key], case .int64(let seen) = batch.columns[width],
      case .int64(let order) = batch.columns[width + 1], case .bool(let isNew) = batch.columns[width + 2],
      case .int64(let shown) = batch.columns[width + 3]
    else { throw .internal("the saved panes of \(name) have another layout") }
    var found: [Int32] = []
    try locate(
      keys: windows.others(of: Array(batch.columns[..<width])), starts: starts.values, order: .explicit(seen.values),
      panes: &found)
    for accumulator in accumulators { accumulator.reset(found) }
    for (row, pane) in found.enumerated() {
      firstSeen[Int(pane)] = seen.values[row]
      made[Int(pane)] = order.values[row]
      nextMade = max(nextMade, order.values[row] &+ 1)
      shownMicros = max(shownMicros, shown.values[row])
      isKnown[Int(pane)] = false
    }
    panesBefore = panes.liveCount
    let old = (0..<Int32(batch.count)).filter { !isNew.values[Int($0)] }
    let new = (0..<Int32(batch.count)).filter { isNew.values[Int($0)] }
    for row in old { isKnown[Int(found[Int(row)])] = true }
    let slots = new.isEmpty ? [] : resume(new.map { found[Int($0)] })
    var at = width + 4
    for (i, call) in calls.enumerated() {
      let states = Array(batch.columns[at..<at + call.aggregate.stateTypes.count])
      at += states.count
      try accumulators[i].merge(states.map { $0.gather(old) }, into: old.map { found[Int($0)] })
      if new.isEmpty { continue }
      try (isDirect ? accumulators : arrived)[i].merge(states.map { $0.gather(new) }, into: slots)
    }
  }

  /// Drops what an earlier snapshot said of an open step: each says all of that anew.
  private func forgetStep() {
    if !isDirect { for accumulator in arrived { accumulator.reset(Array(0..<Int32(touched.count))) } }
    for pane in touched { slots[Int(pane)] = -1 }
    touched = []
  }

  private func remove(keys: Batch) {
    guard keys.count > 0, case .int64(let starts) = keys.columns[windows.key] else { return }
    var groups = [Int32](repeating: 0, count: keys.count)
    let others = windows.others(of: keys.columns)
    if !others.isEmpty { keyIndex.find(others, rows: keys.count, groups: &groups) }
    var gone: [Int32] = []
    for row in 0..<keys.count {
      let pane = panes.find(groups[row], starts.values[row])
      if pane >= 0 { gone.append(pane) }
    }
    for pane in gone where closing != nil { times.remove(pane, windows.last(holding: panes.starts[Int(pane)])) }
    remove(gone)
    changeLog = GroupChangeLog()
    panesBefore = panes.liveCount
  }
}
