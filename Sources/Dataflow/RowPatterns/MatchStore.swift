import Columnar
import Diagnostics
import Expressions

/// The rows that MATCH_RECOGNIZE still needs, by partition: those that wait for the watermark, and those of open matches.
///
/// Threads are not saved: they follow from the rows and from where searches are open, and are made again after a restore.
final class MatchStore: StateTable {
  let name = "rows"
  private let schema: Schema
  private let keyTypes: [DataType]
  let index: GroupIndex
  var partitions: [MatchPartition] = []
  private var builders: [ColumnBuilder]
  /// Of each slot.
  private(set) var times: [Int64] = []
  private(set) var positions: [Int64] = []
  private var groups: [Int32] = []
  /// Rows of each partition that wait.
  private var waiting: [Int32] = []
  private var queue = TimeHeap<Int32>()
  private var freeCount = 0
  /// Partitions with rows or searches that the next flush must look at, each once.
  private var touched: [Int32] = []
  private var isTouched: [Bool] = []
  private let isEverywhere: Bool

  init(schema: Schema, keyTypes: [DataType], startsEverywhere: Bool) {
    self.schema = schema
    // Without PARTITION BY all rows have one key.
    self.keyTypes = keyTypes.isEmpty ? [.int] : keyTypes
    isEverywhere = startsEverywhere
    index = GroupIndex(keyTypes: self.keyTypes)
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  var rowCount: Int { times.count - freeCount }
  var columns: [Column] { builders.map { $0.finish() } }
  var memoryBytes: Int {
    columns.reduce(index.memoryBytes + times.count * 40) { $0 + $1.memoryBytes }
      + partitions.reduce(0) { $0 + $1.memoryBytes }
  }

  // MARK: Rows in

  /// Keeps rows of the partitions with these keys until `release` lets them in.
  func add(_ batch: Batch, keys: [Column], times newTimes: [Int64], order: RowOrder) {
    var found: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    let keys = keys.isEmpty ? [Column.int32(PrimitiveColumn([Int32](repeating: 0, count: batch.count)))] : keys
    index.findOrInsert(keys, rows: batch.count, groups: &found, reused: &reused)
    while partitions.count < index.count {
      partitions.append(MatchPartition())
      waiting.append(0)
      isTouched.append(false)
    }
    for (group, _) in reused { partitions[Int(group)] = MatchPartition() }
    for (i, column) in batch.columns.enumerated() { builders[i].appendCopying(column) }
    for row in 0..<batch.count {
      queue.push(Int32(times.count), time: newTimes[row])
      times.append(newTimes[row])
      positions.append(order.position(row))
      groups.append(found[row])
      waiting[Int(found[row])] += 1
    }
  }

  /// Takes the rows whose time is at or before `horizon` into their partitions, in the order of `sorted`.
  func release(upTo horizon: Int64, sorted: ([Int32]) throws(SQLError) -> [Int32]) throws(SQLError) {
    let due = horizon == .max ? queue.popAll() : queue.pop(upTo: horizon)
    if due.isEmpty { return }
    for slot in try sorted(due) {
      let group = groups[Int(slot)]
      partitions[Int(group)].rows.append(slot)
      waiting[Int(group)] -= 1
      touch(group)
    }
  }

  func touch(_ groups: [Int32]) { for group in groups { touch(group) } }

  private func touch(_ group: Int32) {
    if isTouched[Int(group)] { return }
    isTouched[Int(group)] = true
    touched.append(group)
  }

  /// Partitions to look at, in the order of their first rows; none after this.
  func takeTouched() -> [Int32] {
    defer { touched.removeAll(keepingCapacity: true) }
    for group in touched { isTouched[Int(group)] = false }
    return touched.sorted()
  }

  // MARK: Rows out

  /// Forgets the rows that no search of these partitions needs; `lookBack` rows before the first start are kept.
  func forget(_ active: [Int32], lookBack: Int) {
    var empty: [Int32] = []
    for group in active {
      var partition = partitions[Int(group)]
      partitions[Int(group)] = MatchPartition()
      freeCount += partition.forget(before: partition.firstStart - lookBack).count
      if partition.rows.isEmpty && waiting[Int(group)] == 0 && index.isLive(group) { empty.append(group) }
      partitions[Int(group)] = partition
    }
    index.remove(empty)
    compactIfSparse()
  }

  /// Rewrites the columns once most slots are free.
  private func compactIfSparse() {
    guard freeCount > 1024, freeCount * 2 > times.count else { return }
    var live: [Int32] = []
    var moved = [Int32](repeating: -1, count: times.count)
    func keep(_ slot: Int32) -> Int32 {
      moved[Int(slot)] = Int32(live.count)
      live.append(slot)
      return moved[Int(slot)]
    }
    for group in partitions.indices { partitions[group].rows = partitions[group].rows.map(keep) }
    queue.mapPayloads(keep)
    for i in builders.indices {
      let kept = builders[i].finish().gather(live)
      builders[i] = ColumnBuilder(schema[i].type)
      builders[i].appendCopying(kept)
    }
    times = live.map { times[Int($0)] }
    positions = live.map { positions[Int($0)] }
    groups = live.map { groups[Int($0)] }
    freeCount = 0
  }

  // MARK: Snapshots

  /// How a row is saved: it waits, it is only looked back at, or a search starts at it.
  private enum RowState: Int8 { case waiting, kept, start }

  private var snapshotSchema: Schema {
    Schema(
      [Field("state", .tinyint), Field("time", .bigint), Field("position", .bigint)]
        + keyTypes.enumerated().map { Field("key\($0)", $1) } + schema.fields)
  }

  /// Always the whole table: what is open is little where WITHIN bounds it.
  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    var slots: [Int32] = []
    var states: [Int8] = []
    for partition in partitions {
      let open = Set(partition.attempts.map(\.start) + partition.restarts)
      let first = partition.firstStart
      for (offset, slot) in partition.rows.enumerated() {
        let position = partition.base + offset
        let isStart = isEverywhere ? open.contains(position) || position >= partition.nextStart : position >= first
        slots.append(slot)
        states.append((isStart ? RowState.start : .kept).rawValue)
      }
    }
    for (_, slot) in queue.entries {
      slots.append(slot)
      states.append(RowState.waiting.rawValue)
    }
    let fixed: [Column] = [
      .int8(PrimitiveColumn(states)), .int64(PrimitiveColumn(slots.map { times[Int($0)] })),
      .int64(PrimitiveColumn(slots.map { positions[Int($0)] })),
    ]
    let keys = index.keys(of: slots.map { groups[Int($0)] })
    let rows = Batch(fixed + keys + columns.map { $0.gather(slots) }, count: slots.count)
    return StateSnapshot(extent: .full, schema: snapshotSchema, rows: rows, removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    let rows = snapshot.rows
    guard rows.columns.count == snapshotSchema.count, case .int8(let states) = rows.columns[0],
      case .int64(let savedTimes) = rows.columns[1], case .int64(let savedPositions) = rows.columns[2]
    else { return }
    clear()
    let keys = Array(rows.columns[3..<3 + keyTypes.count])
    add(
      Batch(Array(rows.columns[(3 + keyTypes.count)...]), count: rows.count), keys: keys, times: savedTimes.values,
      order: .explicit(savedPositions.values))
    queue = TimeHeap<Int32>()
    for row in 0..<rows.count {
      let group = Int(groups[row])
      if states.values[row] == RowState.waiting.rawValue {
        queue.push(Int32(row), time: times[row])
        continue
      }
      waiting[group] -= 1
      let position = partitions[group].rows.count
      partitions[group].rows.append(Int32(row))
      if states.values[row] == RowState.kept.rawValue {
        if !isEverywhere { partitions[group].nextStart = position + 1 }
      } else if isEverywhere {
        partitions[group].restarts.append(position)
      }
      if isEverywhere { partitions[group].nextStart = position + 1 }
      touch(Int32(group))
    }
  }

  private func clear() {
    index.clear()
    partitions = []
    waiting = []
    builders = schema.fields.map { ColumnBuilder($0.type) }
    times = []
    positions = []
    groups = []
    queue = TimeHeap<Int32>()
    freeCount = 0
    touched = []
    isTouched = []
  }
}

extension MatchPartition {
  fileprivate var memoryBytes: Int {
    rows.count * 4 + verdicts.count * 8
      + attempts.reduce(0) { $0 + $1.nodes.count * 8 + $1.threads.reduce(64) { $0 + 48 + $1.registers.count * 8 } }
  }
}
