import Columnar
import Diagnostics
import Expressions

// Groups as partial states, which a table of the same plan merges (`merge`).
extension AggregateTable {
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
}
