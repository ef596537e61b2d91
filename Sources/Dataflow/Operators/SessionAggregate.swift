import Columnar
import Diagnostics
import Expressions

/// γ by session: rows of a key whose times are at most a gap apart are one group, which starts with its first row and ends a
/// gap after its last. Output: keys, start, end, results.
///
/// A row opens a session, makes one longer, or joins several into one; those that were shown before are taken back.
/// A row is late when the session that it alone would make is over (SEM-3). Input is append-only.
package final class SessionAggregate: Operator {
  private let keys: [BoundExpression]
  private let time: BoundExpression
  private let gap: BoundExpression
  private let inputs: AggregateInputs
  private let table: SessionTable
  private let domain: TimeDomain
  /// False where no clock says when a session is over.
  private let isClosing: Bool
  private let late: LateRows?

  package init(
    keys: [BoundExpression], time: BoundExpression, gap: BoundExpression, calls: [AggregateCallSpec],
    emission: GroupClosing.Emission, domain: TimeDomain, isClosing: Bool, late: LateRows?
  ) {
    self.isClosing = isClosing
    self.keys = keys
    self.time = time
    self.gap = gap
    self.domain = domain
    self.late = late
    inputs = AggregateInputs(calls)
    table = SessionTable(name: "sessions", keyTypes: keys.map(\.type), calls: calls.map(\.plan), emission: emission)
  }

  package var stateTables: [any StateTable] { [table, table.takenBack] }
  package var openGroups: OpenGroups? { isClosing ? table.openSessions(domain) : nil }
  package var lateRows: LateRows? { late }
  package var nextProcessingTimerMicros: Int64? { isClosing && domain == .processing ? table.nextTimerMicros : nil }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    guard case .int64(let times) = try evaluator.column(time, over: delta.batch),
      case .int64(let gaps) = try evaluator.column(gap, over: delta.batch)
    else { return }
    let watermark = late != nil ? step.evaluation.watermarkMicros : nil
    var rows: [Int32] = []
    var lateOnes: [Int32] = []
    var starts: [Int64] = []
    var ends: [Int64] = []
    for row in 0..<delta.count {
      if let validity = times.validity, !validity[row] { continue }
      if let validity = gaps.validity, !validity[row] { continue }
      // A session without length holds nothing, as in Spark.
      if gaps.values[row] <= 0 { continue }
      let end = times.values[row].addingSaturated(gaps.values[row])
      if let watermark, end <= watermark {
        lateOnes.append(Int32(row))
        continue
      }
      rows.append(Int32(row))
      starts.append(times.values[row])
      ends.append(end)
    }
    if !lateOnes.isEmpty { late?.add(delta.batch.gather(lateOnes)) }
    if rows.isEmpty { return }
    let kept = rows.count == delta.count ? delta : delta.gather(rows)
    var columns: [Column] = []
    for key in keys { columns.append(try evaluator.column(key, over: kept.batch)) }
    try table.absorb(
      keys: columns, starts: starts, ends: ends, inputs: try inputs.evaluate(kept.batch, evaluator), rows: kept.count,
      order: kept.order, step: step)
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    let horizon = domain == .event ? step.closing.watermarkMicros : step.closing.processingMicros
    try table.flush(horizon: isClosing ? horizon : nil) { delta throws(SQLError) in try output.emit(delta, step: step) }
  }
}
