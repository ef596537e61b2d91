import Columnar
import Diagnostics

/// Numbers the panes of every key, and keeps those of one key in a list by time.
///
/// A pane is looked for from the latest of its key backwards: rows come nearly in the order of time. Once one comes from far
/// behind, panes are found by a hash table as well, and those made far behind are put into their lists by `link`, all at once.
/// Numbers of panes that are gone are given out again. O(1) a row, amortised; not thread-safe.
final class PaneIndex {
  /// By pane.
  @exclusivity(unchecked) private(set) var starts: [Int64] = []
  /// By pane; −1 where it is gone.
  @exclusivity(unchecked) private(set) var keys: [Int32] = []
  /// The neighbours of a pane in the list of its key; −1: none.
  @exclusivity(unchecked) private(set) var earlier: [Int32] = []
  @exclusivity(unchecked) private(set) var later: [Int32] = []
  /// The latest pane of each key that is in its list; −1: none.
  @exclusivity(unchecked) private var latest: [Int32] = []
  private var free: [Int32] = []
  private var slots: PaneSlots?
  /// Panes that are not in their list yet; each is earlier than the latest of its key.
  private var unlinked: [Int32] = []

  /// Panes that are looked at before the hash table is made.
  private static let walkMax = 8

  /// Numbers given out so far, those that are free included.
  var count: Int { starts.count }
  var liveCount: Int { starts.count - free.count }
  var memoryBytes: Int { starts.capacity * 20 + latest.capacity * 4 + free.capacity * 4 + (slots?.memoryBytes ?? 0) }

  func isLive(_ pane: Int32) -> Bool { Int(pane) < keys.count && keys[Int(pane)] >= 0 }

  /// Writes the pane of every row to `panes`; those that are new are told to `made`, in order.
  func findOrInsert(
    keys keyOf: [Int32], starts times: [Int64], keyCount: Int, panes: inout [Int32], made: (_ pane: Int32, _ row: Int) -> Void
  ) {
    let rows = keyOf.count
    if panes.count != rows { panes = [Int32](repeating: 0, count: rows) }
    if latest.count < keyCount { latest.append(contentsOf: repeatElement(-1, count: keyCount - latest.count)) }
    var row = 0
    while true {
      row = findLatest(keyOf, times, from: row, &panes)
      if row == rows { return }
      let before = liveCount
      let pane = place(keyOf[row], times[row])
      panes[row] = pane
      if liveCount != before { made(pane, row) }
      row += 1
    }
  }

  /// Goes through rows that are in the latest pane of their key; returns the first that is not.
  private func findLatest(_ keyOf: [Int32], _ times: [Int64], from first: Int, _ panes: inout [Int32]) -> Int {
    keyOf.withUnsafeBufferPointer { keyOf in
      times.withUnsafeBufferPointer { times in
        latest.withUnsafeBufferPointer { latest in
          starts.withUnsafeBufferPointer { starts in
            panes.withUnsafeMutableBufferPointer { panes in
              var row = first
              while row < keyOf.count {
                let pane = latest[Int(keyOf[row])]
                if pane < 0 || starts[Int(pane)] != times[row] { break }
                panes[row] = pane
                row &+= 1
              }
              return row
            }
          }
        }
      }
    }
  }

  /// The pane of a key that begins at `start`; −1 if there is none.
  func find(_ key: Int32, _ start: Int64) -> Int32 {
    if key < 0 || Int(key) >= latest.count { return -1 }
    if let slots, let pane = slots.find(key, start, self) { return pane }
    var pane = latest[Int(key)]
    while pane >= 0, starts[Int(pane)] > start { pane = earlier[Int(pane)] }
    return pane >= 0 && starts[Int(pane)] == start ? pane : -1
  }

  private func place(_ key: Int32, _ start: Int64) -> Int32 {
    var pane = latest[Int(key)]
    var next: Int32 = -1
    var steps = 0
    while pane >= 0 {
      let known = starts[Int(pane)]
      if known == start { return pane }
      if known < start { break }
      steps += 1
      if slots != nil || steps == PaneIndex.walkMax { return placeBehind(key, start) }
      next = pane
      pane = earlier[Int(pane)]
    }
    let new = newPane(key, start)
    link(new, between: pane, and: next)
    slots?.insert(new, self)
    return new
  }

  /// The pane of a row that comes from far behind.
  private func placeBehind(_ key: Int32, _ start: Int64) -> Int32 {
    if slots == nil {
      var fresh = PaneSlots()
      for pane in 0..<Int32(count) where isLive(pane) { fresh.insert(pane, self) }
      slots = fresh
    }
    if let pane = slots?.find(key, start, self) { return pane }
    let new = newPane(key, start)
    slots?.insert(new, self)
    unlinked.append(new)
    return new
  }

  private func newPane(_ key: Int32, _ start: Int64) -> Int32 {
    if let pane = free.popLast() {
      starts[Int(pane)] = start
      keys[Int(pane)] = key
      earlier[Int(pane)] = -1
      later[Int(pane)] = -1
      return pane
    }
    let pane = Int32(starts.count)
    starts.append(start)
    keys.append(key)
    earlier.append(-1)
    later.append(-1)
    return pane
  }

  private func link(_ pane: Int32, between before: Int32, and after: Int32) {
    earlier[Int(pane)] = before
    later[Int(pane)] = after
    if before >= 0 { later[Int(before)] = pane }
    if after >= 0 { earlier[Int(after)] = pane } else { latest[Int(keys[Int(pane)])] = pane }
  }

  /// Puts all panes into their lists; one walk along each list that lacks some.
  func link() {
    if unlinked.isEmpty { return }
    unlinked.sort { a, b in
      keys[Int(a)] != keys[Int(b)] ? keys[Int(a)] < keys[Int(b)] : starts[Int(a)] > starts[Int(b)]
    }
    var place: Int32 = -1
    var key: Int32 = -1
    for pane in unlinked {
      if keys[Int(pane)] != key {
        key = keys[Int(pane)]
        place = latest[Int(key)]
      }
      while place >= 0, starts[Int(place)] > starts[Int(pane)] {
        let next = earlier[Int(place)]
        if next < 0 || starts[Int(next)] < starts[Int(pane)] {
          link(pane, between: next, and: place)
          place = pane
          break
        }
        place = next
      }
    }
    unlinked.removeAll(keepingCapacity: true)
  }

  /// The lists as bare memory, for loops over many panes.
  func withLists<Result, Failure: Error>(_ body: (PaneLists) throws(Failure) -> Result) throws(Failure) -> Result {
    try starts.withUnsafeBufferPointer { (starts) throws(Failure) in
      try earlier.withUnsafeBufferPointer { (earlier) throws(Failure) in
        try later.withUnsafeBufferPointer { (later) throws(Failure) in
          try body(PaneLists(starts: starts, earlier: earlier, later: later))
        }
      }
    }
  }

  /// Forgets panes; `emptied` gets the keys that have none left.
  func remove(_ panes: [Int32], emptied: inout [Int32]) {
    link()
    for pane in panes where isLive(pane) {
      slots?.remove(pane, self)
      let (before, after, key) = (earlier[Int(pane)], later[Int(pane)], keys[Int(pane)])
      if before >= 0 { later[Int(before)] = after }
      if after >= 0 { earlier[Int(after)] = before } else { latest[Int(key)] = before }
      keys[Int(pane)] = -1
      free.append(pane)
      if latest[Int(key)] < 0 { emptied.append(key) }
    }
    if liveCount == 0 { removeAll() }
  }

  func removeAll() {
    starts.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    earlier.removeAll(keepingCapacity: true)
    later.removeAll(keepingCapacity: true)
    latest.removeAll(keepingCapacity: true)
    free.removeAll()
    unlinked.removeAll()
    slots = nil
  }
}

/// The lists of a `PaneIndex`, by pane.
struct PaneLists {
  let starts: UnsafeBufferPointer<Int64>
  let earlier: UnsafeBufferPointer<Int32>
  let later: UnsafeBufferPointer<Int32>
}

/// A hash table from key and start to panes, by open addressing; both are looked up in the index.
private struct PaneSlots {
  /// Panes; −1: free. A power of two, at most half full.
  private var table = [Int32](repeating: -1, count: 1024)
  private var used = 0

  var memoryBytes: Int { table.count * 4 }

  private func home(_ key: Int32, _ start: Int64) -> Int {
    let hash = Hashing.hash(UInt64(truncatingIfNeeded: key), UInt64(bitPattern: start))
    return Int(truncatingIfNeeded: hash) & (table.count - 1)
  }

  func find(_ key: Int32, _ start: Int64, _ index: PaneIndex) -> Int32? {
    var slot = home(key, start)
    while table[slot] >= 0 {
      let pane = table[slot]
      if index.starts[Int(pane)] == start, index.keys[Int(pane)] == key { return pane }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  mutating func insert(_ pane: Int32, _ index: PaneIndex) {
    if (used + 1) * 2 > table.count {
      let old = table
      table = [Int32](repeating: -1, count: table.count * 2)
      for known in old where known >= 0 { put(known, index) }
    }
    put(pane, index)
    used += 1
  }

  private mutating func put(_ pane: Int32, _ index: PaneIndex) {
    var slot = home(index.keys[Int(pane)], index.starts[Int(pane)])
    while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = pane
  }

  /// Takes a pane out that is still known to the index, and moves up those that stand behind it for want of its place.
  mutating func remove(_ pane: Int32, _ index: PaneIndex) {
    let mask = table.count - 1
    var slot = home(index.keys[Int(pane)], index.starts[Int(pane)])
    while table[slot] != pane {
      if table[slot] < 0 { return }
      slot = (slot + 1) & mask
    }
    used -= 1
    var next = slot
    while true {
      next = (next + 1) & mask
      let other = table[next]
      if other < 0 { break }
      let wanted = home(index.keys[Int(other)], index.starts[Int(other)])
      // It may stand at `slot` if its home is not between the two.
      if (next - wanted) & mask >= (next - slot) & mask {
        table[slot] = other
        slot = next
      }
    }
    table[slot] = -1
  }
}
