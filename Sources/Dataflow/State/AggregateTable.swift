import Columnar
import Diagnostics
import Expressions

/// What a GROUP BY keeps: one row of state a group, in columns, and what this step has touched.
///
/// The cost of a step depends on the rows and groups it touches, never on the groups it leaves alone: a group's old
/// result is taken down when the step first touches it, and only touched groups are looked at by `changes`.
/// Not thread-safe; a table belongs to one operator. What is touched once a row is `@exclusivity(unchecked)`: accumulators never
/// come back to their table.
package final class AggregateTable {
  package let name: String
  let keyTypes: [DataType]
  let calls: [AggregatePlan]
  let isRetractable: Bool
  /// When groups are over, and what happens then; nil: they never are.
  let closing: GroupClosing?
  /// How long groups may rest; nil: for ever, or `closing` says when they are over.
  let idle: GroupIdle?
  /// When each group is over if no further row comes; kept if groups may rest only so long.
  var deadlines: [Int64] = []
  var timers = GroupTimers()
  let index: GroupIndex
  let accumulators: [any Accumulator]
  let distincts: [DistinctFilter?]
  /// Whether an aggregate may drop its group.
  private let drops: Bool
  /// Input position at which a group was first seen: the order of presentation (SEM-11).
  @exclusivity(unchecked) var firstSeen: [Int64] = []
  /// Counts groups as they are made: the order of those that one input row made. Group numbers are given out again.
  @exclusivity(unchecked) var made: [Int64] = []
  var nextMade: Int64 = 0
  /// Rows in the group, weights summed. Kept if rows may go away.
  @exclusivity(unchecked) var rowCounts: [Int64] = []
  /// Groups whose result the consumer has seen.
  @exclusivity(unchecked) var isVisible: [Bool] = []
  /// Number of the touch round that last touched a group.
  @exclusivity(unchecked) var touchRound: [Int64] = []
  var round: Int64 = 1
  /// Groups touched in this step, in order of touch; unused while all groups are new (`groupsBefore == 0`).
  var touched: [Int32] = []
  /// Groups that existed when the step began.
  var groupsBefore = 0
  /// Visible groups touched in this step, and their results before it.
  var oldGroups: [Int32] = []
  var oldResults: [ColumnBuilder]
  /// Groups whose state differs from the last snapshot, kept once a first snapshot was taken.
  var changeLog: GroupChangeLog?

  @exclusivity(unchecked) private var groupBuffer: [Int32] = []
  private var reusedBuffer: [(group: Int32, row: Int32)] = []

  package init(
    name: String, keyTypes: [DataType], calls: [AggregatePlan], isRetractable: Bool, closing: GroupClosing? = nil,
    idle: GroupIdle? = nil
  ) {
    self.name = name
    self.closing = closing
    self.idle = idle
    self.keyTypes = keyTypes
    self.calls = calls
    self.isRetractable = isRetractable
    index = GroupIndex(keyTypes: keyTypes)
    accumulators = calls.map { $0.aggregate.make(isRetractable || $0.isDistinct && isRetractable) }
    drops = !keyTypes.isEmpty && accumulators.contains { $0 is any GroupDropping }
    distincts = calls.map { $0.isDistinct ? DistinctFilter(types: $0.aggregate.parameters) : nil }
    oldResults = calls.map { ColumnBuilder($0.aggregate.result) }
  }

  package var rowCount: Int { index.liveCount }
  package var memoryBytes: Int {
    var bytes = index.memoryBytes + index.count * (isRetractable ? 25 : 17) + timers.memoryBytes + deadlines.count * 8
    for accumulator in accumulators { bytes += accumulator.memoryBytes }
    for distinct in distincts { bytes += distinct?.memoryBytes ?? 0 }
    return bytes
  }

  /// When the query's own clock makes the next group be over.
  package var nextProcessingTimerMicros: Int64? {
    closing?.key.domain == .processing || idle?.domain == .processing ? timers.next : nil
  }

  // MARK: Absorbing

  /// Adds rows. `keys` and `inputs` are evaluated over them; one input a call. `times` are their event times, if groups
  /// may rest only so long by those.
  package func absorb(
    keys: [Column], inputs: [CallInput], rows: Int, weights: [Int64]?, order: RowOrder, step: StepContext,
    times: TimeColumn? = nil
  ) throws(SQLError) {
    try locate(keys: keys, rows: rows, order: order)
    if let idle { postpone(idle, rows: rows, times: times, step: step) }
    if isRetractable {
      for row in 0..<rows { rowCounts[Int(groupBuffer[row])] += weights?[row] ?? 1 }
    }
    for (i, call) in calls.enumerated() {
      try update(call, i, inputs[i], rows: rows, weights: weights, order: order, step: step)
    }
  }

  private func update(
    _ call: AggregatePlan, _ i: Int, _ input: CallInput, rows: Int, weights: [Int64]?, order: RowOrder,
    step: StepContext
  ) throws(SQLError) {
    var feed = AggregateInput(
      rows: rows, groups: groupBuffer, arguments: input.arguments, weights: weights, order: order,
      context: step.evaluation, span: call.span)
    if let selected = input.selectedRows, selected.count != rows { feed = feed.gather(selected) }
    if let distinct = distincts[i] { feed = distinct.transitions(feed) }
    if feed.rows == 0 { return }
    do { try accumulators[i].update(feed) } catch { throw error.located(at: call.span) }
  }

  /// Adds partial states made by another table of the same plan (`partialStates`).
  package func merge(
    keys: [Column], states: [[Column]], rows: Int, order: RowOrder
  ) throws(SQLError) {
    try locate(keys: keys, rows: rows, order: order)
    // Workers hand over in no order of their morsels: the earliest sight of a group counts (SEM-11).
    for row in 0..<rows {
      let group = Int(groupBuffer[row])
      firstSeen[group] = min(firstSeen[group], order.position(row))
    }
    for (accumulator, state) in zip(accumulators, states) { try accumulator.merge(state, into: groupBuffer) }
  }

  /// Makes the one group of an aggregate without keys.
  package func ensureGlobalGroup() throws(SQLError) {
    if index.count == 0 { try locate(keys: [], rows: 1, order: .sequence(from: 0)) }
  }

  /// Finds or makes the group of every row in `groupBuffer`, and notes what the step touches.
  private func locate(keys: [Column], rows: Int, order: RowOrder) throws(SQLError) {
    let before = index.count
    reusedBuffer.removeAll(keepingCapacity: true)
    if keyTypes.isEmpty {
      if groupBuffer.count != rows { groupBuffer = [Int32](repeating: 0, count: rows) }
      if before == 0 {
        var one: [Int32] = []
        index.findOrInsert([], rows: 1, groups: &one, reused: &reusedBuffer)
      }
    } else {
      index.findOrInsert(keys, rows: rows, groups: &groupBuffer, reused: &reusedBuffer)
    }
    if index.count > before { addGroups(from: before, rows: rows, order: order) }
    for (group, row) in reusedBuffer {
      firstSeen[Int(group)] = order.position(Int(row))
      made[Int(group)] = nextMade &+ Int64(row)
      isVisible[Int(group)] = false
      if isRetractable { rowCounts[Int(group)] = 0 }
      if idle != nil { deadlines[Int(group)] = .min }
    }
    if let closing, index.count > before || !reusedBuffer.isEmpty {
      setTimers(closing.key.ends(of: keys), rows: rows, from: before)
    }
    nextMade &+= Int64(rows)
    if groupsBefore > 0 { try touch(rows: rows) }
  }

  /// Notes when the groups that these rows made are over.
  private func setTimers(_ ends: TimeColumn, rows: Int, from before: Int) {
    for (group, row) in reusedBuffer { timers.set(group, ends.at(Int(row))) }
    var next = Int32(before)
    for row in 0..<rows where groupBuffer[row] == next {
      timers.set(next, ends.at(row))
      next += 1
    }
  }

  private func addGroups(from before: Int, rows: Int, order: RowOrder) {
    var next = Int32(before)
    for row in 0..<rows where groupBuffer[row] == next {
      firstSeen.append(order.position(row))
      made.append(nextMade &+ Int64(row))
      next += 1
    }
    let added = index.count - before
    isVisible.append(contentsOf: repeatElement(false, count: added))
    touchRound.append(contentsOf: repeatElement(0, count: added))
    if isRetractable { rowCounts.append(contentsOf: repeatElement(0, count: added)) }
    if idle != nil { deadlines.append(contentsOf: repeatElement(.min, count: added)) }
    for accumulator in accumulators { accumulator.grow(to: index.count) }
  }

  /// Puts off the end of the groups that rows came for.
  private func postpone(_ idle: GroupIdle, rows: Int, times: TimeColumn?, step: StepContext) {
    let now = step.evaluation.timestampMicros
    for row in 0..<rows {
      let group = groupBuffer[row]
      let deadline = (times?.at(row) ?? now).addingSaturated(idle.timeoutMicros)
      deadlines[Int(group)] = max(deadlines[Int(group)], deadline)
      if !timers.isSet(group) { timers.set(group, deadline) }
    }
  }

  /// Groups that have rested too long. A timer that rings too early, since rows came after it was set, is set anew.
  private func rested(_ idle: GroupIdle, _ step: StepContext) -> [Int32] {
    guard let horizon = idle.horizon(step) else { return [] }
    // The end of the input makes what is there final; it takes nothing back.
    if horizon == .max && idle.emission == .changes { return [] }
    var due: [Int32] = []
    for group in timers.pop(upTo: horizon) {
      if deadlines[Int(group)] <= horizon { due.append(group) } else { timers.set(group, deadlines[Int(group)]) }
    }
    return due
  }

  /// Notes groups that the step touches for the first time, with the results they had.
  private func touch(rows: Int) throws(SQLError) { try touch(groupBuffer) }

  private func touch(_ all: [Int32]) throws(SQLError) {
    let rows = all.count
    var seenBefore: [Int32] = []
    all.withUnsafeBufferPointer { groups in
      touchRound.withUnsafeMutableBufferPointer { rounds in
        for row in 0..<rows {
          let group = Int(groups[row])
          if rounds[group] == round { continue }
          rounds[group] = round
          touched.append(groups[row])
          if isVisible[group] { seenBefore.append(groups[row]) }
        }
      }
    }
    if seenBefore.isEmpty { return }
    oldGroups.append(contentsOf: seenBefore)
    for i in accumulators.indices {
      do { oldResults[i].append(try accumulators[i].result(of: seenBefore)) } catch {
        throw error.located(at: calls[i].span)
      }
    }
  }

  // MARK: Emitting

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

  /// Partial states of all groups in pieces of at most `Batch.rowsMax`: keys, then each call's state columns.
  func forEachPartialState(_ body: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    var start = 0
    while start < index.count {
      let end = min(start + Batch.rowsMax, index.count)
      try body(partialStates(of: Array(Int32(start)..<Int32(end))))
      start = end
    }
  }

  /// The groups as partial states, by partition of their key's hash.
  func partialStates(partitions: Int) throws(SQLError) -> [Delta] {
    let all = Array(0..<Int32(index.count))
    let hashes = index.hashes(of: all)
    var byPartition = [[Int32]](repeating: [], count: partitions)
    for group in all { byPartition[Hashing.partition(hashes[Int(group)], of: partitions)].append(group) }
    var deltas: [Delta] = []
    for groups in byPartition { deltas.append(try partialStates(of: groups)) }
    return deltas
  }

  private func partialStates(of groups: [Int32]) throws(SQLError) -> Delta {
    var columns = index.keys(of: groups)
    for accumulator in accumulators { columns += try accumulator.state(of: groups) }
    return Delta(Batch(columns, count: groups.count), order: .explicit(groups.map { firstSeen[Int($0)] }))
  }

  /// Starts the next step; groups without rows go.
  private func endStep(removing vanished: [Int32]) {
    if changeLog != nil {
      changeLog?.note(groupsBefore == 0 ? Array(0..<Int32(index.count)) : touched)
      changeLog?.noteRemoved(vanished, keys: index.keys(of: vanished))
    }
    if !vanished.isEmpty {
      for accumulator in accumulators { accumulator.reset(vanished) }
      for distinct in distincts { distinct?.forget(groups: Set(vanished)) }
      for group in vanished { isVisible[Int(group)] = false }
      timers.remove(vanished)
      index.remove(vanished)
      if index.count == 0 { clear() }
    }
    touched.removeAll(keepingCapacity: true)
    oldGroups.removeAll(keepingCapacity: true)
    oldResults = calls.map { ColumnBuilder($0.aggregate.result) }
    groupsBefore = index.count
    round += 1
  }

  /// Forgets everything: the end of a step whose groups are final (`batch()`).
  package func clear() {
    index.clear()
    for accumulator in accumulators { accumulator.reset(Array(0..<Int32(firstSeen.count))) }
    for distinct in distincts { distinct?.clear() }
    timers.removeAll()
    firstSeen.removeAll(keepingCapacity: true)
    made.removeAll(keepingCapacity: true)
    rowCounts.removeAll(keepingCapacity: true)
    deadlines.removeAll(keepingCapacity: true)
    isVisible.removeAll(keepingCapacity: true)
    touchRound.removeAll(keepingCapacity: true)
    touched.removeAll(keepingCapacity: true)
    oldGroups.removeAll(keepingCapacity: true)
    oldResults = calls.map { ColumnBuilder($0.aggregate.result) }
    groupsBefore = 0
    round += 1
  }
}

/// When the groups of a table are over, and what is shown of them.
package struct GroupClosing: Sendable {
  package enum Emission: Sendable {
    /// A group is shown once, when it is over (APPEND).
    case whenOver
    /// Changes are shown at each flush; a group that is over is forgotten and its last row stays (UPDATE, CHANGELOG).
    case changes
  }

  /// By the key columns of the group.
  package var key: TimeKey
  package var emission: Emission

  package init(key: TimeKey, emission: Emission) {
    self.key = key
    self.emission = emission
  }
}

/// How long the groups of a table may rest (TIMEOUT), and what is shown when they have.
package struct GroupIdle: Sendable {
  package var timeoutMicros: Int64
  package var domain: TimeDomain
  /// With `.changes` the row of a group that is over is taken back.
  package var emission: GroupClosing.Emission

  package init(timeoutMicros: Int64, domain: TimeDomain, emission: GroupClosing.Emission) {
    self.timeoutMicros = timeoutMicros
    self.domain = domain
    self.emission = emission
  }

  /// The time up to which everything is over when this step has been absorbed.
  func horizon(_ step: StepContext) -> Int64? {
    domain == .event ? step.closing.watermarkMicros : step.closing.processingMicros
  }
}

/// One aggregate call as the table needs it.
package struct AggregatePlan: Sendable {
  package var aggregate: BoundAggregate
  package var isDistinct: Bool
  package var span: SourceSpan
  package init(aggregate: BoundAggregate, isDistinct: Bool, span: SourceSpan) {
    self.aggregate = aggregate
    self.isDistinct = isDistinct
    self.span = span
  }
}

/// One call's arguments over a batch, and the rows that pass its FILTER (nil: all).
package struct CallInput {
  package var arguments: [Operand]
  package var selectedRows: [Int32]?
  package init(arguments: [Operand], selectedRows: [Int32]? = nil) {
    self.arguments = arguments
    self.selectedRows = selectedRows
  }
}

extension AggregateInput {
  /// The same input with some of its rows.
  func gather(_ rows: [Int32]) -> AggregateInput {
    AggregateInput(
      rows: rows.count, groups: rows.map { groups[Int($0)] },
      arguments: arguments.map { $0.isConstant ? $0 : Operand($0.column.gather(rows)) },
      weights: weights.map { weights in rows.map { weights[Int($0)] } }, order: order.gather(rows),
      context: context, span: span)
  }
}
