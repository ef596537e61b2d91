/// The values of one attribute for the rows of a batch.
///
/// A closed set of layouts over plain arrays; what the values *mean* is the schema's `DataType`. Immutable once made.
/// Values at null rows are arbitrary but readable. Every layout is switched on once per batch, never per row.
package indirect enum Column: Sendable {
  /// Nothing but nulls.
  case null(count: Int)
  case bool(PrimitiveColumn<Bool>)
  case int8(PrimitiveColumn<Int8>)
  case int16(PrimitiveColumn<Int16>)
  case int32(PrimitiveColumn<Int32>)
  case int64(PrimitiveColumn<Int64>)
  case float32(PrimitiveColumn<Float>)
  case float64(PrimitiveColumn<Double>)
  /// Unscaled decimals.
  case int128(PrimitiveColumn<Int128>)
  case bytes(BytesColumn)
  case list(ListColumn)
  case map(MapColumn)
  case structure(StructColumn)
}

/// Fixed-width values.
package struct PrimitiveColumn<Element: Sendable>: Sendable {
  package var values: [Element]
  package var validity: Validity?

  @inlinable package init(_ values: [Element], validity: Validity? = nil) {
    self.values = values
    self.validity = validity
  }

  @inlinable package var count: Int { values.count }
}

/// Strings or binaries: views, and the buffers that long views point into.
package struct BytesColumn: Sendable {
  package var views: [BytesView]
  /// Keeps the memory of long views alive. Few: one a source chunk.
  package var owners: [ByteBuffer]
  package var validity: Validity?

  @inlinable package init(_ views: [BytesView], owners: [ByteBuffer] = [], validity: Validity? = nil) {
    self.views = views
    self.owners = owners
    self.validity = validity
  }

  @inlinable package var count: Int { views.count }
}

/// Arrays: row i holds `child[offsets[i] ..< offsets[i + 1]]`.
package struct ListColumn: Sendable {
  /// `count + 1` ascending offsets into `child`.
  package var offsets: [Int32]
  package var child: Column
  package var validity: Validity?

  @inlinable package init(offsets: [Int32], child: Column, validity: Validity? = nil) {
    self.offsets = offsets
    self.child = child
    self.validity = validity
  }

  @inlinable package var count: Int { offsets.count - 1 }
}

/// Maps: row i holds the entries `offsets[i] ..< offsets[i + 1]`; keys are unique within a row and never null.
package struct MapColumn: Sendable {
  package var offsets: [Int32]
  package var keys: Column
  package var values: Column
  package var validity: Validity?

  @inlinable package init(offsets: [Int32], keys: Column, values: Column, validity: Validity? = nil) {
    self.offsets = offsets
    self.keys = keys
    self.values = values
    self.validity = validity
  }

  @inlinable package var count: Int { offsets.count - 1 }
}

/// Structs: one column a field.
package struct StructColumn: Sendable {
  package var fields: [Column]
  package var count: Int
  package var validity: Validity?

  @inlinable package init(fields: [Column], count: Int, validity: Validity? = nil) {
    self.fields = fields
    self.count = count
    self.validity = validity
  }
}

extension Column {
  package var count: Int {
    switch self {
    case .null(let count): count
    case .bool(let c): c.count
    case .int8(let c): c.count
    case .int16(let c): c.count
    case .int32(let c): c.count
    case .int64(let c): c.count
    case .float32(let c): c.count
    case .float64(let c): c.count
    case .int128(let c): c.count
    case .bytes(let c): c.count
    case .list(let c): c.count
    case .map(let c): c.count
    case .structure(let c): c.count
    }
  }

  package var physical: PhysicalType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .int128: .int128
    case .bytes: .bytes
    case .list: .list
    case .map: .map
    case .structure: .structure
    }
  }

  /// Which rows are valid; `nil` where all are. For `.null` a fresh mask of zeros.
  package var validity: Validity? {
    switch self {
    case .null(let count): Validity(repeating: false, count: count)
    case .bool(let c): c.validity
    case .int8(let c): c.validity
    case .int16(let c): c.validity
    case .int32(let c): c.validity
    case .int64(let c): c.validity
    case .float32(let c): c.validity
    case .float64(let c): c.validity
    case .int128(let c): c.validity
    case .bytes(let c): c.validity
    case .list(let c): c.validity
    case .map(let c): c.validity
    case .structure(let c): c.validity
    }
  }

  /// The same values under another mask.
  package func with(validity: Validity?) -> Column {
    switch self {
    case .null: return self
    case .bool(var c): c.validity = validity; return .bool(c)
    case .int8(var c): c.validity = validity; return .int8(c)
    case .int16(var c): c.validity = validity; return .int16(c)
    case .int32(var c): c.validity = validity; return .int32(c)
    case .int64(var c): c.validity = validity; return .int64(c)
    case .float32(var c): c.validity = validity; return .float32(c)
    case .float64(var c): c.validity = validity; return .float64(c)
    case .int128(var c): c.validity = validity; return .int128(c)
    case .bytes(var c): c.validity = validity; return .bytes(c)
    case .list(var c): c.validity = validity; return .list(c)
    case .map(var c): c.validity = validity; return .map(c)
    case .structure(var c): c.validity = validity; return .structure(c)
    }
  }

  /// Whether row `row` is null. For cold paths: kernels look at `validity` once.
  package func isNull(_ row: Int) -> Bool {
    if case .null = self { return true }
    return validity.map { !$0[row] } ?? false
  }

  /// Approximate bytes held, shared buffers included.
  package var memoryBytes: Int {
    switch self {
    case .null: 0
    case .bool(let c): c.count
    case .int8(let c): c.count
    case .int16(let c): c.count * 2
    case .int32(let c): c.count * 4
    case .int64(let c): c.count * 8
    case .float32(let c): c.count * 4
    case .float64(let c): c.count * 8
    case .int128(let c): c.count * 16
    case .bytes(let c): c.count * 16 + c.owners.reduce(0) { $0 + $1.capacity }
    case .list(let c): c.offsets.count * 4 + c.child.memoryBytes
    case .map(let c): c.offsets.count * 4 + c.keys.memoryBytes + c.values.memoryBytes
    case .structure(let c): c.fields.reduce(0) { $0 + $1.memoryBytes }
    }
  }
}
