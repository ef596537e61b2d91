/// What `RadixSort` sorts by.
protocol RadixEntry: BitwiseCopyable {
  var word: UInt64 { get }
}

extension UInt64: RadixEntry {
  @inline(__always) var word: UInt64 { self }
}

/// A word with how often it is there.
struct WeightedWord: RadixEntry {
  var word: UInt64
  var weight: Int64
}

/// Sorts entries by their words: byte by byte from the last to the first, bytes that are the same everywhere left out (Knuth,
/// The Art of Computer Programming 3, 5.2.5). Stable. O(n) a byte that differs.
enum RadixSort {
  /// So few entries are compared with each other: counters cost more than that.
  private static let comparedMax = 96

  /// What a sort works with besides the entries. Allocated once for many sorts, of at most `capacity` entries each.
  struct Scratch<Entry: RadixEntry> {
    let entries: UnsafeMutablePointer<Entry>
    /// 256 for each byte of a word.
    let counters: UnsafeMutablePointer<Int>

    init(capacity: Int) {
      entries = .allocate(capacity: max(capacity, 1))
      counters = .allocate(capacity: 8 * 256)
    }

    func deallocate() {
      entries.deallocate()
      counters.deallocate()
    }
  }

  static func sort<Entry: RadixEntry>(_ entries: UnsafeMutablePointer<Entry>, count: Int, scratch: Scratch<Entry>) {
    if count <= comparedMax { return insert(entries, count) }
    let counters = scratch.counters
    counters.initialize(repeating: 0, count: 8 * 256)
    let first = entries[0].word
    var differing: UInt64 = 0
    for i in 0..<count {
      let word = entries[i].word
      differing |= word ^ first
      for byte in 0..<8 { counters[byte << 8 | Int(truncatingIfNeeded: word &>> UInt64(byte << 3) & 0xFF)] &+= 1 }
    }
    var (from, to) = (entries, scratch.entries)
    for byte in 0..<8 where differing >> UInt64(byte << 3) & 0xFF != 0 {
      let places = counters + byte << 8
      var place = 0
      for digit in 0..<256 {
        let next = place &+ places[digit]
        places[digit] = place
        place = next
      }
      let shift = UInt64(byte << 3)
      for i in 0..<count {
        let entry = from[i]
        let digit = Int(truncatingIfNeeded: entry.word &>> shift & 0xFF)
        to[places[digit]] = entry
        places[digit] &+= 1
      }
      swap(&from, &to)
    }
    if from != entries { entries.update(from: from, count: count) }
  }

  /// Insertion sort.
  private static func insert<Entry: RadixEntry>(_ entries: UnsafeMutablePointer<Entry>, _ count: Int) {
    var end = 1
    while end < count {
      let entry = entries[end]
      var at = end
      while at > 0, entries[at &- 1].word > entry.word {
        entries[at] = entries[at &- 1]
        at &-= 1
      }
      entries[at] = entry
      end &+= 1
    }
  }
}
