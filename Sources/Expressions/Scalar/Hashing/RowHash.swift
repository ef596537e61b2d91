internal import Columnar

/// A hash of values that folds one value after the other into a seed.
protocol RowHash {
  associatedtype Seed: Sendable
  static func hash(_ value: UInt32, _ seed: Seed) -> Seed
  static func hash(_ value: UInt64, _ seed: Seed) -> Seed
  static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: Seed) -> Seed
}

/// Folds whole columns into the hashes of rows. NULLs leave a hash as it is; −0.0 hashes as 0.0 and all NaNs alike.
enum ColumnHash {
  /// One pass over `column`, a loop of its own for each layout.
  static func fold<H: RowHash>(_ column: Column, _ type: DataType, into hashes: inout [H.Seed], by hash: H.Type) {
    let validity = column.validity
    func each(_ next: (Int, H.Seed) -> H.Seed) {
      hashes.withUnsafeMutableBufferPointer { hashes in
        for row in 0..<hashes.count where validity.map({ $0[row] }) ?? true { hashes[row] = next(row, hashes[row]) }
      }
    }
    switch column {
    case .null: break
    case .bool(let c): each { H.hash(c.values[$0] ? 1 as UInt32 : 0, $1) }
    case .int8(let c): each { H.hash(UInt32(bitPattern: Int32(c.values[$0])), $1) }
    case .int16(let c): each { H.hash(UInt32(bitPattern: Int32(c.values[$0])), $1) }
    case .int32(let c): each { H.hash(UInt32(bitPattern: c.values[$0]), $1) }
    case .int64(let c): each { H.hash(UInt64(bitPattern: c.values[$0]), $1) }
    case .float32(let c): each { H.hash(bits(c.values[$0]), $1) }
    case .float64(let c): each { H.hash(bits(c.values[$0]), $1) }
    case .bytes(let c): each { row, seed in c.views[row].withRaw { H.hash($0, seed) } }
    case .int128, .list, .map, .structure: each { value(column, $0, type, $1, by: hash) }
    }
  }

  /// The value of one row of a nested column or a decimal.
  private static func value<H: RowHash>(
    _ column: Column, _ row: Int, _ type: DataType, _ seed: H.Seed, by hash: H.Type
  ) -> H.Seed {
    if column.isNull(row) { return seed }
    switch column {
    case .null: return seed
    case .bool(let c): return H.hash(c.values[row] ? 1 as UInt32 : 0, seed)
    case .int8(let c): return H.hash(UInt32(bitPattern: Int32(c.values[row])), seed)
    case .int16(let c): return H.hash(UInt32(bitPattern: Int32(c.values[row])), seed)
    case .int32(let c): return H.hash(UInt32(bitPattern: c.values[row]), seed)
    case .int64(let c): return H.hash(UInt64(bitPattern: c.values[row]), seed)
    case .float32(let c): return H.hash(bits(c.values[row]), seed)
    case .float64(let c): return H.hash(bits(c.values[row]), seed)
    case .bytes(let c): return c.views[row].withRaw { H.hash($0, seed) }
    case .int128(let c):
      if case .decimal(let precision, _) = type, precision > decimalDigitsOfLongMax { return long(c.values[row], seed, by: hash) }
      return H.hash(UInt64(bitPattern: Int64(truncatingIfNeeded: c.values[row])), seed)
    case .list(let c):
      guard case .array(let element) = type else { return seed }
      var result = seed
      for i in c.offsets[row]..<c.offsets[row + 1] { result = value(c.child, Int(i), element, result, by: hash) }
      return result
    case .map(let c):
      guard case .map(let key, let item) = type else { return seed }
      var result = seed
      for i in Int(c.offsets[row])..<Int(c.offsets[row + 1]) {
        result = value(c.values, i, item, value(c.keys, i, key, result, by: hash), by: hash)
      }
      return result
    case .structure(let c):
      guard case .structure(let fields) = type else { return seed }
      var result = seed
      for (child, field) in zip(c.fields, fields) { result = value(child, row, field.type, result, by: hash) }
      return result
    }
  }

  /// Decimals of so many digits hash as their unscaled value in 64 bits, longer ones as its bytes.
  private static let decimalDigitsOfLongMax = 18

  /// The shortest two's complement, highest byte first: what Java's `BigInteger.toByteArray` gives.
  private static func long<H: RowHash>(_ unscaled: Int128, _ seed: H.Seed, by hash: H.Type) -> H.Seed {
    let magnitude = unscaled < 0 ? ~unscaled : unscaled
    let bytes = (128 - magnitude.leadingZeroBitCount) / 8 + 1
    return withUnsafeBytes(of: unscaled.bigEndian) { all in
      H.hash(UnsafeRawBufferPointer(rebasing: all[(16 - min(bytes, 16))...]), seed)
    }
  }

  @inline(__always)
  private static func bits(_ value: Float) -> UInt32 {
    value.isNaN ? 0x7FC0_0000 : (value == 0 ? 0 : value.bitPattern)
  }

  @inline(__always)
  private static func bits(_ value: Double) -> UInt64 {
    value.isNaN ? 0x7FF8_0000_0000_0000 : (value == 0 ? 0 : value.bitPattern)
  }
}
