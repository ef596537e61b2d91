/// One partition on its way through the matcher: its rows in order, and the attempts that are open.
///
/// Rows have positions that count from the partition's first row and never change; those before `base` are forgotten.
struct MatchPartition {
  /// Position of `rows[0]`.
  var base = 0
  /// Slots of the rows in the store, in order.
  var rows: [Int32] = []
  /// For the rows that can be judged, from `base` on: which of the conditions that look at the row alone hold.
  var verdicts: [UInt64] = []
  var attempts: [MatchAttempt] = []
  /// Positions at which a search starts before `nextStart` does: those that were open when state was restored.
  var restarts: [Int] = []
  /// Where the next search starts.
  var nextStart = 0
  /// Matches so far.
  var matchNumber: Int64 = 0

  /// Position behind the last row.
  var end: Int { base + rows.count }
  /// Position behind the last row that can be judged.
  var judgedEnd: Int { base + verdicts.count }

  /// The slot of the row at `position`; negative if it is not there.
  func slot(_ position: Int) -> Int32 {
    position >= base && position < end ? rows[position - base] : -1
  }

  /// The first position that some search starts at, or may still start at.
  var firstStart: Int {
    min(attempts.first?.start ?? nextStart, restarts.first ?? nextStart, nextStart)
  }

  /// Forgets rows before `position`; gives their slots.
  mutating func forget(before position: Int) -> ArraySlice<Int32> {
    let count = min(max(position - base, 0), rows.count)
    let gone = rows[..<count]
    rows = Array(rows[count...])
    verdicts = Array(verdicts.dropFirst(count))
    base += count
    return gone
  }
}

/// The search for a match that starts at one row.
struct MatchAttempt {
  /// A way in which the rows from `start` on may fit.
  struct Thread {
    /// The `.row` instruction that waits for the next row.
    var pc: Int32
    /// The end of its path in `nodes`; negative before the first row.
    var node: Int32
    /// Positions that conditions look back at (`PatternRegisters`).
    var registers: [Int]
    /// The group of its aggregates; negative if conditions have none, or before the first row.
    var group: Int32
  }

  /// A row of a path: what it was taken for, and the row before.
  struct Node {
    var parent: Int32
    var pc: Int32
  }

  private(set) var start: Int
  /// Rows taken so far, by every thread.
  var consumed = 0
  /// By preference.
  var threads: [Thread] = []
  var nodes: [Node] = []
  /// The most preferred match found; threads that are left are preferred to it.
  var best: (node: Int32, length: Int)?

  init(start: Int) { self.start = start }

  /// Begins anew, in the memory that is there.
  mutating func reset(start: Int) {
    self.start = start
    consumed = 0
    threads.removeAll(keepingCapacity: true)
    nodes.removeAll(keepingCapacity: true)
    best = nil
  }

  /// The instructions by which the best match took its rows.
  var bestPath: [Int32]? {
    guard let best else { return nil }
    var path = [Int32](repeating: 0, count: best.length)
    var node = best.node
    var index = best.length
    while node >= 0, index > 0 {
      index -= 1
      path[index] = nodes[Int(node)].pc
      node = nodes[Int(node)].parent
    }
    return path
  }
}

/// A match, or a row that none was found for.
struct FoundMatch {
  /// Index of the partition.
  var partition: Int32
  /// Position of the first row; of an empty match the row at which it lies.
  var start: Int
  /// The instruction that took each row; nil: no match starts or lies here (WITH UNMATCHED ROWS).
  var path: [Int32]?
  var number: Int64
}
