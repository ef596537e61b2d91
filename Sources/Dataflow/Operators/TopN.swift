import Columnar
import Diagnostics
import Expressions

/// The first `count` rows by sort keys (input order without any), after `offset`, kept up to date.
///
/// Emits the change of that set at flush: rows that fell out (−1), rows that came in (+1). Over append-only input only
/// the rows that can still be shown are kept; over retractions all of them, since any may move up.
package final class TopN: Operator {
  private let keys: [SortSpec]
  private let count: Int?
  private let offset: Int
  private let rows: OrderedRows
  private let shown: OrderedRows
  private let isRetractable: Bool
  /// There is one step: what was shown need not be known.
  private let comesOnce: Bool
  private let schema: Schema
  /// Whether the rows shown may have changed; a restored operator does not know, and looks.
  private var isDirty = true

  package struct SortSpec: Sendable {
    package var expression: BoundExpression
    package var part: KeyEncoder.Part
    package init(expression: BoundExpression, part: KeyEncoder.Part) {
      self.expression = expression
      self.part = part
    }
  }

  package init(keys: [SortSpec], count: Int?, offset: Int, schema: Schema, isInputRetractable: Bool, comesOnce: Bool = false) {
    self.keys = keys
    self.count = count
    self.offset = offset
    self.schema = schema
    isRetractable = isInputRetractable
    self.comesOnce = comesOnce
    let parts = keys.map(\.part)
    rows = OrderedRows(name: "rows", schema: schema, parts: parts, isRetractable: isInputRetractable)
    shown = OrderedRows(name: "shown", schema: schema, parts: parts, isRetractable: true)
  }

  package var stateTables: [any StateTable] { [rows, shown] }

  private func sortKeys(_ delta: Delta, _ step: StepContext) throws(SQLError) -> [Column] {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    var columns: [Column] = []
    for key in keys { columns.append(try evaluator.column(key.expression, over: delta.batch)) }
    return columns
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    rows.apply(delta, sortKeys: try sortKeys(delta, step), keeping: kept)
    isDirty = true
  }

  /// Rows that can ever be shown; nil: all.
  private var kept: Int? {
    guard !isRetractable, let count else { return nil }
    let (kept, overflow) = offset.addingReportingOverflow(count)
    return overflow ? nil : kept
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if !isDirty { return }
    isDirty = false
    if let kept { rows.trim(to: kept) }
    let now = rows.first(count, offset: offset)
    let nowBatch = rows.batch(of: now)
    if comesOnce {
      if now.isEmpty { return }
      return try output.emit(Delta(nowBatch, order: .explicit(rows.positions(of: now))), step: step)
    }
    let before = shown.first(nil, offset: 0)
    let beforeBatch = shown.batch(of: before)
    let change = difference(beforeBatch, nowBatch)
    if change.removed.isEmpty && change.added.isEmpty { return }
    let removed = beforeBatch.gather(change.removed)
    let added = nowBatch.gather(change.added)
    let positions =
      shown.positions(of: change.removed.map { before[Int($0)] })
      + rows.positions(of: change.added.map { now[Int($0)] })
    let delta = Delta(
      Batch.concatenate([removed, added], schema: schema),
      weights: [Int64](repeating: -1, count: removed.count) + [Int64](repeating: 1, count: added.count),
      order: .explicit(positions))
    shown.apply(delta, sortKeys: try sortKeys(delta, step))
    try output.emit(removed.count == 0 ? Delta(delta.batch, order: delta.order) : delta, step: step)
  }

  /// Multiset difference of two batches, by content.
  private func difference(_ before: Batch, _ now: Batch) -> (removed: [Int32], added: [Int32]) {
    if before.count == 0 { return ([], Array(0..<Int32(truncatingIfNeeded: now.count))) }
    let encoder = KeyEncoder(columns: schema.count)
    let old = encoder.encode(before.columns, rows: before.count)
    let new = encoder.encode(now.columns, rows: now.count)
    var balance: [BytesView: Int] = [:]
    for view in new.views { balance[view, default: 0] += 1 }
    var removed: [Int32] = []
    for (row, view) in old.views.enumerated() {
      let left = balance[view] ?? 0
      if left > 0 { balance[view] = left - 1 } else { removed.append(Int32(row)) }
    }
    var added: [Int32] = []
    // What is left in the balance is new; the last copies of a row are the ones that were added.
    for row in new.views.indices.reversed() {
      let left = balance[new.views[row]] ?? 0
      if left > 0 {
        balance[new.views[row]] = left - 1
        added.append(Int32(row))
      }
    }
    return withExtendedLifetime((old, new)) { (removed, added.reversed()) }
  }
}
