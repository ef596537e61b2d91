/// Numbers the distinct keys of a relation: rows of key columns to dense group numbers, in order of first sight.
///
/// Four kinds of keys: one string (views as they are), one value of at most 64 bits (as a word), two of those (as two words, or,
/// if one is NULL, encoded), anything else (encoded by `KeyEncoder` and treated as a string). NULL is a key like any other.
/// Freed groups are reused. Not thread-safe.
///
/// What changes with every new key is `@exclusivity(unchecked)`: the index calls nobody who could come back to it.
package final class GroupIndex {
  package let keyTypes: [DataType]
  private let kind: Kind
  @exclusivity(unchecked) private var strings = KeySlots<BytesView>()
  @exclusivity(unchecked) private var numbers = KeySlots<UInt64>()
  @exclusivity(unchecked) private var pairs = KeySlots<WordPair>()
  @exclusivity(unchecked) private var hashes = RawArray<UInt64>()
  /// Keys by group, of kind `string`.
  @exclusivity(unchecked) private var views = RawArray<BytesView>()
  /// Keys by group, of kind `word`.
  @exclusivity(unchecked) private var words = RawArray<UInt64>()
  @exclusivity(unchecked) private var arena = ByteArena()
  /// Bytes of the arena that keys of groups take; the others belong to groups that are gone.
  @exclusivity(unchecked) private var keptBytes = 0
  private var nullGroup: Int32 = -1
  /// Key values by group, for the kinds of several columns.
  private var keyBuilders: [ColumnBuilder]
  /// Groups freed and not yet reused.
  @exclusivity(unchecked) private var free: [Int32] = []
  @exclusivity(unchecked) private var isFreed: [Bool] = []
  private let encoder: KeyEncoder
  /// Reused between batches.
  private var hashBuffer: [UInt64] = []

  private enum Kind { case string, word, pair, encoded }

  package init(keyTypes: [DataType]) {
    self.keyTypes = keyTypes
    encoder = KeyEncoder(columns: keyTypes.count)
    if keyTypes.count == 1, keyTypes[0].physical == .bytes {
      kind = .string
    } else if keyTypes.count == 1, GroupIndex.isWord(keyTypes[0].physical) {
      kind = .word
    } else {
      kind = keyTypes.count == 2 && keyTypes.allSatisfy { GroupIndex.isWord($0.physical) } ? .pair : .encoded
    }
    keyBuilders = keyTypes.count == 1 && kind != .encoded ? [] : keyTypes.map { ColumnBuilder($0) }
  }

  deinit {
    strings.deallocate()
    numbers.deallocate()
    pairs.deallocate()
    hashes.deallocate()
    views.deallocate()
    words.deallocate()
  }

  private static func isWord(_ physical: PhysicalType) -> Bool {
    switch physical {
    case .bool, .int8, .int16, .int32, .int64, .float32, .float64: true
    case .null, .int128, .bytes, .list, .map, .structure: false
    }
  }

  /// Group numbers given out so far, freed ones included: `0 ..< count`.
  @exclusivity(unchecked) package private(set) var count = 0
  package var liveCount: Int { count - free.count }
  package var memoryBytes: Int {
    strings.memoryBytes + numbers.memoryBytes + pairs.memoryBytes + hashes.memoryBytes + views.memoryBytes + words.memoryBytes
      + arena.allocatedBytes + (keyBuilders.isEmpty ? 0 : count * 32)
  }

  package func isLive(_ group: Int32) -> Bool { Int(group) < count && (free.isEmpty || !isFreed[Int(group)]) }

  /// Writes the group of every row to `groups`, making groups for new keys.
  ///
  /// New groups are numbered upwards from `count` unless freed ones are reused, which `reused` lists with their rows.
  /// O(rows), amortised.
  package func findOrInsert(
    _ keys: [Column], rows: Int, groups: inout [Int32], reused: inout [(group: Int32, row: Int32)]
  ) {
    resize(&groups, to: rows)
    switch kind {
    case .string, .word: insert(keys[0], rows, &groups, &reused)
    case .pair, .encoded:
      let before = count
      let reusedBefore = reused.count
      if kind == .pair {
        insertPairs(keys, rows, &groups, &reused)
      } else {
        insert(.bytes(encoder.encode(keys, rows: rows)), rows, &groups, &reused)
      }
      appendKeys(keys, rows: rows, groups: groups, from: before, reused: reused[reusedBefore...])
    }
  }

  /// The group of every row, −1 where there is none.
  package func find(_ keys: [Column], rows: Int, groups: inout [Int32]) {
    resize(&groups, to: rows)
    if kind == .pair { return findPairs(keys, rows, &groups) }
    let column = kind == .encoded ? Column.bytes(encoder.encode(keys, rows: rows)) : keys[0]
    let validity = column.validity
    groups.withUnsafeMutableBufferPointer { out in
      switch column {
      case .null: for row in 0..<rows { out[row] = nullGroup }
      case .bytes(let c): withHashes(c.views, rows) { lookUp($0, $1, rows, in: strings, to: out) }
      default: withHashes(GroupIndex.words(column, rows), rows) { lookUp($0, $1, rows, in: numbers, to: out) }
      }
      guard let validity else { return }
      for row in 0..<rows where !validity[row] { out[row] = nullGroup }
    }
    // Encoded keys live in the column's own buffer.
    withExtendedLifetime(column) {}
  }

  @inline(__always)
  private func lookUp<Key: SlotKey>(
    _ keys: UnsafeBufferPointer<Key>, _ hash: UnsafeMutableBufferPointer<UInt64>, _ rows: Int, in table: KeySlots<Key>,
    to out: UnsafeMutableBufferPointer<Int32>
  ) {
    match(keys, hash, rows, nulls: nil, in: { table }, to: out) { out[$0] = table.search(keys[$0], hash[$0]) }
  }

  /// Writes the groups of all rows that are found at once, and calls `missed` for each other row, in order; NULL rows (by
  /// `nulls`) are among those.
  @inline(__always)
  private func match<Key: SlotKey>(
    _ keys: UnsafeBufferPointer<Key>, _ hash: UnsafeMutableBufferPointer<UInt64>, _ rows: Int, nulls: Validity?,
    in table: () -> KeySlots<Key>, to out: UnsafeMutableBufferPointer<Int32>, missed: (Int) -> Void
  ) {
    guard rows > 0, let keys = keys.baseAddress, let hash = hash.baseAddress, let out = out.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: KeySlots<Key>.ahead) { places in
      guard let misses = places.baseAddress else { return }
      var start = 0
      while start < rows {
        let count = min(KeySlots<Key>.ahead, rows &- start)
        var missCount = table().match(keys + start, hash + start, count: count, groups: out + start, missed: misses)
        if let nulls {
          missCount = 0
          for i in 0..<count where out[start &+ i] < 0 || !nulls[start &+ i] {
            misses[missCount] = i
            missCount &+= 1
          }
        }
        for k in 0..<missCount { missed(start &+ misses[k]) }
        start &+= count
      }
    }
  }

  /// Hashes of all keys, in a buffer that is reused between batches: computed ahead, so that slots can be asked for early.
  @inline(__always)
  private func withHashes<Key: SlotKey>(
    _ keys: [Key], _ rows: Int, _ body: (UnsafeBufferPointer<Key>, UnsafeMutableBufferPointer<UInt64>) -> Void
  ) {
    if hashBuffer.count < rows { hashBuffer = [UInt64](repeating: 0, count: max(rows, Batch.rowsMax)) }
    keys.withUnsafeBufferPointer { keys in
      hashBuffer.withUnsafeMutableBufferPointer { hash in
        for i in 0..<rows { hash[i] = keys[i].hash64 }
        body(keys, hash)
      }
    }
  }

  /// Forgets `groups`; their numbers are given out again.
  package func remove(_ groups: [Int32]) {
    if groups.isEmpty { return }
    if isFreed.count < count { isFreed.append(contentsOf: repeatElement(false, count: count - isFreed.count)) }
    for group in groups where !isFreed[Int(group)] {
      isFreed[Int(group)] = true
      free.append(group)
      if group == nullGroup {
        nullGroup = -1
      } else if kind == .word {
        numbers.remove(group: group, hashes: hashes.base)
      } else if kind != .pair || pairs.remove(group: group, hashes: hashes.base) == nil {
        keptBytes -= strings.remove(group: group, hashes: hashes.base)?.keptBytes ?? 0
      }
    }
    if liveCount == 0 { clear() } else { compactArenaIfSparse() }
  }

  /// Copies the keys that are left into a fresh arena when most bytes belong to none of them; columns that were given out
  /// keep the old one. A copied byte was preceded by one that was given up.
  private func compactArenaIfSparse() {
    guard arena.allocatedBytes > 2 * keptBytes + ByteArena.blockBytes else { return }
    var fresh = ByteArena()
    strings.replaceKeys { key, group in
      let kept = key.kept(in: &fresh)
      if kind == .string { views[Int(group)] = kept }
      return kept
    }
    arena = fresh
  }

  /// Forgets all groups.
  package func clear() {
    count = 0
    free = []
    isFreed = []
    nullGroup = -1
    hashes.count = 0
    views.count = 0
    words.count = 0
    arena = ByteArena()
    keptBytes = 0
    for i in keyBuilders.indices { keyBuilders[i] = ColumnBuilder(keyTypes[i]) }
    keyRowOf = []
    strings.deallocate()
    strings = KeySlots()
    numbers.deallocate()
    numbers = KeySlots()
    pairs.deallocate()
    pairs = KeySlots()
  }

  /// The keys of `groups`.
  package func keys(of groups: [Int32]) -> [Column] {
    switch kind {
    case .string:
      let picked = [BytesView](unsafeUninitializedCapacity: groups.count) { target, n in
        for i in 0..<groups.count { target.initializeElement(at: i, to: views[Int(groups[i])]) }
        n = groups.count
      }
      return [.bytes(BytesColumn(picked, owners: arena.blocks, validity: nullMask(groups)))]
    case .word:
      return [wordColumn(groups)]
    case .pair, .encoded:
      return keyBuilders.map { $0.finish().gather(keyRows(groups)) }
    }
  }

  // MARK: Hashes

  /// Hashes of the keys of `groups`, for partitioning.
  package func hashes(of groups: [Int32]) -> [UInt64] { groups.map { hashes[Int($0)] } }

  /// The hash that the key of every row has as a group, whether there is one or not.
  package func hashes(of keys: [Column], rows: Int) -> [UInt64] {
    switch kind {
    case .encoded: return encoder.hashes(keys, rows: rows)
    case .pair:
      let nulls = GroupIndex.nulls(keys)
      let encoded = nulls == nil ? [] : encoder.hashes(keys, rows: rows)
      return GroupIndex.pairs(keys, rows).enumerated().map { row, pair in
        nulls.map { $0[row] } ?? true ? pair.hash64 : encoded[row]
      }
    case .string, .word:
      let validity = keys[0].validity
      let all: [UInt64]
      if case .bytes(let c) = keys[0] { all = c.views.map(\.hash64) } else { all = GroupIndex.words(keys[0], rows).map(\.hash64) }
      guard let validity else { return all }
      return all.enumerated().map { validity[$0] ? $1 : Hashing.null }
    }
  }

  private func resize(_ groups: inout [Int32], to rows: Int) {
    if groups.count != rows { groups = [Int32](repeating: 0, count: rows) }
  }

  // MARK: Insertion

  private func newGroup(
    hash: UInt64, view: BytesView, word: UInt64, row: Int, _ reused: inout [(group: Int32, row: Int32)]
  ) -> Int32 {
    let group: Int32
    if !free.isEmpty, let old = free.popLast() {
      group = old
      isFreed[Int(old)] = false
      hashes[Int(old)] = hash
      switch kind {
      case .word: words[Int(old)] = word
      case .string: views[Int(old)] = view
      case .pair, .encoded: break
      }
      reused.append((old, Int32(row)))
    } else {
      group = Int32(count)
      count += 1
      hashes.append(hash)
      switch kind {
      case .word: words.append(word)
      case .string: views.append(view)
      case .pair, .encoded: break
      }
      if !isFreed.isEmpty { isFreed.append(false) }
    }
    return group
  }

  private func groupOfNull(_ row: Int, _ reused: inout [(group: Int32, row: Int32)]) -> Int32 {
    if nullGroup < 0 {
      nullGroup = newGroup(hash: Hashing.null, view: BytesView(), word: 0, row: row, &reused)
    }
    return nullGroup
  }

  private func insert(
    _ column: Column, _ rows: Int, _ groups: inout [Int32], _ reused: inout [(group: Int32, row: Int32)]
  ) {
    let validity = column.validity
    groups.withUnsafeMutableBufferPointer { out in
      switch column {
      case .null:
        for row in 0..<rows { out[row] = groupOfNull(row, &reused) }
      case .bytes(let c):
        withHashes(c.views, rows) { keys, hash in
          probe(keys, hash, rows, validity, in: &strings, to: out, &reused) { groupOfNull($0, &$1) }
        }
      default:
        withHashes(GroupIndex.words(column, rows), rows) { keys, hash in
          probe(keys, hash, rows, validity, in: &numbers, to: out, &reused) { groupOfNull($0, &$1) }
        }
      }
    }
  }

  /// The hot loop of every GROUP BY; `null` gives the group of a row that is not valid.
  @inline(__always)
  private func probe<Key: SlotKey>(
    _ keys: UnsafeBufferPointer<Key>, _ hash: UnsafeMutableBufferPointer<UInt64>, _ rows: Int, _ validity: Validity?,
    in slots: inout KeySlots<Key>, to out: UnsafeMutableBufferPointer<Int32>,
    _ reused: inout [(group: Int32, row: Int32)], null: (Int, inout [(group: Int32, row: Int32)]) -> Int32
  ) {
    match(keys, hash, rows, nulls: validity, in: { slots }, to: out) { i in
      if let validity, !validity[i] {
        out[i] = null(i, &reused)
      } else {
        out[i] = place(keys[i], hash[i], row: i, in: &slots, &reused)
      }
    }
  }

  /// The group of one key, made if there is none.
  @inline(__always)
  private func place<Key: SlotKey>(
    _ key: Key, _ hash: UInt64, row: Int, in slots: inout KeySlots<Key>, _ reused: inout [(group: Int32, row: Int32)]
  ) -> Int32 {
    let found = slots.search(key, hash)
    if found >= 0 { return found }
    let kept = key.kept(in: &arena)
    keptBytes += kept.keptBytes
    let group = newGroup(hash: hash, view: kept.asView, word: kept.asWord, row: row, &reused)
    slots.insert(kept, hash: hash, group: group, hashes: hashes.base)
    return group
  }

  // MARK: Pairs

  /// Rows whose keys are both there; nil: all.
  private static func nulls(_ keys: [Column]) -> Validity? {
    Validity.intersection(keys[0].validity, keys[1].validity).flatMap { $0.isAllValid ? nil : $0 }
  }

  private static func pairs(_ keys: [Column], _ rows: Int) -> [WordPair] {
    let first = words(keys[0], rows)
    let second = words(keys[1], rows)
    return first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        [WordPair](unsafeUninitializedCapacity: rows) { target, count in
          for row in 0..<rows { target.initializeElement(at: row, to: WordPair(first: first[row], second: second[row])) }
          count = rows
        }
      }
    }
  }

  /// A key with a NULL is encoded and stands among the strings.
  private func insertPairs(
    _ keys: [Column], _ rows: Int, _ groups: inout [Int32], _ reused: inout [(group: Int32, row: Int32)]
  ) {
    let nulls = GroupIndex.nulls(keys)
    let encoded = nulls == nil ? BytesColumn([]) : encoder.encode(keys, rows: rows)
    groups.withUnsafeMutableBufferPointer { out in
      withHashes(GroupIndex.pairs(keys, rows), rows) { pairs, hash in
        probe(pairs, hash, rows, nulls, in: &self.pairs, to: out, &reused) { row, reused in
          let view = encoded.views[row]
          return place(view, view.hash64, row: row, in: &strings, &reused)
        }
      }
    }
    withExtendedLifetime(encoded) {}
  }

  private func findPairs(_ keys: [Column], _ rows: Int, _ groups: inout [Int32]) {
    groups.withUnsafeMutableBufferPointer { out in
      withHashes(GroupIndex.pairs(keys, rows), rows) { lookUp($0, $1, rows, in: pairs, to: out) }
    }
    guard let nulls = GroupIndex.nulls(keys) else { return }
    let encoded = encoder.encode(keys, rows: rows)
    for row in 0..<rows where !nulls[row] { groups[row] = strings.search(encoded.views[row], encoded.views[row].hash64) }
    withExtendedLifetime(encoded) {}
  }

  /// After an insertion of encoded keys: keeps the key values of groups made by it.
  private func appendKeys(
    _ keys: [Column], rows: Int, groups: [Int32], from before: Int,
    reused: ArraySlice<(group: Int32, row: Int32)>
  ) {
    var firstRows: [Int32] = []
    var next = Int32(before)
    for row in 0..<rows where groups[row] == next {
      firstRows.append(Int32(row))
      next += 1
    }
    if !firstRows.isEmpty {
      for i in keyBuilders.indices { keyBuilders[i].appendCopying(keys[i].gather(firstRows)) }
      if keyRowOf.isEmpty == false {
        for group in before..<count { keyRowOf.append(Int32(keyBuilders.first?.count ?? 0) - Int32(count - group)) }
      }
    }
    if !reused.isEmpty {
      // A reused number's key goes to a new row of the builders, and a map from group to row comes into force.
      if keyRowOf.isEmpty { keyRowOf = Array(0..<Int32(count)) }
      for (group, row) in reused {
        for i in keyBuilders.indices { keyBuilders[i].appendCopying(keys[i].gather([row])) }
        keyRowOf[Int(group)] = Int32((keyBuilders.first?.count ?? 1) - 1)
      }
      compactKeysIfSparse()
    }
  }

  /// Rows of `keyBuilders` by group, once numbers have been reused; empty means identity.
  private var keyRowOf: [Int32] = []

  private func keyRows(_ groups: [Int32]) -> [Int32] {
    keyRowOf.isEmpty ? groups : groups.map { keyRowOf[Int($0)] }
  }

  /// Rewrites the key builders when most of their rows belong to no group any more.
  private func compactKeysIfSparse() {
    guard let rows = keyBuilders.first?.count, rows > 1024, rows > count * 2 else { return }
    let all = Array(0..<Int32(count))
    let picked = keyRows(all)
    for i in keyBuilders.indices {
      var fresh = ColumnBuilder(keyTypes[i])
      fresh.appendCopying(keyBuilders[i].finish().gather(picked))
      keyBuilders[i] = fresh
    }
    keyRowOf = []
  }

  // MARK: Words

  private func nullMask(_ groups: [Int32]) -> Validity? {
    nullGroup >= 0 && groups.contains(nullGroup) ? Validity(count: groups.count) { groups[$0] != nullGroup } : nil
  }

  /// Keys as words; equal keys have equal words.
  private static func words(_ column: Column, _ rows: Int) -> [UInt64] {
    switch column {
    case .bool(let c): return c.values.map { $0 ? 1 : 0 }
    case .int8(let c): return c.values.map { UInt64(bitPattern: Int64($0)) }
    case .int16(let c): return c.values.map { UInt64(bitPattern: Int64($0)) }
    case .int32(let c): return c.values.map { UInt64(bitPattern: Int64($0)) }
    case .int64(let c): return c.values.map { UInt64(bitPattern: $0) }
    case .float32(let c): return c.values.map { UInt64(orderedBits($0)) }
    case .float64(let c): return c.values.map { orderedBits($0) }
    case .null, .int128, .bytes, .list, .map, .structure:
      return [UInt64](repeating: 0, count: rows)
    }
  }

  private func wordColumn(_ groups: [Int32]) -> Column {
    let mask = nullMask(groups)
    func column<T>(_ convert: (UInt64) -> T) -> PrimitiveColumn<T> {
      PrimitiveColumn(groups.map { convert(words[Int($0)]) }, validity: mask)
    }
    switch keyTypes[0].physical {
    case .bool: return .bool(column { $0 != 0 })
    case .int8: return .int8(column { Int8(truncatingIfNeeded: $0) })
    case .int16: return .int16(column { Int16(truncatingIfNeeded: $0) })
    case .int32: return .int32(column { Int32(truncatingIfNeeded: $0) })
    case .int64: return .int64(column { Int64(bitPattern: $0) })
    case .float32: return .float32(column { Float(orderedBits: UInt32(truncatingIfNeeded: $0)) })
    case .float64: return .float64(column { Double(orderedBits: $0) })
    case .null, .int128, .bytes, .list, .map, .structure: return .null(count: groups.count)
    }
  }
}

extension Double {
  /// The inverse of `orderedBits`.
  init(orderedBits bits: UInt64) {
    self = bits == .max ? .nan : Double(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
  }
}

extension Float {
  init(orderedBits bits: UInt32) {
    self = bits == .max ? .nan : Float(bitPattern: bits >> 31 == 1 ? bits & ~(1 << 31) : ~bits)
  }
}
