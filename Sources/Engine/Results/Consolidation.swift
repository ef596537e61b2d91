import Columnar
import Connectors

/// Sums the weights of equal rows and drops those that cancel: the canonical form of a Z-set.
enum Consolidation {
  /// All deltas as one.
  static func concatenate(_ deltas: [Delta], schema: Schema) -> Delta {
    if deltas.count == 1, let only = deltas.first { return only }
    let hasWeights = deltas.contains { $0.weights != nil }
    return Delta(
      Batch.concatenate(deltas.map(\.batch), schema: schema),
      weights: hasWeights
        ? deltas.flatMap { delta in delta.weights ?? [Int64](repeating: 1, count: delta.count) } : nil,
      order: .explicit(deltas.flatMap { delta in delta.order.positions(count: delta.count) }))
  }

  /// One row per distinct content with a weight that is not zero, each where its last surviving copy stood; deletions
  /// stay before the insertions that followed them.
  static func consolidate(_ deltas: [Delta], schema: Schema) -> Delta {
    let all = concatenate(deltas, schema: schema)
    guard let weights = all.weights else { return all }
    let index = GroupIndex(keyTypes: schema.types)
    var groups: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    index.findOrInsert(all.columns, rows: all.count, groups: &groups, reused: &reused)
    var net = [Int64](repeating: 0, count: index.count)
    for row in 0..<all.count { net[Int(groups[row])] += weights[row] }
    // The row that stands for its content: the last one whose sign is that of the sum.
    var representative = [Int32](repeating: -1, count: index.count)
    for row in 0..<all.count {
      let group = Int(groups[row])
      if net[group] != 0, (weights[row] > 0) == (net[group] > 0) { representative[group] = Int32(row) }
    }
    let rows = representative.filter { $0 >= 0 }.sorted()
    var result = all.gather(rows)
    result.weights = rows.map { net[Int(groups[Int($0)])] }
    return result
  }
}

extension Delta {
  /// The rows with positive weight, each as often as it says.
  func keepingInsertions() -> Delta {
    guard let weights else { return self }
    var rows: [Int32] = []
    for (row, weight) in weights.enumerated() where weight > 0 {
      for _ in 0..<weight { rows.append(Int32(row)) }
    }
    var result = gather(rows)
    result.weights = nil
    return result
  }
}

/// Names the changes of a consolidated delta: `-U`/`+U` where a key says which old row a new one replaces, else `-D`/`+I`
/// (SEM-9). Input order is kept; a `-U` stands right before its `+U`.
enum ChangelogPairing {
  static func pair(_ delta: Delta, key: [Int]?) -> (rows: [Int32], operations: [RowOperation]) {
    let weights = delta.weights ?? [Int64](repeating: 1, count: delta.count)
    var rows: [Int32] = []
    var operations: [RowOperation] = []
    func append(_ row: Int32, _ operation: RowOperation, times: Int64 = 1) {
      for _ in 0..<times {
        rows.append(row)
        operations.append(operation)
      }
    }
    guard let key else {
      for (row, weight) in weights.enumerated() {
        append(Int32(row), weight > 0 ? .insert : .delete, times: abs(weight))
      }
      return (rows, operations)
    }
    let keys = KeyEncoder(columns: key.count).encode(key.map { delta.columns[$0] }, rows: delta.count)
    var oldRow: [BytesView: Int32] = [:]
    var newKeys: Set<BytesView> = []
    for (row, weight) in weights.enumerated() {
      if weight < 0 { oldRow[keys.views[row]] = Int32(row) } else { newKeys.insert(keys.views[row]) }
    }
    for (row, weight) in weights.enumerated() {
      let key = keys.views[row]
      if weight < 0 {
        if !newKeys.contains(key) { append(Int32(row), .delete) }
      } else if let old = oldRow[key] {
        append(old, .updateBefore)
        append(Int32(row), .updateAfter)
      } else {
        append(Int32(row), .insert)
      }
    }
    return withExtendedLifetime(keys) { (rows, operations) }
  }
}
