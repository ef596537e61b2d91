import Columnar
import Diagnostics
import Expressions

/// Rows of a join that event time says are over (SEM-3).
///
/// A row is kept until the watermark has passed its time by as much as the condition lets matches come later. With
/// `isFinalOnly` the rows without a match are shown then. A row behind the watermark is taken in as long as it may meet rows
/// that are still kept; after that it is late.
extension HashJoin {
  /// Takes in a change of one side: late rows are put aside, the others get the time when they are over.
  func absorb(_ change: Delta, port: Int, _ clock: JoinClock, _ step: StepContext) throws(SQLError) {
    let side = port == 0 ? left : right
    let expressions = port == 0 ? spec.leftKeys : spec.rightKeys
    guard let clock = port == 0 ? clock.left : clock.right else {
      let groups = try locate(change, expressions, inserting: true, step)
      return side.add(change, groups: groups, overs: spec.endsWithInput ? [Int64](repeating: .max - 1, count: change.count) : nil)
    }
    let evaluator = Evaluator(step.evaluation)
    var delta = change
    var times = clock.key.ends(of: [try evaluator.column(clock.time, over: delta.batch)])
    if let lateMicros = clock.lateMicros, let watermark = step.evaluation.watermarkMicros,
      let ahead = times.rowsAhead(of: watermark.subtractingSaturated(lateMicros))
    {
      putAside(delta, exceptFor: ahead, port: port)
      if ahead.isEmpty { return }
      delta = delta.gather(ahead)
      times = clock.key.ends(of: [try evaluator.column(clock.time, over: delta.batch)])
    }
    var groups = try locate(delta, expressions, inserting: true, step)
    var overs = times.overs(after: clock.holdMicros)
    if spec.needsKey(port) {
      for row in 0..<delta.count where groups[row] < 0 { overs[row] = .min }
    }
    if let condition = clock.condition {
      var passes = [Bool](repeating: false, count: delta.count)
      for row in try evaluator.selectedRows(condition, over: delta.batch) { passes[Int(row)] = true }
      for row in 0..<delta.count where !passes[row] {
        if groups[row] >= 0 { looseGroups.append(groups[row]) }
        groups[row] = -1
        overs[row] = .min
      }
    }
    side.add(delta, groups: groups, overs: overs)
  }

  private func putAside(_ delta: Delta, exceptFor rows: [Int32], port: Int) {
    var isKept = [Bool](repeating: false, count: delta.count)
    for row in rows { isKept[Int(row)] = true }
    let late = delta.batch.gather((0..<Int32(delta.count)).filter { !isKept[Int($0)] })
    let others = nullColumns(port == 0 ? spec.rightSchema : spec.leftSchema, late.count)
    lateRows?.add(Batch(port == 0 ? late.columns + others : others + late.columns, count: late.count))
  }

  /// Forgets what is over when the step has been absorbed, and shows of it what had to wait. Returns the groups concerned.
  func dropOver(_ step: StepContext, _ output: any Output) throws(SQLError) -> [Int32] {
    left.grow()
    right.grow()
    // Before the first watermark only those are over that never could match.
    let horizon = step.closing.watermarkMicros ?? .min
    let lefts = left.due(horizon)
    let rights = right.due(horizon)
    if isFinalOnly {
      try writeLone(lefts.filter { !isMatched($0, of: left, by: right) }, sign: 1, isMatched: false, step, output)
      if spec.kind == .full {
        let lone = rights.filter { !isMatched($0, of: right, by: left) }
        try writeLoneRight(
          LoneRows(
            columns: right.columns(of: lone), weights: nil, positions: lone.map { right.positions[Int($0)] }), step, output)
      }
    }
    let groups = lefts.map { left.groups[Int($0)] } + rights.map { right.groups[Int($0)] }
    left.drop(lefts)
    right.drop(rights)
    return groups
  }

  private func isMatched(_ slot: Int32, of side: JoinSide, by other: JoinSide) -> Bool {
    if spec.residual != nil { return side.matches[Int(slot)] > 0 }
    // Equal keys alone decide, times among them: rows of a group are over together.
    let group = side.groups[Int(slot)]
    return group >= 0 && other.totals[Int(group)] > 0
  }
}

extension TimeColumn {
  /// When each row is over that is kept for `hold` after its time. A row without a time matches nothing: it is over at once.
  fileprivate func overs(after hold: Int64) -> [Int64] {
    let (sum, overflow) = offsetMicros.addingReportingOverflow(hold)
    var result = values
    if overflow {
      for row in result.indices { result[row] = at(row).addingSaturated(hold) }
    } else {
      result.withUnsafeMutableBufferPointer { times in
        for row in times.indices { times[row] = times[row].addingSaturated(sum) }
      }
    }
    if let validity, !validity.isAllValid {
      for row in result.indices where !validity[row] { result[row] = .min }
    }
    return result
  }
}
