import Columnar
import Diagnostics

/// The rows of partitions, each partition in the order of its sort keys: what window functions look at.
///
/// A partition is a sorted array of slots, equal sort keys in order of arrival. Rows of the open step wait in `pending`,
/// so that the operator can see each partition as it was and as it will be (`absorb`). Rows that may be taken back are
/// numbered by their content: equal rows are one slot with a weight, at the place of the first. O(log n + rows behind the
/// change) a change. Not thread-safe; belongs to one operator.
package final class PartitionedRows {
  package let name: String
  let schema: Schema
  let keyTypes: [DataType]
  let partitions: GroupIndex
  let encoder: KeyEncoder
  let contents: GroupIndex?
  private var builders: [ColumnBuilder]
  @exclusivity(unchecked) private var arena = ByteArena()

  // By slot; looked at once a row and comparison, and never while they are changed.
  @exclusivity(unchecked) var keys: [BytesView] = []
  @exclusivity(unchecked) var positions: [Int64] = []
  @exclusivity(unchecked) var ids: [Int64] = []
  @exclusivity(unchecked) var weights: [Int64] = []
  @exclusivity(unchecked) var owners: [Int32] = []

  // By partition.
  var orders: [[Int32]] = []
  var firstSeen: [Int64] = []
  /// Bytes of what the operator keeps beside the rows, for accounting.
  var keptBytes = 0
  /// When partitions are over; set by the operator's `timeKey`.
  var timers = GroupTimers()

  var pending: [Pending] = []
  @exclusivity(unchecked) var nextID: Int64 = 0
  package private(set) var rowCount = 0
  private var freeCount = 0
  /// False while every weight so far is 1.
  private(set) var hasWeights = false
  private var emptied: [Int32] = []
  var log: RowChangeLog?

  /// If set, changes show what the ranks that count were before.
  var cutoff: RankCutoff?

  struct Pending {
    var delta: Delta
    var groups: [Int32]
    var keys: BytesColumn
  }

  /// One partition that a step changes.
  struct Change {
    var group: Int32
    /// The first place, among the partition's slots, where before and after may differ.
    var from: Int
    /// What stood from there on, with the weights it had.
    var before: [Int32]
    var weightsBefore: [Int64]?
  }

  package static let rowsMax = Int(Int32.max) - 1

  init(
    name: String, schema: Schema, keyTypes: [DataType], parts: [KeyEncoder.Part], isRetractable: Bool
  ) {
    self.name = name
    self.schema = schema
    self.keyTypes = keyTypes
    partitions = GroupIndex(keyTypes: keyTypes)
    encoder = KeyEncoder(parts)
    contents = isRetractable ? GroupIndex(keyTypes: schema.types) : nil
    builders = isRetractable ? [] : schema.fields.map { ColumnBuilder($0.type) }
  }

  package var memoryBytes: Int {
    var bytes = partitions.memoryBytes + arena.allocatedBytes + keys.count * 52 + orders.count * 56 + timers.memoryBytes + keptBytes
    if let contents { bytes += contents.memoryBytes } else { bytes += keys.count * builders.count * 16 }
    return bytes
  }

  // MARK: The open step

  /// Takes in a change. `partitionKeys` and `sortKeys` are evaluated over it. Returns the partition of each row.
  @discardableResult
  func add(_ delta: Delta, partitionKeys: [Column], sortKeys: [Column]) throws(SQLError) -> [Int32] {
    guard keys.count <= PartitionedRows.rowsMax - delta.count else { throw .windowStateTooLarge(PartitionedRows.rowsMax) }
    let groups = locate(partitionKeys, rows: delta.count, order: delta.order)
    pending.append(Pending(delta: delta, groups: groups, keys: encoder.encode(sortKeys, rows: delta.count)))
    return groups
  }

  /// The partition of every row, made if it is new.
  func locate(_ columns: [Column], rows: Int, order: RowOrder) -> [Int32] {
    var groups = [Int32](repeating: 0, count: rows)
    if keyTypes.isEmpty {
      if orders.isEmpty, rows > 0 {
        orders.append([])
        firstSeen.append(order.position(0))
      }
      return groups
    }
    var reused: [(group: Int32, row: Int32)] = []
    let before = partitions.count
    partitions.findOrInsert(columns, rows: rows, groups: &groups, reused: &reused)
    if partitions.count > before {
      orders.append(contentsOf: repeatElement([], count: partitions.count - before))
      var next = Int32(before)
      for row in 0..<rows where groups[row] == next {
        firstSeen.append(order.position(row))
        next += 1
      }
    }
    for (group, row) in reused {
      orders[Int(group)] = []
      firstSeen[Int(group)] = order.position(Int(row))
    }
    return groups
  }

  /// Makes the pending changes part of the partitions. Returns the partitions that differ, in order of first sight.
  ///
  /// `start` gives, for a partition and the first place that changes, the place from which on the operator wants to see
  /// what was there before.
  func absorb(start: (Int32, Int) -> Int) -> [Change] {
    var before: [Int32: Int64] = [:]
    var arrivals: [Int32] = []
    for change in pending { arrivals += contents == nil ? append(change) : apply(change, &before) }
    pending.removeAll(keepingCapacity: true)
    // A slot that is back where it was has not changed.
    var changed = arrivals
    if contents != nil { changed = before.filter { weights[Int($0.key)] != $0.value }.map(\.key) }
    changed.sort { self.isBefore($0, $1) }
    var changes: [Change] = []
    var next = 0
    while next < changed.count {
      let group = owners[Int(changed[next])]
      var end = next
      while end < changed.count, owners[Int(changed[end])] == group { end += 1 }
      changes.append(merge(changed[next..<end], into: group, before, start))
      next = end
    }
    changes.sort { (firstSeen[Int($0.group)], $0.group) < (firstSeen[Int($1.group)], $1.group) }
    return changes
  }

  /// Where the partitions of rows were first seen.
  func places<Slots: Collection<Int32>>(of slots: Slots) -> [Int64] {
    slots.map { firstSeen[Int(owners[Int($0)])] }
  }

  /// By partition, then by place in it.
  private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
    let (x, y) = (owners[Int(a)], owners[Int(b)])
    return x != y ? x < y : precedes(a, b)
  }

  func precedes(_ a: Int32, _ b: Int32) -> Bool {
    let order = keys[Int(a)].compare(keys[Int(b)])
    if order != 0 { return order < 0 }
    let (p, q) = (positions[Int(a)], positions[Int(b)])
    return p != q ? p < q : ids[Int(a)] < ids[Int(b)]
  }

  private func merge(
    _ changed: ArraySlice<Int32>, into group: Int32, _ before: [Int32: Int64], _ start: (Int32, Int) -> Int
  ) -> Change {
    let order = Int(group)
    let at = place(of: changed[changed.startIndex], in: orders[order])
    let from: Int
    var tail: [Int32]
    var weightsBefore: [Int64]?
    if let cutoff {
      from = 0
      (tail, weightsBefore) = firstRows(of: group, cutoff) { before[$0] ?? self.weights[Int($0)] }
    } else {
      from = min(at, start(group, at))
      tail = Array(orders[order][from...])
      if hasWeights { weightsBefore = tail.map { before[$0] ?? weights[Int($0)] } }
    }
    var merged: [Int32] = []
    merged.reserveCapacity(orders[order].count - at + changed.count)
    var next = changed.startIndex
    for slot in orders[order][at...] {
      while next < changed.endIndex, changed[next] != slot, precedes(changed[next], slot) {
        if weights[Int(changed[next])] != 0 { merged.append(changed[next]) }
        next += 1
      }
      if next < changed.endIndex, changed[next] == slot { next += 1 }
      if weights[Int(slot)] != 0 { merged.append(slot) }
    }
    while next < changed.endIndex {
      if weights[Int(changed[next])] != 0 { merged.append(changed[next]) }
      next += 1
    }
    orders[order].replaceSubrange(at..., with: merged)
    return Change(group: group, from: from, before: tail, weightsBefore: weightsBefore)
  }

  /// The slots of a partition whose ranks count, and how often each.
  func firstRows(
    of group: Int32, _ cutoff: RankCutoff, weight: (Int32) -> Int64
  ) -> (slots: [Int32], weights: [Int64]) {
    var slots: [Int32] = []
    var taken: [Int64] = []
    var rows: Int64 = 0
    var distinct = 0
    for slot in orders[Int(group)] {
      var count = weight(slot)
      if count <= 0 { continue }
      let isPeer = slots.last.map { keys[Int($0)] == keys[Int(slot)] } ?? false
      switch cutoff.kind {
      case .rowNumber:
        count = min(count, Int64(cutoff.limit) - rows)
        if count <= 0 { return (slots, taken) }
      case .rank:
        if !isPeer, rows >= cutoff.limit { return (slots, taken) }
      case .denseRank:
        if !isPeer, distinct >= cutoff.limit { return (slots, taken) }
        if !isPeer { distinct += 1 }
      }
      slots.append(slot)
      taken.append(count)
      rows &+= count
    }
    return (slots, taken)
  }

  /// Where a slot stands, or would.
  func place(of slot: Int32, in order: [Int32]) -> Int {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if precedes(order[middle], slot) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func append(_ change: Pending) -> [Int32] {
    let first = Int32(keys.count)
    for row in 0..<change.delta.count {
      addSlot(
        key: change.keys.views[row], position: change.delta.order.position(row), owner: change.groups[row],
        weight: change.delta.weights?[row] ?? 1)
    }
    withExtendedLifetime(change.keys) {}
    for (i, column) in change.delta.columns.enumerated() { builders[i].appendCopying(column) }
    rowCount += change.delta.count
    return Array(first..<Int32(keys.count))
  }

  private func addSlot(key: BytesView, position: Int64, owner: Int32, weight: Int64) {
    if weight != 1 { hasWeights = true }
    log?.noteAdded(Int32(keys.count))
    keys.append(arena.adopt(key))
    positions.append(position)
    ids.append(nextID)
    weights.append(weight)
    owners.append(owner)
    nextID += 1
  }

  private func apply(_ change: Pending, _ before: inout [Int32: Int64]) -> [Int32] {
    guard let contents else { return [] }
    hasWeights = true
    let delta = change.delta
    var slots: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    contents.findOrInsert(delta.columns, rows: delta.count, groups: &slots, reused: &reused)
    while keys.count < contents.count {
      keys.append(BytesView())
      positions.append(0)
      ids.append(-1)
      weights.append(0)
      owners.append(-1)
    }
    for row in 0..<delta.count {
      let slot = Int(slots[row])
      if before[slots[row]] == nil { before[slots[row]] = weights[slot] }
      if weights[slot] == 0, before[slots[row]] == 0 {
        // New, or taken back and come again within a step: it has the place of its last coming.
        keys[slot] = arena.adopt(change.keys.views[row])
        positions[slot] = delta.order.position(row)
        ids[slot] = nextID
        owners[slot] = change.groups[row]
        nextID += 1
        rowCount += 1
      } else if weights[slot] == 0 {
        rowCount += 1
      }
      weights[slot] &+= delta.weights?[row] ?? 1
      log?.noteAdded(slots[row])
      if weights[slot] == 0 {
        rowCount -= 1
        emptied.append(slots[row])
      }
    }
    withExtendedLifetime(change.keys) {}
    return []
  }

  /// Gives saved rows slots, without touching the order of their partitions.
  func place(_ change: Pending) -> [Int32] {
    if contents == nil { return append(change) }
    var before: [Int32: Int64] = [:]
    _ = apply(change, &before)
    var slots: [Int32] = []
    contents?.find(change.delta.columns, rows: change.delta.count, groups: &slots)
    return slots
  }

  /// Frees the slots of saved rows that are gone or come again.
  func discard(_ slots: [Int32], groups: [Int32]) {
    drop(slots)
    contents?.remove(emptied)
    emptied = []
    removeEmpty(groups)
    if contents?.count == 0 { clearSlots() }
  }

  var keyOwners: [ByteBuffer] { arena.blocks }

  // MARK: The end of a step

  /// Frees the slots of rows that are gone and the partitions that are empty.
  func endStep(_ changes: [Change]) {
    let gone = Array(Set(emptied)).filter { weights[Int($0)] == 0 }.sorted()
    emptied = []
    for slot in gone { log?.noteRemoved(slot, id: ids[Int(slot)]) }
    contents?.remove(gone)
    removeEmpty(changes.map(\.group))
    if contents?.count == 0, keys.count > 0 { clearSlots() }
  }

  private func removeEmpty(_ groups: [Int32]) {
    if keyTypes.isEmpty { return }
    let empty = groups.filter { orders[Int($0)].isEmpty }
    if empty.isEmpty { return }
    timers.remove(empty)
    partitions.remove(empty)
    if partitions.count == 0 {
      orders = []
      firstSeen = []
      timers.removeAll()
    }
  }

  /// Forgets all rows of partitions.
  func forget(_ groups: [Int32]) {
    for group in groups {
      drop(orders[Int(group)])
      orders[Int(group)] = []
    }
    contents?.remove(emptied.sorted())
    emptied = []
    removeEmpty(groups)
    if contents?.count == 0 { clearSlots() }
    compactIfSparse()
  }

  /// Forgets the first `count` rows of a partition, which only ever grows.
  func forgetFirst(_ count: Int, of group: Int32) {
    if count <= 0 { return }
    drop(Array(orders[Int(group)][..<count]))
    orders[Int(group)].removeFirst(count)
  }

  private func drop(_ slots: [Int32]) {
    for slot in slots {
      log?.noteRemoved(slot, id: ids[Int(slot)])
      weights[Int(slot)] = 0
      rowCount -= 1
      if contents == nil { freeCount += 1 } else { emptied.append(slot) }
    }
  }

  func clear() {
    for order in orders { for slot in order { log?.noteRemoved(slot, id: ids[Int(slot)]) } }
    partitions.clear()
    contents?.clear()
    orders = []
    firstSeen = []
    timers.removeAll()
    pending = []
    emptied = []
    clearSlots()
  }

  private func clearSlots() {
    builders = builders.map { ColumnBuilder($0.type) }
    keys = []
    positions = []
    ids = []
    weights = []
    owners = []
    arena = ByteArena()
    rowCount = 0
    freeCount = 0
  }

  /// Rewrites append-only rows once more than half of the slots are garbage.
  func compactIfSparse() {
    guard contents == nil, freeCount > 1024, freeCount * 2 > keys.count else { return }
    let live = (0..<Int32(keys.count)).filter { weights[Int($0)] != 0 }
    var moved = [Int32](repeating: -1, count: keys.count)
    for (slot, old) in live.enumerated() { moved[Int(old)] = Int32(slot) }
    let rows = columns(of: live)
    builders = schema.fields.map { ColumnBuilder($0.type) }
    for (i, column) in rows.enumerated() { builders[i].appendCopying(column) }
    let oldArena = arena
    arena = ByteArena()
    withExtendedLifetime(oldArena) { keys = live.map { arena.adopt(keys[Int($0)]) } }
    positions = live.map { positions[Int($0)] }
    ids = live.map { ids[Int($0)] }
    weights = live.map { weights[Int($0)] }
    owners = live.map { owners[Int($0)] }
    for group in orders.indices { orders[group] = orders[group].map { moved[Int($0)] } }
    log?.move(moved)
    freeCount = 0
  }

  // MARK: Reading

  /// Rows by slot.
  func columns(of slots: [Int32]) -> [Column] {
    if let contents {
      if contents.count == 0 { return schema.fields.map { ColumnBuilder($0.type).finish() } }
      return contents.keys(of: slots)
    }
    return builders.map { $0.finish().gather(slots) }
  }
}

/// What differs from the last snapshot of a table of rows.
struct RowChangeLog {
  private(set) var changed: Set<Int32> = []
  private(set) var removedIDs: [Int64] = []

  mutating func noteAdded(_ slot: Int32) { changed.insert(slot) }

  mutating func noteRemoved(_ slot: Int32, id: Int64) {
    changed.remove(slot)
    removedIDs.append(id)
  }

  /// Slots have other numbers now.
  mutating func move(_ slots: [Int32]) { changed = Set(changed.map { slots[Int($0)] }.filter { $0 >= 0 }) }
}

extension SQLError {
  static func windowStateTooLarge(_ max: Int) -> SQLError {
    SQLError(
      .data, "STATE_TOO_LARGE", "a window function keeps at most \(max) rows",
      hint: "bound its state: order by a column with a WATERMARK and use OUTPUT MODE APPEND, or partition by batch()")
  }
}
