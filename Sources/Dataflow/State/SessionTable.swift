import Columnar
import Diagnostics
import Expressions

/// The open sessions of every key: for each a stretch of time and the states of the aggregates over its rows.
///
/// A session is a slot. The sessions of a key are kept in order of time and never touch: rows that join two of them merge
/// their slots, and the states with them. A step costs the rows it brings and the sessions they touch.
/// Not thread-safe; a table belongs to one operator.
final class SessionTable {
  let name: String
  let keyTypes: [DataType]
  let calls: [AggregatePlan]
  let accumulators: [any Accumulator]
  private let index: GroupIndex
  /// Sessions of each key, by start.
  private var sessions: [[Session]] = []
  /// Of each slot.
  private var slots: [Slot] = []
  private var free: [Int32] = []
  private var timers = GroupTimers()
  /// Slots whose rows changed in this step, in order of first touch.
  private var touched: [Int32] = []
  /// What the consumer saw of sessions that this step changed: keys, start, end, results.
  let takenBack: TakenBackRows
  private let emission: GroupClosing.Emission

  struct Session {
    var start: Int64
    var end: Int64
    var slot: Int32
  }

  struct Slot {
    var key: Int32
    var start: Int64
    var end: Int64
    /// Position of the session's first row (SEM-11).
    var firstSeen: Int64
    var isVisible = false
    var isTouched = false
    /// Merged into another slot in this batch.
    var mergedInto: Int32 = -1
    var isLive = true
  }

  init(name: String, keyTypes: [DataType], calls: [AggregatePlan], emission: GroupClosing.Emission) {
    self.name = name
    self.keyTypes = keyTypes
    self.calls = calls
    self.emission = emission
    accumulators = calls.map { $0.aggregate.make(false) }
    takenBack = TakenBackRows(
      name: "\(name) taken back",
      schema: Schema(
        keyTypes.enumerated().map { Field("key\($0)", $1) } + [Field("start", .timestamp), Field("end", .timestamp)]
          + calls.enumerated().map { Field("result\($0)", $1.aggregate.result) }))
    // Without keys all rows have one.
    index = GroupIndex(keyTypes: keyTypes.isEmpty ? [.int] : keyTypes)
  }

  var rowCount: Int { slots.count - free.count }

  /// Sessions that may still grow.
  func openSessions(_ domain: TimeDomain) -> OpenGroups {
    OpenGroups(domain: domain, isHeldBack: emission == .whenOver, count: rowCount, ends: timers.firstEnds)
  }

  var memoryBytes: Int {
    index.memoryBytes + slots.count * 80 + timers.memoryBytes + accumulators.reduce(0) { $0 + $1.memoryBytes }
  }

  // MARK: Absorbing

  /// Adds rows that last from `starts` to `ends`.
  func absorb(
    keys: [Column], starts: [Int64], ends: [Int64], inputs: [CallInput], rows: Int, order: RowOrder, step: StepContext
  ) throws(SQLError) {
    let groups = groups(of: keys, rows: rows)
    var slotOfRow = [Int32](repeating: 0, count: rows)
    for row in 0..<rows {
      slotOfRow[row] = try extend(groups[row], starts[row], ends[row], position: order.position(row))
    }
    for row in 0..<rows { slotOfRow[row] = root(slotOfRow[row]) }
    for (i, call) in calls.enumerated() {
      let input = AggregateInput(
        rows: rows, groups: slotOfRow, arguments: inputs[i].arguments, weights: nil, order: order,
        context: step.evaluation, span: call.span)
      let selected = inputs[i].selectedRows.map { $0.count == rows ? input : input.gather($0) } ?? input
      if selected.rows == 0 { continue }
      do { try accumulators[i].update(selected) } catch { throw error.located(at: call.span) }
    }
    recycleMerged()
  }

  private func groups(of keys: [Column], rows: Int) -> [Int32] {
    var groups: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    let columns = keyTypes.isEmpty ? [Column.int32(PrimitiveColumn([Int32](repeating: 0, count: rows)))] : keys
    index.findOrInsert(columns, rows: rows, groups: &groups, reused: &reused)
    while sessions.count < index.count { sessions.append([]) }
    return groups
  }

  /// The slot of a row: of the session it lies in or touches, made longer and merged with its neighbours as needed.
  private func extend(_ key: Int32, _ start: Int64, _ end: Int64, position: Int64) throws(SQLError) -> Int32 {
    var list = sessions[Int(key)]
    // Sessions that end before the row begins stay as they are; most rows are the latest of their key.
    var first = list.count
    while first > 0, list[first - 1].end >= start { first -= 1 }
    var last = first
    while last < list.count, list[last].start <= end { last += 1 }
    if first == last {
      let slot = newSlot(key, start, end, position)
      sessions[Int(key)].insert(Session(start: start, end: end, slot: slot), at: first)
      touch(slot)
      return slot
    }
    let slot = list[first].slot
    try beforeChange(slot)
    for other in list[(first + 1)..<max(last, first + 1)] { try merge(other.slot, into: slot) }
    let merged = Session(
      start: min(start, list[first].start), end: max(end, list[last - 1].end), slot: slot)
    list.replaceSubrange(first..<last, with: [merged])
    sessions[Int(key)] = list
    slots[Int(slot)].start = merged.start
    slots[Int(slot)].end = merged.end
    slots[Int(slot)].firstSeen = min(slots[Int(slot)].firstSeen, position)
    timers.set(slot, merged.end)
    return slot
  }

  private func newSlot(_ key: Int32, _ start: Int64, _ end: Int64, _ position: Int64) -> Int32 {
    let slot: Int32
    let content = Slot(key: key, start: start, end: end, firstSeen: position)
    if let reused = free.popLast() {
      slot = reused
      slots[Int(slot)] = content
    } else {
      slot = Int32(slots.count)
      slots.append(content)
      for accumulator in accumulators { accumulator.grow(to: slots.count) }
    }
    timers.set(slot, end)
    return slot
  }

  private func touch(_ slot: Int32) {
    if slots[Int(slot)].isTouched { return }
    slots[Int(slot)].isTouched = true
    touched.append(slot)
  }

  /// Takes down what the consumer has seen of a session, before it changes for the first time in a step.
  private func beforeChange(_ slot: Int32) throws(SQLError) {
    if slots[Int(slot)].isVisible {
      takenBack.add(try rows(of: [slot]))
      slots[Int(slot)].isVisible = false
    }
    touch(slot)
  }

  private func merge(_ slot: Int32, into target: Int32) throws(SQLError) {
    try beforeChange(slot)
    for accumulator in accumulators { try accumulator.merge(try accumulator.state(of: [slot]), into: [target]) }
    slots[Int(target)].firstSeen = min(slots[Int(target)].firstSeen, slots[Int(slot)].firstSeen)
    slots[Int(slot)].mergedInto = target
    timers.remove([slot])
  }

  private func root(_ slot: Int32) -> Int32 {
    var slot = slot
    while slots[Int(slot)].mergedInto >= 0 { slot = slots[Int(slot)].mergedInto }
    return slot
  }

  private func recycleMerged() {
    let gone = touched.filter { slots[Int($0)].mergedInto >= 0 }
    if gone.isEmpty { return }
    touched.removeAll { slots[Int($0)].mergedInto >= 0 }
    drop(gone)
  }

  private func drop(_ gone: [Int32]) {
    for accumulator in accumulators { accumulator.reset(gone) }
    for slot in gone {
      slots[Int(slot)].isLive = false
      slots[Int(slot)].mergedInto = -1
      slots[Int(slot)].isTouched = false
    }
    free += gone
  }

  // MARK: Emitting

  /// Ends the step: emits what changed, or what is over, and forgets what is over.
  func flush(horizon: Int64?, emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    let due = horizon.map { timers.pop(upTo: $0) } ?? []
    switch emission {
    case .whenOver: try emitRows(inOrder(due), emit: emit)
    case .changes:
      for old in takenBack.deltas { try emit(old) }
      try emitRows(inOrder(touched), emit: emit)
      for slot in touched { slots[Int(slot)].isVisible = true }
    }
    for slot in touched { slots[Int(slot)].isTouched = false }
    touched = []
    takenBack.clear()
    close(due)
  }

  private func inOrder(_ list: [Int32]) -> [Int32] {
    list.sorted { (slots[Int($0)].firstSeen, $0) < (slots[Int($1)].firstSeen, $1) }
  }

  private func emitRows(_ list: [Int32], emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    var start = 0
    while start < list.count {
      let piece = Array(list[start..<min(start + Batch.rowsMax, list.count)])
      start += piece.count
      try emit(try rows(of: piece))
    }
  }

  /// Keys, start, end and results of sessions.
  private func rows(of list: [Int32]) throws(SQLError) -> Delta {
    var columns = keyColumns(list)
    columns.append(.int64(PrimitiveColumn(list.map { slots[Int($0)].start })))
    columns.append(.int64(PrimitiveColumn(list.map { slots[Int($0)].end })))
    for (accumulator, call) in zip(accumulators, calls) {
      do { columns.append(try accumulator.result(of: list)) } catch { throw error.located(at: call.span) }
    }
    return Delta(Batch(columns, count: list.count), order: .explicit(list.map { slots[Int($0)].firstSeen }))
  }

  private func keyColumns(_ list: [Int32]) -> [Column] {
    keyTypes.isEmpty ? [] : index.keys(of: list.map { slots[Int($0)].key })
  }

  private func close(_ due: [Int32]) {
    if due.isEmpty { return }
    var emptied: Set<Int32> = []
    for slot in due {
      let key = Int(slots[Int(slot)].key)
      sessions[key].removeAll { $0.slot == slot }
      if sessions[key].isEmpty { emptied.insert(Int32(key)) }
    }
    drop(due)
    index.remove(emptied.sorted())
  }
}

/// A row of the snapshot is: keys · start · end · first-seen position · visible · touched · the state columns of each call.
/// A snapshot is always the whole table: sessions are few beside the rows they hold.
extension SessionTable: StateTable {
  private var snapshotSchema: Schema {
    var fields = keyTypes.enumerated().map { Field("key\($0)", $1) }
    fields += [
      Field("start", .timestamp), Field("end", .timestamp), Field("first_seen", .bigint), Field("is_visible", .boolean),
      Field("is_touched", .boolean),
    ]
    for (i, call) in calls.enumerated() {
      fields += call.aggregate.stateTypes.enumerated().map { Field("state\(i)_\($0)", $1) }
    }
    return Schema(fields)
  }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let live = inOrder((0..<Int32(slots.count)).filter { slots[Int($0)].isLive })
    let all = live.map { slots[Int($0)] }
    var columns = keyColumns(live)
    columns.append(.int64(PrimitiveColumn(all.map(\.start))))
    columns.append(.int64(PrimitiveColumn(all.map(\.end))))
    columns.append(.int64(PrimitiveColumn(all.map(\.firstSeen))))
    columns.append(.bool(PrimitiveColumn(all.map(\.isVisible))))
    columns.append(.bool(PrimitiveColumn(all.map(\.isTouched))))
    for accumulator in accumulators { columns += try accumulator.state(of: live) }
    return StateSnapshot(
      extent: .full, schema: snapshotSchema, rows: Batch(columns, count: live.count), removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    clear()
    let rows = snapshot.rows
    let at = keyTypes.count
    guard rows.count > 0, case .int64(let starts) = rows.columns[at], case .int64(let ends) = rows.columns[at + 1],
      case .int64(let seen) = rows.columns[at + 2], case .bool(let visible) = rows.columns[at + 3],
      case .bool(let wasTouched) = rows.columns[at + 4]
    else { return }
    let groups = groups(of: Array(rows.columns[..<at]), rows: rows.count)
    var restored: [Int32] = []
    for row in 0..<rows.count {
      let slot = newSlot(groups[row], starts.values[row], ends.values[row], seen.values[row])
      slots[Int(slot)].isVisible = visible.values[row]
      if wasTouched.values[row] { touch(slot) }
      sessions[Int(groups[row])].append(Session(start: starts.values[row], end: ends.values[row], slot: slot))
      restored.append(slot)
    }
    for key in sessions.indices { sessions[key].sort { $0.start < $1.start } }
    var column = at + 5
    for (accumulator, call) in zip(accumulators, calls) {
      let width = call.aggregate.stateTypes.count
      try accumulator.merge(Array(rows.columns[column..<column + width]), into: restored)
      column += width
    }
  }

  private func clear() {
    drop((0..<Int32(slots.count)).filter { slots[Int($0)].isLive })
    slots = []
    free = []
    sessions = []
    touched = []
    takenBack.clear()
    timers.removeAll()
    index.clear()
  }

  var nextTimerMicros: Int64? { timers.next }
}
