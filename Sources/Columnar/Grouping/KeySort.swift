/// Puts rows in the order of their encoded keys.
///
/// A radix sort: eight bytes of each key at a time are a number, numbers are sorted by their bytes from the last to the
/// first, and rows with equal numbers by the eight bytes behind (Knuth, The Art of Computer Programming 3, 5.2.5). What all
/// keys begin with is left out; a few rows are compared. Equal keys stand by position, then by row.
/// O(n) a word of key that tells rows apart; 32 bytes a row while it runs.
public enum KeySort {
  /// Sorts `rows` by `keys[row]`, then `positions[row]`, then row.
  public static func sort(_ rows: inout [Int32], keys: [BytesView], positions: [Int64]) {
    let count = rows.count
    if count < 2 { return }
    keys.withUnsafeBufferPointer { keys in
      positions.withUnsafeBufferPointer { positions in
        rows.withUnsafeMutableBufferPointer { rows in
          withUnsafeTemporaryAllocation(of: Entry.self, capacity: 2 * count) { space in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Run.counterCount) { counters in
              guard let entries = space.baseAddress, let counters = counters.baseAddress,
                let keys = keys.baseAddress, let positions = positions.baseAddress
              else { return }
              for row in 0..<count { (entries + row).initialize(to: Entry(word: 0, row: rows[row])) }
              (entries + count).initialize(repeating: Entry(word: 0, row: 0), count: count)
              let run = Run(keys: keys, positions: positions, counters: counters)
              run.sort(entries, scratch: entries + count, count: count, depth: 0)
              for row in 0..<count { rows[row] = entries[row].row }
            }
          }
        }
      }
    }
  }

  private struct Entry {
    /// Eight bytes of the key, the first of them highest.
    var word: UInt64
    var row: Int32
  }

  /// One sort, over rows and memory that are its own.
  private struct Run {
    /// 256 for each byte of a word.
    static let counterCount = 8 * 256
    /// So few rows are compared with each other.
    private static let comparedMax = 48

    let keys: UnsafePointer<BytesView>
    let positions: UnsafePointer<Int64>
    let counters: UnsafeMutablePointer<UInt32>

    /// Sorts entries whose keys agree in their first `depth` bytes and are at least as long.
    func sort(_ entries: UnsafeMutablePointer<Entry>, scratch: UnsafeMutablePointer<Entry>, count: Int, depth: Int) {
      if count <= Run.comparedMax { return compareAll(entries, count) }
      var depth = depth
      var differing = readWords(entries, count, depth)
      // Words of which the first bytes are all the same tell less than they could.
      while case let same = differing.leadingZeroBitCount / 8, same > 0, allReach(entries, count, depth + same) {
        depth += same
        differing = readWords(entries, count, depth)
        if same < 8 { break }
      }
      if differing != 0 { sortWords(entries, scratch, count, differing) }
      var start = 0
      while start < count {
        var end = start + 1
        while end < count, entries[end].word == entries[start].word { end += 1 }
        if end - start > 1 { sortEqual(entries + start, scratch: scratch + start, count: end - start, depth: depth + 8) }
        start = end
      }
    }

    /// Sorts entries whose keys agree up to `depth`, as far as they reach.
    private func sortEqual(
      _ entries: UnsafeMutablePointer<Entry>, scratch: UnsafeMutablePointer<Entry>, count: Int, depth: Int
    ) {
      if count > Run.comparedMax, allReach(entries, count, depth + 1) {
        sort(entries, scratch: scratch, count: count, depth: depth)
      } else {
        compareAll(entries, count)
      }
    }

    /// Fills in the bytes of each key from `depth` on; gives the bits in which they differ.
    private func readWords(_ entries: UnsafeMutablePointer<Entry>, _ count: Int, _ depth: Int) -> UInt64 {
      let first = keys[Int(entries[0].row)].word(at: depth)
      var differing: UInt64 = 0
      for index in 0..<count {
        let word = keys[Int(entries[index].row)].word(at: depth)
        entries[index].word = word
        differing |= word ^ first
      }
      return differing
    }

    private func allReach(_ entries: UnsafeMutablePointer<Entry>, _ count: Int, _ length: Int) -> Bool {
      for index in 0..<count where keys[Int(entries[index].row)].count < length { return false }
      return true
    }

    /// Sorts by the words, bytes that are the same everywhere left out.
    private func sortWords(
      _ entries: UnsafeMutablePointer<Entry>, _ scratch: UnsafeMutablePointer<Entry>, _ count: Int, _ differing: UInt64
    ) {
      counters.initialize(repeating: 0, count: Run.counterCount)
      for index in 0..<count {
        let word = entries[index].word
        for byte in 0..<8 { counters[byte << 8 | Int(truncatingIfNeeded: word >> UInt64(byte << 3) & 0xFF)] &+= 1 }
      }
      var (from, to) = (entries, scratch)
      for byte in 0..<8 where differing >> UInt64(byte << 3) & 0xFF != 0 {
        let counter = counters + byte << 8
        var place: UInt32 = 0
        for digit in 0..<256 {
          let next = place &+ counter[digit]
          counter[digit] = place
          place = next
        }
        let shift = UInt64(byte << 3)
        for index in 0..<count {
          let digit = Int(truncatingIfNeeded: from[index].word >> shift & 0xFF)
          to[Int(counter[digit])] = from[index]
          counter[digit] &+= 1
        }
        swap(&from, &to)
      }
      if from != entries { entries.update(from: from, count: count) }
    }

    private func compareAll(_ entries: UnsafeMutablePointer<Entry>, _ count: Int) {
      var isOrdered = true
      for index in 1..<count where !precedes(entries[index - 1], entries[index]) {
        isOrdered = false
        break
      }
      // Rows mostly come in their order.
      if isOrdered { return }
      var all = UnsafeMutableBufferPointer(start: entries, count: count)
      all.sort(by: precedes)
    }

    private func precedes(_ a: Entry, _ b: Entry) -> Bool {
      let order = keys[Int(a.row)].compare(keys[Int(b.row)])
      if order != 0 { return order < 0 }
      let (p, q) = (positions[Int(a.row)], positions[Int(b.row)])
      return p != q ? p < q : a.row < b.row
    }
  }
}

extension BytesView {
  /// Eight bytes from `offset` on as a number, the first of them highest; zeros behind the end.
  @inline(__always)
  fileprivate func word(at offset: Int) -> UInt64 {
    let left = count - offset
    if left <= 0 { return 0 }
    if isInline {
      // The padding is zeros already.
      let first = UInt64(UInt32(truncatingIfNeeded: head >> 32).byteSwapped)
      let rest = tail.byteSwapped
      if offset == 0 { return first << 32 | rest >> 32 }
      if offset < 4 { return first << UInt64(32 + offset * 8) | rest >> UInt64(32 - offset * 8) }
      return rest << UInt64((offset - 4) * 8)
    }
    let bytes = UnsafeRawPointer(longPointer + offset)
    if left >= 8 { return bytes.loadUnaligned(as: UInt64.self).bigEndian }
    var word: UInt64 = 0
    for index in 0..<left { word |= UInt64(bytes.load(fromByteOffset: index, as: UInt8.self)) << UInt64(56 - index * 8) }
    return word
  }
}
