internal import Columnar

/// Sorts the rows of each group by the items of an ORDER BY inside an aggregate.
struct GroupSorter {
  private let encoder: KeyEncoder
  private let isSorting: Bool

  init(_ orderings: [CallOrdering]) {
    encoder = KeyEncoder(
      orderings.map { KeyEncoder.Part(isDescending: $0.isDescending, nullsFirst: $0.nullsFirst) })
    isSorting = !orderings.isEmpty
  }

  /// The rows of each group `offsets[i] ..< offsets[i + 1]` in order; rows with equal keys keep the input's.
  func order(_ offsets: [Int32], keys columns: [Column], count: Int) -> [Int32] {
    var order = (0..<Int32(truncatingIfNeeded: count)).map { $0 }
    if !isSorting { return order }
    let keys = encoder.encode(columns, rows: count)
    // Rows are asked for in their own order where keys are equal, which is what positions of one value leave to `KeySort`.
    let positions = [Int64](repeating: 0, count: count)
    for group in 0..<(offsets.count - 1) {
      let range = Int(offsets[group])..<Int(offsets[group + 1])
      if range.count < 2 { continue }
      var rows = Array(order[range])
      KeySort.sort(&rows, keys: keys.views, positions: positions)
      order.replaceSubrange(range, with: rows)
    }
    return withExtendedLifetime(keys) { order }
  }
}
