import Columnar
import Diagnostics

/// μ: the least set (UNION) or bag (UNION ALL) of rows that holds the anchor's and what the step makes of rows found.
///
/// The step is a graph of incremental operators of its own. UNION: new rows are handed to it until it gives no more
/// (semi-naive); a row that lost a way is taken out whatever else derives it, and so on, then what still has a way comes in
/// again (delete and rederive: Gupta, Mumick, Subrahmanian, SIGMOD 1993). UNION ALL: the rounds are run anew when something
/// changed, from the new rows of the anchor alone where the step is linear and only the anchor grew.
/// State: the rows found, and what the step's operators keep.
package final class Recursive: Operator {
  package struct Spec: Sendable {
    package var name: String
    package var schema: Schema
    package var isAll: Bool
    package var isLinear: Bool
    package var levelsMax: Int?
    package var rowsMax: Int?
    package var rowsWanted: Int?
    package var span: SourceSpan

    package init(
      name: String, schema: Schema, isAll: Bool, isLinear: Bool, levelsMax: Int?, rowsMax: Int?, rowsWanted: Int?,
      span: SourceSpan
    ) {
      self.name = name
      self.schema = schema
      self.isAll = isAll
      self.isLinear = isLinear
      self.levelsMax = levelsMax
      self.rowsMax = rowsMax
      self.rowsWanted = rowsWanted
      self.span = span
    }
  }

  /// The graph of the step.
  package struct Step {
    /// Entries by port: where the rows found go (0), and those of the inputs.
    package var ports: [Int: [OperatorNode]]
    /// Inputs before consumers.
    package var nodes: [OperatorNode]
    package var output: StepOutput
    package init(ports: [Int: [OperatorNode]], nodes: [OperatorNode], output: StepOutput) {
      self.ports = ports
      self.nodes = nodes
      self.output = output
    }
  }

  /// Takes what the step gives.
  package final class StepOutput: DeltaReceiver {
    fileprivate var deltas: [Delta] = []
    package init() {}
    package func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) { deltas.append(delta) }
  }

  private let spec: Spec
  private let step: Step
  /// UNION.
  private let found: FoundRows
  /// UNION ALL: the anchor's rows, those of this step, and what was shown.
  private let base: RowCounts
  private let pending: RowCounts
  private let shown: RowCounts
  /// Whether other inputs than the anchor may have changed; a restored operator does not know.
  private var haveInputsChanged = true

  package init(_ spec: Spec, step: Step) {
    self.spec = spec
    self.step = step
    found = FoundRows(schema: spec.schema)
    base = RowCounts(name: "base", schema: spec.schema)
    pending = RowCounts(name: "pending", schema: spec.schema)
    shown = RowCounts(name: "shown", schema: spec.schema)
  }

  package var stateTables: [any StateTable] {
    let own: [any StateTable] = spec.isAll ? [base, pending, shown] : [found]
    return own + step.nodes.flatMap { node in node.operation.stateTables.map { InnerTable($0, of: node.id) } }
  }

  package func push(_ delta: Delta, port: Int, step context: StepContext, output: any Output) throws(SQLError) {
    if port > 0 {
      haveInputsChanged = true
      for node in step.ports[port] ?? [] { try node.receive(delta, port: 0, step: context) }
      // Stateless parts of the step hand rows on at once.
      if !spec.isAll { takeOutput(into: found.apply) }
    } else if spec.isAll {
      pending.apply(delta.batch, weights: delta.weights)
    } else {
      found.apply(delta.batch, weights: delta.weights)
    }
  }

  package func settle(step context: StepContext) throws(SQLError) {
    for node in step.nodes { try node.operation.settle(step: context) }
  }

  package func flush(step context: StepContext, output: any Output) throws(SQLError) {
    let change = spec.isAll ? try rounds(context) : try rederive(context)
    if change.batch.count == 0 { return }
    // A place for every row of every step.
    let order = RowOrder.sequence(from: context.number << RowOrder.rowBits)
    let isGrowing = !change.weights.contains { $0 < 0 }
    // A delta that only grows has no weights: equal rows are given as often as they are there.
    if isGrowing {
      let rows = change.weights.indices.flatMap { repeatElement(Int32(truncatingIfNeeded: $0), count: Int(clamping: change.weights[$0])) }
      let batch = rows.count == change.batch.count ? change.batch : change.batch.gather(rows)
      return try output.emit(Delta(batch, weights: nil, order: order), step: context)
    }
    try output.emit(Delta(change.batch, weights: change.weights, order: order), step: context)
  }

  /// Runs the step over what it was handed; what it gives is summed up by `apply`.
  private func run(_ context: StepContext, into apply: (Batch, [Int64]?) -> Void) throws(SQLError) {
    try context.cancellation.check()
    for node in step.nodes { try node.flush(step: context) }
    takeOutput(into: apply)
  }

  private func takeOutput(into apply: (Batch, [Int64]?) -> Void) {
    for delta in step.output.deltas { apply(delta.batch, delta.weights) }
    step.output.deltas = []
  }

  private func hand(_ batch: Batch, weights: [Int64]?, _ context: StepContext) throws(SQLError) {
    if batch.count == 0 { return }
    for node in step.ports[0] ?? [] { try node.receive(Delta(batch, weights: weights), port: 0, step: context) }
  }

  // MARK: UNION

  private func rederive(_ context: StepContext) throws(SQLError) -> (batch: Batch, weights: [Int64]) {
    try run(context, into: found.apply)
    var lost = found.takeLost()
    while lost.count > 0 {
      try hand(lost, weights: [Int64](repeating: -1, count: lost.count), context)
      try run(context, into: found.apply)
      lost = found.takeLost()
    }
    found.beginFinding()
    var level = 0
    var new = found.takeFound()
    while new.count > 0 {
      try check(level: level, rows: found.thereCount)
      if let wanted = spec.rowsWanted, found.thereCount >= wanted { break }
      try hand(new, weights: nil, context)
      try run(context, into: found.apply)
      new = found.takeFound()
      level += 1
    }
    return found.endStep()
  }

  // MARK: UNION ALL

  private func rounds(_ context: StepContext) throws(SQLError) -> (batch: Batch, weights: [Int64]) {
    if pending.isEmpty && !haveInputsChanged { return (.empty(spec.schema), []) }
    let isWhole = haveInputsChanged || !spec.isLinear || pending.hasRemovals
    haveInputsChanged = false
    let added = pending.content
    base.apply(added.batch, weights: added.weights)
    base.compact()
    pending.clear()
    let total = RowCounts(name: "total", schema: spec.schema)
    let given = RowCounts(name: "given", schema: spec.schema)
    try run(context, into: given.apply)
    var level = isWhole ? base.content : added
    var last: (batch: Batch, weights: [Int64])?
    var number = 0
    var rows = 0
    while level.batch.count > 0 {
      total.apply(level.batch, weights: level.weights)
      rows = level.weights.reduce(rows) { $0.addingReportingOverflow(Int(clamping: $1)).partialValue }
      try check(level: number, rows: rows)
      if let wanted = spec.rowsWanted, rows >= wanted { break }
      if let last { try hand(last.batch, weights: last.weights.map { -$0 }, context) }
      try hand(level.batch, weights: level.weights, context)
      try run(context, into: given.apply)
      given.compact()
      last = level
      level = given.content
      number += 1
    }
    // The step forgets the rows of this recursion: between steps of the query it holds its inputs alone.
    if let last {
      try hand(last.batch, weights: last.weights.map { -$0 }, context)
      try run(context, into: given.apply)
    }
    let all = total.content
    guard isWhole else {
      shown.apply(all.batch, weights: all.weights)
      return all
    }
    let before = shown.content
    let change = RowCounts(name: "change", schema: spec.schema)
    change.apply(before.batch, weights: before.weights.map { -$0 })
    change.apply(all.batch, weights: all.weights)
    change.compact()
    shown.clear()
    shown.apply(all.batch, weights: all.weights)
    return change.content
  }

  // MARK: Limits

  private func check(level: Int, rows: Int) throws(SQLError) {
    if let most = spec.levelsMax, level > most {
      throw SQLError(
        .data, "RECURSION_LEVEL_LIMIT_EXCEEDED", "\"\(spec.name)\" still finds rows after \(most) rounds", span: spec.span,
        hint: "let the recursion end, or SET spark.sql.cteRecursionLevelLimit = … (-1: no bound)")
    }
    if let most = spec.rowsMax, rows > most {
      throw SQLError(
        .data, "RECURSION_ROW_LIMIT_EXCEEDED", "\"\(spec.name)\" has more than \(most) rows and is not complete", span: spec.span,
        hint: "let the recursion end, or SET spark.sql.cteRecursionRowLimit = … (-1: no bound)")
    }
  }
}
