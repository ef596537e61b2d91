import Columnar
import Diagnostics
import Expressions

// Groups as partial states, which a table of the same plan merges (`merge`).
extension AggregateTable {
  /// The groups as partial states, by partition of their key's hash.
  package func partialStates(partitions: Int) throws(SQLError) -> [Delta] {
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
