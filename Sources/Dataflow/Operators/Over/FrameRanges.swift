import Columnar
import Diagnostics
import Expressions

/// The frame of every computed row, as up to three pieces `lows[i] ..< highs[i]` of rows of the view.
struct FrameRanges {
  private(set) var pieces: [(lows: [Int32], highs: [Int32])] = []

  init(_ frame: WindowFrame, _ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) {
    let count = view.computed.count
    var lows = [Int32](repeating: 0, count: count)
    var highs = lows
    let start = try FrameBorder(frame.start, frame.unit, view, evaluator, isEnd: false)
    let end = try FrameBorder(frame.end, frame.unit, view, evaluator, isEnd: true)
    view.forEachComputed { place, row, part in
      let low = min(max(start.place(place, row, part), part.rows.lowerBound), part.rows.upperBound)
      let high = min(max(end.place(place, row, part), low), part.rows.upperBound)
      lows[place] = Int32(truncatingIfNeeded: low)
      highs[place] = Int32(truncatingIfNeeded: high)
    }
    switch frame.exclusion {
    case .noOthers: pieces = [(lows, highs)]
    case .currentRow: cut(lows, highs, view) { row in (row, row + 1) }
    case .group: cut(lows, highs, view) { row in (Int(view.peers.start[row]), Int(view.peers.end[row])) }
    case .ties:
      cut(lows, highs, view) { row in (Int(view.peers.start[row]), Int(view.peers.end[row])) }
      // The row itself stays, if the frame holds it.
      var own = lows
      var ownEnd = highs
      for (place, row) in view.computed.enumerated() {
        let isIn = row >= lows[place] && row < highs[place]
        own[place] = row
        ownEnd[place] = isIn ? row + 1 : row
      }
      pieces.insert((own, ownEnd), at: 1)
    }
  }

  /// The frames without the rows that `hole` gives for each row.
  private mutating func cut(
    _ lows: [Int32], _ highs: [Int32], _ view: PartitionView, _ hole: (Int) -> (Int, Int)
  ) {
    var leftHighs = highs
    var rightLows = lows
    for (place, row) in view.computed.enumerated() {
      let (from, to) = hole(Int(row))
      leftHighs[place] = max(lows[place], min(highs[place], Int32(truncatingIfNeeded: from)))
      rightLows[place] = min(highs[place], max(lows[place], Int32(truncatingIfNeeded: to)))
    }
    pieces = [(lows, leftHighs), (rightLows, highs)]
  }
}

/// One border of a frame: the row at which it begins, or behind which it ends.
private struct FrameBorder {
  private enum Kind {
    case partitionStart, partitionEnd, peers
    case rows(Int)
    /// Peer groups, numbered through the view: the number of each row's, and where each begins.
    case groups(Int, numbers: [Int32], starts: [Int32])
    /// Rows whose key is NULL look at their peers; a border that is NULL though the key is not lies beyond all rows.
    case keys(BytesColumn, isBorderNull: [Bool], isPreceding: Bool)
  }

  private let kind: Kind
  private let view: PartitionView
  private let isEnd: Bool

  init(
    _ bound: WindowFrame.Bound, _ unit: WindowFrame.Unit, _ view: PartitionView, _ evaluator: Evaluator, isEnd: Bool
  ) throws(SQLError) {
    self.view = view
    self.isEnd = isEnd
    switch bound {
    case .unboundedPreceding: kind = .partitionStart
    case .unboundedFollowing: kind = .partitionEnd
    case .currentRow: kind = unit == .rows ? .rows(0) : .peers
    case .offset(let distance):
      if unit == .rows {
        kind = .rows(Int(clamping: distance))
      } else {
        var numbers = [Int32](repeating: 0, count: view.batch.count)
        var starts: [Int32] = []
        for row in 0..<view.batch.count {
          if view.peers.start[row] == row { starts.append(Int32(truncatingIfNeeded: row)) }
          numbers[row] = Int32(truncatingIfNeeded: starts.count - 1)
        }
        kind = .groups(Int(clamping: distance), numbers: numbers, starts: starts)
      }
    case .value(let border, let isPreceding, _, _):
      let rows = view.batch.gather(view.computed)
      let column = try evaluator.column(border, over: rows)
      kind = .keys(
        view.encoder.encode([column], rows: rows.count), isBorderNull: (0..<rows.count).map { column.isNull($0) },
        isPreceding: isPreceding)
    }
  }

  func place(_ place: Int, _ row: Int, _ part: PartitionView.Part) -> Int {
    switch kind {
    case .partitionStart: return part.rows.lowerBound
    case .partitionEnd: return part.rows.upperBound
    case .peers: return Int(isEnd ? view.peers.end[row] : view.peers.start[row])
    case .rows(let distance):
      let (target, overflow) = row.addingReportingOverflow(distance)
      if overflow { return distance < 0 ? part.rows.lowerBound : part.rows.upperBound }
      return isEnd && target < part.rows.upperBound ? target + 1 : target
    case .groups(let distance, let numbers, let starts):
      let own = Int(numbers[row])
      let (target, overflow) = own.addingReportingOverflow(distance)
      let first = Int(numbers[part.rows.lowerBound])
      let last = Int(numbers[part.rows.upperBound - 1])
      if overflow || target > last { return part.rows.upperBound }
      if target < first { return part.rows.lowerBound }
      let start = Int(starts[target])
      return isEnd ? Int(view.peers.end[start]) : start
    case .keys(let borders, let isBorderNull, let isPreceding):
      if view.isFirstKeyNull(row) { return Int(isEnd ? view.peers.end[row] : view.peers.start[row]) }
      if isBorderNull[place] { return isPreceding ? part.rows.lowerBound : part.rows.upperBound }
      return view.search(borders.views[place], in: part.rows, isEnd: isEnd)
    }
  }
}

extension PartitionView {
  /// Whether the first sort key of a row is NULL: the encoder then writes no 1.
  func isFirstKeyNull(_ row: Int) -> Bool { UInt8(truncatingIfNeeded: keys[row].head >> 32) != 1 }

  /// The first row of a part that is not before `key`, or with `isEnd` the first behind it. O(log n).
  func search(_ key: BytesView, in rows: Range<Int>, isEnd: Bool) -> Int {
    var low = rows.lowerBound
    var high = rows.upperBound
    while low < high {
      let middle = (low + high) / 2
      let order = keys[middle].compare(key)
      if order < 0 || (isEnd && order == 0) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
