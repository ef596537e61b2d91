import Columnar
import Diagnostics
import Expressions

/// What a GROUP BY a sliding window keeps: one row of state a key and pane. A pane is the time between two window borders
/// (Li et al., "No pane, no gain", SIGMOD Record 2005), so that a row is added once, whatever the number of its windows.
///
/// A window has no state of its own. When it is shown it is put together from the panes that it holds; where rows came for a
/// pane in a step, the panes as they were give the old row of each of its windows, and what came beside it the new one.
/// Input is append-only and all aggregates can be merged. Not thread-safe; a table belongs to one operator.
package final class PaneTable: GroupTable {
  package let name: String
  let keyTypes: [DataType]
  let calls: [AggregatePlan]
  let windows: PaneWindows
  /// When windows are over, by their starts, and what happens then; nil: they never are.
  let closing: GroupClosing?
  /// The keys beside the pane.
  let keyIndex: GroupIndex
  let panes = PaneIndex()
  /// The state of each pane, but for the rows of `arrived`.
  let accumulators: [any Accumulator]
  /// What this step brought to panes, by slot, where the windows that hold them have been shown before.
  let arrived: [any Accumulator]
  /// Windows are put together here.
  let combined: [any Accumulator]
  /// Sums of neighbouring panes, where windows have many.
  let levels: [any Accumulator]
  /// By pane: input position at which it was first seen, and the count of panes when it was made (SEM-11).
  @exclusivity(unchecked) var firstSeen: [Int64] = []
  @exclusivity(unchecked) var made: [Int64] = []
  var nextMade: Int64 = 0
  /// By pane: its slot in `arrived`, or 0 where rows are added to the pane itself; −1: this step did not touch it.
  @exclusivity(unchecked) var slots: [Int32] = []
  /// By pane: it was there before this step.
  @exclusivity(unchecked) var isKnown: [Bool] = []
  /// Panes touched in this step; unused while all are new (`panesBefore == 0`).
  var touched: [Int32] = []
  /// Panes that existed when the step began.
  var panesBefore = 0
  var times = PaneTimes()
  /// Windows that are over at this time have been shown or forgotten.
  var shownMicros: Int64 = .min
  /// Panes whose state differs from the last snapshot, kept once a first snapshot was taken.
  var changeLog: GroupChangeLog?

  private var keyBuffer: [Int32] = []
  private var paneBuffer: [Int32] = []
  private var slotBuffer: [Int32] = []
  private var reusedKeys: [(group: Int32, row: Int32)] = []

  /// `windows.key` is the ordinal of the pane's start among the keys; `closing` goes by the window's start in its place.
  package init(
    name: String, keyTypes: [DataType], windows: PaneWindows, calls: [AggregatePlan], closing: GroupClosing? = nil
  ) {
    self.name = name
    self.keyTypes = keyTypes
    self.windows = windows
    self.calls = calls
    self.closing = closing
    keyIndex = GroupIndex(keyTypes: windows.others(of: keyTypes))
    accumulators = calls.map { $0.aggregate.make(false) }
    arrived = calls.map { $0.aggregate.make(false) }
    combined = calls.map { $0.aggregate.make(false) }
    levels = calls.map { $0.aggregate.make(false) }
  }

  package var rowCount: Int { panes.liveCount }
  package var memoryBytes: Int {
    var bytes = keyIndex.memoryBytes + panes.memoryBytes + panes.count * 21 + times.memoryBytes
    for accumulator in accumulators + arrived + combined + levels { bytes += accumulator.memoryBytes }
    return bytes
  }

  /// Rows are added to their panes at once: nothing was shown of them, or nothing is before their windows are over.
  var isDirect: Bool { panesBefore == 0 || closing?.emission == .whenOver }

  // MARK: Absorbing

  package func absorb(
    keys: [Column], inputs: [CallInput], rows: Int, weights: [Int64]?, order: RowOrder, step: StepContext,
    times: TimeColumn?
  ) throws(SQLError) {
    try locate(keys: keys, rows: rows, order: order)
    for (i, call) in calls.enumerated() {
      var feed = AggregateInput(
        rows: rows, groups: isDirect ? paneBuffer : slotBuffer, arguments: inputs[i].arguments, weights: nil, order: order,
        context: step.evaluation, span: call.span)
      if let selected = inputs[i].selectedRows, selected.count != rows { feed = feed.gather(selected) }
      if feed.rows == 0 { continue }
      do { try (isDirect ? accumulators : arrived)[i].update(feed) } catch { throw error.located(at: call.span) }
    }
  }

  package func merge(keys: [Column], states: [[Column]], rows: Int, order: RowOrder) throws(SQLError) {
    try locate(keys: keys, rows: rows, order: order)
    // Workers hand over in no order of their morsels: the earliest sight of a pane counts (SEM-11).
    for row in 0..<rows {
      let pane = Int(paneBuffer[row])
      firstSeen[pane] = min(firstSeen[pane], order.position(row))
    }
    for (i, state) in states.enumerated() {
      try (isDirect ? accumulators : arrived)[i].merge(state, into: isDirect ? paneBuffer : slotBuffer)
    }
  }

  package func ensureGlobalGroup() throws(SQLError) {}

  /// Finds or makes the pane of every row in `paneBuffer`, and notes what the step touches.
  private func locate(keys: [Column], rows: Int, order: RowOrder) throws(SQLError) {
    guard case .int64(let starts) = keys[windows.key] else {
      throw .internal("a pane begins at a time")
    }
    try locate(keys: windows.others(of: keys), starts: starts.values, order: order, panes: &paneBuffer)
    if panesBefore > 0 { touch(paneBuffer) }
  }

  /// Finds or makes panes.
  func locate(keys: [Column], starts: [Int64], order: RowOrder, panes found: inout [Int32]) throws(SQLError) {
    let rows = starts.count
    if windows.outside(of: starts) {
      throw SQLError(.data, "DATETIME_OVERFLOW", "a window of this time lies outside of the calendar")
    }
    reusedKeys.removeAll(keepingCapacity: true)
    if keys.isEmpty {
      if keyIndex.count == 0 {
        var one: [Int32] = []
        keyIndex.findOrInsert([], rows: 1, groups: &one, reused: &reusedKeys)
      }
      keyBuffer = [Int32](repeating: 0, count: rows)
    } else {
      keyIndex.findOrInsert(keys, rows: rows, groups: &keyBuffer, reused: &reusedKeys)
    }
    let before = panes.count
    panes.findOrInsert(keys: keyBuffer, starts: starts, keyCount: keyIndex.count, panes: &found) { pane, row in
      let index = Int(pane)
      if index == firstSeen.count {
        firstSeen.append(order.position(row))
        made.append(nextMade)
        slots.append(-1)
        isKnown.append(false)
      } else {
        firstSeen[index] = order.position(row)
        made[index] = nextMade
        slots[index] = -1
        isKnown[index] = false
      }
      nextMade &+= 1
      if closing != nil { times.add(pane, windows.last(holding: starts[row])) }
    }
    if panes.count > before { for accumulator in accumulators { accumulator.grow(to: panes.count) } }
  }

  /// Notes panes that the step touches for the first time, and where their rows go.
  private func touch(_ found: [Int32]) {
    let isDirect = isDirect
    let before = touched.count
    for pane in found where slots[Int(pane)] < 0 {
      slots[Int(pane)] = isDirect ? 0 : Int32(truncatingIfNeeded: touched.count)
      touched.append(pane)
    }
    if isDirect { return }
    if touched.count > before { for accumulator in arrived { accumulator.grow(to: touched.count) } }
    if slotBuffer.count != found.count { slotBuffer = [Int32](repeating: 0, count: found.count) }
    for row in found.indices { slotBuffer[row] = slots[Int(found[row])] }
  }

  /// Notes that rows saved in the middle of a step came for these panes.
  func resume(_ found: [Int32]) -> [Int32] {
    touch(found)
    return isDirect ? found : slotBuffer
  }

  // MARK: Partial states

  package func partialStates(partitions: Int) throws(SQLError) -> [Delta] {
    let all = (0..<Int32(panes.count)).filter { panes.isLive($0) }
    var byPartition = [[Int32]](repeating: [], count: partitions)
    if partitions == 1 {
      byPartition[0] = all
    } else {
      // All panes of a key meet in one partition.
      let hashes = keyIndex.hashes(of: Array(0..<Int32(keyIndex.count)))
      for pane in all { byPartition[Hashing.partition(hashes[Int(panes.keys[Int(pane)])], of: partitions)].append(pane) }
    }
    var deltas: [Delta] = []
    for own in byPartition {
      var columns = keyColumns(own, starts: own.map { panes.starts[Int($0)] })
      for accumulator in accumulators { columns += try accumulator.state(of: own) }
      deltas.append(Delta(Batch(columns, count: own.count), order: .explicit(own.map { firstSeen[Int($0)] })))
    }
    return deltas
  }

  /// The keys of `some` panes, with `starts` in the place of the pane.
  func keyColumns(_ some: [Int32], starts: [Int64]) -> [Column] {
    var columns = keyIndex.keyTypes.isEmpty ? [] : keyIndex.keys(of: some.map { panes.keys[Int($0)] })
    columns.insert(.int64(PrimitiveColumn(starts)), at: windows.key)
    return columns
  }

  // MARK: Steps

  /// Starts the next step; what the last one brought is part of its panes.
  func endStep(removing gone: [Int32]) throws(SQLError) {
    let isAllNew = panesBefore == 0
    if !isAllNew { try settleArrived() }
    if changeLog != nil { changeLog?.note(isAllNew ? Array(0..<Int32(panes.count)) : touched) }
    if isAllNew {
      for pane in isKnown.indices { isKnown[pane] = true }
    } else {
      for pane in touched {
        isKnown[Int(pane)] = true
        slots[Int(pane)] = -1
      }
      touched.removeAll(keepingCapacity: true)
    }
    remove(gone)
    panesBefore = panes.liveCount
  }

  private func settleArrived() throws(SQLError) {
    if isDirect || touched.isEmpty { return }
    for (own, new) in zip(accumulators, arrived) {
      var start = 0
      while start < touched.count {
        let end = min(start + Batch.rowsMax, touched.count)
        let state = try new.state(of: Array(Int32(start)..<Int32(end)))
        try own.merge(state, into: Array(touched[start..<end]))
        start = end
      }
      new.reset(Array(0..<Int32(touched.count)))
    }
  }

  /// Forgets panes.
  func remove(_ gone: [Int32]) {
    if gone.isEmpty { return }
    if changeLog != nil {
      changeLog?.noteRemoved(gone, keys: keyColumns(gone, starts: gone.map { panes.starts[Int($0)] }))
    }
    for accumulator in accumulators { accumulator.reset(gone) }
    var emptied: [Int32] = []
    panes.remove(gone, emptied: &emptied)
    keyIndex.remove(emptied)
    if panes.liveCount == 0 { clear() }
  }

  package func clear() {
    for accumulator in accumulators { accumulator.reset(Array(0..<Int32(firstSeen.count))) }
    if !isDirect { for accumulator in arrived { accumulator.reset(Array(0..<Int32(touched.count))) } }
    keyIndex.clear()
    panes.removeAll()
    times.removeAll()
    firstSeen.removeAll(keepingCapacity: true)
    made.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    isKnown.removeAll(keepingCapacity: true)
    touched.removeAll(keepingCapacity: true)
    panesBefore = 0
  }
}
