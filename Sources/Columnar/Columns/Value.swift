/// One SQL value, boxed: literals, tests and cold paths. Columns are for data.
///
/// The case is the physical layout; the `DataType` beside it says what it means (`int32` may be a date).
package indirect enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int8(Int8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  case float32(Float)
  case float64(Double)
  /// Unscaled decimal.
  case int128(Int128)
  case bytes([UInt8])
  case list([Value])
  /// Entries in insertion order.
  case map([MapEntry])
  case structure([Value])

  package struct MapEntry: Sendable, Hashable {
    package var key: Value
    package var value: Value
    package init(_ key: Value, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  package static func string(_ text: String) -> Value { .bytes(Array(text.utf8)) }

  package var isNull: Bool { self == .null }

  /// The bytes as text, for messages; nil for other cases.
  package var text: String? {
    if case .bytes(let bytes) = self { return String(decoding: bytes, as: UTF8.self) }
    return nil
  }

  /// Any integral case widened; nil for others.
  package var integer: Int64? {
    switch self {
    case .int8(let v): Int64(v)
    case .int16(let v): Int64(v)
    case .int32(let v): Int64(v)
    case .int64(let v): v
    default: nil
    }
  }
}

extension Column {
  /// The value of one row. Allocates for strings and nested values: not for data loops.
  package func value(at row: Int) -> Value {
    if isNull(row) { return .null }
    switch self {
    case .null: return .null
    case .bool(let c): return .bool(c.values[row])
    case .int8(let c): return .int8(c.values[row])
    case .int16(let c): return .int16(c.values[row])
    case .int32(let c): return .int32(c.values[row])
    case .int64(let c): return .int64(c.values[row])
    case .float32(let c): return .float32(c.values[row])
    case .float64(let c): return .float64(c.values[row])
    case .int128(let c): return .int128(c.values[row])
    case .bytes(let c): return .bytes(c.views[row].withBytes { Array($0) })
    case .list(let c):
      return .list((Int(c.offsets[row])..<Int(c.offsets[row + 1])).map { c.child.value(at: $0) })
    case .map(let c):
      return .map(
        (Int(c.offsets[row])..<Int(c.offsets[row + 1])).map {
          Value.MapEntry(c.keys.value(at: $0), c.values.value(at: $0))
        })
    case .structure(let c): return .structure(c.fields.map { $0.value(at: row) })
    }
  }

  /// A column of `count` copies of one value.
  package static func repeating(_ value: Value, type: DataType, count: Int) -> Column {
    var builder = ColumnBuilder(type, capacity: 1)
    builder.append(value)
    let one = builder.finish()
    return count == 1 ? one : one.gather([Int32](repeating: 0, count: count))
  }

  /// A column of these values.
  package init(_ values: [Value], type: DataType) {
    var builder = ColumnBuilder(type, capacity: values.count)
    for value in values { builder.append(value) }
    self = builder.finish()
  }
}
