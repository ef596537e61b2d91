internal import Columnar
internal import Diagnostics

/// The elements of a column as keys that compare, equal and hash as the values do (NaN = NaN, −0.0 = 0.0, nested values
/// element by element). What stands below a NULL is arbitrary: callers ask the column's validity first.
struct ElementKeys {
  private let kind: KeyCodec.Kind
  private let words: [Int64]
  private let wides: [Int128]
  private let views: [BytesView]
  /// Keeps what `views` points into.
  private let owner: BytesColumn?

  init(_ column: Column, _ type: DataType) throws(SQLError) {
    let codec = KeyCodec(type, isNormalized: true)
    kind = codec.kind
    words = kind == .word ? try codec.words(column) : []
    wides = kind == .wide ? try codec.wides(column) : []
    owner = kind == .bytes ? try codec.views(column) : nil
    views = owner?.views ?? []
  }

  @inline(__always)
  func areEqual(_ i: Int32, _ j: Int32) -> Bool {
    switch kind {
    case .word: words[Int(i)] == words[Int(j)]
    case .wide: wides[Int(i)] == wides[Int(j)]
    case .bytes: views[Int(i)] == views[Int(j)]
    }
  }

  /// −1, 0 or 1.
  @inline(__always)
  func compare(_ i: Int32, _ j: Int32) -> Int {
    switch kind {
    case .word: RowComparison.order(words[Int(i)], words[Int(j)])
    case .wide: RowComparison.order(wides[Int(i)], wides[Int(j)])
    case .bytes: views[Int(i)].compare(views[Int(j)])
    }
  }

  @inline(__always)
  func hash(_ i: Int32) -> UInt64 {
    switch kind {
    case .word: return Hashing.hash(word: UInt64(bitPattern: words[Int(i)]))
    case .wide:
      let value = UInt128(truncatingIfNeeded: wides[Int(i)])
      let high = Hashing.hash(word: UInt64(truncatingIfNeeded: value >> 64))
      return Hashing.hash(word: UInt64(truncatingIfNeeded: value) ^ high)
    case .bytes: return Hashing.hash(views[Int(i)])
    }
  }
}

/// A set of elements of one row at a time, NULL among them: open addressing over indexes of a pool.
///
/// Cleared in time proportional to the next row, so that many short rows after a long one stay cheap.
struct ElementSet {
  private var slots: [Int32] = []
  private var mask = 0
  private var hasNull = false

  init() {}

  /// Empties the set and makes room for `count` elements.
  mutating func removeAll(expecting count: Int) {
    var capacity = 8
    while capacity < count * 2 { capacity *= 2 }
    mask = capacity - 1
    hasNull = false
    if slots.count < capacity {
      slots = [Int32](repeating: -1, count: capacity)
    } else {
      for i in 0..<capacity { slots[i] = -1 }
    }
  }

  /// Adds NULL; false if it was there.
  mutating func insertNull() -> Bool {
    defer { hasNull = true }
    return !hasNull
  }

  /// Adds an element; false if an equal one was there.
  @inline(__always)
  mutating func insert(_ element: Int32, _ keys: ElementKeys) -> Bool {
    let place = find(element, keys)
    if slots[place] >= 0 { return false }
    slots[place] = element
    return true
  }

  @inline(__always)
  func contains(_ element: Int32, _ keys: ElementKeys) -> Bool { slots[find(element, keys)] >= 0 }

  var containsNull: Bool { hasNull }

  /// The element that equals this one, or −1.
  @inline(__always)
  func member(_ element: Int32, _ keys: ElementKeys) -> Int32 { slots[find(element, keys)] }

  /// The place of an equal element, or the free one where it would go.
  @inline(__always)
  private func find(_ element: Int32, _ keys: ElementKeys) -> Int {
    var place = Int(truncatingIfNeeded: keys.hash(element)) & mask
    while slots[place] >= 0, !keys.areEqual(slots[place], element) { place = (place &+ 1) & mask }
    return place
  }
}
