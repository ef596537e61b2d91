internal import Columnar
internal import Diagnostics

/// How aggregates that keep values keep them: any type as one of three kinds of keys, which compare and equal as the
/// values do.
///
///     word    booleans, integers, dates, floats (order-preserving bits)      Int64
///     wide    decimals                                                       Int128
///     bytes   strings and binaries as they are, nested values encoded        BytesView
///
/// So min, max, mode, percentiles, collect_list … are written three times at most, not once a type.
struct KeyCodec: Sendable {
  enum Kind: Sendable { case word, wide, bytes }

  let type: DataType
  let kind: Kind
  /// Whether −0.0 becomes 0.0 (a key) or stays what it is, just below 0.0 (a value).
  let isNormalized: Bool
  /// For nested types.
  private let rows: RowCodec?

  init(_ type: DataType, isNormalized: Bool) {
    self.type = type
    self.isNormalized = isNormalized
    switch type.physical {
    case .null, .bool, .int8, .int16, .int32, .int64, .float32, .float64:
      kind = .word
      rows = nil
    case .int128:
      kind = .wide
      rows = nil
    case .bytes:
      kind = .bytes
      rows = nil
    case .list, .map, .structure:
      kind = .bytes
      rows = RowCodec([RowCodec.Part(type, isNormalized: isNormalized, isNullable: false)])
    }
  }

  // MARK: Values to keys

  /// The keys of a column of kind `word`; those of null rows are arbitrary.
  func words(_ column: Column) throws(SQLError) -> [Int64] {
    switch column {
    case .null(let count): return [Int64](repeating: 0, count: count)
    case .bool(let c): return KeyCodec.map(c.values) { $0 ? 1 : 0 }
    case .int8(let c): return KeyCodec.map(c.values) { Int64($0) }
    case .int16(let c): return KeyCodec.map(c.values) { Int64($0) }
    case .int32(let c): return KeyCodec.map(c.values) { Int64($0) }
    case .int64(let c): return c.values
    case .float32(let c):
      return isNormalized
        ? KeyCodec.map(c.values) { FloatOrder.word($0 == 0 ? 0 : $0) }
        : KeyCodec.map(c.values) { FloatOrder.word($0) }
    case .float64(let c):
      return isNormalized
        ? KeyCodec.map(c.values) { FloatOrder.word($0 == 0 ? 0 : $0) }
        : KeyCodec.map(c.values) { FloatOrder.word($0) }
    case .int128, .bytes, .list, .map, .structure: throw unexpected(column)
    }
  }

  /// The keys of a column of kind `wide`.
  func wides(_ column: Column) throws(SQLError) -> [Int128] {
    if case .null(let count) = column { return [Int128](repeating: 0, count: count) }
    guard case .int128(let c) = column else { throw unexpected(column) }
    return c.values
  }

  /// The keys of a column of kind `bytes`. They borrow: adopt what is kept.
  func views(_ column: Column) throws(SQLError) -> BytesColumn {
    if case .null(let count) = column {
      return BytesColumn([BytesView](repeating: BytesView(), count: count))
    }
    if let rows { return rows.encode([column], rows: column.count) }
    guard case .bytes(let c) = column else { throw unexpected(column) }
    return c
  }

  private func unexpected(_ column: Column) -> SQLError {
    .internal("an aggregate over \(type) got a column of \(column.physical)")
  }

  @inline(__always)
  private static func map<T>(_ values: [T], _ transform: (T) -> Int64) -> [Int64] {
    values.withUnsafeBufferPointer { source in
      [Int64](unsafeUninitializedCapacity: source.count) { target, count in
        for i in 0..<source.count { target.initializeElement(at: i, to: transform(source[i])) }
        count = source.count
      }
    }
  }

  // MARK: Keys to values

  /// A column of `type` from keys of kind `word`.
  func column(words: [Int64], validity: Validity? = nil) -> Column {
    switch type.physical {
    case .bool: return .bool(PrimitiveColumn(words.map { $0 != 0 }, validity: validity))
    case .int8: return .int8(PrimitiveColumn(words.map { Int8(truncatingIfNeeded: $0) }, validity: validity))
    case .int16:
      return .int16(PrimitiveColumn(words.map { Int16(truncatingIfNeeded: $0) }, validity: validity))
    case .int32:
      return .int32(PrimitiveColumn(words.map { Int32(truncatingIfNeeded: $0) }, validity: validity))
    case .int64: return .int64(PrimitiveColumn(words, validity: validity))
    case .float32: return .float32(PrimitiveColumn(words.map { FloatOrder.float($0) }, validity: validity))
    case .float64: return .float64(PrimitiveColumn(words.map { FloatOrder.double($0) }, validity: validity))
    case .null, .int128, .bytes, .list, .map, .structure: return .null(count: words.count)
    }
  }

  /// A column of `type` from keys of kind `wide`.
  func column(wides: [Int128], validity: Validity? = nil) -> Column {
    .int128(PrimitiveColumn(wides, validity: validity))
  }

  /// A column of `type` from keys of kind `bytes`, which point into `owners`.
  func column(views: [BytesView], owners: [ByteBuffer], validity: Validity? = nil) -> Column {
    guard let rows else { return .bytes(BytesColumn(views, owners: owners, validity: validity)) }
    return rows.decode(views, validity: validity)[0].with(validity: validity)
  }
}

/// Floats as signed integers of the same order: NaN above +∞, −0.0 just below 0.0.
enum FloatOrder {
  @inline(__always)
  static func word(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: value.bitPattern)
    return bits < 0 ? bits ^ .max : bits
  }

  @inline(__always)
  static func word(_ value: Float) -> Int64 {
    if value.isNaN { return Int64(Int32.max) }
    let bits = Int32(bitPattern: value.bitPattern)
    return Int64(bits < 0 ? bits ^ .max : bits)
  }

  @inline(__always)
  static func double(_ word: Int64) -> Double {
    if word == .max { return .nan }
    return Double(bitPattern: UInt64(bitPattern: word < 0 ? word ^ .max : word))
  }

  @inline(__always)
  static func float(_ word: Int64) -> Float {
    let narrow = Int32(truncatingIfNeeded: word)
    if narrow == .max { return .nan }
    return Float(bitPattern: UInt32(bitPattern: narrow < 0 ? narrow ^ .max : narrow))
  }
}
