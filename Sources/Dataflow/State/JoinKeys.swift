import Columnar

/// The join keys of both inputs: one group number a key, so that a row is hashed once and finds the rows of either side.
final class JoinKeys {
  let types: [DataType]
  private let isNullSafe: [Bool]
  private let index: GroupIndex

  /// `isNullSafe[i]`: key i is compared with `<=>`, where NULL equals NULL; with `=` a NULL equals nothing.
  init(types: [DataType], isNullSafe: [Bool]) {
    self.types = types
    self.isNullSafe = isNullSafe
    index = GroupIndex(keyTypes: types)
  }

  /// Groups given out so far.
  var count: Int { types.isEmpty ? 1 : index.count }
  var memoryBytes: Int { index.memoryBytes }

  /// The group of every row, −1 for rows whose key equals no other; `inserting` makes groups for new keys, else they
  /// have −1 too. Without keys all rows are of one group. O(rows).
  func locate(_ columns: [Column], rows: Int, inserting: Bool) -> [Int32] {
    if types.isEmpty { return [Int32](repeating: 0, count: rows) }
    var validity: Validity?
    for (column, isSafe) in zip(columns, isNullSafe) where !isSafe {
      validity = Validity.intersection(validity, column.validity)
    }
    guard let validity, !validity.isAllValid else { return look(columns, rows: rows, inserting: inserting) }
    let valid = (0..<Int32(rows)).filter { validity[Int($0)] }
    let found = look(columns.map { $0.gather(valid) }, rows: valid.count, inserting: inserting)
    var groups = [Int32](repeating: -1, count: rows)
    for (row, group) in zip(valid, found) { groups[Int(row)] = group }
    return groups
  }

  private func look(_ columns: [Column], rows: Int, inserting: Bool) -> [Int32] {
    var groups: [Int32] = []
    if inserting {
      var reused: [(group: Int32, row: Int32)] = []
      index.findOrInsert(columns, rows: rows, groups: &groups, reused: &reused)
    } else {
      index.find(columns, rows: rows, groups: &groups)
    }
    return groups
  }

  func keys(of groups: [Int32]) -> [Column] { types.isEmpty ? [] : index.keys(of: groups) }

  /// Forgets groups that no side has rows of; their numbers are given out again.
  func remove(_ groups: [Int32]) {
    if !types.isEmpty { index.remove(groups) }
  }

  func clear() { index.clear() }
}
