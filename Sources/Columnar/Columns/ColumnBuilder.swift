/// Grows a column: value by value (cold paths), or column by column.
///
/// Owns what it holds: `append(_ value:)` copies bytes into an arena of its own, `append(_ column:)` shares the
/// column's buffers, `appendCopying` copies out of them (for state that must not keep source chunks alive).
package struct ColumnBuilder: Sendable {
  package let type: DataType
  private var storage: Storage
  private var validity: Validity?
  /// Rows so far.
  package private(set) var count = 0

  private indirect enum Storage: Sendable {
    case null
    case bool([Bool])
    case int8([Int8])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case int128([Int128])
    case bytes([BytesView], owners: [ByteBuffer], arena: ByteArena)
    case list(offsets: [Int32], child: ColumnBuilder)
    case map(offsets: [Int32], keys: ColumnBuilder, values: ColumnBuilder)
    case structure([ColumnBuilder])
  }

  package init(_ type: DataType, capacity: Int = 0) {
    self.type = type
    func reserved<T>() -> [T] {
      var array: [T] = []
      array.reserveCapacity(capacity)
      return array
    }
    switch type {
    case .null: storage = .null
    case .boolean: storage = .bool(reserved())
    case .tinyint: storage = .int8(reserved())
    case .smallint: storage = .int16(reserved())
    case .int, .date, .yearMonthInterval: storage = .int32(reserved())
    case .bigint, .timestamp, .timestampNTZ, .dayTimeInterval: storage = .int64(reserved())
    case .float: storage = .float32(reserved())
    case .double: storage = .float64(reserved())
    case .decimal: storage = .int128(reserved())
    case .string, .binary: storage = .bytes(reserved(), owners: [], arena: ByteArena())
    case .array(let element): storage = .list(offsets: [0], child: ColumnBuilder(element))
    case .map(let key, let value):
      storage = .map(offsets: [0], keys: ColumnBuilder(key), values: ColumnBuilder(value))
    case .structure(let fields):
      storage = .structure(fields.map { ColumnBuilder($0.type, capacity: capacity) })
    }
  }

  private mutating func noteValid(_ valid: Bool) {
    if validity != nil {
      validity?.append(valid)
    } else if !valid {
      var mask = Validity(repeating: true, count: count)
      mask.append(false)
      validity = mask
    }
    count += 1
  }

  /// Appends one value; a case that does not fit the type's layout counts as null.
  package mutating func append(_ value: Value) {
    var fits = true
    // As in `append(_:copying:)`: one owner at a time.
    switch value {
    case .bool(let v):
      guard case .bool(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .bool(a)
    case .int8(let v):
      guard case .int8(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .int8(a)
    case .int16(let v):
      guard case .int16(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .int16(a)
    case .int32(let v):
      guard case .int32(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .int32(a)
    case .int64(let v):
      guard case .int64(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .int64(a)
    case .float32(let v):
      guard case .float32(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .float32(a)
    case .float64(let v):
      guard case .float64(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .float64(a)
    case .int128(let v):
      guard case .int128(var a) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      a.append(v)
      storage = .int128(a)
    case .bytes(let bytes):
      guard case .bytes(var views, let owners, var arena) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      bytes.withUnsafeBufferPointer { source in
        if let base = source.baseAddress {
          views.append(arena.adopt(BytesView(base, count: source.count)))
        } else {
          views.append(BytesView())
        }
      }
      storage = .bytes(views, owners: owners, arena: arena)
    case .list(let items):
      guard case .list(var offsets, var child) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      for item in items { child.append(item) }
      offsets.append(Int32(child.count))
      storage = .list(offsets: offsets, child: child)
    case .map(let entries):
      guard case .map(var offsets, var keys, var values) = storage else {
        fits = appendMismatch()
        break
      }
      storage = .null
      for entry in entries {
        keys.append(entry.key)
        values.append(entry.value)
      }
      offsets.append(Int32(keys.count))
      storage = .map(offsets: offsets, keys: keys, values: values)
    case .structure(let items):
      guard case .structure(var fields) = storage, items.count == fields.count else {
        fits = appendMismatch()
        break
      }
      storage = .null
      for i in fields.indices { fields[i].append(items[i]) }
      storage = .structure(fields)
    default: fits = appendMismatch()
    }
    noteValid(fits)
  }

  /// A placeholder where a value does not fit: false.
  private mutating func appendMismatch() -> Bool {
    appendFiller()
    return false
  }

  /// A placeholder below a null.
  private mutating func appendFiller() {
    switch storage {
    case .null: break
    case .bool(var a): storage = .null; a.append(false); storage = .bool(a)
    case .int8(var a): storage = .null; a.append(0); storage = .int8(a)
    case .int16(var a): storage = .null; a.append(0); storage = .int16(a)
    case .int32(var a): storage = .null; a.append(0); storage = .int32(a)
    case .int64(var a): storage = .null; a.append(0); storage = .int64(a)
    case .float32(var a): storage = .null; a.append(0); storage = .float32(a)
    case .float64(var a): storage = .null; a.append(0); storage = .float64(a)
    case .int128(var a): storage = .null; a.append(0); storage = .int128(a)
    case .bytes(var views, let owners, let arena):
      storage = .null
      views.append(BytesView())
      storage = .bytes(views, owners: owners, arena: arena)
    case .list(var offsets, let child):
      storage = .null
      offsets.append(Int32(child.count))
      storage = .list(offsets: offsets, child: child)
    case .map(var offsets, let keys, let values):
      storage = .null
      offsets.append(Int32(keys.count))
      storage = .map(offsets: offsets, keys: keys, values: values)
    case .structure(var fields):
      storage = .null
      for i in fields.indices { fields[i].append(.null) }
      storage = .structure(fields)
    }
  }

  package mutating func appendNull() { append(.null) }

  /// Appends all rows of a column of the same layout (or `.null`), sharing its string buffers.
  package mutating func append(_ column: Column) { append(column, copying: false) }

  /// As `append(_:)`, but string bytes are copied, so the source's buffers can go.
  package mutating func appendCopying(_ column: Column) { append(column, copying: true) }

  private mutating func append(_ column: Column, copying: Bool) {
    // The array is taken out of `storage` before it grows: with two owners every batch would copy all rows.
    switch column {
    case .null(let rows):
      for _ in 0..<rows { append(.null) }
      return
    case .bool(let c):
      guard case .bool(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .bool(a)
    case .int8(let c):
      guard case .int8(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .int8(a)
    case .int16(let c):
      guard case .int16(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .int16(a)
    case .int32(let c):
      guard case .int32(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .int32(a)
    case .int64(let c):
      guard case .int64(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .int64(a)
    case .float32(let c):
      guard case .float32(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .float32(a)
    case .float64(let c):
      guard case .float64(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .float64(a)
    case .int128(let c):
      guard case .int128(var a) = storage else { return appendMisfit(column) }
      storage = .null
      a.append(contentsOf: c.values)
      storage = .int128(a)
    case .bytes(let c):
      guard case .bytes(var views, var owners, var arena) = storage else { return appendMisfit(column) }
      storage = .null
      if copying {
        // A null row's view may be anything readable; copying it would keep garbage, so it becomes empty.
        for i in 0..<c.count {
          let valid = c.validity.map { $0[i] } ?? true
          views.append(valid ? arena.adopt(c.views[i]) : BytesView())
        }
      } else {
        views.append(contentsOf: c.views)
        for owner in c.owners where !owners.contains(where: { $0 === owner }) { owners.append(owner) }
      }
      storage = .bytes(views, owners: owners, arena: arena)
    case .list(let c):
      guard case .list(var offsets, var child) = storage else { return appendMisfit(column) }
      storage = .null
      let base = Int32(child.count) - (c.offsets.first ?? 0)
      for i in 1..<max(c.offsets.count, 1) { offsets.append(c.offsets[i] + base) }
      child.append(c.child.slice(Int(c.offsets.first ?? 0)..<Int(c.offsets.last ?? 0)), copying: copying)
      storage = .list(offsets: offsets, child: child)
    case .map(let c):
      guard case .map(var offsets, var keys, var values) = storage else { return appendMisfit(column) }
      storage = .null
      let range = Int(c.offsets.first ?? 0)..<Int(c.offsets.last ?? 0)
      let base = Int32(keys.count) - (c.offsets.first ?? 0)
      for i in 1..<max(c.offsets.count, 1) { offsets.append(c.offsets[i] + base) }
      keys.append(c.keys.slice(range), copying: copying)
      values.append(c.values.slice(range), copying: copying)
      storage = .map(offsets: offsets, keys: keys, values: values)
    case .structure(let c):
      guard case .structure(var fields) = storage, fields.count == c.fields.count else { return appendMisfit(column) }
      storage = .null
      for i in fields.indices { fields[i].append(c.fields[i], copying: copying) }
      storage = .structure(fields)
    }
    appendValidity(column.validity, rows: column.count)
  }

  /// Another layout under this type: nothing of it can be read as ours.
  private mutating func appendMisfit(_ column: Column) {
    for _ in 0..<column.count { append(.null) }
  }

  private mutating func appendValidity(_ other: Validity?, rows: Int) {
    if validity == nil, other != nil { validity = Validity(repeating: true, count: count) }
    if validity != nil {
      for i in 0..<rows { validity?.append(other.map { $0[i] } ?? true) }
    }
    count += rows
  }

  /// The column built so far; the builder stays usable, and shares nothing that it will change.
  package func finish() -> Column {
    switch storage {
    case .null: return .null(count: count)
    case .bool(let a): return .bool(PrimitiveColumn(a, validity: validity))
    case .int8(let a): return .int8(PrimitiveColumn(a, validity: validity))
    case .int16(let a): return .int16(PrimitiveColumn(a, validity: validity))
    case .int32(let a): return .int32(PrimitiveColumn(a, validity: validity))
    case .int64(let a): return .int64(PrimitiveColumn(a, validity: validity))
    case .float32(let a): return .float32(PrimitiveColumn(a, validity: validity))
    case .float64(let a): return .float64(PrimitiveColumn(a, validity: validity))
    case .int128(let a): return .int128(PrimitiveColumn(a, validity: validity))
    case .bytes(let views, let owners, let arena):
      return .bytes(BytesColumn(views, owners: owners + arena.blocks, validity: validity))
    case .list(let offsets, let child):
      return .list(ListColumn(offsets: offsets, child: child.finish(), validity: validity))
    case .map(let offsets, let keys, let values):
      return .map(
        MapColumn(offsets: offsets, keys: keys.finish(), values: values.finish(), validity: validity))
    case .structure(let fields):
      return .structure(
        StructColumn(fields: fields.map { $0.finish() }, count: count, validity: validity))
    }
  }
}
