import Columnar
import Diagnostics
import Expressions

// What a step gives out: the net change of the groups it touched, or the groups that are over.
extension AggregateTable {
  /// Groups touched in this step, in first-seen order.
  func touchedInOrder() -> [Int32] {
    if groupsBefore == 0 {
      let all = Array(0..<Int32(index.count))
      return isAscending(all) ? all : all.sorted(by: precedes)
    }
    if isAscending(touched) { return touched }
    return touched.sorted(by: precedes)
  }

  private func precedes(_ a: Int32, _ b: Int32) -> Bool {
    (firstSeen[Int(a)], made[Int(a)]) < (firstSeen[Int(b)], made[Int(b)])
  }

  private func isAscending(_ groups: [Int32]) -> Bool {
    var last: (position: Int64, made: Int64) = (.min, .min)
    for group in groups {
      let next = (position: firstSeen[Int(group)], made: made[Int(group)])
      if next < last { return false }
      last = next
    }
    return true
  }

  /// Ends the step: hands out its net change in pieces of at most `Batch.rowsMax` groups, then forgets empty groups.
  ///
  /// Rows are keys, then results; positions are the groups'. A changed group is its old row (−1), then its new (+1).
  package func flush(step: StepContext, emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    var due: [Int32] = []
    if let closing, let horizon = closing.key.horizon(step) { due = timers.pop(upTo: horizon) }
    if closing?.emission == .whenOver { return try flushFinal(due, emit: emit) }
    guard let idle else { return try flushChanges(leaving: due, ended: [], emit: emit) }
    due = rested(idle, step)
    if idle.emission == .whenOver { return try flushFinal(due, emit: emit) }
    if groupsBefore > 0 { try touch(due) }
    try flushChanges(leaving: [], ended: Set(due), emit: emit)
  }

  /// Those of `groups` that an aggregate has dropped.
  private func dropped(among groups: [Int32]) throws(SQLError) -> Set<Int32> {
    if !drops { return [] }
    var all: Set<Int32> = []
    for (accumulator, call) in zip(accumulators, calls) {
      guard let dropping = accumulator as? any GroupDropping else { continue }
      do { all.formUnion(try dropping.dropped(among: groups)) } catch { throw error.located(at: call.span) }
    }
    return all
  }

  /// Emits groups that are over, once and for all, and forgets them.
  private func flushFinal(_ due: [Int32], emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    // Where rows stay and no group is dropped, only what is over is looked at.
    let touchedNow = isRetractable || drops ? touchedInOrder() : []
    let dropped = drops ? try dropped(among: Array(Set(due).union(touchedNow))) : []
    let alive = due.filter { (!isRetractable || rowCounts[Int($0)] != 0) && !dropped.contains($0) }
      .sorted(by: precedes)
    var start = 0
    while start < alive.count {
      let piece = Array(alive[start..<min(start + Batch.rowsMax, alive.count)])
      start += piece.count
      try emit(
        Delta(
          Batch(try index.keys(of: piece) + results(of: piece), count: piece.count),
          order: .explicit(piece.map { firstSeen[Int($0)] })))
    }
    var leaving = due
    if isRetractable || !dropped.isEmpty {
      let isDue = Set(due)
      leaving += Set(touchedNow).filter {
        (isRetractable && rowCounts[Int($0)] == 0 || dropped.contains($0)) && !isDue.contains($0)
      }
    }
    endStep(removing: leaving)
  }

  /// `due` leave silently, their last row stays; `ended` are taken back.
  private func flushChanges(
    leaving due: [Int32], ended: Set<Int32>, emit: (Delta) throws(SQLError) -> Void
  ) throws(SQLError) {
    let groups = touchedInOrder()
    let gone = try dropped(among: groups).union(ended)
    let old = oldRowsByGroup()
    let oldColumns = oldResults.map { $0.finish() }
    var vanished: [Int32] = []
    var start = 0
    while start < groups.count {
      let piece = Array(groups[start..<min(start + Batch.rowsMax, groups.count)])
      start += piece.count
      if let delta = try change(of: piece, gone: gone, old: old, oldColumns: oldColumns, vanished: &vanished) {
        try emit(delta)
      }
    }
    if !due.isEmpty { vanished = Array(Set(vanished).union(due)).sorted() }
    endStep(removing: vanished)
  }

  /// Row of `oldResults` for each visible touched group.
  private func oldRowsByGroup() -> [Int32: Int32] {
    var rows: [Int32: Int32] = [:]
    rows.reserveCapacity(oldGroups.count)
    for (row, group) in oldGroups.enumerated() { rows[group] = Int32(row) }
    return rows
  }

  private func change(
    of groups: [Int32], gone: Set<Int32>, old: [Int32: Int32], oldColumns: [Column], vanished: inout [Int32]
  ) throws(SQLError) -> Delta? {
    // Groups that have rows now; all of them where rows cannot go away and no aggregate drops its group.
    let isAlive: (Int32) -> Bool = { [self] in
      (!isRetractable || keyTypes.isEmpty || rowCounts[Int($0)] != 0) && !gone.contains($0)
    }
    if old.isEmpty {
      let alive = isRetractable || !gone.isEmpty ? groups.filter(isAlive) : groups
      if alive.count != groups.count { vanished.append(contentsOf: groups.filter { !isAlive($0) }) }
      for group in alive { isVisible[Int(group)] = true }
      if alive.isEmpty { return nil }
      return Delta(
        Batch(try index.keys(of: alive) + results(of: alive), count: alive.count),
        order: .explicit(alive.map { firstSeen[Int($0)] }))
    }
    let alive = groups.filter(isAlive)
    let before = groups.filter { old[$0] != nil }
    let newResults = try results(of: alive)
    let oldResults = oldColumns.map { column in column.gather(before.map { old[$0] ?? 0 }) }
    let unchanged = unchangedGroups(alive, before, newResults, oldResults)
    // Rows of the old piece come first in the pool that the interleaved output is gathered from.
    let pool = zip(zip(oldResults, newResults), calls).map { pair, call in
      Column.concatenate([pair.0, pair.1], type: call.aggregate.result)
    }
    var rows: [Int32] = []
    var weights: [Int64] = []
    var rowGroups: [Int32] = []
    var nextOld: Int32 = 0
    var nextNew = Int32(before.count)
    for group in groups {
      let wasVisible = old[group] != nil
      let isNow = isAlive(group)
      if !unchanged.contains(group) {
        if wasVisible {
          rows.append(nextOld)
          weights.append(-1)
          rowGroups.append(group)
        }
        if isNow {
          rows.append(nextNew)
          weights.append(1)
          rowGroups.append(group)
        }
      }
      if wasVisible { nextOld += 1 }
      if isNow { nextNew += 1 } else { vanished.append(group) }
      isVisible[Int(group)] = isNow
    }
    if rows.isEmpty { return nil }
    return Delta(
      Batch(index.keys(of: rowGroups) + pool.map { $0.gather(rows) }, count: rows.count),
      weights: weights, order: .explicit(rowGroups.map { firstSeen[Int($0)] }))
  }

  /// Groups visible before and alive now whose results are the same.
  private func unchangedGroups(
    _ alive: [Int32], _ before: [Int32], _ newResults: [Column], _ oldResults: [Column]
  ) -> Set<Int32> {
    var newRow: [Int32: Int32] = [:]
    newRow.reserveCapacity(alive.count)
    for (row, group) in alive.enumerated() { newRow[group] = Int32(row) }
    var both: [Int32] = []
    var oldRows: [Int32] = []
    var newRows: [Int32] = []
    for (row, group) in before.enumerated() {
      guard let new = newRow[group] else { continue }
      both.append(group)
      oldRows.append(Int32(row))
      newRows.append(new)
    }
    var differs = [Bool](repeating: false, count: both.count)
    for (new, old) in zip(newResults, oldResults) {
      new.gather(newRows).markDifferences(from: old.gather(oldRows), into: &differs)
    }
    return Set(both.indices.lazy.filter { !differs[$0] }.map { both[$0] })
  }

  private func results(of groups: [Int32]) throws(SQLError) -> [Column] {
    var columns: [Column] = []
    for (accumulator, call) in zip(accumulators, calls) {
      do { columns.append(try accumulator.result(of: groups)) } catch { throw error.located(at: call.span) }
    }
    return columns
  }

  /// Groups that have rested too long. A timer that rings too early, since rows came after it was set, is set anew.
  private func rested(_ idle: GroupIdle, _ step: StepContext) -> [Int32] {
    guard let horizon = idle.horizon(step) else { return [] }
    // The end of the input makes what is there final; it takes nothing back.
    if horizon == .max && idle.emission == .changes { return [] }
    var due: [Int32] = []
    for group in timers.pop(upTo: horizon) {
      if deadlines[Int(group)] == AggregateTable.undated { deadlines[Int(group)] = horizon.addingSaturated(idle.timeoutMicros) }
      if deadlines[Int(group)] <= horizon { due.append(group) } else { timers.set(group, deadlines[Int(group)]) }
    }
    return due
  }
}
