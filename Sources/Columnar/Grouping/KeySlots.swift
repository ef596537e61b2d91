import CKernels
import Glibc

/// A key as a hash table stores it: trivial, compared by value.
protocol SlotKey: BitwiseCopyable, Equatable {
  /// Fills a slot of key and group up to a power of two bytes, so that no slot lies across two cache lines.
  associatedtype Padding: BitwiseCopyable
  static var padding: Padding { get }
  /// What empty slots hold.
  static var filler: Self { get }
  var hash64: UInt64 { get }
  /// The key for as long as the table lives.
  func kept(in arena: inout ByteArena) -> Self
  /// Bytes of an arena that a kept key takes.
  var keptBytes: Int { get }
  /// The key as the index keeps it by group: a view, or a word, the other one empty.
  var asView: BytesView { get }
  var asWord: UInt64 { get }
}

extension BytesView: SlotKey {
  static var padding: UInt64 { 0 }
  static var filler: BytesView { BytesView() }
  @inline(__always) var hash64: UInt64 { Hashing.hash(self) }
  func kept(in arena: inout ByteArena) -> BytesView { arena.adopt(self) }
  var keptBytes: Int { isInline ? 0 : count }
  var asView: BytesView { self }
  var asWord: UInt64 { 0 }
}

extension UInt64: SlotKey {
  static var padding: UInt32 { 0 }
  static var filler: UInt64 { 0 }
  @inline(__always) var hash64: UInt64 { Hashing.hash(word: self) }
  func kept(in arena: inout ByteArena) -> UInt64 { self }
  var keptBytes: Int { 0 }
  var asView: BytesView { BytesView() }
  var asWord: UInt64 { self }
}

/// Two keys of at most 64 bits each.
struct WordPair: SlotKey {
  var first: UInt64
  var second: UInt64

  static var padding: UInt64 { 0 }
  static var filler: WordPair { WordPair(first: 0, second: 0) }
  @inline(__always) var hash64: UInt64 { Hashing.hash(first, second) }
  func kept(in arena: inout ByteArena) -> WordPair { self }
  var keptBytes: Int { 0 }
  var asView: BytesView { BytesView() }
  var asWord: UInt64 { 0 }
}

/// An open-addressing hash table from keys to dense group numbers, for one physical kind of key.
///
/// Slots come in blocks of 16, with a byte of control each: free, removed, or one of 254 tags from the key's hash. A search looks at
/// the 16 bytes of a block at once and then, nearly always, at the one slot that holds the key: control bytes of 100,000 keys
/// stay in the second-level cache, slots are asked for ahead of their use, and no branch depends on how full a block is
/// (the Swiss table of Benzaquen et al., CppCon 2017). Hashes are kept by the owner, by group.
struct KeySlots<Key: SlotKey> {
  private struct Slot: BitwiseCopyable {
    var key: Key
    var group: Int32
    var padding = Key.padding
  }

  private var controls: UnsafeMutablePointer<UInt8>
  private var slots: UnsafeMutablePointer<Slot>
  private var blockMask: Int
  /// Slots that are not free: taken or removed.
  private var used = 0

  private static var blockSize: Int { 16 }
  private static var free: UInt8 { 0 }
  private static var removed: UInt8 { 1 }

  init() { self.init(blocks: 4) }

  private init(blocks: Int) {
    let capacity = blocks * KeySlots.blockSize
    controls = .allocate(capacity: capacity)
    controls.initialize(repeating: KeySlots.free, count: capacity)
    slots = KeySlots.allocate(capacity)
    slots.initialize(repeating: Slot(key: .filler, group: -1), count: capacity)
    blockMask = blocks - 1
  }

  /// Memory of `capacity` slots; large tables ask for large pages, since every lookup goes to another place.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
    let bytes = capacity * MemoryLayout<Slot>.stride
    let isLarge = bytes >= largePage
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? largePage : 64)
    // A hint: where the system has no large pages, small ones serve as well.
    if isLarge { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
    return raw.bindMemory(to: Slot.self, capacity: capacity)
  }

  private static var largePage: Int { 1 << 21 }

  private var capacity: Int { (blockMask + 1) * KeySlots.blockSize }
  var memoryBytes: Int { capacity * (MemoryLayout<Slot>.stride + 1) }

  func deallocate() {
    controls.deallocate()
    slots.deallocate()
  }

  @inline(__always) private func firstBlock(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & blockMask }
  /// From bits that neither choose the block nor, as the high half does, the partition.
  @inline(__always) private static func tag(_ hash: UInt64) -> UInt8 { max(UInt8(truncatingIfNeeded: hash &>> 24), 2) }

  /// Keys whose slots are asked for before the first of them is looked at: as many as fit the first-level cache.
  static var ahead: Int { 128 }

  /// Writes the groups of at most `ahead` keys that stand where their tag says, and −1 for the others, which `search` may yet
  /// find: their places go to `missed`, in order. Gives the number of those.
  ///
  /// A function of its own, so that its loops have all registers; the few misses are set aside without a branch, since one that
  /// goes wrong for some percent of the keys costs as much as the comparison.
  @inline(never)
  func match(
    _ keys: UnsafePointer<Key>, _ hashes: UnsafePointer<UInt64>, count: Int, groups: UnsafeMutablePointer<Int32>,
    missed: UnsafeMutablePointer<Int>
  ) -> Int {
    for i in 0..<count { missed[i] = candidate(hashes[i]) }
    var misses = 0
    for i in 0..<count {
      let slot = slots[missed[i]]
      let group = slot.key == keys[i] ? slot.group : -1
      groups[i] = group
      // The candidates before are used up.
      missed[misses] = i
      misses &+= group < 0 ? 1 : 0
    }
    return misses
  }

  /// Where the key of this hash stands if it is the first of its block with such a tag; asks for that slot's memory.
  @inline(__always) private func candidate(_ hash: UInt64) -> Int {
    let base = firstBlock(hash) &* KeySlots.blockSize
    let hits = sq_mask16(controls + base, KeySlots.tag(hash))
    // Without a hit any slot will do: it is not the key's.
    let at = base &+ ((hits | 0x8000).trailingZeroBitCount)
    sq_prefetch(slots + at)
    return at
  }

  /// The group of a key, −1 if there is none.
  func search(_ key: Key, _ hash: UInt64) -> Int32 {
    var block = firstBlock(hash)
    while true {
      let base = block &* KeySlots.blockSize
      var hits = sq_mask16(controls + base, KeySlots.tag(hash))
      while hits != 0 {
        let at = base &+ hits.trailingZeroBitCount
        if slots[at].key == key { return slots[at].group }
        hits &= hits &- 1
      }
      if sq_mask16(controls + base, KeySlots.free) != 0 { return -1 }
      block = (block &+ 1) & blockMask
    }
  }

  /// Puts a key known to be absent; may move all slots, to higher places only. `hashes` are those of the groups that are in.
  mutating func insert(_ key: Key, hash: UInt64, group: Int32, hashes: UnsafePointer<UInt64>) {
    if (used + 1) * 8 > capacity * 7 { grow(hashes) }
    place(Slot(key: key, group: group), hash)
  }

  private mutating func place(_ slot: Slot, _ hash: UInt64) {
    var block = firstBlock(hash)
    while true {
      let base = block &* KeySlots.blockSize
      let open = sq_mask16(controls + base, KeySlots.free) | sq_mask16(controls + base, KeySlots.removed)
      if open != 0 {
        let at = base &+ open.trailingZeroBitCount
        if controls[at] == KeySlots.free { used += 1 }
        controls[at] = KeySlots.tag(hash)
        slots[at] = slot
        return
      }
      block = (block &+ 1) & blockMask
    }
  }

  /// Twice the slots; a table that is full of removed ones is only cleaned of them.
  private mutating func grow(_ hashes: UnsafePointer<UInt64>) {
    let old = self
    var taken = 0
    for at in 0..<old.capacity where old.controls[at] > KeySlots.removed { taken += 1 }
    self = KeySlots(blocks: taken * 2 > capacity ? (blockMask + 1) * 2 : blockMask + 1)
    for at in 0..<old.capacity where old.controls[at] > KeySlots.removed { place(old.slots[at], hashes[Int(old.slots[at].group)]) }
    old.deallocate()
  }

  /// Gives every key anew, equal to what it was.
  mutating func replaceKeys(_ fresh: (Key, _ group: Int32) -> Key) {
    for at in 0..<capacity where controls[at] > KeySlots.removed { slots[at].key = fresh(slots[at].key, slots[at].group) }
  }

  /// Takes a group out and gives its key; nil if it is not here. Its slot is free again at once if a search could not have gone past its block.
  @discardableResult
  mutating func remove(group: Int32, hashes: UnsafePointer<UInt64>) -> Key? {
    let hash = hashes[Int(group)]
    var block = firstBlock(hash)
    while true {
      let base = block &* KeySlots.blockSize
      var hits = sq_mask16(controls + base, KeySlots.tag(hash))
      let hasFree = sq_mask16(controls + base, KeySlots.free) != 0
      while hits != 0 {
        let at = base &+ hits.trailingZeroBitCount
        if slots[at].group == group {
          controls[at] = hasFree ? KeySlots.free : KeySlots.removed
          if hasFree { used -= 1 }
          let key = slots[at].key
          // `match` looks at slots that nothing is in: the bytes of a key that was taken out are soon no more.
          slots[at] = Slot(key: .filler, group: -1)
          return key
        }
        hits &= hits &- 1
      }
      if hasFree { return nil }
      block = (block &+ 1) & blockMask
    }
  }
}

/// A growable C array of trivial values, without bounds checks or copy-on-write: the storage of hash tables.
struct RawArray<T> {
  private(set) var base: UnsafeMutablePointer<T>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int = 64) {
    base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  func deallocate() { base.deallocate() }

  var memoryBytes: Int { capacity * MemoryLayout<T>.stride }

  @inline(__always) subscript(_ i: Int) -> T {
    get { base[i] }
    nonmutating set { base[i] = newValue }
  }

  mutating func append(_ value: T) {
    if count == capacity { grow(to: capacity * 2) }
    (base + count).initialize(to: value)
    count += 1
  }

  private mutating func grow(to newCapacity: Int) {
    let larger = UnsafeMutablePointer<T>.allocate(capacity: newCapacity)
    larger.moveInitialize(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = newCapacity
  }
}
