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

  /// Every row as the state of a group of its own, by partition of its key's hash: cheaper than groups where keys hardly repeat. The table
  /// is empty, and stays so. nil if it must see rows together (DISTINCT). Positions are the rows'.
  package func rowStates(
    keys: [Column], inputs: [CallInput], rows: Int, order: RowOrder, step: StepContext, partitions: Int
  ) throws(SQLError) -> [Delta]? {
    if !distinctValues.isEmpty || keyTypes.isEmpty || index.count > 0 { return nil }
    let groups = Array(0..<Int32(rows))
    groupBuffer = groups
    var columns = keys
    for (i, accumulator) in accumulators.enumerated() {
      accumulator.grow(to: rows)
      try update(i, inputs[i], rows: rows, weights: nil, order: order, step: step)
      columns += try accumulator.state(of: groups)
      accumulator.reset(groups)
    }
    let delta = Delta(Batch(columns, count: rows), order: order)
    if partitions == 1 { return [delta] }
    let hashes = index.hashes(of: keys, rows: rows)
    var byPartition = [[Int32]](repeating: [], count: partitions)
    for i in byPartition.indices { byPartition[i].reserveCapacity(rows) }
    for row in 0..<rows { byPartition[Hashing.partition(hashes[row], of: partitions)].append(Int32(row)) }
    return byPartition.map { delta.gather($0) }
  }
}
