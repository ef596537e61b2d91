extension KeyEncoder {
  /// The keys column by column, as `encodeRows` writes them row by row; nil if a key holds a list or a map.
  func encodeFlat(_ columns: [Column], rows: Int) -> BytesColumn? {
    var leaves: [KeyLeaf] = []
    for (part, column) in zip(parts, columns) {
      let marker = KeyLeaf.Marker(null: part.nullsFirst ? 0 : 2, value: 1)
      guard KeyLeaf.add(column, marker, flip: part.isDescending ? 0xFF : 0, parent: nil, to: &leaves) else { return nil }
    }
    return FlatKeys(leaves, rows: rows).take()
  }
}

/// One layout of fixed-width values or strings below the columns of a key.
private struct KeyLeaf {
  /// The byte before a value, which says whether there is one.
  struct Marker {
    var null: UInt8
    var value: UInt8
  }

  let column: Column
  let marker: Marker
  /// Ones if the order descends: value bytes are inverted.
  let flip: UInt8
  /// Rows whose struct is not NULL; only they have the field.
  let parent: Validity?

  /// The leaves of a column, a struct's own marker before its fields; false if there is a list or a map.
  static func add(_ column: Column, _ marker: Marker, flip: UInt8, parent: Validity?, to leaves: inout [KeyLeaf]) -> Bool {
    switch column {
    case .list, .map: return false
    case .structure(let c):
      leaves.append(KeyLeaf(column: column, marker: marker, flip: flip, parent: parent))
      let inner = Validity.intersection(parent, c.validity)
      let element = Marker(null: 1 ^ flip, value: 2 ^ flip)
      return c.fields.allSatisfy { add($0, element, flip: flip, parent: inner, to: &leaves) }
    case .null, .bool, .int8, .int16, .int32, .int64, .float32, .float64, .int128, .bytes:
      leaves.append(KeyLeaf(column: column, marker: marker, flip: flip, parent: parent))
      return true
    }
  }

  /// Bytes of the longest value with its marker; a string's own bytes are measured row by row.
  var bytesMax: Int {
    switch column {
    case .null, .list, .map, .structure: 1
    case .bool, .int8: 2
    case .int16: 3
    case .int32, .float32: 5
    case .int64, .float64: 9
    case .int128: 17
    case .bytes: 3
    }
  }
}

/// Places for the keys of all rows, and where each has been written up to.
private struct FlatKeys: ~Copyable {
  private let rows: Int
  private let buffer: ByteBuffer
  private let starts: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
  private let ends: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>

  init(_ leaves: [KeyLeaf], rows: Int) {
    self.rows = rows
    starts = .allocate(capacity: rows)
    ends = .allocate(capacity: rows)
    let fixed = leaves.reduce(0) { $0 + $1.bytesMax }
    let texts = Self.textBytes(leaves, rows: rows)
    buffer = ByteBuffer(capacity: rows * fixed + texts.reduce(0, +))
    buffer.count = buffer.capacity
    var place = buffer.base
    for row in 0..<rows {
      starts[row] = place
      ends[row] = place
      place += texts.isEmpty ? fixed : fixed + texts[row]
    }
    for leaf in leaves { write(leaf) }
  }

  deinit {
    starts.deallocate()
    ends.deallocate()
  }

  func take() -> BytesColumn {
    let views = [BytesView](unsafeUninitializedCapacity: rows) { target, count in
      for row in 0..<rows {
        target.initializeElement(at: row, to: BytesView(padded: UnsafePointer(starts[row]), count: ends[row] - starts[row]))
      }
      count = rows
    }
    return BytesColumn(views, owners: [buffer])
  }

  /// Bytes of each row's strings, every 0x00 escaped; empty if there are none.
  private static func textBytes(_ leaves: [KeyLeaf], rows: Int) -> [Int] {
    var sums: [Int] = []
    for leaf in leaves {
      guard case .bytes(let c) = leaf.column else { continue }
      if sums.isEmpty { sums = Array(repeating: 0, count: rows) }
      for row in 0..<rows { sums[row] += c.views[row].withBytes { bytes in bytes.count + zeros(bytes) } }
    }
    return sums
  }

  private static func zeros(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for byte in bytes { count += byte == 0 ? 1 : 0 }
    return count
  }

  private func write(_ leaf: KeyLeaf) {
    switch leaf.column {
    case .null:
      let none = Validity(repeating: false, count: rows)
      each(leaf, validity: none) { _, _ in 0 }
    case .bool(let c): fixed(leaf, c) { $0 ? 1 as UInt8 : 0 }
    case .int8(let c): fixed(leaf, c) { UInt8(bitPattern: $0) ^ 0x80 }
    case .int16(let c): fixed(leaf, c) { UInt16(bitPattern: $0) ^ 0x8000 }
    case .int32(let c): fixed(leaf, c) { UInt32(bitPattern: $0) ^ 0x8000_0000 }
    case .int64(let c): fixed(leaf, c) { UInt64(bitPattern: $0) ^ (1 << 63) }
    case .float32(let c): fixed(leaf, c) { orderedBits($0) }
    case .float64(let c): fixed(leaf, c) { orderedBits($0) }
    case .int128(let c): fixed(leaf, c) { UInt128(truncatingIfNeeded: $0) ^ (1 << 127) }
    case .bytes(let c): texts(leaf, c)
    case .structure(let c): each(leaf, validity: c.validity) { _, _ in 0 }
    case .list, .map: break  // No leaf is one.
    }
  }

  @inline(__always)
  private func fixed<T, Bits: FixedWidthInteger>(_ leaf: KeyLeaf, _ c: PrimitiveColumn<T>, _ bits: (T) -> Bits) {
    let flip: Bits = leaf.flip == 0 ? 0 : ~0
    c.values.withUnsafeBufferPointer { values in
      each(leaf, validity: c.validity) { row, target in
        UnsafeMutableRawPointer(target).storeBytes(of: (bits(values[row]) ^ flip).bigEndian, as: Bits.self)
        return MemoryLayout<Bits>.size
      }
    }
  }

  private func texts(_ leaf: KeyLeaf, _ c: BytesColumn) {
    let flip = leaf.flip
    c.views.withUnsafeBufferPointer { views in
      each(leaf, validity: c.validity) { row, start in
        var target = start
        views[row].withBytes { bytes in
          for byte in bytes {
            target[0] = byte ^ flip
            target += 1
            if byte == 0 {
              target[0] = 0xFF ^ flip
              target += 1
            }
          }
        }
        target[0] = flip
        target[1] = flip
        return target + 2 - start
      }
    }
  }

  /// Writes the markers, and behind them what `value` writes for a row that has one; it returns how many bytes those are.
  @inline(__always)
  private func each(_ leaf: KeyLeaf, validity: Validity?, _ value: (Int, UnsafeMutablePointer<UInt8>) -> Int) {
    let marker = leaf.marker
    guard validity != nil || leaf.parent != nil else {
      for row in 0..<rows {
        let target = ends[row]
        target[0] = marker.value
        ends[row] = target + 1 + value(row, target + 1)
      }
      return
    }
    for row in 0..<rows where leaf.parent.map({ $0[row] }) ?? true {
      let target = ends[row]
      let isValid = validity.map { $0[row] } ?? true
      target[0] = isValid ? marker.value : marker.null
      ends[row] = target + 1 + (isValid ? value(row, target + 1) : 0)
    }
  }
}
