import Columnar
import Diagnostics
import Expressions

/// OVER: each row with the values of window functions over its partition.
///
/// Over(A + ΔA) − Over(A) touches the partitions of ΔA only, and of those the rows from the first changed one on (as far
/// back as frames look ahead). At flush these rows are computed as they were and as they are; what differs comes out as
/// −old, +new. Frames that begin with the partition keep a running state, so that rows which come in order cost O(1).
/// With a `cutoff` it is the top-N over rows that may be taken back, which needs all of them since any may move up.
/// State: the rows of all partitions. With a `closing`, partitions leave when they are over (SEM-3).
package final class Over: Operator {
  package struct Spec: Sendable {
    package var partitionBy: [BoundExpression]
    package var orderBy: [TopN.SortSpec]
    package var calls: [WindowCall]
    package var schema: Schema
    package var isInputRetractable: Bool
    package var isPerStep: Bool
    package var closing: GroupClosing?
    /// Only rows whose rank counts come out; the calls are none, or that rank.
    package var cutoff: RankCutoff?

    package init(
      partitionBy: [BoundExpression], orderBy: [TopN.SortSpec], calls: [WindowCall], schema: Schema,
      isInputRetractable: Bool, isPerStep: Bool, closing: GroupClosing?,
      cutoff: RankCutoff? = nil
    ) {
      self.cutoff = cutoff
      self.partitionBy = partitionBy
      self.orderBy = orderBy
      self.calls = calls
      self.schema = schema
      self.isInputRetractable = isInputRetractable
      self.isPerStep = isPerStep
      self.closing = closing
    }
  }

  private let spec: Spec
  private let rows: PartitionedRows
  private let calls: WindowCalls
  private let lateFilter: LateFilter?
  private var isEnded = false
  /// Rows of each partition that the calls keep a state of.
  private var kept: [Int] = []

  /// Rows computed at once, about: partitions are put together up to here.
  private static let viewRowsMax = 1 << 14

  package init(_ spec: Spec, late: LateRows? = nil) {
    self.spec = spec
    rows = PartitionedRows(
      name: "rows", schema: spec.schema, keyTypes: spec.partitionBy.map(\.type), parts: spec.orderBy.map(\.part),
      isRetractable: spec.isInputRetractable)
    rows.cutoff = spec.cutoff
    calls = WindowCalls(spec.calls, isKeeping: !spec.isInputRetractable)
    lateFilter = LateFilter(spec.closing, late)
  }

  package var stateTables: [any StateTable] { [rows] }
  package var lateRows: LateRows? { lateFilter?.late }
  package var nextProcessingTimerMicros: Int64? { spec.closing?.key.domain == .processing ? rows.timers.next : nil }
  package func inputEnded(port: Int) { isEnded = true }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    var delta = delta
    var partitionKeys: [Column] = []
    for key in spec.partitionBy { partitionKeys.append(try evaluator.column(key, over: delta.batch)) }
    lateFilter?.drop(from: &delta, &partitionKeys, step: step)
    if delta.isEmpty { return }
    var sortKeys: [Column] = []
    for key in spec.orderBy { sortKeys.append(try evaluator.column(key.expression, over: delta.batch)) }
    let groups = try rows.add(delta, partitionKeys: partitionKeys, sortKeys: sortKeys)
    if let ends = spec.closing?.key.ends(of: partitionKeys) {
      for (row, group) in groups.enumerated() { rows.timers.set(group, ends.at(row)) }
    }
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    var due: [Int32] = []
    if let closing = spec.closing, let horizon = closing.key.horizon(step) { due = rows.timers.pop(upTo: horizon) }
    let evaluator = Evaluator(step.evaluation)
    let isFinalOnly = spec.closing?.emission == .whenOver
    let reach = calls.reach
    let changes = rows.absorb { group, at in isFinalOnly || self.spec.cutoff != nil ? at : self.viewStart(group, self.firstComputed(group, at, reach), reach) }
    if isFinalOnly {
      try emitFinal(due, evaluator, step, output)
      rows.endStep(changes)
    } else {
      try emitChanges(changes, evaluator, step, output)
      forgetState(of: changes.map(\.group).filter { rows.orders[Int($0)].isEmpty })
      rows.endStep(changes)
    }
    if !due.isEmpty {
      forgetState(of: due)
      rows.forget(due)
    }
    // The end of one input is not yet the end of time: what waits for that comes out with it.
    if spec.isPerStep || (isEnded && !isFinalOnly && !spec.isInputRetractable) {
      forgetState(of: kept.indices.map { Int32($0) })
      rows.clear()
    }
    rows.keptBytes = calls.memoryBytes
  }

  private func forgetState(of groups: [Int32]) {
    calls.forget(groups)
    for group in groups where kept.indices.contains(Int(group)) { kept[Int(group)] = 0 }
  }

  // MARK: What to look at

  /// The first slot whose row may get another value when the one at `at` is the first that changes.
  private func firstComputed(_ group: Int32, _ at: Int, _ reach: WindowReach) -> Int {
    guard let affected = reach.rowsAffectedBefore else { return restarted(group) }
    var first = max(0, at - affected)
    let order = rows.orders[Int(group)]
    if reach.looksAtPeers, first > 0 {
      // The rows before may be peers of what changes.
      let key = rows.keys[Int(order[first - 1])]
      while first > 0, rows.keys[Int(order[first - 1])] == key { first -= 1 }
    }
    if !reach.isCarried { return first }
    let before = kept.indices.contains(Int(group)) ? kept[Int(group)] : 0
    // What is kept says how it was before one place only.
    return first < before ? restarted(group) : before
  }

  private func restarted(_ group: Int32) -> Int {
    if calls.reach.isCarried { forgetState(of: [group]) }
    return 0
  }

  private func viewStart(_ group: Int32, _ first: Int, _ reach: WindowReach) -> Int {
    firsts[group] = first
    return reach.rowsNeededBefore.map { max(0, first - $0) } ?? 0
  }

  /// The first slots to compute of the partitions that the step changes.
  private var firsts: [Int32: Int] = [:]

  // MARK: Emitting

  /// Partitions that are over, once and for all.
  private func emitFinal(
    _ due: [Int32], _ evaluator: Evaluator, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    let ordered = due.sorted { (rows.firstSeen[Int($0)], $0) < (rows.firstSeen[Int($1)], $1) }
    try inPieces(ordered, size: { self.rows.orders[Int($0)].count }) { (groups) throws(SQLError) in
      let view = rows.view(
        groups.map { group in
          let (slots, weights) = self.visible(group, from: 0)
          return .init(group: group, slots: slots, weights: weights, first: 0, base: 0)
        })
      try emitAll(view, try calls.columns(view, evaluator), step, output)
    }
  }

  private func emitChanges(
    _ changes: [PartitionedRows.Change], _ evaluator: Evaluator, _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    // A row may have left one partition for another: what is gone goes before what has come.
    var come: [(delta: Delta, slots: [Int32])] = []
    let isAllNew = changes.allSatisfy { $0.before.isEmpty }
    try inPieces(changes, size: { self.rows.orders[Int($0.group)].count - $0.from }) { (changes) throws(SQLError) in
      let new = rows.view(
        changes.map { change in
          let (slots, weights) = self.visible(change.group, from: change.from)
          return self.piece(change, slots, weights)
        })
      let newValues = try calls.columns(new, evaluator)
      if isAllNew {
        try emitAll(new, newValues, step, output)
      } else {
        let old = rows.view(changes.map { self.piece($0, $0.before, $0.weightsBefore) })
        let difference = ViewDifference(old, try calls.columns(old, evaluator), new, newValues, rows)
        let (gone, arrived) = difference.changes()
        for (delta, slots) in gone { try output.emit(delta, isGone: true, step: step) { rows.places(of: slots) } }
        come += arrived
      }
      if calls.reach.isCarried { try keep(new, evaluator) }
    }
    for (delta, slots) in come { try output.emit(delta, isGone: false, step: step) { rows.places(of: slots) } }
    firsts = [:]
  }

  private func piece(_ change: PartitionedRows.Change, _ slots: [Int32], _ weights: [Int64]?) -> PartitionedRows.ViewPiece {
    var base = Int64(change.from)
    if rows.hasWeights, change.from > 0 {
      base = rows.orders[Int(change.group)][..<change.from].reduce(0) { $0 + max(0, rows.weights[Int($1)]) }
    }
    return .init(
      group: change.group, slots: slots, weights: weights, first: (firsts[change.group] ?? 0) - change.from, base: base)
  }

  /// The slots of a partition that come out, and how often where that is not as they weigh.
  private func visible(_ group: Int32, from: Int) -> (slots: [Int32], weights: [Int64]?) {
    guard let cutoff = spec.cutoff else { return (Array(rows.orders[Int(group)][from...]), nil) }
    return rows.firstRows(of: group, cutoff) { self.rows.weights[Int($0)] }
  }

  /// Takes what has been computed into the state that is kept, up to the last row, or the first of its peers.
  private func keep(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) {
    var ranges: [Range<Int>] = []
    for part in view.parts {
      var end = part.rows.upperBound
      if calls.reach.looksAtPeers, end > part.first { end = max(part.first, Int(view.peers.start[end - 1])) }
      ranges.append(part.first..<end)
      let group = Int(part.group)
      if kept.count <= group { kept.append(contentsOf: repeatElement(0, count: group + 1 - kept.count)) }
      kept[group] += end - part.first
    }
    try calls.keep(view, rows: ranges, evaluator)
  }

  private func emitAll(
    _ view: PartitionView, _ values: [Column], _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    let slots = view.computed.map { view.slots[Int($0)] }
    let isAll = view.computed.count == view.batch.count
    var from = 0
    while from < slots.count {
      let range = from..<min(from + Batch.rowsMax, slots.count)
      let own = isAll ? view.batch.slice(range) : view.batch.gather(Array(view.computed[range]))
      let columns = own.columns + values.map { $0.slice(range) }
      try output.emit(
        Delta(Batch(columns, count: range.count), order: .explicit(slots[range].map { rows.positions[Int($0)] })),
        isGone: false, step: step
      ) { rows.places(of: slots[range]) }
      from = range.upperBound
    }
  }

  /// Calls `body` with so many items at once as make a view of about `viewRowsMax` rows.
  private func inPieces<T>(
    _ items: [T], size: (T) -> Int, _ body: ([T]) throws(SQLError) -> Void
  ) throws(SQLError) {
    var piece: [T] = []
    var count = 0
    for item in items {
      piece.append(item)
      count += size(item)
      if count >= Over.viewRowsMax {
        try body(piece)
        piece = []
        count = 0
      }
    }
    if !piece.isEmpty { try body(piece) }
  }
}
