internal import Columnar
internal import Diagnostics

/// For every group its elements in order of arrival, numbered over all groups: a chain each through one array. What the elements are,
/// their owner keeps in arrays by number.
///
/// O(1) an element, 16 bytes; a group costs 16 more. Elements of groups that were reset stay until they outweigh the others (`needsSweep`).
struct GroupChains {
  /// Where an element stands in the input, and the next one of its group (−1 at the end).
  private struct Link {
    var position: Int64
    var next: Int32
  }

  private struct Chain {
    var head: Int32 = -1
    var tail: Int32 = -1
    var count: Int32 = 0
    /// Whether elements arrived in input order.
    var isSorted = true
  }

  private var links: [Link] = []
  private var groups: [Chain] = []
  /// Elements of groups that were reset.
  private var deadCount = 0

  var count: Int { links.count }
  var memoryBytes: Int { links.storageBytes + groups.storageBytes }

  mutating func grow(to count: Int) { groups.grow(to: count, filler: Chain()) }

  /// Hangs the next element to the end of its group's chain.
  @inline(__always)
  mutating func append(_ group: Int, _ position: Int64) {
    let new = Int32(truncatingIfNeeded: links.count)
    links.append(Link(position: position, next: -1))
    var chain = groups[group]
    if chain.tail >= 0 {
      links[Int(chain.tail)].next = new
      if position < links[Int(chain.tail)].position { chain.isSorted = false }
    } else {
      chain.head = new
    }
    chain.tail = new
    chain.count += 1
    groups[group] = chain
  }

  /// The elements of a group in input order, appended to `all`.
  func appendElements(_ group: Int32, to all: inout [Int32]) {
    let chain = groups[Int(group)]
    let start = all.count
    var element = chain.head
    while element >= 0 {
      all.append(element)
      element = links[Int(element)].next
    }
    // Elements are numbered by arrival, which decides among equal positions.
    if !chain.isSorted {
      all[start...].sort { (links[Int($0)].position, $0) < (links[Int($1)].position, $1) }
    }
  }

  /// The elements of some groups, each in input order: `offsets[i] ..< offsets[i + 1]` are those of `groups[i]`.
  func elements(of groups: [Int32]) -> (offsets: [Int32], elements: [Int32]) {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(groups.count + 1)
    var all: [Int32] = []
    for group in groups {
      appendElements(group, to: &all)
      offsets.append(Int32(truncatingIfNeeded: all.count))
    }
    return (offsets, all)
  }

  func positions(_ elements: [Int32]) -> [Int64] { gatherGroups(links, elements) { $0.position } }

  /// Empties `groups`.
  mutating func reset(_ groups: [Int32]) {
    for group in groups {
      deadCount += Int(self.groups[Int(group)].count)
      self.groups[Int(group)] = Chain()
    }
  }

  /// Whether most elements are of no use.
  var needsSweep: Bool { deadCount * 2 > links.count + groups.count }

  /// Numbers the living elements anew, each group's in one run; gives their old numbers.
  mutating func sweep() -> [Int32] {
    var kept: [Int32] = []
    kept.reserveCapacity(links.count - deadCount)
    for group in groups.indices {
      let first = Int32(kept.count)
      var element = groups[group].head
      while element >= 0 {
        kept.append(element)
        element = links[Int(element)].next
      }
      if kept.count > first {
        groups[group].head = first
        groups[group].tail = Int32(kept.count) - 1
      }
    }
    links = gatherGroups(links, kept) { $0 }
    for i in links.indices { links[i].next = Int32(i + 1) }
    for chain in groups where chain.tail >= 0 { links[Int(chain.tail)].next = -1 }
    deadCount = 0
    return kept
  }
}

extension GroupChains {
  /// Rows that are not NULL in `validity`, each as often as its weight says.
  static func repeatedRows(
    _ count: Int, validity: Validity?, stride: Int, weights: [Int64]?
  ) throws(SQLError) -> [Int32] {
    var rows: [Int32] = []
    for row in 0..<count where validity.map({ $0[row &* stride] }) ?? true {
      let times = max(0, weights?[row] ?? 1)
      if times > Int64(Int32.max) - Int64(rows.count) { throw .collectionTooLarge }
      for _ in 0..<times { rows.append(Int32(truncatingIfNeeded: row)) }
    }
    return rows
  }
}
