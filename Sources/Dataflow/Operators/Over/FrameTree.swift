import Columnar
import Diagnostics
import Expressions

/// Aggregates over any frames: a tree whose nodes hold the states of 16, 256, … rows in a row.
///
/// A frame is the rows at its ends and the largest nodes between them: O(log n) merges a row, whatever the frame's length
/// (a segment tree as in Leis et al., "Efficient Processing of Window Functions", VLDB 2015). Aggregates that need to see
/// rows in order get all rows of each frame.
struct FrameTree {
  private let aggregate: BoundAggregate
  private let feed: WindowFeed
  /// States of nodes, level by level, and how many there are.
  private var levels: [(states: any Accumulator, count: Int)] = []

  private static let fanOut = 16
  /// Frames computed at once, and rows fed at once.
  private static let framesMax = 4096
  private static let rowsMax = 1 << 16

  init(_ aggregate: BoundAggregate, _ feed: WindowFeed) throws(SQLError) {
    self.aggregate = aggregate
    self.feed = feed
    if aggregate.isOrderSensitive { return }
    let rows = feed.view.batch.count
    var count = rows / FrameTree.fanOut
    while count > 0 {
      let states = aggregate.make(false)
      states.grow(to: count)
      if let below = levels.last {
        let groups = (0..<count * FrameTree.fanOut).map { Int32(truncatingIfNeeded: $0 / FrameTree.fanOut) }
        try states.merge(try below.states.state(of: (0..<Int32(count * FrameTree.fanOut)).map { $0 }), into: groups)
      } else {
        let covered = count * FrameTree.fanOut
        try feed.add(
          rows: Array(0..<Int32(covered)), groups: (0..<covered).map { Int32(truncatingIfNeeded: $0 / FrameTree.fanOut) },
          to: states)
      }
      levels.append((states, count))
      count /= FrameTree.fanOut
    }
  }

  func column(_ frames: FrameRanges) throws(SQLError) -> Column {
    let total = feed.view.computed.count
    var pieces: [Column] = []
    var from = 0
    while from < total {
      let to = min(from + FrameTree.framesMax, total)
      pieces.append(try column(frames, from..<to))
      from = to
    }
    return Column.concatenate(pieces, type: aggregate.result)
  }

  private func column(_ frames: FrameRanges, _ range: Range<Int>) throws(SQLError) -> Column {
    let states = aggregate.make(false)
    states.grow(to: range.count)
    var rows = Picks()
    var nodes = levels.map { _ in Picks() }
    for place in range {
      let group = Int32(truncatingIfNeeded: place - range.lowerBound)
      for piece in frames.pieces {
        collect(Int(piece.lows[place]), Int(piece.highs[place]), group, &rows, &nodes)
        if rows.items.count > FrameTree.rowsMax {
          try feed.add(rows: rows.items, groups: rows.groups, to: states)
          rows = Picks()
        }
      }
    }
    try feed.add(rows: rows.items, groups: rows.groups, to: states)
    for (level, picks) in nodes.enumerated() where !picks.items.isEmpty {
      try states.merge(try levels[level].states.state(of: picks.items), into: picks.groups)
    }
    return try states.result(of: (0..<Int32(range.count)).map { $0 })
  }

  /// Rows or nodes, and the frames that they belong to.
  private struct Picks {
    var items: [Int32] = []
    var groups: [Int32] = []

    mutating func add(_ range: Range<Int>, _ group: Int32) {
      for item in range {
        items.append(Int32(truncatingIfNeeded: item))
        groups.append(group)
      }
    }
  }

  private func collect(_ low: Int, _ high: Int, _ group: Int32, _ rows: inout Picks, _ nodes: inout [Picks]) {
    if low >= high { return }
    var (low, high) = (low, high)
    for level in -1..<levels.count {
      let fanOut = FrameTree.fanOut
      let above = level + 1 < levels.count ? levels[level + 1].count : 0
      // Nodes above that lie within.
      let first = (low + fanOut - 1) / fanOut
      let last = min(high / fanOut, above)
      func add(_ range: Range<Int>) {
        if level < 0 { rows.add(range, group) } else { nodes[level].add(range, group) }
      }
      if first >= last {
        add(low..<high)
        return
      }
      add(low..<first * fanOut)
      add(last * fanOut..<high)
      (low, high) = (first, last)
    }
  }
}
