import Columnar
import Expressions

/// DISTINCT inside an aggregate: how often each value is in each group; lets through only the changes between "not
/// there" and "there".
final class DistinctFilter {
  let index: GroupIndex
  var counts: [Int64] = []
  private var slots: [Int32] = []

  init(types: [DataType]) {
    index = GroupIndex(keyTypes: [.int] + types)
  }

  var memoryBytes: Int { index.memoryBytes + counts.count * 8 }

  /// The rows that make a value appear (+1) or disappear (−1) in its group.
  func transitions(_ input: AggregateInput) -> AggregateInput {
    let groups = Column.int32(PrimitiveColumn(input.groups))
    let columns = [groups] + input.arguments.map { $0.flattened(rows: input.rows) }
    var reused: [(group: Int32, row: Int32)] = []
    index.findOrInsert(columns, rows: input.rows, groups: &slots, reused: &reused)
    if counts.count < index.count {
      counts.append(contentsOf: repeatElement(0, count: index.count - counts.count))
    }
    for (slot, _) in reused { counts[Int(slot)] = 0 }
    var rows: [Int32] = []
    var weights: [Int64] = []
    var hasRetraction = false
    var emptied: [Int32] = []
    for row in 0..<input.rows {
      let slot = Int(slots[row])
      let before = counts[slot]
      let after = before + (input.weights?[row] ?? 1)
      counts[slot] = after
      if (before > 0) == (after > 0) { continue }
      rows.append(Int32(row))
      weights.append(after > 0 ? 1 : -1)
      if after <= 0 {
        hasRetraction = true
        emptied.append(Int32(slot))
      }
    }
    var result = input.gather(rows)
    result.weights = hasRetraction ? weights : nil
    // A value that came back within the batch is still wanted; a count below zero is a debt to be remembered.
    if !emptied.isEmpty { index.remove(Array(Set(emptied.filter { counts[Int($0)] == 0 }))) }
    return result
  }

  func clear() {
    index.clear()
    counts.removeAll(keepingCapacity: true)
  }
}
