import Columnar
import Expressions

/// DISTINCT inside aggregates: how often each value is in each group, for all calls with the same arguments at once
/// (`count(DISTINCT x)`, `count(DISTINCT x) FILTER (…)`): they differ in the rows that they count, and share the values.
///
/// A batch is looked up once (`locate`), then each call takes its own transitions, then `endBatch`. Per different value a slot of the hash
/// table, the value itself and 8 bytes a call. Not thread-safe; belongs to one table.
final class DistinctValues {
  /// The calls that share this, by their number in the table.
  let calls: [Int]
  let index: GroupIndex
  /// Values of different groups are told apart; without keys there is but one group.
  let hasOwners: Bool
  /// By slot, then call: how often the value is there for it.
  fileprivate(set) var counts: [Int64] = []
  /// The slot of each row of the batch; −1 where no call wants the row.
  private var slots: [Int32] = []
  /// Slots that a call has taken the last row of.
  private var emptied: [Int32] = []

  init(types: [DataType], calls: [Int], hasOwners: Bool) {
    self.calls = calls
    self.hasOwners = hasOwners
    index = GroupIndex(keyTypes: (hasOwners ? [.int] : []) + types)
  }

  var memoryBytes: Int { index.memoryBytes + counts.count * 8 }

  // MARK: One batch

  /// Finds or makes the slots of the values that some call wants.
  func locate(_ inputs: [CallInput], groups: [Int32], rows: Int) {
    guard let first = calls.first else { return }
    var columns = inputs[first].arguments.map { $0.flattened(rows: rows) }
    if hasOwners { columns.insert(.int32(PrimitiveColumn(groups)), at: 0) }
    guard let wanted = wantedRows(inputs, rows: rows) else { return find(columns, rows: rows, into: &slots) }
    var found: [Int32] = []
    find(columns.map { $0.gather(wanted) }, rows: wanted.count, into: &found)
    slots = [Int32](repeating: -1, count: rows)
    for (slot, row) in zip(found, wanted) { slots[Int(row)] = slot }
  }

  fileprivate func find(_ columns: [Column], rows: Int, into slots: inout [Int32]) {
    var reused: [(group: Int32, row: Int32)] = []
    index.findOrInsert(columns, rows: rows, groups: &slots, reused: &reused)
    // A slot that was given up has counts of 0.
    counts.growZeroed(to: index.count * calls.count)
  }

  /// Rows that pass the filter of some call; nil: all.
  private func wantedRows(_ inputs: [CallInput], rows: Int) -> [Int32]? {
    var isWanted = [Bool](repeating: false, count: rows)
    for call in calls {
      guard let selected = inputs[call].selectedRows, selected.count < rows else { return nil }
      if calls.count == 1 { return selected }
      for row in selected { isWanted[Int(row)] = true }
    }
    return (0..<Int32(rows)).filter { isWanted[Int($0)] }
  }

  /// The rows that make a value appear (+1) or disappear (−1) for one call in its group.
  fileprivate func transitions(_ input: AggregateInput, selected: [Int32]?, member: Int) -> AggregateInput {
    var rows: [Int32] = []
    var weights: [Int64] = []
    var hasRetraction = false
    let stride = calls.count
    counts.withUnsafeMutableBufferPointer { counts in
      for i in 0..<(selected?.count ?? input.rows) {
        let row = selected.map { Int($0[i]) } ?? i
        let at = Int(slots[row]) &* stride &+ member
        let before = counts[at]
        let after = before &+ (input.weights?[row] ?? 1)
        counts[at] = after
        if (before > 0) == (after > 0) { continue }
        rows.append(Int32(truncatingIfNeeded: row))
        weights.append(after > 0 ? 1 : -1)
        if after > 0 { continue }
        hasRetraction = true
        emptied.append(slots[row])
      }
    }
    var result = input.gather(rows)
    result.weights = hasRetraction ? weights : nil
    return result
  }

  /// Forgets the values that are there for no call any more. One that came back within the batch is still wanted; a count below zero
  /// is a debt to be remembered.
  func endBatch() {
    if emptied.isEmpty { return }
    index.remove(Array(Set(emptied.filter(isUnused))))
    emptied.removeAll(keepingCapacity: true)
  }

  private func isUnused(_ slot: Int32) -> Bool {
    let at = Int(slot) * calls.count
    return counts[at..<at + calls.count].allSatisfy { $0 == 0 }
  }

  func clear() {
    index.clear()
    counts.removeAll(keepingCapacity: true)
    emptied.removeAll(keepingCapacity: true)
  }

  // MARK: Groups

  /// The group of each of `slots`.
  private func owners(of slots: [Int32]) -> [Int32] {
    guard hasOwners, case .int32(let owner)? = index.keys(of: slots).first else { return [Int32](repeating: 0, count: slots.count) }
    return owner.values
  }

  private var liveSlots: [Int32] { (0..<Int32(index.count)).filter { index.isLive($0) } }

  /// Drops all values of these groups.
  func forget(groups: Set<Int32>) {
    let slots = liveSlots
    var forgotten: [Int32] = []
    for (slot, owner) in zip(slots, owners(of: slots)) where groups.contains(owner) { forgotten.append(slot) }
    for slot in forgotten { for member in calls.indices { counts[Int(slot) * calls.count + member] = 0 } }
    index.remove(forgotten)
  }

  /// The slots that are there for a call, by group.
  fileprivate func slotsByOwner(member: Int) -> [Int32: [Int32]] {
    var slotsOf: [Int32: [Int32]] = [:]
    let slots = liveSlots.filter { counts[Int($0) * calls.count + member] != 0 }
    for (slot, owner) in zip(slots, owners(of: slots)) { slotsOf[owner, default: []].append(slot) }
    return slotsOf
  }
}

/// One call's part in the values that it shares.
struct DistinctFilter {
  let values: DistinctValues
  private let member: Int

  init(_ values: DistinctValues, member: Int) {
    self.values = values
    self.member = member
  }

  /// Lets through only the changes between "not there" and "there"; `selected` are the rows that pass the call's FILTER.
  func transitions(_ input: AggregateInput, selected: [Int32]?) -> AggregateInput {
    values.transitions(input, selected: selected, member: member)
  }

  // MARK: Snapshots

  /// `array<struct<count, v0, v1 …>>`
  static func listType(_ types: [DataType]) -> DataType {
    .array(.structure([Field("count", .bigint)] + types.enumerated().map { Field("v\($0)", $1) }))
  }

  /// The values of each of `groups` with their counts.
  func lists(of groups: [Int32]) -> Column {
    let slotsOf = values.slotsByOwner(member: member)
    var picked: [Int32] = []
    var offsets: [Int32] = [0]
    for group in groups {
      picked += slotsOf[group] ?? []
      offsets.append(Int32(picked.count))
    }
    let stride = values.calls.count
    let kept = Array(values.index.keys(of: picked).dropFirst(values.hasOwners ? 1 : 0))
    let fields = [Column.int64(PrimitiveColumn(picked.map { values.counts[Int($0) * stride + member] }))] + kept
    return .list(
      ListColumn(offsets: offsets, child: .structure(StructColumn(fields: fields, count: picked.count))))
  }

  /// Puts saved values back under new group numbers.
  func restore(_ lists: Column, groups: [Int32]) {
    guard case .list(let list) = lists, case .structure(let entries) = list.child, entries.count > 0 else { return }
    var owners = [Int32](repeating: 0, count: entries.count)
    for (row, group) in groups.enumerated() {
      for i in list.offsets[row]..<list.offsets[row + 1] { owners[Int(i)] = group }
    }
    var slots: [Int32] = []
    let columns = (values.hasOwners ? [Column.int32(PrimitiveColumn(owners))] : []) + entries.fields.dropFirst()
    values.find(columns, rows: entries.count, into: &slots)
    if case .int64(let saved)? = entries.fields.first {
      for i in 0..<entries.count { values.counts[Int(slots[i]) * values.calls.count + member] = saved.values[i] }
    }
  }
}

extension [Int64] {
  fileprivate mutating func growZeroed(to count: Int) {
    if count > self.count { append(contentsOf: repeatElement(0, count: count - self.count)) }
  }
}
