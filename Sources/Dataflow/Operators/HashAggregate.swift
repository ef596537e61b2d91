import Columnar
import Diagnostics
import Expressions

/// γ: one row a group. Keeps a state per group; at flush, old row −1 and new row +1 for every group whose row changed.
///
/// γ(A + ΔA) − γ(A) touches the groups of ΔA only. Without keys there is one group, which exists before any row.
/// With a `closing`, rows of groups that are over are late, and groups leave when they are over (SEM-3).
package final class HashAggregate: Operator {
  private let keys: [BoundExpression]
  private let inputs: AggregateInputs
  private let table: any GroupTable
  private let isGlobal: Bool
  private let isPerStep: Bool
  private let lateFilter: LateFilter?
  /// Event time of the rows, if groups may rest only so long by it.
  private let idleTime: BoundExpression?

  /// `table` knows when its groups are over; rows are late by `closing`, or when a group by `idle` would have gone.
  package init(
    keys: [BoundExpression], calls: [AggregateCallSpec], table: any GroupTable, isGlobal: Bool, isPerStep: Bool,
    closing: GroupClosing? = nil, idle: GroupIdle? = nil, idleTime: BoundExpression? = nil, late: LateRows? = nil
  ) {
    self.keys = keys
    inputs = AggregateInputs(calls)
    self.table = table
    self.isGlobal = isGlobal
    self.isPerStep = isPerStep
    self.idleTime = idleTime
    // The time of a row stands behind its keys.
    let rest = idle.map {
      GroupClosing(key: TimeKey(column: keys.count, offsetMicros: $0.timeoutMicros, domain: $0.domain), emission: $0.emission)
    }
    lateFilter = LateFilter(closing ?? rest, late)
  }

  package var lateRows: LateRows? { lateFilter?.late }
  package var nextProcessingTimerMicros: Int64? { table.nextProcessingTimerMicros }
  package var openGroups: OpenGroups? { table.openGroups }
  package var stateTables: [any StateTable] { [table] }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    var delta = delta
    var columns: [Column] = []
    for key in keys { columns.append(try evaluator.column(key, over: delta.batch)) }
    if let idleTime { columns.append(try evaluator.column(idleTime, over: delta.batch)) }
    lateFilter?.drop(from: &delta, &columns, step: step)
    if delta.isEmpty { return }
    let times = idleTime.map { _ in TimeKey(column: keys.count).ends(of: columns) }
    try table.absorb(
      keys: Array(columns.prefix(keys.count)), inputs: try inputs.evaluate(delta.batch, evaluator), rows: delta.count,
      weights: delta.weights, order: delta.order, step: step, times: times)
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    if isGlobal { try table.ensureGlobalGroup() }
    try table.flush(step: step) { delta throws(SQLError) in try output.emit(delta, step: step) }
    if isPerStep { table.clear() }
  }
}

/// An aggregate call with its arguments, as the dataflow builder gets it from the plan.
package struct AggregateCallSpec: Sendable {
  package var plan: AggregatePlan
  package var arguments: [BoundExpression]
  package var filter: BoundExpression?
  package init(plan: AggregatePlan, arguments: [BoundExpression], filter: BoundExpression?) {
    self.plan = plan
    self.arguments = arguments
    self.filter = filter
  }
}

/// Evaluates the arguments and filters of all calls over a batch.
struct AggregateInputs {
  let calls: [AggregateCallSpec]
  init(_ calls: [AggregateCallSpec]) { self.calls = calls }

  func evaluate(_ batch: Batch, _ evaluator: Evaluator) throws(SQLError) -> [CallInput] {
    var inputs: [CallInput] = []
    inputs.reserveCapacity(calls.count)
    for call in calls {
      guard let filter = call.filter else {
        inputs.append(CallInput(arguments: try arguments(call, batch, evaluator)))
        continue
      }
      let rows = try evaluator.selectedRows(filter, over: batch)
      // Arguments that can fail are evaluated for the filtered rows alone.
      if call.arguments.contains(where: { $0.canFail }), rows.count != batch.count {
        let some = try arguments(call, batch.gather(rows), evaluator)
        inputs.append(CallInput(arguments: some.map { $0.scattered(to: rows, of: batch.count) }, selectedRows: rows))
      } else {
        inputs.append(CallInput(arguments: try arguments(call, batch, evaluator), selectedRows: rows))
      }
    }
    return inputs
  }

  private func arguments(
    _ call: AggregateCallSpec, _ batch: Batch, _ evaluator: Evaluator
  ) throws(SQLError) -> [Operand] {
    var operands: [Operand] = []
    for argument in call.arguments { operands.append(try evaluator.evaluate(argument, over: batch)) }
    return operands
  }
}

extension Operand {
  /// A column of `count` rows whose rows at `rows` are this operand's; the others are arbitrary.
  fileprivate func scattered(to rows: [Int32], of count: Int) -> Operand {
    if isConstant || rows.isEmpty { return self }
    var picks = [Int32](repeating: 0, count: count)
    for (i, row) in rows.enumerated() { picks[Int(row)] = Int32(i) }
    return Operand(column.gather(picks))
  }
}
