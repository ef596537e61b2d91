import Columnar
import Diagnostics
import Expressions

/// MATCH_RECOGNIZE over rows that may come in any order and go again: a partition that changed is gone through anew.
///
/// Emits the difference between what a touched partition gives now and what it gave before, so that the sum of all changes
/// is the answer over everything seen. Every row is kept. Serves bounded input, whose partitions are gone through once (then
/// nothing is noted of what was shown), and streams without a watermark.
package final class MatchAllRows: Operator {
  private let spec: RowPatternSpec
  private let keys: [TopN.SortSpec]
  private let time: BoundExpression?
  private let matcher: PatternMatcher
  private let output: MatchOutput
  /// By partition, in its order.
  private let rows: OrderedRows
  /// By partition, what it gave last.
  private let shown: OrderedRows
  private let partitionEncoder: KeyEncoder
  private let input: Schema
  /// All rows come in one step: what is shown is shown once.
  private let comesOnce: Bool
  private var isDirty = true
  /// Encoded keys of the partitions that changed; nil: any may have, as after a restore.
  private var touched: Set<[UInt8]>?

  /// `time` is the first key of ORDER BY where WITHIN needs it.
  package init(
    _ spec: RowPatternSpec, keys: [TopN.SortSpec], time: BoundExpression?, input: Schema, isInputRetractable: Bool,
    comesOnce: Bool
  ) {
    self.spec = spec
    self.keys = keys
    self.time = time
    self.input = input
    self.comesOnce = comesOnce
    matcher = PatternMatcher(spec)
    output = MatchOutput(spec: spec, program: matcher.program)
    let parts = spec.partition.map { _ in KeyEncoder.Part() }
    partitionEncoder = KeyEncoder(parts)
    rows = OrderedRows(
      name: "rows", schema: input, parts: parts + keys.map(\.part), isRetractable: isInputRetractable)
    shown = OrderedRows(name: "shown", schema: Schema(spec.fields), parts: parts, isRetractable: true)
  }

  package var stateTables: [any StateTable] { [rows, shown] }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    var columns: [Column] = []
    for key in spec.partition { columns.append(try evaluator.column(key, over: delta.batch)) }
    if !comesOnce {
      let encoded = partitionEncoder.encode(columns, rows: delta.count)
      for view in encoded.views { touched?.insert(view.withBytes { Array($0) }) }
      withExtendedLifetime(encoded) {}
    }
    isDirty = true
    for key in keys { columns.append(try evaluator.column(key.expression, over: delta.batch)) }
    rows.apply(delta, sortKeys: columns)
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if comesOnce { return try answerOnce(step, output) }
    if touched?.isEmpty == true { return }
    let (before, slots) = rowsToCompare()
    touched = []
    let (now, positions) = try answer(slots, step)
    let change = RowDifference(from: shown.batch(of: before), to: now)
    if change.isEmpty { return }
    let removed = shown.batch(of: change.removed.map { before[Int($0)] })
    let added = now.gather(change.added)
    let order = shown.positions(of: change.removed.map { before[Int($0)] }) + change.added.map { positions[Int($0)] }
    let delta = Delta(
      Batch.concatenate([removed, added], schema: Schema(spec.fields)),
      weights: [Int64](repeating: -1, count: removed.count) + [Int64](repeating: 1, count: added.count),
      order: .explicit(order))
    shown.apply(delta, sortKeys: Array(delta.columns.prefix(spec.partition.count)))
    try output.emit(removed.count == 0 ? Delta(delta.batch, order: delta.order) : delta, step: step)
  }

  private func answerOnce(_ step: StepContext, _ output: any Output) throws(SQLError) {
    if !isDirty { return }
    isDirty = false
    let (now, positions) = try answer(rows.first(nil, offset: 0), step)
    if now.count > 0 { try output.emit(Delta(now, order: .explicit(positions)), step: step) }
  }

  /// What was shown of the touched partitions, and their rows: slots of both tables.
  private func rowsToCompare() -> (shown: [Int32], rows: [Int32]) {
    guard let touched, !spec.partition.isEmpty else {
      return (shown.first(nil, offset: 0), rows.first(nil, offset: 0))
    }
    var before: [Int32] = []
    var slots: [Int32] = []
    var arena = ByteArena()
    // Sorted, so that nothing depends on how a set lies in memory.
    for key in touched.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let prefix = key.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { arena.adopt(BytesView($0, count: bytes.count)) } ?? BytesView()
      }
      before += shown.slots(withPrefix: prefix)
      slots += rows.slots(withPrefix: prefix)
    }
    withExtendedLifetime(arena) {}
    return (before, slots)
  }

  /// What partitions with these rows give, with the position of each output row.
  private func answer(_ slots: [Int32], _ step: StepContext) throws(SQLError) -> (Batch, [Int64]) {
    let evaluator = Evaluator(step.evaluation)
    let batch = rows.batch(of: slots)
    let positions = rows.positions(of: slots)
    let reader = RowReader(columns: batch.columns, evaluator: evaluator)
    var partitions = try self.partitions(batch, evaluator)
    // Partitions in the order of their first rows (SEM-11).
    let first = partitions.map { $0.rows.map { positions[Int($0)] }.min() ?? 0 }
    let active = partitions.indices.sorted { (first[$0], $0) < (first[$1], $1) }.map { Int32($0) }
    var times: [Int64] = []
    if let time, case .int64(let column) = try evaluator.column(time, over: batch) { times = column.values }
    let found = try matcher.run(
      &partitions, active,
      PatternInput(reader: reader, times: times, evaluation: step.evaluation, isEnded: true, horizon: nil))
    let rank = active.enumerated().reduce(into: [Int](repeating: 0, count: partitions.count)) { $0[Int($1.element)] = $1.offset }
    let ordered = found.indices.sorted {
      (rank[Int(found[$0].partition)], found[$0].start, $0) < (rank[Int(found[$1].partition)], found[$1].start, $1)
    }
    let result = try output.rows(
      of: ordered.map { found[$0] }, in: partitions, reader: reader, evaluation: step.evaluation)
    return (result.batch, result.slots.map { positions[Int($0)] })
  }

  /// Rows in order of their partitions, cut where a new one begins.
  private func partitions(_ batch: Batch, _ evaluator: Evaluator) throws(SQLError) -> [MatchPartition] {
    if batch.count == 0 { return [] }
    var columns: [Column] = []
    for key in spec.partition { columns.append(try evaluator.column(key, over: batch)) }
    let encoded = partitionEncoder.encode(columns, rows: batch.count)
    defer { withExtendedLifetime(encoded) {} }
    var partitions = [MatchPartition()]
    for row in 0..<batch.count {
      if row > 0, encoded.views[row] != encoded.views[row - 1] { partitions.append(MatchPartition()) }
      partitions[partitions.count - 1].rows.append(Int32(row))
    }
    return partitions
  }
}
