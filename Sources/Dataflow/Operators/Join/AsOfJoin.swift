import Columnar
import Diagnostics
import Expressions

/// A ⟕ B as of a time: for every row of A the row of B with its keys that is nearest to it in one order, at or before it
/// (`latest`) or at or after it.
///
/// Rows of B are versions: of equal keys and order values the one that came last counts. A step first corrects the rows of A
/// that a change of B gives another version (−old, +new), then answers ΔA. With a clock a row of A is over when no version
/// that is still to come can be at or before it; with `isFinalOnly` it comes out then, once. Of the versions that the clock
/// has passed only the latest of each key is kept. Looking ahead, a row of A is over when the clock has passed a version at or
/// after it, and no version is kept that the clock has passed.
/// A *static* right side has ended before the first left row comes: left rows are answered at once and not kept.
/// Cost: O(log versions of the key) for a left row, O(left rows of the key) for a late version. Output order: left rows in
/// theirs.
package final class AsOfJoin: Operator {
  package struct Spec: Sendable {
    package var leftKeys: [BoundExpression]
    package var rightKeys: [BoundExpression]
    package var isNullSafe: [Bool]
    /// What is compared, over left and over right columns.
    package var leftOrder: BoundExpression
    package var rightOrder: BoundExpression
    /// The version at or before the left row; else the one at or after it.
    package var isLatest: Bool
    /// Without the equal one.
    package var isStrict: Bool
    /// Left rows without a version come out too, beside NULLs.
    package var isOuter: Bool
    package var leftSchema: Schema
    package var rightSchema: Schema
    package var isRightStatic: Bool
    package var isLeftRetractable: Bool
    package var isRightRetractable: Bool
    /// Added to order values it gives the watermark from which on a left row is over; nil: none ever is.
    package var holdMicros: Int64?
    package var isFinalOnly: Bool
    /// Left rows get the version that came last by the end of their step, once and for all; older ones are not kept.
    package var isCurrent: Bool

    package init(
      leftKeys: [BoundExpression], rightKeys: [BoundExpression], isNullSafe: [Bool], leftOrder: BoundExpression,
      rightOrder: BoundExpression, isLatest: Bool, isStrict: Bool, isOuter: Bool, leftSchema: Schema,
      rightSchema: Schema, isRightStatic: Bool, isLeftRetractable: Bool, isRightRetractable: Bool, holdMicros: Int64?,
      isFinalOnly: Bool, isCurrent: Bool
    ) {
      self.leftKeys = leftKeys
      self.rightKeys = rightKeys
      self.isNullSafe = isNullSafe
      self.leftOrder = leftOrder
      self.rightOrder = rightOrder
      self.isLatest = isLatest
      self.isStrict = isStrict
      self.isOuter = isOuter
      self.leftSchema = leftSchema
      self.rightSchema = rightSchema
      self.isRightStatic = isRightStatic
      self.isLeftRetractable = isLeftRetractable
      self.isRightRetractable = isRightRetractable
      self.holdMicros = holdMicros
      self.isFinalOnly = isFinalOnly
      self.isCurrent = isCurrent
    }
  }

  private let spec: Spec
  private let keys: JoinKeys
  private let left: JoinSide
  private let right: JoinSide
  private var versions: VersionIndex
  package let lateRows: LateRows?
  private var isRightFinal = false
  /// Left rows that came before a static right side had ended.
  private var waiting: [Delta] = []
  /// Key groups made in this step for rows that are not kept, or under no key.
  private var looseGroups: [Int32] = []

  package init(_ spec: Spec) {
    self.spec = spec
    keys = JoinKeys(types: spec.leftKeys.map(\.type), isNullSafe: spec.isNullSafe)
    let isClosing = spec.holdMicros != nil
    left = JoinSide(
      name: "left rows", schema: spec.leftSchema, keys: keys, isRetractable: spec.isLeftRetractable, isTimed: true,
      hasTimers: isClosing)
    right = JoinSide(
      name: "versions", schema: spec.rightSchema, keys: keys, isRetractable: spec.isRightRetractable, isTimed: true,
      hasTimers: isClosing)
    versions = VersionIndex()
    lateRows = spec.holdMicros.map { _ in
      LateRows(schema: JoinClock.lateSchema(spec.leftSchema, spec.rightSchema))
    }
  }

  package var stateTables: [any StateTable] { spec.isRightStatic ? [right] : [left, right] }

  package func inputEnded(port: Int) {
    if port == 1 { isRightFinal = true }
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    if port == 1 {
      try addVersions(delta, step)
      if spec.isRightStatic { try absorbVersions() }
    } else if !spec.isRightStatic {
      try addLeft(delta, step)
    } else if isRightFinal {
      try answerWaiting(step, output)
      try answer(try located(delta, inserting: false, step), step, output)
    } else {
      waiting.append(delta)
    }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if spec.isRightStatic {
      if isRightFinal { try answerWaiting(step, output) }
      return
    }
    left.grow()
    right.grow()
    if spec.isCurrent { return try answerCurrent(step, output) }
    try correct(step, output)
    for change in left.pending {
      if !spec.isFinalOnly { try answer(change, step, output) }
      _ = try left.absorb(change, matches: nil)
    }
    var touched = (left.touched + right.touched).map(\.group)
    touched += try close(step, output) + looseGroups
    looseGroups = []
    left.endStep()
    right.endStep()
    keys.remove(touched.filter { $0 >= 0 && left.heads[Int($0)] < 0 && right.heads[Int($0)] < 0 })
  }

  // MARK: Taking in

  /// A change with its key groups and order values; a row without either matches nothing.
  private func located(
    _ delta: Delta, inserting: Bool, isRight: Bool = false, _ step: StepContext
  ) throws(SQLError) -> JoinSide.Pending {
    let evaluator = Evaluator(step.evaluation)
    var columns: [Column] = []
    for key in isRight ? spec.rightKeys : spec.leftKeys { columns.append(try evaluator.column(key, over: delta.batch)) }
    let order = try evaluator.column(isRight ? spec.rightOrder : spec.leftOrder, over: delta.batch)
    var groups = keys.locate(columns, rows: delta.count, inserting: inserting)
    var values = OrderValues.words(order)
    for row in 0..<delta.count where order.isNull(row) {
      if inserting && groups[row] >= 0 { looseGroups.append(groups[row]) }
      groups[row] = -1
      values[row] = .min
    }
    return JoinSide.Pending(delta: delta, groups: groups, overs: values)
  }

  private func addLeft(_ delta: Delta, _ step: StepContext) throws(SQLError) {
    var change = try located(delta, inserting: true, step)
    if let hold = spec.holdMicros, let watermark = step.evaluation.watermarkMicros {
      let limit = watermark.subtractingSaturated(hold)
      change = drop(from: change, port: 0) { change, row in
        guard let value = change.overs?[row] else { return false }
        return value <= limit && value > .min
      }
    }
    left.add(change.delta, groups: change.groups, overs: change.overs)
  }

  /// A version is late if a later one of its key has been passed by the clock already.
  private func addVersions(_ delta: Delta, _ step: StepContext) throws(SQLError) {
    var change = try located(delta, inserting: true, isRight: true, step)
    right.grow()
    left.grow()
    if let hold = spec.holdMicros, let watermark = step.evaluation.watermarkMicros {
      let limit = watermark.subtractingSaturated(hold)
      change = drop(from: change, port: 1) { [self] change, row in
        guard let value = change.overs?[row], value <= limit, change.groups[row] >= 0 else { return false }
        if !spec.isLatest { return !isAwaited(value, by: change.groups[row]) }
        guard let settled = versions.last(upTo: limit, of: change.groups[row], right) else { return false }
        return right.overs[Int(settled)] > value
      }
    }
    right.add(change.delta, groups: change.groups, overs: change.overs)
  }

  /// Whether a left row looks ahead to a version of this value.
  private func isAwaited(_ value: Int64, by group: Int32) -> Bool {
    left.slots(of: group).contains { spec.isStrict ? left.overs[Int($0)] < value : left.overs[Int($0)] <= value }
  }

  private func drop(
    from change: JoinSide.Pending, port: Int, _ isLate: (JoinSide.Pending, Int) -> Bool
  ) -> JoinSide.Pending {
    var kept: [Int32] = []
    var late: [Int32] = []
    for row in 0..<change.delta.count {
      if isLate(change, row) { late.append(Int32(row)) } else { kept.append(Int32(row)) }
    }
    if late.isEmpty { return change }
    looseGroups += late.map { change.groups[Int($0)] }
    let batch = change.delta.batch.gather(late)
    let others = Self.nullColumns(port == 0 ? spec.rightSchema : spec.leftSchema, batch.count)
    lateRows?.add(Batch(port == 0 ? batch.columns + others : others + batch.columns, count: batch.count))
    return JoinSide.Pending(
      delta: change.delta.gather(kept), groups: kept.map { change.groups[Int($0)] },
      overs: kept.map { change.overs?[Int($0)] ?? .max })
  }

  private func absorbVersions() throws(SQLError) {
    right.grow()
    for change in right.pending {
      _ = try right.absorb(change, matches: nil)
      versions.forget(change.groups)
    }
    right.endStep()
  }

  // MARK: Answers

  private func answerWaiting(_ step: StepContext, _ output: any Output) throws(SQLError) {
    if waiting.isEmpty { return }
    let deltas = waiting
    waiting = []
    for delta in deltas { try answer(try located(delta, inserting: false, step), step, output) }
  }

  /// The version of one left row, −1 for none.
  private func version(of group: Int32, _ value: Int64) -> Int32 {
    if group < 0 || Int(group) >= right.heads.count { return -1 }
    return versions.nearest(to: value, isLatest: spec.isLatest, isStrict: spec.isStrict, of: group, right) ?? -1
  }

  private func answer(_ change: JoinSide.Pending, _ step: StepContext, _ output: any Output) throws(SQLError) {
    var rows: [Int32] = []
    var slots: [Int32] = []
    for row in 0..<change.delta.count {
      let slot = version(of: change.groups[row], change.overs?[row] ?? 0)
      if slot < 0 && !spec.isOuter { continue }
      rows.append(Int32(row))
      slots.append(slot)
    }
    if rows.isEmpty { return }
    let delta = rows.count == change.delta.count ? change.delta : change.delta.gather(rows)
    try output.emit(delta.with(columns: delta.columns + right.columns(of: slots)), step: step)
    try step.cancellation.check()
  }

  /// Left rows from before the step that a change of the right side gives another version.
  private func correct(_ step: StepContext, _ output: any Output) throws(SQLError) {
    if right.pending.isEmpty { return }
    var before: [(slot: Int32, version: Int32)] = []
    if !spec.isFinalOnly && left.rowCount > 0 {
      for (group, _) in right.touched {
        for slot in left.slots(of: group) { before.append((slot, version(of: group, left.overs[Int(slot)]))) }
      }
    }
    for change in right.pending {
      _ = try right.absorb(change, matches: nil)
      versions.forget(change.groups)
    }
    var gone: [(Int32, Int32)] = []
    var come: [(Int32, Int32)] = []
    for (slot, old) in before {
      let new = version(of: left.groups[Int(slot)], left.overs[Int(slot)])
      if new == old && (old < 0 || right.weights[Int(old)] != 0) { continue }
      if old >= 0 || spec.isOuter { gone.append((slot, old)) }
      if new >= 0 || spec.isOuter { come.append((slot, new)) }
    }
    try write(gone, sign: -1, step, output)
    try write(come, sign: 1, step, output)
  }

  /// Stored left rows with their versions.
  private func write(
    _ pairs: [(slot: Int32, version: Int32)], sign: Int64, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    var start = 0
    while start < pairs.count {
      let piece = pairs[start..<min(start + Batch.rowsMax, pairs.count)]
      start += piece.count
      let slots = piece.map(\.slot)
      let weights = slots.map { sign &* left.weights[Int($0)] }
      try output.emit(
        Delta(
          Batch(left.columns(of: slots) + right.columns(of: piece.map(\.version)), count: slots.count),
          weights: weights.contains { $0 != 1 } ? weights : nil,
          order: .explicit(slots.map { left.positions[Int($0)] })), step: step)
    }
  }

  private func answerCurrent(_ step: StepContext, _ output: any Output) throws(SQLError) {
    let touched = right.touched.map(\.group)
    for change in right.pending {
      _ = try right.absorb(change, matches: nil)
      versions.forget(change.groups)
    }
    for group in touched { right.drop(versions.removePassed(.max, of: group, right)) }
    for change in left.pending { try answer(change, step, output) }
    let groups = touched + left.touched.map(\.group) + looseGroups.filter { $0 >= 0 }
    looseGroups = []
    left.dropPending()
    right.endStep()
    keys.remove(groups.filter { right.heads[Int($0)] < 0 })
  }

  // MARK: What is over

  /// Forgets left rows that are over, showing them if they had to wait, and versions that no row will ask for any more.
  private func close(_ step: StepContext, _ output: any Output) throws(SQLError) -> [Int32] {
    guard let hold = spec.holdMicros else { return [] }
    let limit = (step.closing.watermarkMicros ?? .min).subtractingSaturated(hold)
    if !spec.isLatest { return try closeAhead(limit, isLast: step.closing.watermarkMicros == .max, step, output) }
    // Rows without a key or a time match nothing; they are over in their turn, or at once.
    let lefts = left.due(limit)
    var touched = try release(lefts, step, output)
    let rights = right.due(limit)
    right.drop(rights.filter { right.groups[Int($0)] < 0 })
    for group in Set(rights.map { right.groups[Int($0)] }).sorted() where group >= 0 {
      right.drop(versions.removePassed(limit, of: group, right))
      touched.append(group)
    }
    return touched
  }

  /// The same, looking ahead: the versions that the clock has passed answer the left rows before them, and nobody else will
  /// ask for them. At the end of the input the others have no version.
  private func closeAhead(
    _ limit: Int64, isLast: Bool, _ step: StepContext, _ output: any Output
  ) throws(SQLError) -> [Int32] {
    var lefts = left.due(limit).filter { left.groups[Int($0)] < 0 }
    let rights = right.due(limit)
    let groups = Set(rights.map { right.groups[Int($0)] }.filter { $0 >= 0 }).sorted()
    if isLast {
      for group in left.heads.indices { lefts += left.slots(of: Int32(truncatingIfNeeded: group)) }
    } else {
      var greatest: [Int32: Int64] = [:]
      for slot in rights { greatest[right.groups[Int(slot)]] = max(greatest[right.groups[Int(slot)]] ?? .min, right.overs[Int(slot)]) }
      for group in groups {
        let last = greatest[group] ?? .min
        lefts += left.slots(of: group).filter { spec.isStrict ? left.overs[Int($0)] < last : left.overs[Int($0)] <= last }
      }
    }
    lefts.sort { left.ids[Int($0)] < left.ids[Int($1)] }
    let touched = try release(lefts, step, output)
    right.drop(rights)
    versions.forget(groups)
    return touched + groups
  }

  /// Forgets left rows that are over, and gives their key groups.
  private func release(_ slots: [Int32], _ step: StepContext, _ output: any Output) throws(SQLError) -> [Int32] {
    if spec.isFinalOnly {
      let pairs = slots.map { ($0, version(of: left.groups[Int($0)], left.overs[Int($0)])) }
      try write(pairs.filter { $0.1 >= 0 || spec.isOuter }, sign: 1, step, output)
    }
    let groups = slots.map { left.groups[Int($0)] }
    left.drop(slots)
    return groups
  }

  private static func nullColumns(_ schema: Schema, _ count: Int) -> [Column] {
    schema.fields.map { Column.repeating(.null, type: $0.type, count: count) }
  }
}
