import Columnar
import Diagnostics
import Expressions

/// Windows of many panes, as ranges of places among the panes that they hold together.
///
/// Windows of one key that overlap are a run: their panes stand side by side, each once. Where windows share most of their
/// panes, ranges of 2, 4, 8 … panes are added up once, and each window takes at most one of each length: O(log n) a window of n
/// panes, for any aggregate that can be merged.
struct PaneRuns {
  /// The panes of all runs, or their slots, by place.
  private(set) var panes: [Int32] = []
  /// Behind the last place of the run that a place belongs to.
  private var runEnds: [Int32] = []
  /// By window: the first of its places, and the one behind its last.
  private var starts: [Int32] = []
  private var ends: [Int32] = []

  /// Windows of fewer panes are put together pane by pane.
  static let panesMin: Int64 = 8

  init(_ windows: [PaneWindow], keys: [Int32], lists: PaneLists, sizeMicros: Int64) {
    starts = [Int32](repeating: 0, count: windows.count)
    ends = starts
    let order = windows.indices.sorted { a, b in
      let (x, y) = (keys[Int(windows[a].first)], keys[Int(windows[b].first)])
      return x != y ? x < y : windows[a].start < windows[b].start
    }
    var key: Int32 = -1
    // The first place that the window at hand may hold, and the pane behind the last place.
    var left = 0
    var next: Int32 = -1
    for row in order {
      let window = windows[row]
      while left < panes.count, lists.starts[Int(panes[left])] < window.start { left += 1 }
      if keys[Int(window.first)] != key || left == panes.count {
        endRun()
        key = keys[Int(window.first)]
        left = panes.count
        next = window.first
      }
      while next >= 0, lists.starts[Int(next)] &- sizeMicros < window.start {
        panes.append(next)
        next = lists.later[Int(next)]
      }
      starts[row] = Int32(truncatingIfNeeded: left)
      ends[row] = Int32(truncatingIfNeeded: panes.count)
    }
    endRun()
  }

  private mutating func endRun() {
    let end = Int32(truncatingIfNeeded: panes.count)
    runEnds.append(contentsOf: repeatElement(end, count: panes.count - runEnds.count))
  }

  /// The same windows over some of the panes; `number` gives what stands for a pane, −1 where it is left out.
  func choosing(_ number: (Int32) -> Int32) -> PaneRuns {
    var chosen = self
    chosen.panes = []
    chosen.runEnds = []
    var before: [Int32] = [0]
    before.reserveCapacity(panes.count + 1)
    var kept: [Int] = []
    for (place, pane) in panes.enumerated() {
      let number = number(pane)
      if number >= 0 {
        chosen.panes.append(number)
        kept.append(place)
      }
      before.append(Int32(truncatingIfNeeded: chosen.panes.count))
    }
    chosen.runEnds = kept.map { before[Int(runEnds[$0])] }
    chosen.starts = starts.map { before[Int($0)] }
    chosen.ends = ends.map { before[Int($0)] }
    return chosen
  }

  /// Which windows hold any pane.
  var isAny: [Bool] { zip(starts, ends).map { $0 < $1 } }

  /// Adds up the panes of each window, from `sources` into the rows of `targets`. `levels` are for sums of 2, 4, 8 … panes.
  func combine(
    _ sources: [any Accumulator], into targets: [any Accumulator], levels: [any Accumulator], picksMax: Int
  ) throws(SQLError) {
    let lengths = zip(starts, ends).map { Int($1 - $0) }
    let total = lengths.reduce(0, +)
    if total == 0 { return }
    if total <= 4 * (panes.count + lengths.count) { return try combineDirectly(sources, targets, picksMax) }
    for ((source, target), level) in zip(zip(sources, targets), levels) {
      try combineByLevels(source, target, level, longest: lengths.max() ?? 0)
    }
  }

  private func combineDirectly(
    _ sources: [any Accumulator], _ targets: [any Accumulator], _ picksMax: Int
  ) throws(SQLError) {
    var row = 0
    var picked: [Int32] = []
    var rows: [Int32] = []
    while row < starts.count {
      picked.removeAll(keepingCapacity: true)
      rows.removeAll(keepingCapacity: true)
      while row < starts.count, picked.count < picksMax {
        let range = Int(starts[row])..<Int(ends[row])
        picked.append(contentsOf: panes[range])
        rows.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: row), count: range.count))
        row += 1
      }
      if picked.isEmpty { continue }
      for (source, target) in zip(sources, targets) { try target.merge(source.state(of: picked), into: rows) }
    }
  }

  private func combineByLevels(
    _ source: any Accumulator, _ target: any Accumulator, _ level: any Accumulator, longest: Int
  ) throws(SQLError) {
    let all = Array(0..<Int32(truncatingIfNeeded: panes.count))
    // By place, the sum of the `length` panes from there on.
    var sums = try source.state(of: panes)
    var length = 1
    var at = starts
    while true {
      var rows: [Int32] = []
      var places: [Int32] = []
      for row in at.indices where Int(ends[row] - starts[row]) & length != 0 {
        rows.append(Int32(truncatingIfNeeded: row))
        places.append(at[row])
        at[row] += Int32(truncatingIfNeeded: length)
      }
      if !rows.isEmpty { try target.merge(sums.map { $0.gather(places) }, into: rows) }
      let next = length * 2
      if next > longest { return }
      // Where the run ends before, nobody asks.
      let whole = all.filter { Int($0) + next <= Int(runEnds[Int($0)]) }
      level.grow(to: panes.count)
      level.reset(all)
      try level.merge(sums.map { $0.gather(whole) }, into: whole)
      try level.merge(sums.map { $0.gather(whole.map { $0 + Int32(truncatingIfNeeded: length) }) }, into: whole)
      sums = try level.state(of: all)
      length = next
    }
  }
}
