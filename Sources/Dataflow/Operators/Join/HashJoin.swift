import Columnar
import Diagnostics
import Expressions

/// ⋈: pairs of rows of two inputs that satisfy a condition, in all kinds of joins.
///
/// For pairs, Δ(A ⋈ B) = A ⋈ ΔB + ΔA ⋈ (B + ΔB), with A as it was before the step. What a LEFT, SEMI or ANTI join gives
/// for a row of A is linear in A once B is fixed, so a step is: rows of A whose having a match changed with ΔB; then the
/// rows of ΔA against B + ΔB. FULL adds the rows of B without a match, by the same rule from the other side. All of it
/// comes out at flush, as the net change (SEM-9).
///
/// A *static* right side has ended before the first left row comes (the planner drains it first). Then left rows are
/// answered at once and not kept. The same goes for a query of one step (`comesOnce`): left rows wait for the right side's end, in
/// the batches that they came in, and get their answers then. Output order: left rows in their order, the matches of each in theirs (SEM-11).
/// Rows that event time says are over leave (`JoinClock`). State: the rows of both sides that are not over, of the right
/// one only if that is static; of such a side of a SEMI or ANTI join one row a key, if keys are all that matters.
package final class HashJoin: Operator {
  package enum Kind: Sendable { case inner, left, full, leftSemi, leftAnti, leftMark }

  package struct Spec: Sendable {
    package var kind: Kind
    /// Keys by side: key i of the left equals key i of the right. None: every pair is tried.
    package var leftKeys: [BoundExpression]
    package var rightKeys: [BoundExpression]
    /// NULL equals NULL in key i.
    package var isNullSafe: [Bool]
    /// What must hold besides, over the columns of both sides.
    package var residual: BoundExpression?
    package var leftSchema: Schema
    package var rightSchema: Schema
    package var isRightStatic: Bool
    /// Left rows meet the right rows that are there at the end of their step, once and for all.
    package var isRightCurrent: Bool
    /// There is one step, which gives each row once: what is kept serves nothing behind it.
    package var comesOnce: Bool
    /// A key is the number of the step: nothing is kept over its end (SEM-12).
    package var isPerStep: Bool
    package var isLeftRetractable: Bool
    package var isRightRetractable: Bool
    /// When rows are over; nil: never.
    package var clock: JoinClock?

    package init(
      kind: Kind, leftKeys: [BoundExpression], rightKeys: [BoundExpression], isNullSafe: [Bool],
      residual: BoundExpression?, leftSchema: Schema, rightSchema: Schema, isRightStatic: Bool, isRightCurrent: Bool,
      comesOnce: Bool, isPerStep: Bool, isLeftRetractable: Bool, isRightRetractable: Bool, clock: JoinClock?
    ) {
      self.kind = kind
      self.leftKeys = leftKeys
      self.rightKeys = rightKeys
      self.isNullSafe = isNullSafe
      self.residual = residual
      self.leftSchema = leftSchema
      self.rightSchema = rightSchema
      self.isRightStatic = isRightStatic
      self.isRightCurrent = isRightCurrent
      self.comesOnce = comesOnce
      self.isPerStep = isPerStep
      self.isLeftRetractable = isLeftRetractable
      self.isRightRetractable = isRightRetractable
      self.clock = clock
    }

    /// Rows of such a side that nothing but the end of the input ends wait for it: FULL shows those without a match then.
    var endsWithInput: Bool { kind == .full && clock?.isFinalOnly == true }

    /// Rows of a side without a key come out of no join but one that shows them alone: they are not kept.
    func needsKey(_ port: Int) -> Bool {
      switch kind {
      case .inner, .leftSemi: port == 0 ? !isLeftRetractable : !isRightRetractable
      case .left, .leftAnti: port == 1 && !isRightRetractable
      case .full, .leftMark: false
      }
    }

    /// The right side is only ever asked for what it has; nothing is said of how it came to that.
    fileprivate var isRightPlain: Bool { isRightStatic || comesOnce }

    /// Of the right side it matters only which keys it has.
    fileprivate var asksForKeysOnly: Bool {
      isRightPlain && !isRightRetractable && residual == nil && (kind == .leftSemi || kind == .leftAnti)
    }

    fileprivate func isTimed(_ side: JoinClock.Side?) -> Bool { side != nil || endsWithInput }
  }

  let spec: Spec
  let keys: JoinKeys
  let left: JoinSide
  let right: JoinSide
  private var isRightFinal = false
  /// Left rows that came before a static right side had ended.
  private var waiting: [Delta] = []
  /// Key groups made in this step for rows that are kept under no key.
  var looseGroups: [Int32] = []
  package let lateRows: LateRows?
  /// Rows without a match are shown when they are over, not before.
  var isFinalOnly: Bool { spec.clock?.isFinalOnly == true }

  package init(_ spec: Spec) {
    self.spec = spec
    lateRows = spec.clock.map { _ in LateRows(schema: JoinClock.lateSchema(spec.leftSchema, spec.rightSchema)) }
    keys = JoinKeys(types: spec.leftKeys.map(\.type), isNullSafe: spec.isNullSafe)
    left = JoinSide(
      name: "left rows", schema: spec.leftSchema, keys: keys, isRetractable: spec.isLeftRetractable,
      isTimed: spec.isTimed(spec.clock?.left), notesChanges: !spec.comesOnce)
    right = JoinSide(
      name: "right rows", schema: spec.rightSchema, keys: keys, isRetractable: spec.isRightRetractable,
      isTimed: spec.isTimed(spec.clock?.right), notesChanges: !spec.isRightPlain)
  }

  package var stateTables: [any StateTable] { spec.isRightStatic ? [right] : [left, right] }

  package func inputEnded(port: Int) {
    if port == 1 { isRightFinal = true }
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    if let clock = spec.clock {
      try absorb(delta, port: port, clock, step)
    } else if port == 1 {
      let groups = try locate(delta, spec.rightKeys, inserting: true, step)
      if spec.asksForKeysOnly { return try right.absorbFirsts(delta, groups: groups) }
      right.add(delta, groups: groups)
      if spec.isRightPlain { try absorbPlainRows() }
    } else if spec.comesOnce {
      // Without groups: they are looked up once the right side has its keys.
      left.add(delta, groups: [Int32](repeating: -1, count: delta.count))
    } else if !spec.isRightStatic {
      left.add(delta, groups: try locate(delta, spec.leftKeys, inserting: true, step))
    } else if isRightFinal {
      try answerWaiting(step, output)
      try answer(delta, step, output)
    } else {
      waiting.append(delta)
    }
  }

  func locate(
    _ delta: Delta, _ expressions: [BoundExpression], inserting: Bool, _ step: StepContext
  ) throws(SQLError) -> [Int32] {
    let evaluator = Evaluator(step.evaluation)
    var columns: [Column] = []
    columns.reserveCapacity(expressions.count)
    for expression in expressions { columns.append(try evaluator.column(expression, over: delta.batch)) }
    return keys.locate(columns, rows: delta.count, inserting: inserting)
  }

  // MARK: A static right side

  private func absorbPlainRows() throws(SQLError) {
    right.grow()
    for change in right.pending { _ = try right.absorb(change, matches: nil) }
    right.endStep()
  }

  private func answer(_ delta: Delta, _ step: StepContext, _ output: any Output) throws(SQLError) {
    let groups = try locate(delta, spec.leftKeys, inserting: false, step)
    try answer(JoinSide.Pending(delta: delta, groups: groups), step, output)
  }

  private func answerWaiting(_ step: StepContext, _ output: any Output) throws(SQLError) {
    if waiting.isEmpty { return }
    let deltas = waiting
    waiting = []
    for delta in deltas { try answer(delta, step, output) }
  }

  /// The right side changes and nothing is said of it; then left rows get their answers, and are not kept.
  private func answerCurrent(_ step: StepContext, _ output: any Output) throws(SQLError) {
    if left.pending.isEmpty && right.pending.isEmpty { return }
    left.grow()
    right.grow()
    for change in right.pending { _ = try right.absorb(change, matches: nil) }
    for change in left.pending { try answer(change, step, output) }
    let touched = (left.touched + right.touched).map(\.group)
    left.dropPending()
    right.endStep()
    keys.remove(touched.filter { right.heads[Int($0)] < 0 })
  }

  // MARK: Both sides change

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if spec.isRightStatic {
      if isRightFinal { try answerWaiting(step, output) }
      return
    }
    if spec.isRightCurrent { return try answerCurrent(step, output) }
    if spec.comesOnce {
      for change in left.takePending() { try answer(change.delta, step, output) }
      return
    }
    var touched: [Int32] = []
    if !(left.pending.isEmpty && right.pending.isEmpty) {
      // Either side may have brought keys that the other has not seen.
      left.grow()
      right.grow()
      let counts = try spec.residual == nil ? meetByGroup(step, output) : meetByPair(step, output)
      try absorb(counts, step, output)
      touched = (left.touched + right.touched).map(\.group)
    }
    if spec.clock != nil {
      touched += try dropOver(step, output) + looseGroups
      looseGroups = []
    }
    if touched.isEmpty && left.pending.isEmpty && right.pending.isEmpty { return }
    left.endStep()
    right.endStep()
    if spec.isPerStep {
      keys.clear()
      left.clear()
      right.clear()
    } else if spec.isLeftRetractable || spec.isRightRetractable || spec.clock != nil {
      keys.remove(touched.filter { $0 >= 0 && left.heads[Int($0)] < 0 && right.heads[Int($0)] < 0 })
    }
  }

  /// Old left rows meet the change of the right side, where equal keys are all that matters: a row has a match iff the
  /// other side has rows of its group. No match counts to keep.
  private func meetByGroup(_ step: StepContext, _ output: any Output) throws(SQLError) -> [[Int64]?] {
    var flips = Flips()
    if spec.kind != .inner {
      for (group, before) in right.touched {
        let isMatched = right.totals[Int(group)] > 0
        if (before > 0) != isMatched { flips.add(left.slots(of: group), isMatched: isMatched) }
      }
    }
    try writeFlips(flips, sign: -1, step, output)
    if spec.kind.givesPairs {
      for change in right.pending {
        try meet(change) { delta throws(SQLError) in try output.emit(delta, step: step) }
      }
    }
    try writeFlips(flips, sign: 1, step, output)
    return right.pending.map { _ in nil }
  }

  /// The same, where pairs must be tried: gives the match counts of the right side's new rows.
  private func meetByPair(_ step: StepContext, _ output: any Output) throws(SQLError) -> [[Int64]?] {
    if spec.kind != .inner { left.trace = JoinSide.SlotTrace() }
    var held: [Delta] = []
    var allCounts: [[Int64]?] = []
    let evaluator = Evaluator(step.evaluation)
    for change in right.pending {
      var counts = [Int64](repeating: 0, count: change.delta.count)
      try meet(change, counts: &counts, evaluator) { delta in held.append(delta) }
      allCounts.append(counts)
    }
    var flips = Flips()
    for entry in left.trace?.entries ?? [] {
      let isMatched = left.matches[Int(entry.slot)] > 0
      if (entry.matches > 0) != isMatched { flips.add([entry.slot], isMatched: isMatched) }
    }
    left.trace = nil
    try writeFlips(flips, sign: -1, step, output)
    if spec.kind.givesPairs {
      for delta in held { try output.emit(delta, step: step) }
    }
    try writeFlips(flips, sign: 1, step, output)
    return allCounts
  }

  /// The right side's change becomes part of it; the left side's is answered from there, and becomes part of its own.
  private func absorb(
    _ counts: [[Int64]?], _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    let rightChanges = right.pending
    let isCounted = spec.residual != nil
    var lonely = LoneRows()
    if spec.kind == .full && !isCounted && !isFinalOnly { lonely = flippedRightRows() }
    if spec.kind == .full && isCounted && !isFinalOnly { right.trace = JoinSide.SlotTrace() }
    var slots: [[Int32]] = []
    for (change, counts) in zip(rightChanges, counts) { slots.append(try right.absorb(change, matches: counts)) }
    for change in left.pending {
      let counts = try answer(change, step, output)
      _ = try left.absorb(change, matches: counts)
    }
    guard spec.kind == .full, !isFinalOnly else { return }
    // Those that were there first: the change may take back what has become lone in this very step.
    if isCounted { lonely = flippedRightRows() }
    try writeLoneRight(lonely, step, output)
    for (change, slots) in zip(rightChanges, slots) {
      let rows = (0..<Int32(change.delta.count)).filter { row in
        let group = change.groups[Int(row)]
        if group < 0 { return true }
        return isCounted ? right.matches[Int(slots[Int(row)])] <= 0 : left.totals[Int(group)] <= 0
      }
      try writeLoneRight(LoneRows(change.delta.gather(rows)), step, output)
    }
  }

  /// Right rows from before the step that had a match and have none now (+1), or the other way round (−1, first).
  private func flippedRightRows() -> LoneRows {
    var slots: [(slot: Int32, weight: Int64)] = []
    if let trace = right.trace {
      for entry in trace.entries where entry.weight != 0 {
        let isMatched = right.matches[Int(entry.slot)] > 0
        if (entry.matches > 0) != isMatched { slots.append((entry.slot, isMatched ? -entry.weight : entry.weight)) }
      }
    } else {
      for (group, before) in left.touched {
        let isMatched = left.totals[Int(group)] > 0
        if (before > 0) == isMatched { continue }
        for slot in right.slots(of: group) {
          let weight = right.weights[Int(slot)]
          slots.append((slot, isMatched ? -weight : weight))
        }
      }
    }
    let ordered = slots.filter { $0.weight < 0 } + slots.filter { $0.weight > 0 }
    return LoneRows(
      columns: right.columns(of: ordered.map(\.slot)), weights: ordered.map(\.weight),
      positions: ordered.map { right.positions[Int($0.slot)] })
  }
}

extension HashJoin.Kind {
  /// Whether the output has the right side's columns.
  package var givesPairs: Bool { self == .inner || self == .left || self == .full }
  /// Whether a left row without a match is in the output.
  var keepsLoneLeft: Bool { self == .left || self == .full || self == .leftAnti }
}

/// Left rows that were there before the step and whose having a match changed.
struct Flips {
  private(set) var matched: [Int32] = []
  private(set) var unmatched: [Int32] = []

  mutating func add(_ slots: [Int32], isMatched: Bool) {
    if isMatched { matched += slots } else { unmatched += slots }
  }
}
