internal import Columnar
internal import Diagnostics

/// A key that values are kept as: see `KeyCodec`.
protocol AggregateKey: Comparable, BitwiseCopyable, Sendable {}
extension Int64: AggregateKey {}
extension Int128: AggregateKey {}
extension BytesView: AggregateKey {}

/// For every group an ordered multiset of keys: a treap each, all in one array of nodes.
///
/// Adding and taking away cost O(log n) expected for n different keys of the group, the extreme included; nothing is
/// allocated per group, 32 to 48 bytes per different key. Counts may be negative, where a row is taken back before it
/// is added (partial states, SEM-9): such keys are kept, and skipped when the extreme is asked for. (Seidel and
/// Aragon, "Randomized Search Trees", 1996; priorities are pseudo-random from a fixed seed.)
final class KeyForest<Key: AggregateKey> {
  private struct Node {
    /// Children: left at even, right at odd, as two Int32 from the node's first byte on.
    var left: Int32
    var right: Int32
    /// Higher above lower; 0 in free nodes.
    var priority: UInt32
    var count: Int64
    var key: Key
  }

  enum Change {
    /// A new key, in this node: its bytes must be adopted.
    case inserted(Int32)
    case counted
    /// The key's count became 0: its bytes are garbage.
    case removed(Key)
  }

  private var nodes: UnsafeMutablePointer<Node>
  private var capacity: Int
  /// Nodes ever used.
  private var used = 0
  /// Head of the free nodes, chained by `left`.
  private var free: Int32 = -1
  /// Root by group, −1 for an empty one.
  private var roots: [Int32] = []
  private var random: UInt32 = 0x9E37_79B9

  init() {
    capacity = 16
    nodes = .allocate(capacity: capacity)
  }

  deinit { nodes.deallocate() }

  var memoryBytes: Int { capacity * MemoryLayout<Node>.stride + roots.storageBytes }

  func grow(to count: Int) { roots.grow(to: count, filler: -1) }

  /// Whether groups from this one on have no key.
  func isEmpty(from group: Int) -> Bool { group >= roots.count || roots[group...].allSatisfy { $0 < 0 } }

  // MARK: Changes

  /// Adds `weight` ≠ 0 copies of `key`.
  @inline(__always)
  func add(_ key: Key, weight: Int64, group: Int) -> Change {
    roots.withUnsafeMutableBufferPointer { roots in
      let root = roots.baseAddress.unsafelyUnwrapped + group
      var link = root
      while link.pointee >= 0 {
        let node = nodes + Int(link.pointee)
        if key == node.pointee.key {
          node.pointee.count &+= weight
          if node.pointee.count != 0 { return .counted }
          remove(link)
          return .removed(key)
        }
        link = child(link.pointee, isRight: node.pointee.key < key)
      }
      return .inserted(insert(key, weight, root))
    }
  }

  @inline(__always)
  private func child(_ node: Int32, isRight: Bool) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(nodes + Int(node)).assumingMemoryBound(to: Int32.self) + (isRight ? 1 : 0)
  }

  private func insert(_ key: Key, _ count: Int64, _ root: UnsafeMutablePointer<Int32>) -> Int32 {
    random ^= random << 13
    random ^= random >> 17
    random ^= random << 5
    let priority = random
    let new = allocate()
    var link = root
    while link.pointee >= 0, nodes[Int(link.pointee)].priority >= priority {
      link = child(link.pointee, isRight: nodes[Int(link.pointee)].key < key)
    }
    var below = link.pointee
    nodes[Int(new)] = Node(left: -1, right: -1, priority: priority, count: count, key: key)
    link.pointee = new
    // What stood here is split: smaller keys to the left of the new node, larger ones to its right.
    var left = child(new, isRight: false)
    var right = child(new, isRight: true)
    while below >= 0 {
      if nodes[Int(below)].key < key {
        left.pointee = below
        left = child(below, isRight: true)
        below = left.pointee
      } else {
        right.pointee = below
        right = child(below, isRight: false)
        below = right.pointee
      }
    }
    left.pointee = -1
    right.pointee = -1
    return new
  }

  /// Takes out the node that `link` points to, joining its subtrees in its place.
  private func remove(_ start: UnsafeMutablePointer<Int32>) {
    var link = start
    let node = link.pointee
    var left = nodes[Int(node)].left
    var right = nodes[Int(node)].right
    while left >= 0 && right >= 0 {
      if nodes[Int(left)].priority > nodes[Int(right)].priority {
        link.pointee = left
        link = child(left, isRight: true)
        left = link.pointee
      } else {
        link.pointee = right
        link = child(right, isRight: false)
        right = link.pointee
      }
    }
    link.pointee = left >= 0 ? left : right
    release(node)
  }

  private func allocate() -> Int32 {
    if free >= 0 {
      let node = free
      free = nodes[Int(node)].left
      return node
    }
    if used == capacity {
      let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: nodes, count: used)
      nodes.deallocate()
      nodes = larger
      capacity *= 2
    }
    used += 1
    return Int32(truncatingIfNeeded: used - 1)
  }

  private func release(_ node: Int32) {
    nodes[Int(node)].priority = 0
    nodes[Int(node)].left = free
    free = node
  }

  /// Replaces the key of an inserted node by an equal one.
  @inline(__always)
  func setKey(_ node: Int32, _ key: Key) { nodes[Int(node)].key = key }

  /// Empties a group; `body` sees its keys.
  func clear(_ group: Int, _ body: (Key) -> Void) {
    var open: [Int32] = roots[group] >= 0 ? [roots[group]] : []
    roots[group] = -1
    while let node = open.popLast() {
      let here = nodes[Int(node)]
      body(here.key)
      if here.left >= 0 { open.append(here.left) }
      if here.right >= 0 { open.append(here.right) }
      release(node)
    }
  }

  /// Replaces every key by an equal one.
  func mapKeys(_ transform: (Key) -> Key) {
    for i in 0..<used where nodes[i].priority != 0 { nodes[i].key = transform(nodes[i].key) }
  }

  // MARK: Reading

  /// Calls `body` with the keys of a group and their counts, ascending or descending, until it returns false.
  @inline(__always)
  func walk(_ group: Int, isDescending: Bool = false, _ body: (Key, Int64) -> Bool) {
    var open: [Int32] = []
    var next = roots[group]
    while true {
      while next >= 0 {
        open.append(next)
        next = child(next, isRight: isDescending).pointee
      }
      guard let node = open.popLast() else { return }
      if !body(nodes[Int(node)].key, nodes[Int(node)].count) { return }
      next = child(node, isRight: !isDescending).pointee
    }
  }

  /// The smallest key that is not below `bound`, and its count.
  @inline(__always)
  func first(_ group: Int, from bound: Key) -> (key: Key, count: Int64)? {
    var node = roots[group]
    var found: Int32 = -1
    while node >= 0 {
      if nodes[Int(node)].key < bound {
        node = nodes[Int(node)].right
      } else {
        found = node
        node = nodes[Int(node)].left
      }
    }
    return found < 0 ? nil : (nodes[Int(found)].key, nodes[Int(found)].count)
  }

  /// The smallest or largest key with a positive count.
  func extreme(_ group: Int, isMax: Bool) -> Key? {
    var found: Key?
    walk(group, isDescending: isMax) { key, count in
      if count > 0 { found = key }
      return count <= 0
    }
    return found
  }
}
