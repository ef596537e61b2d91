internal import Columnar

/// The order of single rows, nested ones too: NULL before any value and equal to itself, NaN above all numbers,
/// −0.0 = 0.0, as Spark orders.
///
/// One switch a row: for nested values, small candidate lists and other cold paths; columns of primitives have loops
/// of their own.
enum RowComparison {
  /// −1, 0 or 1. Both columns have one layout; rows of different layouts compare equal only if both are NULL.
  static func compare(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Int {
    let (aNull, bNull) = (a.isNull(i), b.isNull(j))
    if aNull || bNull { return aNull == bNull ? 0 : (aNull ? -1 : 1) }
    switch (a, b) {
    case (.bool(let x), .bool(let y)): return order(x.values[i] ? 1 : 0, y.values[j] ? 1 : 0)
    case (.int8(let x), .int8(let y)): return order(x.values[i], y.values[j])
    case (.int16(let x), .int16(let y)): return order(x.values[i], y.values[j])
    case (.int32(let x), .int32(let y)): return order(x.values[i], y.values[j])
    case (.int64(let x), .int64(let y)): return order(x.values[i], y.values[j])
    case (.int128(let x), .int128(let y)): return order(x.values[i], y.values[j])
    case (.float32(let x), .float32(let y)): return orderFloats(x.values[i], y.values[j])
    case (.float64(let x), .float64(let y)): return orderFloats(x.values[i], y.values[j])
    case (.bytes(let x), .bytes(let y)): return x.views[i].compare(y.views[j])
    case (.list(let x), .list(let y)):
      let (from, other) = (Int(x.offsets[i]), Int(y.offsets[j]))
      let (count, otherCount) = (Int(x.offsets[i + 1]) - from, Int(y.offsets[j + 1]) - other)
      for k in 0..<min(count, otherCount) {
        let result = compare(x.child, from + k, y.child, other + k)
        if result != 0 { return result }
      }
      return order(count, otherCount)
    case (.structure(let x), .structure(let y)):
      for (field, otherField) in zip(x.fields, y.fields) {
        let result = compare(field, i, otherField, j)
        if result != 0 { return result }
      }
      return 0
    case (.map(let x), .map(let y)):
      // Maps have no order in SQL; this one makes equal maps with equal entry order equal.
      let (from, other) = (Int(x.offsets[i]), Int(y.offsets[j]))
      let (count, otherCount) = (Int(x.offsets[i + 1]) - from, Int(y.offsets[j + 1]) - other)
      for k in 0..<min(count, otherCount) {
        var result = compare(x.keys, from + k, y.keys, other + k)
        if result == 0 { result = compare(x.values, from + k, y.values, other + k) }
        if result != 0 { return result }
      }
      return order(count, otherCount)
    default: return 1
    }
  }

  /// Equality of two rows that counts two NULLs as equal.
  static func areSame(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Bool { compare(a, i, b, j) == 0 }

  @inline(__always)
  static func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : (a == b ? 0 : 1) }

  @inline(__always)
  static func orderFloats<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> Int {
    if a < b { return -1 }
    if a > b { return 1 }
    if a == b { return 0 }
    return a.isNaN ? (b.isNaN ? 0 : 1) : -1
  }
}
