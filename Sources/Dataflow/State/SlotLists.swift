import Columnar

/// Many short lists of slots in one array: a head, a count and a capacity a list, which doubles when it is full.
struct SlotLists {
  private struct List {
    var head: Int32 = 0
    var count: Int32 = 0
    var capacity: Int32 = 0
  }

  private var lists: [List] = []
  private var slab: [Int32] = []
  /// Heads of pieces given back, by the logarithm of their size.
  private var free = [[Int32]](repeating: [], count: 32)

  var memoryBytes: Int { lists.capacity * 12 + slab.capacity * 4 }

  mutating func grow(to count: Int) {
    if count > lists.count { lists.append(contentsOf: repeatElement(List(), count: count - lists.count)) }
  }

  @inline(__always)
  func count(_ list: Int) -> Int { Int(lists[list].count) }

  func slots(_ list: Int) -> [Int32] {
    let entry = lists[list]
    return Array(slab[Int(entry.head)..<Int(entry.head + entry.count)])
  }

  func slot(_ list: Int, _ index: Int) -> Int32 { slab[Int(lists[list].head) + index] }

  func last(_ list: Int) -> Int32? {
    let entry = lists[list]
    return entry.count == 0 ? nil : slab[Int(entry.head + entry.count) - 1]
  }

  /// The first index whose slot is not `isBefore`. O(log n).
  @inline(__always)
  func place(_ list: Int, _ isBefore: (Int32) -> Bool) -> Int {
    let head = Int(lists[list].head)
    var low = 0
    var high = Int(lists[list].count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(slab[head + middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func insert(_ slot: Int32, into list: Int, at index: Int) {
    if lists[list].count == lists[list].capacity { enlarge(list) }
    let head = Int(lists[list].head)
    var at = head + Int(lists[list].count)
    while at > head + index {
      slab[at] = slab[at - 1]
      at -= 1
    }
    slab[at] = slot
    lists[list].count += 1
  }

  private mutating func enlarge(_ list: Int) {
    let old = lists[list]
    let capacity = max(2, old.capacity * 2)
    let size = capacity.trailingZeroBitCount
    let head: Int32
    if let reused = free[size].popLast() {
      head = reused
    } else {
      head = Int32(truncatingIfNeeded: slab.count)
      slab.append(contentsOf: repeatElement(0, count: Int(capacity)))
    }
    for i in 0..<Int(old.count) { slab[Int(head) + i] = slab[Int(old.head) + i] }
    if old.capacity > 0 { free[old.capacity.trailingZeroBitCount].append(old.head) }
    lists[list] = List(head: head, count: old.count, capacity: capacity)
  }

  mutating func removeLast(_ list: Int) -> Int32 {
    lists[list].count -= 1
    return slab[Int(lists[list].head + lists[list].count)]
  }

  mutating func clear(_ list: Int) {
    let old = lists[list]
    if old.capacity > 0 { free[old.capacity.trailingZeroBitCount].append(old.head) }
    lists[list] = List()
  }

  /// Slots have other numbers now.
  mutating func renumber(_ moved: [Int32]) {
    for list in lists where list.count > 0 {
      for i in Int(list.head)..<Int(list.head + list.count) { slab[i] = moved[Int(slab[i])] }
    }
  }

  // MARK: Peers

  /// Where the peers of the slot at `index` end.
  func peersEnd(_ list: Int, of index: Int, _ keys: [BytesView]) -> Int {
    let key = keys[Int(slot(list, index))]
    return place(list) { keys[Int($0)] <= key }
  }

  /// How many different keys there are, counted no further than `limit`.
  func distinct(_ list: Int, upTo limit: Int, _ keys: [BytesView]) -> Int {
    var found = 0
    var at = 0
    while at < count(list), found < limit {
      at = peersEnd(list, of: at, keys)
      found += 1
    }
    return found
  }

  /// How many slots have one of the first `limit` different keys.
  func prefix(_ list: Int, distinct limit: Int, _ keys: [BytesView]) -> Int {
    var found = 0
    var at = 0
    while at < count(list), found < limit {
      at = peersEnd(list, of: at, keys)
      found += 1
    }
    return at
  }
}
