import Columnar

/// What a table with a key shows of a result whose rows another key tells apart: of all rows of a key the one that came last.
/// When that one goes, the last of those that are left is shown again, and only a key without any is deleted.
///
/// Without it a delete would take away whatever row has its key. Flink calls this a sink upsert materializer. Holds the rows of
/// the result; O(rows of the step and of their keys).
struct LatestOfKey {
  private let rows: GroupIndex
  private let keys: GroupIndex
  private let key: [Int]
  /// Rows of each key, in the order in which they came.
  private var held: [[Int32]] = []
  private var counts: [Int32] = []

  init(schema: Schema, key: [Int]) {
    self.key = key
    rows = GroupIndex(keyTypes: schema.types)
    keys = GroupIndex(keyTypes: key.map { schema.types[$0] })
  }

  /// Takes the changes of a step in, and gives those of what is shown.
  mutating func apply(_ batch: Batch, weights: [Int64]) -> (batch: Batch, weights: [Int64]) {
    var groups: [Int32] = []
    var owners: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    rows.findOrInsert(batch.columns, rows: batch.count, groups: &groups, reused: &reused)
    keys.findOrInsert(key.map { batch.columns[$0] }, rows: batch.count, groups: &owners, reused: &reused)
    while held.count < keys.count { held.append([]) }
    while counts.count < rows.count { counts.append(0) }
    var before: [Int32: Int32?] = [:]
    var touched: [Int32] = []
    for row in 0..<batch.count {
      let (owner, group) = (owners[row], groups[row])
      if before[owner] == nil {
        before[owner] = .some(held[Int(owner)].last)
        touched.append(owner)
      }
      if weights[row] > 0 {
        held[Int(owner)].append(group)
        counts[Int(group)] += 1
      } else if let place = held[Int(owner)].lastIndex(of: group) {
        held[Int(owner)].remove(at: place)
        counts[Int(group)] -= 1
      }
    }
    var shown: [Int32] = []
    var signs: [Int64] = []
    for owner in touched {
      let (old, new) = (before[owner] ?? nil, held[Int(owner)].last)
      if old == new { continue }
      guard let change = new ?? old else { continue }
      shown.append(change)
      signs.append(new == nil ? -1 : 1)
    }
    let result = Batch(rows.keys(of: shown), count: shown.count)
    rows.remove(Set(groups).filter { counts[Int($0)] == 0 }.sorted())
    keys.remove(touched.filter { held[Int($0)].isEmpty })
    return (result, signs)
  }
}
