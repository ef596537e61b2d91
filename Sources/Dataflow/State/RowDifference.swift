import Columnar

/// The difference of two batches as multisets of rows.
struct RowDifference {
  /// Rows of the first batch that the second has not.
  private(set) var removed: [Int32] = []
  /// Rows of the second batch that the first has not.
  private(set) var added: [Int32] = []

  /// Of copies of a row the last ones are those that were added. O(rows).
  init(from before: Batch, to now: Batch) {
    let encoder = KeyEncoder(columns: now.columns.count)
    let old = encoder.encode(before.columns, rows: before.count)
    let new = encoder.encode(now.columns, rows: now.count)
    var balance: [BytesView: Int] = [:]
    for view in new.views { balance[view, default: 0] += 1 }
    for (row, view) in old.views.enumerated() {
      let left = balance[view] ?? 0
      if left > 0 { balance[view] = left - 1 } else { removed.append(Int32(row)) }
    }
    for row in new.views.indices.reversed() {
      let left = balance[new.views[row]] ?? 0
      if left > 0 {
        balance[new.views[row]] = left - 1
        added.append(Int32(row))
      }
    }
    added.reverse()
    withExtendedLifetime((old, new)) {}
  }

  var isEmpty: Bool { removed.isEmpty && added.isEmpty }
}
