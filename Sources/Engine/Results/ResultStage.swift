import Columnar
import Dataflow
import Connectors
import Diagnostics
import Expressions
import Planning
import Synchronization

/// The root of a graph: turns the plan's deltas into what the output mode promises, and hands it to the sink.
///
/// APPEND passes rows on as they come, so a long step needs no memory for them; the other modes (and ORDER BY) hold one
/// step's changes, COMPLETE the whole result.
package final class ResultStage: DeltaReceiver {
  private let plan: PhysicalPlan
  private let sink: any Sink
  private let width: Int
  private let passesThrough: Bool
  private let whole: OrderedRows?
  /// Guards `whole`, which `snapshot` reads from another thread.
  private let wholeLock = Mutex(())
  private var held: [Delta] = []
  /// Rows of earlier steps wait in `whole` for the end.
  private var isHolding = false
  private var openStep: StepInfo?
  /// Rows handed to the sink since the query began, or that it could see after a step.
  package private(set) var rowsWritten: Int64 = 0
  private var hasWritten = false

  package init(plan: PhysicalPlan, sink: any Sink) {
    self.plan = plan
    self.sink = sink
    width = plan.schema.count
    let isAppendOnly = plan.root.properties.isAppendOnly
    passesThrough = isAppendOnly && plan.order.isEmpty && (plan.mode == .append || plan.mode == .update)
    whole =
      plan.mode == .complete || plan.isHeldUntilEnd
      ? OrderedRows(
        name: "result", schema: plan.root.schema, parts: plan.order.map(\.part), isRetractable: !isAppendOnly)
      : nil
  }

  /// Rows whose step is not known yet are announced to the sink by `info` when the first of them comes.
  package func beginStep(_ info: StepInfo) {
    openStep = info
    hasWritten = false
  }

  package func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) {
    if delta.isEmpty { return }
    if passesThrough {
      try write(ResultRows(visible(delta.batch)))
    } else {
      held.append(delta)
    }
  }

  private func visible(_ batch: Batch) -> Batch {
    batch.columns.count == width ? batch : Batch(Array(batch.columns[..<width]), count: batch.count)
  }

  private func begin() throws(SQLError) {
    if !hasWritten, let openStep {
      hasWritten = true
      try sink.begin(openStep)
    }
  }

  private func write(_ rows: ResultRows) throws(SQLError) {
    if rows.batch.count == 0 { return }
    try begin()
    rowsWritten += Int64(rows.batch.count)
    try sink.write(rows)
  }

  /// Ends the step: writes what was held back. Where nothing changed and nothing was consumed the sink hears of it only
  /// if `isTriggered`: a clock tick, which some formats show.
  package func endStep(_ info: StepInfo, isTriggered: Bool, isLast: Bool, evaluation: EvaluationContext) throws(SQLError) {
    openStep = info
    let deltas = held
    held = []
    switch plan.mode {
    case .append where plan.isHeldUntilEnd:
      // What may still change is kept back; the end makes it final (SEM-4).
      if isLast && !isHolding {
        // All of it came in one step.
        try writeRows(of: deltas, evaluation)
      } else {
        try apply(deltas, evaluation)
        isHolding = isHolding || !deltas.isEmpty
        if isLast { try writeWhole([], evaluation) }
      }
    case .append, .update:
      if !passesThrough { try writeRows(of: deltas, evaluation) }
    case .changelog:
      try writeChanges(deltas, evaluation)
    case .complete:
      if info.hasConsumed || !deltas.isEmpty { try writeWhole(deltas, evaluation) }
    }
    if !hasWritten && !info.hasConsumed && !isTriggered { return }
    try begin()
    try sink.end(info)
  }

  // MARK: Append and update: the rows that are there after the step and were not before

  private func writeRows(of deltas: [Delta], _ evaluation: EvaluationContext) throws(SQLError) {
    if deltas.isEmpty { return }
    var pieces: [Delta]
    if deltas.contains(where: { $0.weights != nil }) {
      let net = Consolidation.consolidate(deltas, schema: plan.root.schema)
      pieces = [net.keepingInsertions()]
    } else {
      pieces = deltas
    }
    if !plan.order.isEmpty { pieces = [try sorted(pieces, evaluation)] }
    for piece in pieces { try write(ResultRows(visible(piece.batch))) }
  }

  private func sorted(_ deltas: [Delta], _ evaluation: EvaluationContext) throws(SQLError) -> Delta {
    let all = Consolidation.concatenate(deltas, schema: plan.root.schema)
    let keys = try sortKeys(all, evaluation)
    let encoded = KeyEncoder(plan.order.map(\.part)).encode(keys, rows: all.count)
    var rows = [Int32](0..<Int32(truncatingIfNeeded: all.count))
    KeySort.sort(&rows, keys: encoded.views, positions: all.order.positions(count: all.count))
    return withExtendedLifetime(encoded) { all.gather(rows) }
  }

  private func sortKeys(_ delta: Delta, _ evaluation: EvaluationContext) throws(SQLError) -> [Column] {
    let evaluator = Evaluator(evaluation)
    var columns: [Column] = []
    for key in plan.order { columns.append(try evaluator.column(key.expression, over: delta.batch)) }
    return columns
  }

  // MARK: Changelog

  private func writeChanges(_ deltas: [Delta], _ evaluation: EvaluationContext) throws(SQLError) {
    if deltas.isEmpty { return }
    let net = Consolidation.consolidate(deltas, schema: plan.root.schema)
    let changes = ChangelogPairing.pair(net, key: plan.root.properties.key)
    if changes.rows.isEmpty { return }
    try write(
      ResultRows(visible(net.batch.gather(changes.rows)), operations: changes.operations))
  }

  // MARK: Complete

  private func apply(_ deltas: [Delta], _ evaluation: EvaluationContext) throws(SQLError) {
    guard let whole else { return }
    for delta in deltas {
      let keys = try sortKeys(delta, evaluation)
      wholeLock.withLock { _ in whole.apply(delta, sortKeys: keys) }
    }
  }

  private func writeWhole(_ deltas: [Delta], _ evaluation: EvaluationContext) throws(SQLError) {
    guard let whole else { return }
    try apply(deltas, evaluation)
    if sink.readsSnapshots {
      // Shown, though not handed over.
      rowsWritten += Int64(wholeLock.withLock { _ in whole.rowCount })
      return
    }
    let slots = wholeLock.withLock { _ in whole.first(nil, offset: 0) }
    var start = 0
    while start < slots.count {
      let end = min(start + Batch.rowsMax, slots.count)
      try write(ResultRows(visible(whole.batch(of: Array(slots[start..<end])))))
      start = end
    }
  }

  /// The first rows of the result so far and how many there are; nil if it is not kept (any mode but COMPLETE). May be
  /// called from any thread.
  package func snapshot(rowsMax: Int) -> (batch: Batch, rowCount: Int)? {
    guard let whole else { return nil }
    return wholeLock.withLock { _ in (visible(whole.batch(of: whole.first(rowsMax, offset: 0))), whole.rowCount) }
  }

  package var memoryBytes: Int { whole?.memoryBytes ?? 0 }
}

extension SortKey {
  var part: KeyEncoder.Part { KeyEncoder.Part(isDescending: isDescending, nullsFirst: nullsFirst) }
}
