internal import Columnar

extension Column {
  /// The rows at `rows`; NULL where the index is negative.
  func gatherOrNull(_ rows: [Int32], type: DataType) -> Column {
    guard rows.contains(where: { $0 < 0 }) else { return gather(rows) }
    if count == 0 { return ColumnBuilder.nulls(type, count: rows.count) }
    let column = gather(rows.map { max($0, 0) })
    let found = Validity(count: rows.count) { rows[$0] >= 0 }
    return column.with(validity: Validity.intersection(found, column.validity))
  }
}

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
