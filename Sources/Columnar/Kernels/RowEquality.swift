/// Row-wise sameness of two columns.
extension Column {
  /// Adds to `differs[i]` whether row i of the two columns is not the same value (NULL is the same as NULL, NaN as NaN).
  /// Both have `differs.count` rows.
  package func markDifferences(from other: Column, into differs: inout [Bool]) {
    switch (self, other) {
    case (.bool(let a), .bool(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.int8(let a), .int8(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.int16(let a), .int16(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.int32(let a), .int32(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.int64(let a), .int64(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.float32(let a), .float32(let b)): mark(a, b, &differs) { $0 == $1 || ($0.isNaN && $1.isNaN) }
    case (.float64(let a), .float64(let b)): mark(a, b, &differs) { $0 == $1 || ($0.isNaN && $1.isNaN) }
    case (.int128(let a), .int128(let b)): mark(a, b, &differs) { $0 == $1 }
    case (.bytes(let a), .bytes(let b)):
      for row in differs.indices {
        let x = a.validity.map { $0[row] } ?? true
        let y = b.validity.map { $0[row] } ?? true
        if x != y || (x && a.views[row] != b.views[row]) { differs[row] = true }
      }
    case (.null, .null): break
    default:
      // Nested values and columns of NULLs: compared by their canonical encoding.
      let encoder = KeyEncoder(columns: 1)
      let a = encoder.encode([self], rows: differs.count)
      let b = encoder.encode([other], rows: differs.count)
      for row in differs.indices where a.views[row] != b.views[row] { differs[row] = true }
    }
  }
}

@inline(__always)
private func mark<T>(
  _ a: PrimitiveColumn<T>, _ b: PrimitiveColumn<T>, _ differs: inout [Bool], same: (T, T) -> Bool
) {
  for row in differs.indices {
    let x = a.validity.map { $0[row] } ?? true
    let y = b.validity.map { $0[row] } ?? true
    if x != y || (x && !same(a.values[row], b.values[row])) { differs[row] = true }
  }
}
