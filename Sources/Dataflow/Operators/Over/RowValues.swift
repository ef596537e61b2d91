import Columnar
import Diagnostics
import Expressions

/// Some rows of a partition, such as those that are not NULL: finds the n-th before or behind a row in O(1).
private struct ValidRows {
  /// How many valid rows stand before each row.
  let before: [Int32]
  let rows: [Int32]

  init(_ column: Column) {
    let validity = column.validity
    self.init(of: column.count) { row in validity.map { $0[row] } ?? true }
  }

  /// The rows that `filter` takes and, when NULLs are ignored, that are not NULL; nil for all rows.
  init?(_ column: Column, ignoresNulls: Bool, filter: BoundExpression?, _ view: PartitionView, _ evaluator: Evaluator)
    throws(SQLError)
  {
    if filter == nil, !ignoresNulls { return nil }
    let validity = ignoresNulls ? column.validity : nil
    var isTaken = [Bool](repeating: filter == nil, count: column.count)
    if let filter {
      for row in try evaluator.selectedRows(filter, over: view.batch) { isTaken[Int(row)] = true }
    }
    self.init(of: column.count) { row in isTaken[row] && (validity.map { $0[row] } ?? true) }
  }

  private init(of count: Int, where isValid: (Int) -> Bool) {
    var before: [Int32] = []
    var rows: [Int32] = []
    before.reserveCapacity(count + 1)
    for row in 0..<count {
      before.append(Int32(truncatingIfNeeded: rows.count))
      if isValid(row) { rows.append(Int32(truncatingIfNeeded: row)) }
    }
    before.append(Int32(truncatingIfNeeded: rows.count))
    self.before = before
    self.rows = rows
  }
}

/// `lag` and `lead`: the value of one row at a distance.
final class ShiftValues: WindowValues {
  private let call: WindowCall
  private let by: Int
  private let ignoresNulls: Bool

  init(_ call: WindowCall, by: Int64, ignoresNulls: Bool) {
    self.call = call
    self.by = Int(clamping: by)
    self.ignoresNulls = ignoresNulls
  }

  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column {
    let values = try evaluator.column(call.arguments[0], over: view.batch)
    let valid = ignoresNulls ? ValidRows(values) : nil
    let fallback = call.arguments.count > 2 ? try evaluator.column(call.arguments[2], over: view.batch) : nil
    var sources = [Int32](repeating: -1, count: view.computed.count)
    var isMissing = false
    view.forEachComputed { place, row, part in
      if let source = self.source(of: row, part, valid) {
        sources[place] = Int32(truncatingIfNeeded: source)
      } else if fallback != nil {
        // Defaults stand behind the values.
        sources[place] = Int32(truncatingIfNeeded: view.batch.count + row)
        isMissing = true
      }
    }
    guard let fallback, isMissing else { return values.gatherOrNull(sources, type: call.function.result) }
    return Column.concatenate([values, fallback], type: call.function.result).gatherOrNull(sources, type: call.function.result)
  }

  private func source(of row: Int, _ part: PartitionView.Part, _ valid: ValidRows?) -> Int? {
    guard let valid, by != 0 else {
      let (target, overflow) = row.addingReportingOverflow(by)
      return overflow || !part.rows.contains(target) ? nil : target
    }
    let start = by < 0 ? Int(valid.before[row]) : Int(valid.before[row + 1]) - 1
    let (index, overflow) = start.addingReportingOverflow(by)
    let all = Int(valid.before[part.rows.lowerBound])..<Int(valid.before[part.rows.upperBound])
    return overflow || !all.contains(index) ? nil : Int(valid.rows[index])
  }
}

/// `first_value`, `last_value` and `nth_value`: the value of one row of the frame.
final class PickValues: WindowValues {
  private let call: WindowCall
  private let place: WindowFunctionKind.FramePlace
  private let ignoresNulls: Bool

  init(_ call: WindowCall, _ place: WindowFunctionKind.FramePlace, ignoresNulls: Bool) {
    self.call = call
    self.place = place
    self.ignoresNulls = ignoresNulls
  }

  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column {
    let values = try evaluator.column(call.arguments[0], over: view.batch)
    let frames = try FrameRanges(call.frame, view, evaluator)
    let valid = try ValidRows(values, ignoresNulls: ignoresNulls, filter: call.filter, view, evaluator)
    var sources = [Int32](repeating: -1, count: view.computed.count)
    for place in sources.indices { sources[place] = source(in: frames, place, valid) }
    return values.gatherOrNull(sources, type: call.function.result)
  }

  /// The row of the frame, −1 if the frame has too few.
  private func source(in frames: FrameRanges, _ computed: Int, _ valid: ValidRows?) -> Int32 {
    func count(_ piece: Int) -> Int64 {
      let (low, high) = (frames.pieces[piece].lows[computed], frames.pieces[piece].highs[computed])
      if low >= high { return 0 }
      return Int64(valid.map { $0.before[Int(high)] - $0.before[Int(low)] } ?? high - low)
    }
    var index: Int64
    switch place {
    case .first: index = 0
    case .nth(let number): index = number - 1
    case .last: index = frames.pieces.indices.reduce(0) { $0 + count($1) } - 1
    }
    if index < 0 { return -1 }
    for piece in frames.pieces.indices {
      let rows = count(piece)
      if index < rows {
        let low = frames.pieces[piece].lows[computed]
        guard let valid else { return low + Int32(truncatingIfNeeded: index) }
        return valid.rows[Int(valid.before[Int(low)]) + Int(index)]
      }
      index -= rows
    }
    return -1
  }
}
