import Columnar

/// Walks the candidate pairs of one side's change and the other side's rows, a batch of pairs at a time: rows in order,
/// the other side's rows of the same key group in theirs.
struct JoinProbe {
  private let groups: [Int32]
  private let other: JoinSide
  /// A row without candidates is given once, with slot −1.
  private let keepsLone: Bool
  /// Rows before this one have been given completely.
  private(set) var row = 0
  private var slot = JoinProbe.unset

  private static let unset: Int32 = -2

  init(_ change: JoinSide.Pending, against other: JoinSide, keepsLone: Bool) {
    groups = change.groups
    self.other = other
    self.keepsLone = keepsLone
  }

  var isDone: Bool { row >= groups.count }

  /// The next pairs, about `Batch.rowsMax`.
  mutating func next() -> JoinPairs {
    var pairs = JoinPairs()
    pairs.reserve(min(groups.count - row, Batch.rowsMax))
    var row = row
    var slot = slot
    let limit = Batch.rowsMax
    let links = other.next
    let heads = other.heads
    groups.withUnsafeBufferPointer { groups in
      links.withUnsafeBufferPointer { links in
        heads.withUnsafeBufferPointer { heads in
          while row < groups.count && pairs.count < limit {
            if slot == JoinProbe.unset {
              let group = Int(groups[row])
              // A group that is newer than the other side's last change has no rows there.
              slot = group < 0 || group >= heads.count ? -1 : heads[group]
              if slot < 0 && keepsLone { pairs.append(Int32(truncatingIfNeeded: row), -1) }
            }
            while slot >= 0 && pairs.count < limit {
              pairs.append(Int32(truncatingIfNeeded: row), slot)
              slot = links[Int(slot)]
            }
            if slot < 0 {
              row += 1
              slot = JoinProbe.unset
            }
          }
        }
      }
    }
    self.row = row
    self.slot = slot
    return pairs
  }
}

/// Pairs of a row of a change and a row of the other side; slot −1 stands for none.
struct JoinPairs {
  private(set) var rows: [Int32] = []
  private(set) var slots: [Int32] = []

  var count: Int { rows.count }

  mutating func reserve(_ capacity: Int) {
    rows.reserveCapacity(capacity)
    slots.reserveCapacity(capacity)
  }

  @inline(__always) mutating func append(_ row: Int32, _ slot: Int32) {
    rows.append(row)
    slots.append(slot)
  }

  init() {}

  init(_ pairs: ArraySlice<(row: Int32, slot: Int32)>) {
    rows = pairs.map(\.row)
    slots = pairs.map(\.slot)
  }

  /// Each pair as often as its slot's row is there; one without a slot once.
  func repeated(_ weights: [Int64]) -> [(row: Int32, slot: Int32)] {
    var all: [(row: Int32, slot: Int32)] = []
    for (row, slot) in zip(rows, slots) {
      let times = slot < 0 ? 1 : max(weights[Int(slot)], 0)
      for _ in 0..<times { all.append((row, slot)) }
    }
    return all
  }

  func gather(_ picks: [Int32]) -> JoinPairs {
    var picked = JoinPairs()
    picked.rows = picks.map { rows[Int($0)] }
    picked.slots = picks.map { slots[Int($0)] }
    return picked
  }
}
