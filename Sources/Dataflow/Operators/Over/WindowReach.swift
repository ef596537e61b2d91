import Expressions

/// How far the values of a call reach: which rows change with a row, and which must be there to compute one.
struct WindowReach {
  /// Rows before the first changed one whose values change too; nil: all of them.
  var rowsAffectedBefore: Int? = 0
  /// Rows before a computed one that must be looked at; nil: all of them, unless `isCarried`.
  var rowsNeededBefore: Int? = 0
  /// Rows with equal keys are looked at together.
  var looksAtPeers = false
  /// What came before a computed row can be kept as a state instead of rows.
  var isCarried = false

  init(_ call: WindowCall) {
    switch call.function.kind {
    case .rowNumber: break
    case .rank: looksAtPeers = true
    case .denseRank:
      looksAtPeers = true
      rowsNeededBefore = nil
      isCarried = true
    case .percentRank, .cumeDist, .tile: (rowsAffectedBefore, rowsNeededBefore) = (nil, nil)
    case .shift(let by, let ignoresNulls):
      let distance = Int(clamping: by)
      if distance > 0 { rowsAffectedBefore = ignoresNulls ? nil : distance }
      if distance < 0 { rowsNeededBefore = ignoresNulls || distance == .min ? nil : -distance }
    case .pick, .aggregate: look(at: call.frame, isAggregate: call.function.kind.isAggregate)
    }
  }

  private mutating func look(at frame: WindowFrame, isAggregate: Bool) {
    switch (frame.unit, frame.end) {
    case (_, .unboundedFollowing), (_, .value): rowsAffectedBefore = nil
    case (.rows, .offset(let rows)): rowsAffectedBefore = max(0, Int(clamping: rows))
    case (_, .offset(let groups)):
      looksAtPeers = true
      if groups > 0 { rowsAffectedBefore = nil }
    case (.rows, _): break
    default: looksAtPeers = true
    }
    switch (frame.unit, frame.start) {
    case (_, .unboundedPreceding):
      rowsNeededBefore = nil
      if isAggregate, case .currentRow = frame.end, frame.exclusion == .noOthers { isCarried = true }
    case (_, .value): rowsNeededBefore = nil
    case (.rows, .offset(let rows)): rowsNeededBefore = max(0, Int(clamping: 0 &- rows))
    case (_, .offset): rowsNeededBefore = nil
    case (.rows, _): break
    default: looksAtPeers = true
    }
    if frame.exclusion == .group || frame.exclusion == .ties { looksAtPeers = true }
    // A border behind the row may lie before what is looked at because of the other one.
    if case .offset(let rows) = frame.end, rows < 0, rowsNeededBefore != nil, frame.unit == .rows {
      rowsNeededBefore = max(rowsNeededBefore ?? 0, Int(clamping: 0 &- rows))
    }
  }

  /// All calls of an operator together.
  init(_ calls: [WindowCall], isKeeping: Bool) {
    for var reach in calls.map({ WindowReach($0) }) {
      if !isKeeping { reach.isCarried = false }
      rowsAffectedBefore = rowsAffectedBefore.flatMap { mine in reach.rowsAffectedBefore.map { max(mine, $0) } }
      if reach.rowsNeededBefore == nil && !reach.isCarried { rowsNeededBefore = nil }
      if let needed = reach.rowsNeededBefore { rowsNeededBefore = rowsNeededBefore.map { max($0, needed) } }
      looksAtPeers = looksAtPeers || reach.looksAtPeers
      isCarried = isCarried || reach.isCarried
    }
  }
}

extension WindowFunctionKind {
  var isAggregate: Bool {
    if case .aggregate = self { return true }
    return false
  }
}
