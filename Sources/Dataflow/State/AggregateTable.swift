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
  /// The deadline of a group none of whose rows has a time.
  static let undated = Int64.min
  var timers = GroupTimers()
  let index: GroupIndex
  let accumulators: [any Accumulator]
  let distincts: [DistinctFilter?]
  let distinctValues: [DistinctValues]
  /// Whether an aggregate may drop its group.
  let drops: Bool
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

  @exclusivity(unchecked) var groupBuffer: [Int32] = []
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
    (distinctValues, distincts) = AggregateTable.distincts(of: calls, hasGroups: !keyTypes.isEmpty)
    oldResults = calls.map { ColumnBuilder($0.aggregate.result) }
  }

  /// Calls with the same DISTINCT arguments share their values.
  private static func distincts(
    of calls: [AggregatePlan], hasGroups: Bool
  ) -> (values: [DistinctValues], filters: [DistinctFilter?]) {
    var values: [DistinctValues] = []
    var filters = [DistinctFilter?](repeating: nil, count: calls.count)
    for (i, call) in calls.enumerated() where call.isDistinct && call.distinctTwin == nil {
      let members = [i] + calls.indices.filter { calls[$0].distinctTwin == i }
      let shared = DistinctValues(types: call.aggregate.parameters, calls: members, hasOwners: hasGroups)
      values.append(shared)
      for (member, call) in members.enumerated() { filters[call] = DistinctFilter(shared, member: member) }
    }
    return (values, filters)
  }

  package var rowCount: Int { index.liveCount }
  package var memoryBytes: Int {
    var bytes = index.memoryBytes + index.count * (isRetractable ? 25 : 17) + timers.memoryBytes + deadlines.count * 8
    for accumulator in accumulators { bytes += accumulator.memoryBytes }
    for values in distinctValues { bytes += values.memoryBytes }
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
    times: TimeColumn?
  ) throws(SQLError) {
    try locate(keys: keys, rows: rows, order: order)
    if let idle { postpone(idle, rows: rows, times: times, step: step) }
    if isRetractable {
      for row in 0..<rows { rowCounts[Int(groupBuffer[row])] += weights?[row] ?? 1 }
    }
    for values in distinctValues { values.locate(inputs, groups: groupBuffer, rows: rows) }
    for i in calls.indices { try update(i, inputs[i], rows: rows, weights: weights, order: order, step: step) }
    for values in distinctValues { values.endBatch() }
  }

  func update(
    _ i: Int, _ input: CallInput, rows: Int, weights: [Int64]?, order: RowOrder, step: StepContext
  ) throws(SQLError) {
    let call = calls[i]
    var feed = AggregateInput(
      rows: rows, groups: groupBuffer, arguments: input.arguments, weights: weights, order: order,
      context: step.evaluation, span: call.span)
    let selected = input.selectedRows?.count == rows ? nil : input.selectedRows
    if let distinct = distincts[i] {
      feed = distinct.transitions(feed, selected: selected)
    } else if let selected {
      feed = feed.gather(selected)
    }
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
      if idle != nil { deadlines[Int(group)] = AggregateTable.undated }
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
    if idle != nil { deadlines.append(contentsOf: repeatElement(AggregateTable.undated, count: added)) }
    for accumulator in accumulators { accumulator.grow(to: index.count) }
  }

  /// Puts off the end of the groups that rows came for. A row without a time puts off nothing: a group of such rows alone
  /// rests from the first watermark on, which its timer waits for.
  private func postpone(_ idle: GroupIdle, rows: Int, times: TimeColumn?, step: StepContext) {
    let now = step.evaluation.timestampMicros
    for row in 0..<rows {
      let group = groupBuffer[row]
      if let times, !times.isKnown(row) {
        if !timers.isSet(group) { timers.set(group, AggregateTable.undated) }
        continue
      }
      let deadline = (times?.at(row) ?? now).addingSaturated(idle.timeoutMicros)
      deadlines[Int(group)] = max(deadlines[Int(group)], deadline)
      if !timers.isSet(group) { timers.set(group, deadline) }
    }
  }

  /// Notes groups that the step touches for the first time, with the results they had.
  private func touch(rows: Int) throws(SQLError) { try touch(groupBuffer) }

  func touch(_ all: [Int32]) throws(SQLError) {
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
  // MARK: Steps

  /// Starts the next step; groups without rows go.
  func endStep(removing vanished: [Int32]) {
    if changeLog != nil {
      changeLog?.note(groupsBefore == 0 ? Array(0..<Int32(index.count)) : touched)
      changeLog?.noteRemoved(vanished, keys: index.keys(of: vanished))
    }
    if !vanished.isEmpty {
      for accumulator in accumulators { accumulator.reset(vanished) }
      for values in distinctValues { values.forget(groups: Set(vanished)) }
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
    for values in distinctValues { values.clear() }
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
