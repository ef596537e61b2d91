import Columnar
import Diagnostics
import Expressions

/// MATCH_RECOGNIZE over rows that only come: partitions are gone through in order as the watermark passes their rows.
///
/// A row enters its partition when nothing earlier can come any more, so what is found never changes and the output is
/// append-only. Kept are the rows that wait for the watermark, and those from the first open start on; with WITHIN a start
/// is closed once the watermark is that far behind it. Rows at or before the watermark are late (SEM-3); rows without a
/// time have no place in the order and are left out. Input is append-only.
package final class MatchRecognize: Operator {
  /// When rows enter their partition, and in which order.
  package struct Ordering: Sendable {
    /// nil: rows are taken as they come, at each flush.
    package var time: BoundExpression?
    package var domain: TimeDomain
    /// Added to a row's time: nothing earlier comes once the watermark has passed the sum.
    package var delayMicros: Int64
    /// The keys of ORDER BY; rows alike in all of them are taken as they came.
    package var keys: [TopN.SortSpec]

    package init(time: BoundExpression?, domain: TimeDomain, delayMicros: Int64, keys: [TopN.SortSpec]) {
      self.time = time
      self.domain = domain
      self.delayMicros = delayMicros
      self.keys = keys
    }
  }

  private let spec: RowPatternSpec
  private let ordering: Ordering
  private let matcher: PatternMatcher
  private let output: MatchOutput
  private let store: MatchStore
  private let late: LateRows?
  /// When the open searches of partitions are over (WITHIN).
  private var timers = GroupTimers()
  private var isEnded = false

  package init(_ spec: RowPatternSpec, ordering: Ordering, input: Schema) {
    self.spec = spec
    self.ordering = ordering
    matcher = PatternMatcher(spec)
    output = MatchOutput(spec: spec, program: matcher.program)
    store = MatchStore(
      schema: input, keyTypes: spec.partition.map(\.type), startsEverywhere: matcher.startsEverywhere)
    late = ordering.time != nil && ordering.domain == .event ? LateRows(schema: input) : nil
  }

  package var stateTables: [any StateTable] { [store] }
  package var lateRows: LateRows? { late }
  package var nextProcessingTimerMicros: Int64? { ordering.domain == .processing ? timers.next : nil }
  package func inputEnded(port: Int) { isEnded = true }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    var delta = delta
    var times = [Int64](repeating: .min, count: delta.count)
    if let time = ordering.time {
      guard case .int64(let column) = try evaluator.column(time, over: delta.batch) else { return }
      times = column.values
      let floor = late != nil ? step.evaluation.watermarkMicros : nil
      var rows: [Int32] = []
      var lateOnes: [Int32] = []
      for row in 0..<delta.count {
        if let validity = column.validity, !validity[row] { continue }
        if let floor, times[row].addingSaturated(ordering.delayMicros) <= floor {
          lateOnes.append(Int32(row))
        } else {
          rows.append(Int32(row))
        }
      }
      if !lateOnes.isEmpty { late?.add(delta.batch.gather(lateOnes)) }
      if rows.isEmpty { return }
      if rows.count < delta.count {
        delta = delta.gather(rows)
        times = rows.map { times[Int($0)] }
      }
    }
    var keys: [Column] = []
    for key in spec.partition { keys.append(try evaluator.column(key, over: delta.batch)) }
    store.add(delta.batch, keys: keys, times: times, order: delta.order)
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    let horizon = horizon(step)
    let reader = RowReader(columns: store.columns, evaluator: Evaluator(step.evaluation))
    try store.release(upTo: horizon ?? .min) { slots throws(SQLError) in try sorted(slots, reader) }
    if spec.withinMicros != nil, let horizon { store.touch(timers.pop(upTo: horizon)) }
    let active = isEnded ? store.partitions.indices.map { Int32($0) } : store.takeTouched()
    if active.isEmpty { return }
    let input = PatternInput(
      reader: reader, times: spec.withinMicros == nil ? [] : store.times, evaluation: step.evaluation, isEnded: isEnded,
      horizon: ordering.time == nil ? nil : horizon)
    let found = try matcher.run(&store.partitions, active, input)
    try emit(inOrder(found), reader, step, output)
    if let within = spec.withinMicros {
      for group in active {
        let partition = store.partitions[Int(group)]
        let slot = partition.attempts.isEmpty ? -1 : partition.slot(partition.firstStart)
        timers.set(group, slot < 0 ? .max : store.times[Int(slot)].addingSaturated(within))
      }
    }
    store.forget(active, lookBack: matcher.lookBack)
  }

  /// Up to which time rows are in order now; nil before the first watermark.
  private func horizon(_ step: StepContext) -> Int64? {
    if isEnded || ordering.time == nil { return .max }
    switch ordering.domain {
    case .processing: return step.closing.processingMicros
    case .event: return step.closing.watermarkMicros?.subtractingSaturated(ordering.delayMicros)
    }
  }

  private func sorted(_ slots: [Int32], _ reader: RowReader) throws(SQLError) -> [Int32] {
    // Of rows alike in keys and position, the earlier slot stands first.
    let slots = zip(slots, slots.dropFirst()).allSatisfy(<) ? slots : slots.sorted()
    var columns: [Column] = []
    for key in ordering.keys { columns.append(try reader.values(of: key.expression, at: slots)) }
    let encoded = KeyEncoder(ordering.keys.map(\.part)).encode(columns, rows: slots.count)
    let positions = slots.map { store.positions[Int($0)] }
    var order = Array(0..<Int32(truncatingIfNeeded: slots.count))
    KeySort.sort(&order, keys: encoded.views, positions: positions)
    return withExtendedLifetime(encoded) { order.map { slots[Int($0)] } }
  }

  /// Matches as their first rows came, so that neither partitions nor batches show.
  private func inOrder(_ found: [FoundMatch]) -> [FoundMatch] {
    let first = found.map { store.positions[Int(store.partitions[Int($0.partition)].slot($0.start))] }
    return found.indices.sorted { (first[$0], $0) < (first[$1], $1) }.map { found[$0] }
  }

  private func emit(
    _ found: [FoundMatch], _ reader: RowReader, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    var start = 0
    while start < found.count {
      let end = min(start + Batch.rowsMax, found.count)
      let rows = try self.output.rows(
        of: Array(found[start..<end]), in: store.partitions, reader: reader, evaluation: step.evaluation)
      let delta = Delta(rows.batch, order: .explicit(rows.slots.map { store.positions[Int($0)] }))
      try output.emit(delta, step: step)
      start = end
    }
  }
}
