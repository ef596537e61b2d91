internal import Columnar

extension Operand {
  /// The operand as lists of `rows` rows: offsets and elements. A constant is repeated.
  func lists(_ rows: Int) -> ListColumn {
    if case .list(let c) = flattened(rows: rows) { return c }
    return ListColumn(
      offsets: [Int32](repeating: 0, count: rows + 1), child: .null(count: 0),
      validity: Validity(repeating: false, count: rows))
  }

  /// The operand as maps of `rows` rows.
  func maps(_ rows: Int) -> MapColumn {
    if case .map(let c) = flattened(rows: rows) { return c }
    return MapColumn(
      offsets: [Int32](repeating: 0, count: rows + 1), keys: .null(count: 0), values: .null(count: 0),
      validity: Validity(repeating: false, count: rows))
  }
}
