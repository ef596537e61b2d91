/// Turns rows of key columns into byte strings that compare like the rows: `memcmp` order is ORDER BY order, and equal
/// bytes mean equal keys (NaN = NaN, −0.0 = 0.0, SEM-10). Serves sorting, top-N and keys of several columns.
///
/// Per column one byte for NULL or not, then the value: integers big-endian with the sign flipped, floats with their
/// order-preserving bit trick, strings with 0x00 escaped and a terminator, nested values element by element.
package struct KeyEncoder: Sendable {
  package struct Part: Sendable {
    package var isDescending: Bool
    package var nullsFirst: Bool
    package init(isDescending: Bool = false, nullsFirst: Bool = true) {
      self.isDescending = isDescending
      self.nullsFirst = nullsFirst
    }
  }

  package let parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  /// For grouping: the order does not matter.
  package init(columns: Int) { parts = Array(repeating: Part(), count: columns) }

  /// The encoded keys of all rows; the views point into the result's own buffer.
  package func encode(_ columns: [Column], rows: Int) -> BytesColumn {
    encodeSingle(columns, rows: rows) ?? encodeFlat(columns, rows: rows) ?? encodeRows(columns, rows: rows)
  }

  /// Hashes of the encoded keys of all rows.
  func hashes(_ columns: [Column], rows: Int) -> [UInt64] {
    let encoded = encode(columns, rows: rows)
    return withExtendedLifetime(encoded) { encoded.views.map(\.hash64) }
  }

  /// Any keys, row by row.
  func encodeRows(_ columns: [Column], rows: Int) -> BytesColumn {
    var writer = KeyWriter()
    var ends: [Int] = []
    ends.reserveCapacity(rows)
    for row in 0..<rows {
      for (part, column) in zip(parts, columns) {
        let start = writer.bytes.count
        if column.isNull(row) {
          writer.bytes.append(part.nullsFirst ? 0 : 2)
        } else {
          writer.bytes.append(1)
          writer.append(column, row)
          if part.isDescending { writer.invert(from: start + 1) }
        }
      }
      ends.append(writer.bytes.count)
    }
    let buffer = writer.bytes.withUnsafeBytes { ByteBuffer(copying: $0) }
    var views: [BytesView] = []
    views.reserveCapacity(rows)
    var start = 0
    for end in ends {
      views.append(BytesView(padded: buffer.base + start, count: end - start))
      start = end
    }
    return BytesColumn(views, owners: [buffer])
  }
}

/// Appends order-preserving bytes.
private struct KeyWriter {
  var bytes: [UInt8] = []

  mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func invert(from start: Int) {
    for i in start..<bytes.count { bytes[i] = ~bytes[i] }
  }

  /// One valid value.
  mutating func append(_ column: Column, _ row: Int) {
    switch column {
    case .null: break
    case .bool(let c): bytes.append(c.values[row] ? 1 : 0)
    case .int8(let c): bytes.append(UInt8(bitPattern: c.values[row]) ^ 0x80)
    case .int16(let c): append(bigEndian: UInt16(bitPattern: c.values[row]) ^ 0x8000)
    case .int32(let c): append(bigEndian: UInt32(bitPattern: c.values[row]) ^ 0x8000_0000)
    case .int64(let c): append(bigEndian: UInt64(bitPattern: c.values[row]) ^ (1 << 63))
    case .float32(let c): append(bigEndian: orderedBits(c.values[row]))
    case .float64(let c): append(bigEndian: orderedBits(c.values[row]))
    case .int128(let c): append(bigEndian: UInt128(truncatingIfNeeded: c.values[row]) ^ (1 << 127))
    case .bytes(let c):
      c.views[row].withBytes { source in
        for byte in source {
          bytes.append(byte)
          if byte == 0 { bytes.append(0xFF) }
        }
      }
      bytes.append(0)
      bytes.append(0)
    case .list(let c):
      for i in Int(c.offsets[row])..<Int(c.offsets[row + 1]) { appendElement(c.child, i) }
      bytes.append(0)
    case .map(let c): appendEntries(c, Int(c.offsets[row])..<Int(c.offsets[row + 1]))
    case .structure(let c):
      for field in c.fields { appendElement(field, row) }
    }
  }

  /// The entries of a map in the order of their bytes, so that maps with the same entries are one key.
  private mutating func appendEntries(_ map: MapColumn, _ range: Range<Int>) {
    var entries: [[UInt8]] = []
    entries.reserveCapacity(range.count)
    for i in range {
      var entry = KeyWriter()
      entry.appendElement(map.keys, i)
      entry.appendElement(map.values, i)
      entries.append(entry.bytes)
    }
    entries.sort { $0.lexicographicallyPrecedes($1) }
    for entry in entries { bytes.append(contentsOf: entry) }
    bytes.append(0)
  }

  /// A nested value: 1 = NULL, 2 = a value follows (0 ends the list and sorts before both).
  private mutating func appendElement(_ column: Column, _ row: Int) {
    if column.isNull(row) {
      bytes.append(1)
    } else {
      bytes.append(2)
      append(column, row)
    }
  }
}

/// Bits whose unsigned order is the float's, −0.0 as 0.0, every NaN as one value above +∞ (Spark's order).
package func orderedBits(_ value: Double) -> UInt64 {
  if value.isNaN { return .max }
  let bits = value == 0 ? 0 : value.bitPattern
  return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
}

package func orderedBits(_ value: Float) -> UInt32 {
  if value.isNaN { return .max }
  let bits = value == 0 ? 0 : value.bitPattern
  return bits >> 31 == 0 ? bits | 1 << 31 : ~bits
}
