import Columnar
import Diagnostics
import Expressions

// What a step gives out: the net change of the windows whose panes it touched, or the windows that are over.
extension PaneTable {
  /// Panes of windows that are looked at between two merges.
  private static let picksMax = 1 << 16

  package func flush(step: StepContext, emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    panes.link()
    if let floor = closing?.key.floor(step) { shownMicros = max(shownMicros, floor) }
    let horizon = closing?.key.horizon(step)
    if closing?.emission == .whenOver {
      if let horizon { try flushFinal(horizon, emit: emit) }
    } else {
      try flushChanges(emit: emit)
    }
    var gone: [Int32] = []
    if let horizon {
      gone = times.pop(upTo: lastOver(at: horizon))
      shownMicros = max(shownMicros, horizon)
    }
    try endStep(removing: gone)
  }

  /// Emits windows that are over, once and for all.
  private func flushFinal(_ horizon: Int64, emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    let last = lastOver(at: horizon)
    if windows.first(from: firstOpen) > last { return }
    let candidates = times.upTo(last.addingSaturated(windows.sizeMicros - 1))
    if candidates.isEmpty { return }
    try show(inOrder(candidates), in: firstOpen...last, emit: emit)
  }

  private func flushChanges(emit: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    if panesBefore == 0 {
      let all = (0..<Int32(panes.count)).filter { panes.isLive($0) }
      return try show(inOrder(all), in: firstOpen...Int64.max, emit: emit)
    }
    var found: [PaneWindow] = []
    var next = 0
    collect(touched, from: &next, in: firstOpen...Int64.max, isTouchedOnly: true, enough: .max, into: &found)
    for i in found.indices.dropFirst() where found[i] < found[i - 1] {
      found.sort(by: <)
      break
    }
    var start = 0
    while start < found.count {
      let piece = Array(found[start..<min(start + Batch.rowsMax, found.count)])
      start += piece.count
      if let delta = try change(of: piece) { try emit(delta) }
    }
  }

  /// Emits the windows of panes, which are in order, as new rows.
  private func show(
    _ candidates: [Int32], in range: ClosedRange<Int64>, emit: (Delta) throws(SQLError) -> Void
  ) throws(SQLError) {
    var next = 0
    var found: [PaneWindow] = []
    while next < candidates.count {
      found.removeAll(keepingCapacity: true)
      collect(candidates, from: &next, in: range, isTouchedOnly: false, enough: Batch.rowsMax, into: &found)
      var start = 0
      while start < found.count {
        let piece = Array(found[start..<min(start + Batch.rowsMax, found.count)])
        start += piece.count
        let rows = empty(piece.count)
        _ = try combine(piece, runs(of: piece), .all)
        try emit(
          Delta(
            Batch(keyColumns(piece.map(\.first), starts: piece.map(\.start)) + results(of: rows), count: piece.count),
            order: .explicit(piece.map(\.seen))))
      }
    }
  }

  /// What touched windows were and are.
  private func change(of piece: [PaneWindow]) throws(SQLError) -> Delta? {
    let all = empty(piece.count)
    let runs = runs(of: piece)
    let wasShown = try combine(piece, runs, .known)
    let before = all.filter { wasShown[Int($0)] }
    let oldResults = try results(of: before)
    _ = try combine(piece, runs, .arrived)
    let newResults = try results(of: all)
    var differs = [Bool](repeating: false, count: before.count)
    for (new, old) in zip(newResults, oldResults) { new.gather(before).markDifferences(from: old, into: &differs) }
    // Old results come first in the pool that the interleaved output is gathered from.
    var rows: [Int32] = []
    var weights: [Int64] = []
    var shown: [PaneWindow] = []
    var nextOld = 0
    for (row, window) in piece.enumerated() {
      if wasShown[row] {
        defer { nextOld += 1 }
        if !differs[nextOld] { continue }
        rows.append(Int32(truncatingIfNeeded: nextOld))
        weights.append(-1)
        shown.append(window)
      }
      rows.append(Int32(truncatingIfNeeded: before.count + row))
      weights.append(1)
      shown.append(window)
    }
    if rows.isEmpty { return nil }
    var columns = keyColumns(shown.map(\.first), starts: shown.map(\.start))
    for (i, call) in calls.enumerated() {
      columns.append(
        before.isEmpty
          ? newResults[i]
          : Column.concatenate([oldResults[i], newResults[i]], type: call.aggregate.result).gather(rows))
    }
    return Delta(
      Batch(columns, count: rows.count), weights: before.isEmpty ? nil : weights, order: .explicit(shown.map(\.seen)))
  }

  // MARK: Putting windows together

  private enum Part { case all, known, arrived }

  /// Makes room for windows that nothing is in yet; returns their rows.
  private func empty(_ count: Int) -> [Int32] {
    let rows = Array(0..<Int32(truncatingIfNeeded: count))
    for accumulator in combined {
      accumulator.grow(to: count)
      accumulator.reset(rows)
    }
    return rows
  }

  /// What windows of many panes have in common; nil where that is not looked for.
  private func runs(of piece: [PaneWindow]) -> PaneRuns? {
    if windows.panesMax <= PaneRuns.panesMin { return nil }
    return panes.withLists { PaneRuns(piece, keys: panes.keys, lists: $0, sizeMicros: windows.sizeMicros) }
  }

  /// Adds a part of the panes of each window to its row of `combined`; says which rows that was anything for.
  private func combine(_ piece: [PaneWindow], _ runs: PaneRuns?, _ part: Part) throws(SQLError) -> [Bool] {
    if var runs {
      switch part {
      case .all: break
      case .known: runs = runs.choosing { isKnown[Int($0)] ? $0 : -1 }
      case .arrived: runs = runs.choosing { slots[Int($0)] }
      }
      try runs.combine(
        part == .arrived ? arrived : accumulators, into: combined, levels: levels, picksMax: Self.picksMax)
      return runs.isAny
    }
    var isAny = [Bool](repeating: false, count: piece.count)
    var next = 0
    var picked: [Int32] = []
    var rows: [Int32] = []
    while next < piece.count {
      picked.removeAll(keepingCapacity: true)
      rows.removeAll(keepingCapacity: true)
      pick(piece, from: &next, part, &picked, &rows)
      if part == .known { for row in rows { isAny[Int(row)] = true } }
      if picked.isEmpty { continue }
      for (target, source) in zip(combined, part == .arrived ? arrived : accumulators) {
        try target.merge(source.state(of: picked), into: rows)
      }
    }
    return isAny
  }

  private func pick(
    _ piece: [PaneWindow], from next: inout Int, _ part: Part, _ picked: inout [Int32], _ rows: inout [Int32]
  ) {
    panes.withLists { lists in
      slots.withUnsafeBufferPointer { slots in
        isKnown.withUnsafeBufferPointer { isKnown in
          while next < piece.count, picked.count < Self.picksMax {
            let window = piece[next]
            var pane = Int(window.first)
            while pane >= 0, lists.starts[pane] &- windows.sizeMicros < window.start {
              switch part {
              case .all: picked.append(Int32(truncatingIfNeeded: pane))
              case .known: if isKnown[pane] { picked.append(Int32(truncatingIfNeeded: pane)) }
              case .arrived: if slots[pane] >= 0 { picked.append(slots[pane]) }
              }
              if rows.count < picked.count { rows.append(Int32(truncatingIfNeeded: next)) }
              pane = Int(lists.later[pane])
            }
            next += 1
          }
        }
      }
    }
  }

  private func results(of rows: [Int32]) throws(SQLError) -> [Column] {
    var columns: [Column] = []
    for (accumulator, call) in zip(combined, calls) {
      do { columns.append(try accumulator.result(of: rows)) } catch { throw error.located(at: call.span) }
    }
    return columns
  }
}
