import Columnar
import Diagnostics
import Expressions

/// The rows of each partition whose rank is at most N, of rows that are never taken back: top-N, deduplication, DISTINCT ON.
///
/// A row that is not among the first N of its partition now will never be, so only those are kept. At flush, of partitions
/// that changed, rows that fell out (−1) and rows that came in (+1) go on; where the rank is shown, so do rows whose rank
/// changed. Rows that come in no order of keys, or in that of a clock, never fall out: they are counted and forgotten.
/// With a `closing`, partitions leave when they are over; with an `expiry`, so long after their first row (SEM-3).
package final class RankLimit: Operator {
  package struct Spec: Sendable {
    package var partitionBy: [BoundExpression]
    package var orderBy: [TopN.SortSpec]
    package var kind: RankCutoff.Kind
    package var limit: Int
    package var showsRank: Bool
    package var schema: Schema
    package var isPerStep: Bool
    package var isInArrivalOrder: Bool
    package var closing: GroupClosing?
    package var expiry: (time: BoundExpression, delayMicros: Int64)?

    package init(
      partitionBy: [BoundExpression], orderBy: [TopN.SortSpec], kind: RankCutoff.Kind, limit: Int, showsRank: Bool,
      schema: Schema, isPerStep: Bool, isInArrivalOrder: Bool, closing: GroupClosing?,
      expiry: (time: BoundExpression, delayMicros: Int64)?
    ) {
      self.partitionBy = partitionBy
      self.orderBy = orderBy
      self.kind = kind
      self.limit = limit
      self.showsRank = showsRank
      self.schema = schema
      self.isPerStep = isPerStep
      self.isInArrivalOrder = isInArrivalOrder
      self.closing = closing
      self.expiry = expiry
    }
  }

  private let spec: Spec
  private let rows: RankedRows
  private let lateFilter: LateFilter?
  private let late: LateRows?
  private var isEnded = false

  package init(_ spec: Spec, late: LateRows? = nil) {
    self.spec = spec
    self.late = late
    rows = RankedRows(
      name: "rows", schema: spec.schema, keyTypes: spec.partitionBy.map(\.type), parts: spec.orderBy.map(\.part),
      kind: spec.kind, limit: spec.limit, isForgetful: spec.isInArrivalOrder && !spec.showsRank && spec.closing?.emission != .whenOver)
    lateFilter = LateFilter(spec.closing, late)
  }

  package var stateTables: [any StateTable] { [rows] }
  package var lateRows: LateRows? { late }
  package var nextProcessingTimerMicros: Int64? { spec.closing?.key.domain == .processing ? rows.timers.next : nil }
  package func inputEnded(port: Int) { isEnded = true }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    var delta = delta
    var partitionKeys: [Column] = []
    for key in spec.partitionBy { partitionKeys.append(try evaluator.column(key, over: delta.batch)) }
    lateFilter?.drop(from: &delta, &partitionKeys, step: step)
    let expiries = try dropExpired(&delta, &partitionKeys, evaluator, step)
    if delta.isEmpty { return }
    var sortKeys: [Column] = []
    for key in spec.orderBy { sortKeys.append(try evaluator.column(key.expression, over: delta.batch)) }
    let ends = spec.closing?.key.ends(of: partitionKeys)
    let rows = rows
    let groups = rows.locate(partitionKeys, rows: delta.count, order: delta.order) { group, row in
      if let ends { rows.timers.set(group, ends.at(row)) }
      if let expiries { rows.timers.set(group, expiries[row]) }
    }
    try rows.add(delta, groups: groups, sortKeys: sortKeys)
  }

  /// Of DISTINCT ON … WITHIN WATERMARK: takes out rows whose time has passed; gives the times at which partitions that begin
  /// with the others are forgotten.
  private func dropExpired(
    _ delta: inout Delta, _ keys: inout [Column], _ evaluator: Evaluator, _ step: StepContext
  ) throws(SQLError) -> [Int64]? {
    guard let expiry = spec.expiry else { return nil }
    guard case .int64(let times) = try evaluator.column(expiry.time, over: delta.batch) else { return nil }
    let watermark = step.evaluation.watermarkMicros
    var kept: [Int32] = []
    var lateOnes: [Int32] = []
    var expiries: [Int64] = []
    for row in 0..<delta.count {
      // Without a time a row is never late, and its partition never over.
      let isTimed = times.validity.map { $0[row] } ?? true
      if isTimed, let watermark, times.values[row] <= watermark {
        lateOnes.append(Int32(truncatingIfNeeded: row))
        continue
      }
      kept.append(Int32(truncatingIfNeeded: row))
      expiries.append(isTimed ? times.values[row].addingSaturated(expiry.delayMicros) : .max)
    }
    if !lateOnes.isEmpty {
      late?.add(delta.batch.gather(lateOnes))
      delta = delta.gather(kept)
      keys = keys.map { $0.gather(kept) }
    }
    return expiries
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    var due: [Int32] = []
    if let horizon = spec.closing?.key.horizon(step) ?? (spec.expiry == nil ? nil : step.closing.watermarkMicros) {
      due = rows.timers.pop(upTo: horizon)
    }
    let isFinalOnly = spec.closing?.emission == .whenOver
    if isFinalOnly {
      let ordered = due.sorted { (rows.firstSeen[Int($0)], $0) < (rows.firstSeen[Int($1)], $1) }
      try emit(ordered, step, output)
      rows.endStep(isShowing: false)
    } else {
      try emit(rows.touchedInOrder, step, output)
      rows.endStep(isShowing: true)
    }
    rows.forget(due)
    // The end of one input is not yet the end of time: what waits for that comes out with it.
    if spec.isPerStep || (isEnded && !isFinalOnly) { rows.clear() }
  }

  /// The changes of partitions: rows that fell out, rows that came in, and rows whose rank is another where it is shown.
  private func emit(_ groups: [Int32], _ step: StepContext, _ output: any Output) throws(SQLError) {
    var goneOf: [Int32: [Int32]] = [:]
    for slot in rows.gone { goneOf[rows.owners[Int(slot)], default: []].append(slot) }
    var piece = Changes()
    for group in groups {
      let new = rows.lists.slots(Int(group))
      let old = new.filter { rows.isShown[Int($0)] } + (goneOf[group] ?? [])
      if old.isEmpty {
        piece.append(new, spec.showsRank ? ranks(new) : nil)
      } else {
        let before = old.sorted { rows.precedes($0, $1) }
        append(before, new, to: &piece)
      }
      if piece.slots.count >= Batch.rowsMax {
        try emit(piece, step, output)
        piece = Changes()
      }
    }
    try emit(piece, step, output)
  }

  private struct Changes {
    var slots: [Int32] = []
    var weights: [Int64] = []
    var ranks: [Int32] = []
    var isGrowing = true

    mutating func append(_ new: [Int32], _ newRanks: [Int32]?) {
      slots += new
      weights.append(contentsOf: repeatElement(1, count: new.count))
      if let newRanks { ranks += newRanks }
    }

    mutating func append(_ slot: Int32, _ weight: Int64, _ rank: Int32?) {
      slots.append(slot)
      weights.append(weight)
      if let rank { ranks.append(rank) }
      if weight < 0 { isGrowing = false }
    }
  }

  private func append(_ old: [Int32], _ new: [Int32], to changes: inout Changes) {
    let oldRanks = spec.showsRank ? ranks(old) : nil
    let newRanks = spec.showsRank ? ranks(new) : nil
    var isKept = [Bool](repeating: false, count: new.count)
    var j = 0
    for (i, slot) in old.enumerated() {
      while j < new.count, new[j] != slot, rows.precedes(new[j], slot) { j += 1 }
      if j < new.count, new[j] == slot, oldRanks?[i] == newRanks?[j] {
        isKept[j] = true
      } else {
        changes.append(slot, -1, oldRanks?[i])
      }
    }
    for (j, slot) in new.enumerated() where !isKept[j] { changes.append(slot, 1, newRanks?[j]) }
  }

  /// The ranks of all rows of a partition, in order.
  private func ranks(_ slots: [Int32]) -> [Int32] {
    var ranks: [Int32] = []
    ranks.reserveCapacity(slots.count)
    for (index, slot) in slots.enumerated() {
      let isPeer = index > 0 && rows.keys[Int(slot)] == rows.keys[Int(slots[index - 1])]
      switch spec.kind {
      case .rowNumber: ranks.append(Int32(truncatingIfNeeded: index + 1))
      case .rank: ranks.append(isPeer ? ranks[index - 1] : Int32(truncatingIfNeeded: index + 1))
      case .denseRank: ranks.append(index == 0 ? 1 : ranks[index - 1] + (isPeer ? 0 : 1))
      }
    }
    return ranks
  }

  private func emit(_ changes: Changes, _ step: StepContext, _ output: any Output) throws(SQLError) {
    let count = changes.slots.count
    if count == 0 { return }
    var columns = rows.columns(of: changes.slots)
    if spec.showsRank { columns.append(.int32(PrimitiveColumn(changes.ranks))) }
    try output.emit(
      Delta(
        Batch(columns, count: count), weights: changes.isGrowing ? nil : changes.weights,
        order: .explicit(changes.slots.map { rows.positions[Int($0)] })),
      isGone: false, step: step
    ) { changes.slots.map { rows.firstSeen[Int(rows.owners[Int($0)])] } }
  }
}
