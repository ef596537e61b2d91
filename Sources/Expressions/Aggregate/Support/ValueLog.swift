internal import Columnar

/// Multisets of words, one a group, of which nothing is asked until much has come: values are only noted, and sorted when somebody
/// looks (`settle`).
///
/// An entry is a value, its group and, as soon as one is not 1, its weight: 12 or 20 bytes. So that values which come again and again do
/// not pile up, the log is sorted and equal values are summed whenever it has grown to four times what was left the last time: it holds
/// at most that many entries for each different value, and a row costs O(1) sorts, amortised.
struct ValueLog {
  private var keys: [Int64] = []
  private var owners: [Int32] = []
  /// Weights by entry, if not all are 1.
  private var weights: [Int64] = []
  private var isWeighted = false
  private var groupCount = 0
  /// Entries at which equal values are summed.
  private var limit = ValueLog.limitMin
  /// Once settled: `starts[group] ..< starts[group + 1]` are the entries of a group. Empty before.
  private var starts: [Int] = []

  /// So many entries are sorted within the second-level cache.
  private static let limitMin = 1 << 16

  var memoryBytes: Int { keys.storageBytes + owners.storageBytes + weights.storageBytes + starts.storageBytes }

  mutating func grow(to count: Int) {
    if count <= groupCount { return }
    groupCount = count
    if !starts.isEmpty { starts.append(contentsOf: repeatElement(keys.count, count: count + 1 - starts.count)) }
  }

  // MARK: Changes

  /// Notes the values of a batch that are not NULL; `words` are those of the operand's column.
  mutating func append(_ words: [Int64], _ operand: Operand, _ input: AggregateInput) {
    starts = []
    if operand.stride == 1, operand.column.validity == nil, input.weights == nil, words.count == input.rows {
      keys.append(contentsOf: words)
      owners.append(contentsOf: input.groups)
      if isWeighted { weights.append(contentsOf: repeatElement(1, count: input.rows)) }
    } else {
      if input.weights != nil { spellWeights() }
      input.forEachValid(operand) { _, index, group, weight in
        keys.append(words[index])
        owners.append(Int32(truncatingIfNeeded: group))
        if isWeighted { weights.append(weight) }
      }
    }
    if keys.count > limit { settle() }
  }

  /// Notes one value with its weight; call `shrinkIfLarge` after many.
  @inline(__always)
  mutating func append(_ key: Int64, weight: Int64, group: Int) {
    if weight != 1 { spellWeights() }
    keys.append(key)
    owners.append(Int32(truncatingIfNeeded: group))
    if isWeighted { weights.append(weight) }
  }

  mutating func shrinkIfLarge() {
    starts = []
    if keys.count > limit { settle() }
  }

  private mutating func spellWeights() {
    if isWeighted { return }
    isWeighted = true
    weights = [Int64](repeating: 1, count: keys.count)
  }

  /// Whether groups from this one on have no entry.
  func isEmpty(from group: Int) -> Bool { group >= groupCount || !owners.contains { Int($0) >= group } }

  mutating func removeAll() {
    keys.removeAll(keepingCapacity: keys.capacity <= ValueLog.limitMin)
    owners.removeAll(keepingCapacity: owners.capacity <= ValueLog.limitMin)
    weights = []
    isWeighted = false
    starts = []
    limit = ValueLog.limitMin
  }

  // MARK: Order

  /// Puts the entries in order of group and value, each value of a group once; weights that are 0 go.
  mutating func settle() {
    if !starts.isEmpty { return }
    let ends = groupEnds()
    if isWeighted { sortWeighted(ends) } else { sortPlain(ends) }
    limit = max(ValueLog.limitMin, 4 * keys.count)
  }

  /// Entries up to and with each group.
  private func groupEnds() -> [Int] {
    var ends = [Int](repeating: 0, count: max(groupCount, 1))
    if ends.count == 1 { return [keys.count] }
    for owner in owners { ends[Int(owner)] += 1 }
    for group in 1..<ends.count { ends[group] += ends[group - 1] }
    return ends
  }

  private mutating func sortPlain(_ ends: [Int]) {
    let sorted = UnsafeMutablePointer<UInt64>.allocate(capacity: max(keys.count, 1))
    defer { sorted.deallocate() }
    sort(sorted, ends) { ValueLog.ordered(keys[$0]) }
    write(sorted, ends) { _ in 1 }
  }

  private mutating func sortWeighted(_ ends: [Int]) {
    let sorted = UnsafeMutablePointer<WeightedWord>.allocate(capacity: max(keys.count, 1))
    defer { sorted.deallocate() }
    sort(sorted, ends) { WeightedWord(word: ValueLog.ordered(keys[$0]), weight: weights[$0]) }
    write(sorted, ends) { $0.weight }
  }

  /// Fills `sorted` with the entries, by group and value.
  @inline(__always)
  private func sort<Entry: RadixEntry>(_ sorted: UnsafeMutablePointer<Entry>, _ ends: [Int], _ entry: (Int) -> Entry) {
    if ends.count == 1 {
      for i in keys.indices { sorted[i] = entry(i) }
    } else {
      // From the last entry on, each group is filled from its end.
      var places = ends
      for i in keys.indices.reversed() {
        places[Int(owners[i])] -= 1
        sorted[places[Int(owners[i])]] = entry(i)
      }
    }
    var longest = 0
    var start = 0
    for end in ends {
      longest = max(longest, end - start)
      start = end
    }
    let scratch = RadixSort.Scratch<Entry>(capacity: longest)
    start = 0
    for end in ends {
      RadixSort.sort(sorted + start, count: end - start, scratch: scratch)
      start = end
    }
    scratch.deallocate()
  }

  /// Takes the sorted entries over, each value of a group once.
  @inline(__always)
  private mutating func write<Entry: RadixEntry>(_ sorted: UnsafePointer<Entry>, _ ends: [Int], weight: (Entry) -> Int64) {
    var sums: [Int64] = []
    sums.reserveCapacity(keys.count)
    keys.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
    starts = [0]
    var areOnes = true
    var at = 0
    for (group, end) in ends.enumerated() {
      while at < end {
        let word = sorted[at].word
        var sum: Int64 = 0
        while at < end, sorted[at].word == word {
          sum &+= weight(sorted[at])
          at += 1
        }
        if sum == 0 { continue }
        keys.append(ValueLog.value(word))
        owners.append(Int32(truncatingIfNeeded: group))
        sums.append(sum)
        if sum != 1 { areOnes = false }
      }
      starts.append(keys.count)
    }
    isWeighted = !areOnes
    weights = areOnes ? [] : sums
  }

  /// The key as a word whose order is that of unsigned numbers, and back.
  @inline(__always) private static func ordered(_ key: Int64) -> UInt64 { UInt64(bitPattern: key) ^ 1 << 63 }
  @inline(__always) private static func value(_ word: UInt64) -> Int64 { Int64(bitPattern: word ^ 1 << 63) }

  // MARK: Reading, once settled

  /// Calls `body` with the values of a group, ascending, and their weights.
  @inline(__always)
  func forEach(_ group: Int, _ body: (Int64, Int64) -> Void) {
    guard group + 1 < starts.count else { return }
    for i in starts[group]..<starts[group + 1] { body(keys[i], isWeighted ? weights[i] : 1) }
  }

  /// The smallest or largest value of a group with a positive weight.
  func extreme(_ group: Int, isMax: Bool) -> Int64? {
    guard group + 1 < starts.count else { return nil }
    let range = starts[group]..<starts[group + 1]
    func isThere(_ i: Int) -> Bool { !isWeighted || weights[i] > 0 }
    let found = isMax ? range.last(where: isThere) : range.first(where: isThere)
    return found.map { keys[$0] }
  }
}
