/// One key of a fixed width, which is what most windows and top-Ns are ordered by: the same bytes without a writer, since
/// they fit into a view.
extension KeyEncoder {
  /// Nil if the keys are of another kind.
  func encodeSingle(_ columns: [Column], rows: Int) -> BytesColumn? {
    guard columns.count == 1, let part = parts.first, parts.count == 1 else { return nil }
    switch columns[0] {
    case .int64(let c): return long(c, rows, part) { UInt64(bitPattern: $0) ^ 1 << 63 }
    case .float64(let c): return long(c, rows, part) { orderedBits($0) }
    case .int32(let c): return short(c, rows, part) { UInt32(bitPattern: $0) ^ 1 << 31 }
    case .null, .bool, .int8, .int16, .float32, .int128, .bytes, .list, .map, .structure: return nil
    }
  }

  /// A byte that the value is not NULL, then its eight.
  @inline(__always)
  private func long<T>(_ c: PrimitiveColumn<T>, _ rows: Int, _ part: Part, _ word: (T) -> UInt64) -> BytesColumn {
    let flip: UInt64 = part.isDescending ? ~0 : 0
    return views(c, rows, part) { value in
      let bytes = (word(value) ^ flip).byteSwapped
      return BytesView(head: 9 | (1 | (bytes & 0xFF_FFFF) << 8) << 32, tail: bytes >> 24)
    }
  }

  /// A byte that the value is not NULL, then its four.
  @inline(__always)
  private func short<T>(_ c: PrimitiveColumn<T>, _ rows: Int, _ part: Part, _ word: (T) -> UInt32) -> BytesColumn {
    let flip: UInt32 = part.isDescending ? ~0 : 0
    return views(c, rows, part) { value in
      let bytes = UInt64((word(value) ^ flip).byteSwapped)
      return BytesView(head: 5 | (1 | (bytes & 0xFF_FFFF) << 8) << 32, tail: bytes >> 24)
    }
  }

  @inline(__always)
  private func views<T>(
    _ c: PrimitiveColumn<T>, _ rows: Int, _ part: Part, _ view: (T) -> BytesView
  ) -> BytesColumn {
    let null = BytesView(head: 1 | (part.nullsFirst ? 0 : 2) << 32, tail: 0)
    let validity = c.validity
    let views = c.values.withUnsafeBufferPointer { values in
      [BytesView](unsafeUninitializedCapacity: rows) { target, count in
        for row in 0..<rows {
          let isValid = validity.map { $0[row] } ?? true
          target.initializeElement(at: row, to: isValid ? view(values[row]) : null)
        }
        count = rows
      }
    }
    return BytesColumn(views)
  }
}
