import Columnar
import Diagnostics
import Expressions

/// What a join computes of one change and the rows of the other side.
extension HashJoin {
  /// A change of the left side against all rows of the right one: every kind's output for these left rows.
  /// Returns the match count of each row, if the condition has a residual.
  @discardableResult
  func answer(
    _ change: JoinSide.Pending, _ step: StepContext, _ output: any Output
  ) throws(SQLError) -> [Int64]? {
    if spec.residual != nil { return try answerByPair(change, step, output) }
    if !spec.kind.givesPairs {
      let heads = right.heads
      let isMatched = change.groups.map { $0 >= 0 && Int($0) < heads.count && heads[Int($0)] >= 0 }
      try writeAnswered(0..<change.delta.count, isMatched, change.delta, step, output)
      return nil
    }
    var probe = JoinProbe(change, against: right, keepsLone: showsLoneLeft)
    while !probe.isDone {
      let pairs = probe.next()
      try emit(pairs, left: change.delta, step, output)
      try step.cancellation.check()
    }
    return nil
  }

  private func answerByPair(
    _ change: JoinSide.Pending, _ step: StepContext, _ output: any Output
  ) throws(SQLError) -> [Int64] {
    let evaluator = Evaluator(step.evaluation)
    var counts = [Int64](repeating: 0, count: change.delta.count)
    var probe = JoinProbe(change, against: right, keepsLone: false)
    let countsRight = spec.kind == .full
    while !probe.isDone {
      let firstRow = probe.row
      let tried = probe.next()
      let passed = tried.gather(try passing(tried, change.delta, of: .left, evaluator))
      let weights = right.weights
      for i in 0..<passed.count { counts[Int(passed.rows[i])] &+= weights[Int(passed.slots[i])] }
      if countsRight { right.addMatches(passed, change.delta.weights) }
      // The last row may go on in the next batch of pairs: whether it is alone is known when it is complete.
      try write(passed, complete: firstRow..<probe.row, counts, change.delta, step, output)
      try step.cancellation.check()
    }
    return counts
  }

  private func write(
    _ passed: JoinPairs, complete: Range<Int>, _ counts: [Int64], _ delta: Delta, _ step: StepContext,
    _ output: any Output
  ) throws(SQLError) {
    if !spec.kind.givesPairs {
      return try writeAnswered(complete, counts.map { $0 > 0 }, delta, step, output)
    }
    var pairs = passed
    if showsLoneLeft {
      pairs = JoinPairs()
      var at = 0
      for row in complete {
        while at < passed.count && Int(passed.rows[at]) == row {
          pairs.append(passed.rows[at], passed.slots[at])
          at += 1
        }
        if counts[row] <= 0 { pairs.append(Int32(row), -1) }
      }
      while at < passed.count {
        pairs.append(passed.rows[at], passed.slots[at])
        at += 1
      }
    }
    try emit(pairs, left: delta, step, output)
  }

  /// A change of the right side against the left rows from before the step: the pairs, and with a residual the match
  /// counts of both sides.
  func meet(
    _ change: JoinSide.Pending, counts: inout [Int64], _ evaluator: Evaluator, write: (Delta) throws(SQLError) -> Void
  ) throws(SQLError) {
    var probe = JoinProbe(change, against: left, keepsLone: false)
    let countsLeft = spec.kind != .inner
    while !probe.isDone {
      let tried = probe.next()
      if tried.count == 0 { continue }
      let passed = tried.gather(try passing(tried, change.delta, of: .right, evaluator))
      let weights = left.weights
      for i in 0..<passed.count { counts[Int(passed.rows[i])] &+= weights[Int(passed.slots[i])] }
      if countsLeft { left.addMatches(passed, change.delta.weights) }
      if passed.count > 0 && spec.kind.givesPairs { try write(joined(passed, right: change.delta)) }
    }
  }

  /// The same where equal keys decide.
  func meet(_ change: JoinSide.Pending, write: (Delta) throws(SQLError) -> Void) throws(SQLError) {
    var probe = JoinProbe(change, against: left, keepsLone: false)
    while !probe.isDone {
      let pairs = probe.next()
      if pairs.count > 0 { try write(joined(pairs, right: change.delta)) }
    }
  }

  enum Side { case left, right }

  /// Which of the pairs satisfy the residual; only the columns that it reads are gathered.
  private func passing(
    _ pairs: JoinPairs, _ delta: Delta, of side: Side, _ evaluator: Evaluator
  ) throws(SQLError) -> [Int32] {
    guard let residual = spec.residual else { return Array(0..<Int32(pairs.count)) }
    if pairs.count == 0 { return [] }
    let used = residual.columnsUsed
    let width = spec.leftSchema.count
    let leftUsed = used.filter { $0 < width }
    let rightUsed = used.filter { $0 >= width }
    var columns = [Column](repeating: .null(count: pairs.count), count: width + spec.rightSchema.count)
    switch side {
    case .left:
      for ordinal in leftUsed { columns[ordinal] = delta.columns[ordinal].gather(pairs.rows) }
      right.gather(rightUsed.map { $0 - width }, pairs.slots) { columns[width + $0] = $1 }
    case .right:
      for ordinal in rightUsed { columns[ordinal] = delta.columns[ordinal - width].gather(pairs.rows) }
      left.gather(Array(leftUsed), pairs.slots) { columns[$0] = $1 }
    }
    return try evaluator.selectedRows(residual, over: Batch(columns, count: pairs.count))
  }

  // MARK: Output rows

  /// Where no change of the right side is told, the output only grows: then equal rows of that side, which are one slot, are
  /// given as often as they are there, and no weights.
  private var repeatsRightRows: Bool { right.hasWeights && (spec.isRightStatic || spec.isRightCurrent) }

  private func emit(_ pairs: JoinPairs, left delta: Delta, _ step: StepContext, _ output: any Output) throws(SQLError) {
    if pairs.count == 0 { return }
    if !repeatsRightRows {
      return try output.emit(joined(pairs, delta, weights: weights(pairs, delta, other: right)), step: step)
    }
    var rest = pairs.repeated(right.weights)[...]
    while !rest.isEmpty {
      let part = JoinPairs(rest.prefix(Batch.rowsMax))
      rest = rest.dropFirst(part.count)
      let weights = delta.weights.map { all in part.rows.map { all[Int($0)] } }
      try output.emit(joined(part, delta, weights: weights), step: step)
    }
  }

  private func joined(_ pairs: JoinPairs, _ delta: Delta, weights: [Int64]?) -> Delta {
    let columns = delta.columns.map { $0.gather(pairs.rows) } + right.columns(of: pairs.slots)
    let positions = pairs.rows.map { delta.order.position(Int($0)) }
    return Delta(Batch(columns, count: pairs.count), weights: weights, order: .explicit(positions))
  }

  private func joined(_ pairs: JoinPairs, right delta: Delta) -> Delta {
    let columns = left.columns(of: pairs.slots) + delta.columns.map { $0.gather(pairs.rows) }
    return Delta(
      Batch(columns, count: pairs.count), weights: weights(pairs, delta, other: left),
      order: .explicit(pairs.slots.map { left.positions[Int($0)] }))
  }

  private func weights(_ pairs: JoinPairs, _ delta: Delta, other: JoinSide) -> [Int64]? {
    if delta.weights == nil && !other.hasWeights { return nil }
    let theirs = other.weights
    return (0..<pairs.count).map { i in
      let slot = Int(pairs.slots[i])
      return (delta.weights?[Int(pairs.rows[i])] ?? 1) &* (slot < 0 ? 1 : theirs[slot])
    }
  }

  /// SEMI, ANTI and mark joins: those of the rows that are in the output, or all with what is known of them.
  private func writeAnswered(
    _ rows: Range<Int>, _ isMatched: [Bool], _ delta: Delta, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    if isFinalOnly {
      // Only what has a match is known already.
      if spec.kind != .leftMark { return }
      let matched = rows.filter { isMatched[$0] }
      if matched.isEmpty { return }
      let part = matched.count == delta.count ? delta : delta.gather(matched.map { Int32($0) })
      let marks = Column.bool(PrimitiveColumn([Bool](repeating: true, count: matched.count)))
      return try output.emit(part.with(columns: part.columns + [marks]), step: step)
    }
    if spec.kind == .leftMark {
      let part = rows.count == delta.count ? delta : delta.gather(rows.map { Int32($0) })
      let marks = Column.bool(PrimitiveColumn(Array(isMatched[rows])))
      return try output.emit(part.with(columns: part.columns + [marks]), step: step)
    }
    let wanted = spec.kind == .leftSemi
    let picked = rows.filter { isMatched[$0] == wanted }
    if picked.isEmpty { return }
    try output.emit(picked.count == delta.count ? delta : delta.gather(picked.map { Int32($0) }), step: step)
  }

  /// Old left rows whose having a match changed: what they gave before (−1) or what they give now (+1).
  func writeFlips(_ flips: Flips, sign: Int64, _ step: StepContext, _ output: any Output) throws(SQLError) {
    let isTakenBack = sign < 0
    if isFinalOnly {
      if spec.kind == .leftMark && !isTakenBack { try writeLone(flips.matched, sign: 1, isMatched: true, step, output) }
      return
    }
    switch spec.kind {
    case .inner: return
    case .left, .full, .leftAnti:
      try writeLone(isTakenBack ? flips.matched : flips.unmatched, sign: sign, isMatched: false, step, output)
    case .leftSemi:
      try writeLone(isTakenBack ? flips.unmatched : flips.matched, sign: sign, isMatched: true, step, output)
    case .leftMark:
      try writeLone(flips.matched, sign: sign, isMatched: !isTakenBack, step, output)
      try writeLone(flips.unmatched, sign: sign, isMatched: isTakenBack, step, output)
    }
  }

  /// Whether left rows without a match come out as soon as they are there.
  private var showsLoneLeft: Bool { spec.kind.keepsLoneLeft && !isFinalOnly }

  /// Left rows by themselves, with NULLs for the right columns if the kind has them.
  func writeLone(
    _ slots: [Int32], sign: Int64, isMatched: Bool, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    var start = 0
    while start < slots.count {
      let piece = Array(slots[start..<min(start + Batch.rowsMax, slots.count)])
      start += piece.count
      var columns = left.columns(of: piece)
      if spec.kind.givesPairs { columns += nullColumns(spec.rightSchema, piece.count) }
      if spec.kind == .leftMark {
        columns.append(.bool(PrimitiveColumn([Bool](repeating: isMatched, count: piece.count))))
      }
      try output.emit(
        Delta(
          Batch(columns, count: piece.count), weights: piece.map { sign &* left.weights[Int($0)] },
          order: .explicit(piece.map { left.positions[Int($0)] })), step: step)
    }
  }

  /// Right rows by themselves; they stand behind all rows that come from the left side.
  func writeLoneRight(_ rows: LoneRows, _ step: StepContext, _ output: any Output) throws(SQLError) {
    let count = rows.positions.count
    if count == 0 { return }
    let delta = Delta(
      Batch(nullColumns(spec.leftSchema, count) + rows.columns, count: count), weights: rows.weights,
      order: .explicit(rows.positions.map { $0 | LoneRows.positionBit }))
    var start = 0
    while start < count {
      let end = min(start + Batch.rowsMax, count)
      try output.emit(count <= Batch.rowsMax ? delta : delta.gather((start..<end).map { Int32($0) }), step: step)
      start = end
    }
  }

  func nullColumns(_ schema: Schema, _ count: Int) -> [Column] {
    schema.fields.map { Column.repeating(.null, type: $0.type, count: count) }
  }
}

/// Rows of the right side that have no match.
struct LoneRows {
  var columns: [Column] = []
  var weights: [Int64]? = nil
  var positions: [Int64] = []

  /// Positions of different sources cannot be compared; this one puts all of the right side's behind the left side's.
  static let positionBit: Int64 = 1 << 62

  init() {}

  init(columns: [Column], weights: [Int64]?, positions: [Int64]) {
    self.columns = columns
    self.weights = weights
    self.positions = positions
  }

  init(_ delta: Delta) {
    self.init(columns: delta.columns, weights: delta.weights, positions: delta.order.positions(count: delta.count))
  }
}
