internal import Columnar
internal import Diagnostics

/// Rows of some columns as byte strings, and back.
///
/// `memcmp` order is the order of the rows (nulls first, nested values element by element, a prefix before what it
/// begins), and equal bytes are equal rows. Aggregates keep nested values and pairs of values so.
///
/// A value that may be NULL begins with 0 (NULL) or 1; within an array 1 (NULL) or 2, and 0 ends it. Integers are
/// big-endian with the sign flipped, strings have 0x00 written as 0x00 0xFF and end with 0x00 0x00.
struct RowCodec: Sendable {
  struct Part: Sendable {
    var type: DataType
    var isNormalized: Bool
    /// Whether the column may hold NULL (those below it always may).
    var isNullable: Bool

    init(_ type: DataType, isNormalized: Bool, isNullable: Bool = true) {
      self.type = type
      self.isNormalized = isNormalized
      self.isNullable = isNullable
    }
  }

  let parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }

  /// One string a row. Rows with NULL in a part that is not nullable give an arbitrary one.
  func encode(_ columns: [Column], rows: Int) -> BytesColumn {
    let validities = columns.map(\.validity)
    var bytes = ByteWriter(capacity: rows * 16)
    var ends: [Int] = []
    ends.reserveCapacity(rows)
    for row in 0..<rows {
      for (i, part) in parts.enumerated() {
        let isValid = validities[i].map { $0[row] } ?? true
        if part.isNullable { bytes.append(isValid ? 1 : 0) }
        if isValid { RowCodec.append(columns[i], row, isNormalized: part.isNormalized, to: &bytes) }
      }
      ends.append(bytes.count)
    }
    let buffer = ByteBuffer(copying: bytes.bytes)
    var views: [BytesView] = []
    views.reserveCapacity(rows)
    var start = 0
    for end in ends {
      views.append(BytesView(padded: buffer.base + start, count: end - start))
      start = end
    }
    return BytesColumn(views, owners: [buffer])
  }

  private static func append<T: FixedWidthInteger>(bigEndian value: T, to bytes: inout ByteWriter) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append($0) }
  }

  /// One valid value.
  private static func append(_ column: Column, _ row: Int, isNormalized: Bool, to bytes: inout ByteWriter) {
    switch column {
    case .null: break
    case .bool(let c): bytes.append(c.values[row] ? 1 : 0)
    case .int8(let c): bytes.append(UInt8(bitPattern: c.values[row]) ^ 0x80)
    case .int16(let c): append(bigEndian: UInt16(bitPattern: c.values[row]) ^ 0x8000, to: &bytes)
    case .int32(let c): append(bigEndian: UInt32(bitPattern: c.values[row]) ^ 1 << 31, to: &bytes)
    case .int64(let c): append(bigEndian: UInt64(bitPattern: c.values[row]) ^ 1 << 63, to: &bytes)
    case .int128(let c): append(bigEndian: UInt128(truncatingIfNeeded: c.values[row]) ^ 1 << 127, to: &bytes)
    case .float32(let c):
      let value = c.values[row]
      let word = Int32(truncatingIfNeeded: FloatOrder.word(isNormalized && value == 0 ? 0 : value))
      append(bigEndian: UInt32(bitPattern: word) ^ 1 << 31, to: &bytes)
    case .float64(let c):
      let value = c.values[row]
      let word = FloatOrder.word(isNormalized && value == 0 ? 0 : value)
      append(bigEndian: UInt64(bitPattern: word) ^ 1 << 63, to: &bytes)
    case .bytes(let c):
      c.views[row].withRaw { source in
        bytes.reserve(source.count + 2)
        if !source.contains(0) { return bytes.append(source) }
        for byte in source {
          bytes.append(byte)
          if byte == 0 { bytes.append(0xFF) }
        }
      }
      bytes.append(0)
      bytes.append(0)
    case .list(let c):
      for i in Int(c.offsets[row])..<Int(c.offsets[row + 1]) {
        appendElement(c.child, i, isNormalized: isNormalized, to: &bytes)
      }
      bytes.append(0)
    case .map(let c):
      for i in Int(c.offsets[row])..<Int(c.offsets[row + 1]) {
        appendElement(c.keys, i, isNormalized: isNormalized, to: &bytes)
        appendElement(c.values, i, isNormalized: isNormalized, to: &bytes)
      }
      bytes.append(0)
    case .structure(let c):
      for field in c.fields { appendElement(field, row, isNormalized: isNormalized, to: &bytes) }
    }
  }

  private static func appendElement(
    _ column: Column, _ row: Int, isNormalized: Bool, to bytes: inout ByteWriter
  ) {
    if column.isNull(row) {
      bytes.append(1)
    } else {
      bytes.append(2)
      append(column, row, isNormalized: isNormalized, to: &bytes)
    }
  }

  /// The columns that `encode` was given; NULL rows of `validity` are not read.
  func decode(_ views: [BytesView], validity: Validity? = nil) -> [Column] {
    let sinks = parts.map { DecodedColumn($0.type) }
    for (row, view) in views.enumerated() {
      if let validity, !validity[row] {
        for sink in sinks { sink.appendNull() }
        continue
      }
      view.withBytes { source in
        var reader = RowReader(bytes: source)
        for (part, sink) in zip(parts, sinks) {
          if part.isNullable && reader.byte() == 0 { sink.appendNull() } else { sink.append(&reader) }
        }
      }
    }
    return sinks.map { $0.finish() }
  }
}

/// Reads what `RowCodec` wrote. Past the end everything is zero, so that corrupt bytes end every loop.
private struct RowReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func byte() -> UInt8 {
    guard offset < bytes.count else { return 0 }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func bigEndian<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
    let size = MemoryLayout<T>.size
    guard offset + size <= bytes.count else {
      offset = bytes.count
      return 0
    }
    defer { offset += size }
    return T(bigEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// A string, its escapes undone, appended to `target`.
  mutating func string(into target: inout ByteWriter) {
    while offset < bytes.count {
      var end = offset
      while end < bytes.count, bytes[end] != 0 { end &+= 1 }
      target.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset..<end]))
      offset = end + 1
      if end == bytes.count || byte() != 0xFF { return }
      target.append(0)
    }
  }
}

/// A column that grows by decoded values. A class, so that nested ones grow in place.
private final class DecodedColumn {
  private let type: DataType
  private let physical: PhysicalType
  private var words: [Int64] = []
  private var wides: [Int128] = []
  private var views: [BytesView] = []
  private var arena = ByteArena()
  private var scratch: ByteWriterBox?
  private var offsets: [Int32] = []
  private var children: [DecodedColumn] = []
  private var validity: [Bool] = []
  private var hasNull = false

  /// `ByteWriter` is not copyable, and lives here by reference.
  private final class ByteWriterBox { var bytes = ByteWriter() }

  init(_ type: DataType) {
    self.type = type
    physical = type.physical
    switch type {
    case .array(let element): children = [DecodedColumn(element)]
    case .map(let key, let value): children = [DecodedColumn(key), DecodedColumn(value)]
    case .structure(let fields): children = fields.map { DecodedColumn($0.type) }
    case .string, .binary: scratch = ByteWriterBox()
    default: break
    }
    if physical == .list || physical == .map { offsets = [0] }
  }

  private var count: Int { validity.count }

  func appendNull() {
    switch physical {
    case .null: break
    case .bool, .int8, .int16, .int32, .int64, .float32, .float64: words.append(0)
    case .int128: wides.append(0)
    case .bytes: views.append(BytesView())
    case .list, .map: offsets.append(Int32(children[0].count))
    case .structure: for child in children { child.appendNull() }
    }
    validity.append(false)
    hasNull = true
  }

  func append(_ reader: inout RowReader) {
    switch physical {
    case .null: break
    case .bool: words.append(Int64(reader.byte()))
    case .int8: words.append(Int64(Int8(bitPattern: reader.byte() ^ 0x80)))
    case .int16: words.append(Int64(Int16(bitPattern: reader.bigEndian() ^ 0x8000)))
    case .int32, .float32: words.append(Int64(Int32(bitPattern: reader.bigEndian() ^ 1 << 31)))
    case .int64, .float64: words.append(Int64(bitPattern: reader.bigEndian() ^ 1 << 63))
    case .int128: wides.append(Int128(truncatingIfNeeded: reader.bigEndian(UInt128.self) ^ 1 << 127))
    case .bytes: appendString(&reader)
    case .list:
      while true {
        let mark = reader.byte()
        if mark == 0 { break }
        children[0].appendElement(mark, &reader)
      }
      offsets.append(Int32(children[0].count))
    case .map:
      while true {
        let mark = reader.byte()
        if mark == 0 { break }
        children[0].appendElement(mark, &reader)
        children[1].appendElement(reader.byte(), &reader)
      }
      offsets.append(Int32(children[0].count))
    case .structure:
      for child in children { child.appendElement(reader.byte(), &reader) }
    }
    validity.append(true)
  }

  private func appendElement(_ mark: UInt8, _ reader: inout RowReader) {
    if mark == 2 { append(&reader) } else { appendNull() }
  }

  private func appendString(_ reader: inout RowReader) {
    guard let scratch else { return views.append(BytesView()) }
    scratch.bytes.removeAll()
    reader.string(into: &scratch.bytes)
    let bytes = scratch.bytes.bytes.assumingMemoryBound(to: UInt8.self)
    guard let base = bytes.baseAddress else { return views.append(BytesView()) }
    views.append(arena.adopt(BytesView(base, count: bytes.count)))
  }

  func finish() -> Column {
    let mask = hasNull ? Validity(count: validity.count) { validity[$0] } : nil
    switch physical {
    case .null: return .null(count: count)
    case .bool, .int8, .int16, .int32, .int64, .float32, .float64:
      return KeyCodec(type, isNormalized: false).column(words: words, validity: mask)
    case .int128: return .int128(PrimitiveColumn(wides, validity: mask))
    case .bytes: return .bytes(BytesColumn(views, owners: arena.blocks, validity: mask))
    case .list: return .list(ListColumn(offsets: offsets, child: children[0].finish(), validity: mask))
    case .map:
      return .map(
        MapColumn(offsets: offsets, keys: children[0].finish(), values: children[1].finish(), validity: mask))
    case .structure:
      return .structure(StructColumn(fields: children.map { $0.finish() }, count: count, validity: mask))
    }
  }
}
