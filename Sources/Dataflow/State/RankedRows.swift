import Columnar
import Diagnostics

/// The first rows of each partition by sort keys, of rows that are never taken back: all that a top-N keeps.
///
/// A partition is a sorted list of slots in one slab; the key of its last row stands beside it, so that a row which comes
/// too late in the order is refused without looking further. What the consumer has seen is marked (`isShown`), and rows
/// that it has seen and that fell out in the open step wait in `gone`. O(log N) a row that is let in, O(1) one that is not.
/// Not thread-safe; belongs to one operator.
package final class RankedRows {
  package let name: String
  let schema: Schema
  let keyTypes: [DataType]
  let kind: RankCutoff.Kind
  let limit: Int
  /// Rows that have been shown are counted and forgotten: later ones come behind them.
  let isForgetful: Bool
  let partitions: GroupIndex
  let encoder: KeyEncoder
  private var builders: [ColumnBuilder]
  private var arena = ByteArena()

  // By slot; looked at once a row and comparison, and never while they are changed.
  @exclusivity(unchecked) var keys: [BytesView] = []
  @exclusivity(unchecked) var positions: [Int64] = []
  @exclusivity(unchecked) var ids: [Int64] = []
  @exclusivity(unchecked) var owners: [Int32] = []
  @exclusivity(unchecked) var isShown: [Bool] = []
  /// Neither in its partition nor in `gone`.
  private var isFree: [Bool] = []
  private var freeCount = 0
  var nextID: Int64 = 0

  // By partition.
  var lists = SlotLists()
  var firstSeen: [Int64] = []
  /// Rows shown and forgotten.
  var forgotten: [Int32] = []
  private var touchRound: [Int64] = []
  private var worst: [BytesView] = []
  private var worstPosition: [Int64] = []
  var timers = GroupTimers()

  /// Partitions that the open step changed, in order of touch.
  private(set) var touched: [Int32] = []
  /// Slots that were shown and fell out in the open step.
  var gone: [Int32] = []
  private var round: Int64 = 1
  var log: GroupChangeLog?

  init(
    name: String, schema: Schema, keyTypes: [DataType], parts: [KeyEncoder.Part], kind: RankCutoff.Kind, limit: Int,
    isForgetful: Bool
  ) {
    self.name = name
    self.schema = schema
    self.keyTypes = keyTypes
    self.kind = kind
    self.limit = limit
    self.isForgetful = isForgetful
    partitions = GroupIndex(keyTypes: keyTypes)
    encoder = KeyEncoder(parts)
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  package private(set) var rowCount = 0

  package var memoryBytes: Int {
    partitions.memoryBytes + arena.allocatedBytes + keys.count * (38 + builders.count * 16) + firstSeen.count * 44
      + lists.memoryBytes + timers.memoryBytes
  }

  // MARK: Rows in

  /// Takes the rows that are among the first of their partitions; returns the partition of each row.
  func add(_ delta: Delta, groups: [Int32], sortKeys: [Column]) throws(SQLError) {
    guard keys.count <= PartitionedRows.rowsMax - delta.count else { throw .windowStateTooLarge(PartitionedRows.rowsMax) }
    let encoded = encoder.encode(sortKeys, rows: delta.count)
    var accepted: [Int32] = []
    for row in 0..<delta.count {
      let group = Int(groups[row])
      let key = encoded.views[row]
      let position = delta.order.position(row)
      if refuses(group, key, position) { continue }
      accepted.append(Int32(truncatingIfNeeded: row))
      insert(addSlot(key, position, Int32(truncatingIfNeeded: group)), into: group)
    }
    withExtendedLifetime(encoded) {}
    if !accepted.isEmpty {
      let all = accepted.count == delta.count
      for (i, column) in delta.columns.enumerated() { builders[i].appendCopying(all ? column : column.gather(accepted)) }
    }
    compactIfSparse()
  }

  /// Whether the row can be seen to be too late without looking at the others.
  @inline(__always)
  private func refuses(_ group: Int, _ key: BytesView, _ position: Int64) -> Bool {
    let kept = lists.count(group) &+ Int(forgotten[group])
    if kept < limit { return false }
    if limit == 0 || isForgetful { return true }
    let order = key.compare(worst[group])
    switch kind {
    case .rowNumber: return order > 0 || (order == 0 && position >= worstPosition[group])
    case .rank: return order > 0
    case .denseRank: return order > 0 && lists.distinct(group, upTo: limit, keys) >= limit
    }
  }

  private func addSlot(_ key: BytesView, _ position: Int64, _ owner: Int32) -> Int32 {
    let slot = Int32(truncatingIfNeeded: keys.count)
    keys.append(arena.adopt(key))
    positions.append(position)
    ids.append(nextID)
    owners.append(owner)
    isShown.append(false)
    isFree.append(false)
    nextID &+= 1
    rowCount += 1
    return slot
  }

  private func insert(_ slot: Int32, into group: Int) {
    touch(group)
    lists.insert(slot, into: group, at: lists.place(group) { self.precedes($0, slot) })
    trim(group)
    noteWorst(group)
  }

  /// Drops rows behind the last rank that counts.
  private func trim(_ group: Int) {
    let count = lists.count(group)
    let kept: Int
    switch kind {
    case .rowNumber: kept = min(count, limit - Int(forgotten[group]))
    case .rank: kept = count <= limit ? count : lists.peersEnd(group, of: limit - 1, keys)
    case .denseRank: kept = lists.prefix(group, distinct: limit, keys)
    }
    while lists.count(group) > kept { leave(lists.removeLast(group)) }
  }

  private func leave(_ slot: Int32) {
    rowCount -= 1
    if isShown[Int(slot)] { gone.append(slot) } else { free(slot) }
  }

  private func free(_ slot: Int32) {
    isFree[Int(slot)] = true
    freeCount += 1
  }

  private func noteWorst(_ group: Int) {
    guard let last = lists.last(group) else { return }
    worst[group] = keys[Int(last)]
    worstPosition[group] = positions[Int(last)]
  }

  func precedes(_ a: Int32, _ b: Int32) -> Bool {
    let order = keys[Int(a)].compare(keys[Int(b)])
    if order != 0 { return order < 0 }
    let (p, q) = (positions[Int(a)], positions[Int(b)])
    return p != q ? p < q : ids[Int(a)] < ids[Int(b)]
  }

  private func touch(_ group: Int) {
    if touchRound[group] == round { return }
    touchRound[group] = round
    touched.append(Int32(truncatingIfNeeded: group))
  }

  // MARK: Partitions

  /// The partition of every row, made if it is new.
  func locate(_ columns: [Column], rows: Int, order: RowOrder, isNew: (Int32, Int) -> Void) -> [Int32] {
    var groups = [Int32](repeating: 0, count: rows)
    let before = firstSeen.count
    var reused: [(group: Int32, row: Int32)] = []
    if keyTypes.isEmpty {
      if before == 0, rows > 0 { growPartitions(to: 1) }
    } else {
      partitions.findOrInsert(columns, rows: rows, groups: &groups, reused: &reused)
      growPartitions(to: partitions.count)
    }
    if firstSeen.count > before {
      var next = Int32(truncatingIfNeeded: before)
      for row in 0..<rows where groups[row] == next {
        firstSeen[Int(next)] = order.position(row)
        isNew(next, row)
        next += 1
      }
    }
    for (group, row) in reused {
      firstSeen[Int(group)] = order.position(Int(row))
      forgotten[Int(group)] = 0
      isNew(group, Int(row))
    }
    return groups
  }

  private func growPartitions(to count: Int) {
    let missing = count - firstSeen.count
    if missing <= 0 { return }
    firstSeen.append(contentsOf: repeatElement(0, count: missing))
    forgotten.append(contentsOf: repeatElement(0, count: missing))
    touchRound.append(contentsOf: repeatElement(0, count: missing))
    worst.append(contentsOf: repeatElement(BytesView(), count: missing))
    worstPosition.append(contentsOf: repeatElement(0, count: missing))
    lists.grow(to: count)
  }

  /// Partitions that changed, in order of first sight.
  var touchedInOrder: [Int32] {
    touched.sorted { (firstSeen[Int($0)], $0) < (firstSeen[Int($1)], $1) }
  }

  // MARK: The end of a step

  /// The rows of the changed partitions have been shown, or will not be.
  func endStep(isShowing: Bool) {
    log?.note(touched)
    if isShowing {
      for group in touched {
        for slot in lists.slots(Int(group)) {
          isShown[Int(slot)] = true
          if isForgetful { free(slot) }
        }
        if isForgetful {
          forgotten[Int(group)] += Int32(truncatingIfNeeded: lists.count(Int(group)))
          rowCount -= lists.count(Int(group))
          lists.clear(Int(group))
        }
      }
    }
    for slot in gone { free(slot) }
    gone = []
    touched.removeAll(keepingCapacity: true)
    round += 1
    compactIfSparse()
  }

  /// Forgets partitions and their rows.
  func forget(_ groups: [Int32]) {
    if groups.isEmpty { return }
    log?.noteRemoved(groups, keys: partitions.keys(of: groups))
    for group in groups {
      for slot in lists.slots(Int(group)) { free(slot) }
      rowCount -= lists.count(Int(group))
      lists.clear(Int(group))
      forgotten[Int(group)] = 0
      touchRound[Int(group)] = 0
    }
    let isForgotten = Set(groups)
    for slot in gone where isForgotten.contains(owners[Int(slot)]) { free(slot) }
    gone.removeAll { isForgotten.contains(owners[Int($0)]) }
    touched.removeAll { isForgotten.contains($0) }
    timers.remove(groups)
    partitions.remove(groups)
    if partitions.count == 0 { clear() }
    compactIfSparse()
  }

  /// Forgets everything.
  func clear() {
    partitions.clear()
    timers.removeAll()
    lists = SlotLists()
    firstSeen = []
    forgotten = []
    touchRound = []
    worst = []
    worstPosition = []
    touched = []
    gone = []
    builders = schema.fields.map { ColumnBuilder($0.type) }
    keys = []
    positions = []
    ids = []
    owners = []
    isShown = []
    isFree = []
    freeCount = 0
    rowCount = 0
    arena = ByteArena()
  }

  /// Rewrites the rows once more than half of the slots are garbage.
  private func compactIfSparse() {
    guard freeCount > 4096, freeCount * 2 > keys.count else { return }
    let live = (0..<Int32(truncatingIfNeeded: keys.count)).filter { !isFree[Int($0)] }
    var moved = [Int32](repeating: -1, count: keys.count)
    for (slot, old) in live.enumerated() { moved[Int(old)] = Int32(truncatingIfNeeded: slot) }
    let rows = columns(of: live)
    builders = schema.fields.map { ColumnBuilder($0.type, capacity: live.count * 2) }
    for (i, column) in rows.enumerated() { builders[i].appendCopying(column) }
    let oldArena = arena
    arena = ByteArena()
    withExtendedLifetime(oldArena) {
      keys = live.map { arena.adopt(keys[Int($0)]) }
      for group in worst.indices { if let last = lists.last(group) { worst[group] = keys[Int(moved[Int(last)])] } }
    }
    positions = live.map { positions[Int($0)] }
    ids = live.map { ids[Int($0)] }
    owners = live.map { owners[Int($0)] }
    isShown = live.map { isShown[Int($0)] }
    isFree = [Bool](repeating: false, count: live.count)
    lists.renumber(moved)
    gone = gone.map { moved[Int($0)] }
    freeCount = 0
  }

  // MARK: Reading

  func columns(of slots: [Int32]) -> [Column] { builders.map { $0.finish().gather(slots) } }

  var keyOwners: [ByteBuffer] { arena.blocks }

  /// A row of a snapshot, as it was.
  func putBack(_ rows: Batch, keys saved: BytesColumn, positions: [Int64], ids: [Int64], groups: [Int32], isShown: [Bool], isGone: [Bool]) {
    for (i, column) in rows.columns.enumerated() { builders[i].appendCopying(column) }
    for row in 0..<rows.count {
      let slot = addSlot(saved.views[row], positions[row], groups[row])
      self.ids[Int(slot)] = ids[row]
      self.isShown[Int(slot)] = isShown[row]
      nextID = max(nextID, ids[row] &+ 1)
      let group = Int(groups[row])
      if isGone[row] {
        rowCount -= 1
        gone.append(slot)
      } else {
        lists.insert(slot, into: group, at: lists.place(group) { self.precedes($0, slot) })
        noteWorst(group)
      }
      // Not shown, or shown and gone: the step is open.
      if isGone[row] || !isShown[row] { touch(group) }
    }
  }
}

/// Which ranks of a partition count: those up to `limit`.
package struct RankCutoff: Sendable {
  package enum Kind: Sendable { case rowNumber, rank, denseRank }

  package var kind: Kind
  package var limit: Int
  package init(kind: Kind, limit: Int) {
    self.kind = kind
    self.limit = limit
  }
}
