import CKernels

/// An open-addressing hash table from keys to dense group numbers, for one physical kind of key.
///
/// A slot is `tag:32 | group + 1:32`, 0 empty, −1-tagged groups never occur; keys live in an array by group. Linear
/// probing at a load of at most one half. Lookups run a batch at a time in three overlapped passes (prefetch slot,
/// prefetch key, compare), which hides most cache misses (FACTS: prefetch is worth 10 %).
struct SlotArray {
  private(set) var slots: UnsafeMutablePointer<UInt64>
  private(set) var mask: Int

  static let capacityMin = 64

  init(capacity: Int = capacityMin) {
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: 0, count: capacity)
    mask = capacity - 1
  }

  var capacity: Int { mask + 1 }
  var memoryBytes: Int { capacity * 8 }

  func deallocate() { slots.deallocate() }

  /// Puts a group known to be absent.
  func insert(hash: UInt64, group: Int32) {
    var i = Int(truncatingIfNeeded: hash) & mask
    while slots[i] != 0 { i = (i &+ 1) & mask }
    slots[i] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(UInt32(bitPattern: group &+ 1))
  }

  /// Doubles until `groups` fit, re-inserting by the hashes kept per group.
  mutating func reserve(groups: Int, hashes: UnsafePointer<UInt64>, live: Int, isLive: (Int) -> Bool) {
    var wanted = capacity
    while groups * 2 > wanted { wanted *= 2 }
    if wanted == capacity { return }
    rebuild(capacity: wanted, hashes: hashes, live: live, isLive: isLive)
  }

  mutating func rebuild(capacity: Int, hashes: UnsafePointer<UInt64>, live: Int, isLive: (Int) -> Bool) {
    slots.deallocate()
    self = SlotArray(capacity: capacity)
    for group in 0..<live where isLive(group) { insert(hash: hashes[group], group: Int32(group)) }
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
