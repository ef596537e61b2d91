/// Rows picked, cut and joined. Each is one switch a column, then a loop over primitives.
extension Column {
  /// The rows at `rows`, in that order, repeats allowed. O(rows); string bytes are shared, not copied.
  package func gather(_ rows: [Int32]) -> Column {
    switch self {
    case .null: return .null(count: rows.count)
    case .bool(let c): return .bool(c.gather(rows))
    case .int8(let c): return .int8(c.gather(rows))
    case .int16(let c): return .int16(c.gather(rows))
    case .int32(let c): return .int32(c.gather(rows))
    case .int64(let c): return .int64(c.gather(rows))
    case .float32(let c): return .float32(c.gather(rows))
    case .float64(let c): return .float64(c.gather(rows))
    case .int128(let c): return .int128(c.gather(rows))
    case .bytes(let c):
      return .bytes(
        BytesColumn(gatherValues(c.views, rows), owners: c.owners, validity: gatherValidity(c.validity, rows)))
    case .list(let c):
      let (offsets, children) = gatherOffsets(c.offsets, rows)
      return .list(
        ListColumn(
          offsets: offsets, child: c.child.gather(children), validity: gatherValidity(c.validity, rows)))
    case .map(let c):
      let (offsets, entries) = gatherOffsets(c.offsets, rows)
      return .map(
        MapColumn(
          offsets: offsets, keys: c.keys.gather(entries), values: c.values.gather(entries),
          validity: gatherValidity(c.validity, rows)))
    case .structure(let c):
      return .structure(
        StructColumn(
          fields: c.fields.map { $0.gather(rows) }, count: rows.count,
          validity: gatherValidity(c.validity, rows)))
    }
  }

  /// The rows at `rows`; NULL where the index is negative.
  package func gatherOrNull(_ rows: [Int32], type: DataType) -> Column {
    guard rows.contains(where: { $0 < 0 }) else { return gather(rows) }
    if count == 0 { return .repeating(.null, type: type, count: rows.count) }
    let column = gather(rows.map { max($0, 0) })
    let found = Validity(count: rows.count) { rows[$0] >= 0 }
    return column.with(validity: Validity.intersection(found, column.validity))
  }

  /// Rows `range` as a column of its own.
  package func slice(_ range: Range<Int>) -> Column {
    if range == 0..<count { return self }
    switch self {
    case .null: return .null(count: range.count)
    case .bool(let c): return .bool(c.slice(range))
    case .int8(let c): return .int8(c.slice(range))
    case .int16(let c): return .int16(c.slice(range))
    case .int32(let c): return .int32(c.slice(range))
    case .int64(let c): return .int64(c.slice(range))
    case .float32(let c): return .float32(c.slice(range))
    case .float64(let c): return .float64(c.slice(range))
    case .int128(let c): return .int128(c.slice(range))
    case .bytes(let c):
      return .bytes(
        BytesColumn(Array(c.views[range]), owners: c.owners, validity: sliceValidity(c.validity, range)))
    case .list, .map, .structure:
      return gather(range.map { Int32($0) })
    }
  }

  /// All rows of all columns, one after the other. All must be of `type`'s layout, or `.null`.
  package static func concatenate(_ columns: [Column], type: DataType) -> Column {
    if columns.count == 1, let only = columns.first { return only }
    var builder = ColumnBuilder(type, capacity: columns.reduce(0) { $0 + $1.count })
    for column in columns { builder.append(column) }
    return builder.finish()
  }
}

extension PrimitiveColumn {
  func gather(_ rows: [Int32]) -> PrimitiveColumn {
    PrimitiveColumn(gatherValues(values, rows), validity: gatherValidity(validity, rows))
  }

  func slice(_ range: Range<Int>) -> PrimitiveColumn {
    PrimitiveColumn(Array(values[range]), validity: sliceValidity(validity, range))
  }
}

func gatherValues<T>(_ values: [T], _ rows: [Int32]) -> [T] {
  values.withUnsafeBufferPointer { source in
    [T](unsafeUninitializedCapacity: rows.count) { target, count in
      for i in 0..<rows.count { target.initializeElement(at: i, to: source[Int(rows[i])]) }
      count = rows.count
    }
  }
}

func gatherValidity(_ validity: Validity?, _ rows: [Int32]) -> Validity? {
  guard let validity else { return nil }
  let result = Validity(count: rows.count) { validity[Int(rows[$0])] }
  return result.isAllValid ? nil : result
}

func sliceValidity(_ validity: Validity?, _ range: Range<Int>) -> Validity? {
  guard let validity else { return nil }
  let result = Validity(count: range.count) { validity[range.lowerBound + $0] }
  return result.isAllValid ? nil : result
}

/// New offsets for the picked lists, and the child rows they hold.
func gatherOffsets(_ offsets: [Int32], _ rows: [Int32]) -> (offsets: [Int32], children: [Int32]) {
  var result: [Int32] = [0]
  result.reserveCapacity(rows.count + 1)
  var children: [Int32] = []
  for row in rows {
    let from = offsets[Int(row)], to = offsets[Int(row) + 1]
    children.append(contentsOf: from..<to)
    result.append(Int32(children.count))
  }
  return (result, children)
}

extension Column {
  /// As `concatenate`, for columns known to share one layout (or to be all-NULL): the type is read off them.
  package static func concatenateSameLayout(_ columns: [Column]) -> Column {
    let typed = columns.first { $0.physical != .null }
    return concatenate(columns, type: typed?.layoutType ?? .null)
  }

  /// Some type of this layout; which one does not matter to code that only moves values.
  package var layoutType: DataType {
    switch self {
    case .null: .null
    case .bool: .boolean
    case .int8: .tinyint
    case .int16: .smallint
    case .int32: .int
    case .int64: .bigint
    case .float32: .float
    case .float64: .double
    case .int128: .decimal(precision: DataType.decimalDigitsMax, scale: 0)
    case .bytes: .binary
    case .list(let c): .array(c.child.layoutType)
    case .map(let c): .map(key: c.keys.layoutType, value: c.values.layoutType)
    case .structure(let c): .structure(c.fields.enumerated().map { Field("\($0)", $1.layoutType) })
    }
  }
}
