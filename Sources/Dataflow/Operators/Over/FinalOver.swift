import Columnar
import Diagnostics
import Expressions

/// OVER in order of an event time in APPEND mode: each row once, when the watermark has passed it and what it looks at.
///
/// Rows wait, sorted, until nothing can come before them any more, and until as many rows have followed as frames and `lead`
/// look ahead, or the input ends. Then they are computed, and stay only as long as a frame behind them may reach back to them:
/// so many rows, or so much time. An aggregate that reaches back to the partition's beginning is kept as a state. Rows that come behind the watermark are late (SEM-3); rows without a time are never final, and dropped.
package final class FinalOver: Operator {
  package struct Spec: Sendable {
    package var partitionBy: [BoundExpression]
    /// The first key is the event time, ascending.
    package var orderBy: [TopN.SortSpec]
    package var calls: [WindowCall]
    package var schema: Schema
    /// Added to the first key: what the watermark must pass before a row is there with all others of its time.
    package var offsetMicros: Int64
    /// How far frames look ahead, and back.
    package var ahead: Distance
    package var behind: Distance

    /// Time, rows, and groups of rows with equal keys: whichever is farther.
    package struct Distance: Sendable {
      package var micros: Int64
      package var rows: Int
      package var groups: Int
      package init(micros: Int64, rows: Int, groups: Int) {
        self.micros = micros
        self.rows = rows
        self.groups = groups
      }
    }

    package init(
      partitionBy: [BoundExpression], orderBy: [TopN.SortSpec], calls: [WindowCall], schema: Schema, offsetMicros: Int64,
      ahead: Distance, behind: Distance
    ) {
      self.partitionBy = partitionBy
      self.orderBy = orderBy
      self.calls = calls
      self.schema = schema
      self.offsetMicros = offsetMicros
      self.ahead = ahead
      self.behind = behind
    }

    fileprivate var waitsForRows: Bool { ahead.rows > 0 || ahead.groups > 0 }
  }

  private let spec: Spec
  private let rows: PartitionedRows
  private let calls: WindowCalls
  private let state: FinalState
  private let late: LateRows

  /// Rows computed at once, about.
  private static let viewRowsMax = 1 << 14

  package init(_ spec: Spec, late: LateRows) {
    self.spec = spec
    self.late = late
    rows = PartitionedRows(
      name: "rows", schema: spec.schema, keyTypes: spec.partitionBy.map(\.type), parts: spec.orderBy.map(\.part),
      isRetractable: false)
    calls = WindowCalls(spec.calls, isKeeping: true)
    state = FinalState(rows, calls)
  }

  package var stateTables: [any StateTable] { [rows, state] }
  package var lateRows: LateRows? { late }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation)
    guard let first = spec.orderBy.first,
      case .int64(let times) = try evaluator.column(first.expression, over: delta.batch)
    else { return }
    let (kept, lateOnes) = split(times, step.evaluation.watermarkMicros)
    if !lateOnes.isEmpty { late.add(delta.batch.gather(lateOnes)) }
    if kept.isEmpty { return }
    let delta = kept.count == delta.count ? delta : delta.gather(kept)
    var partitionKeys: [Column] = []
    for key in spec.partitionBy { partitionKeys.append(try evaluator.column(key, over: delta.batch)) }
    var sortKeys: [Column] = []
    for key in spec.orderBy { sortKeys.append(try evaluator.column(key.expression, over: delta.batch)) }
    let groups = try rows.add(delta, partitionKeys: partitionKeys, sortKeys: sortKeys)
    for (row, group) in groups.enumerated() {
      let due = finalAt(times.values[Int(kept[row])])
      if due < rows.timers.time(of: group) { rows.timers.set(group, due) }
    }
  }

  /// Rows that may be computed yet, and rows that are late.
  private func split(_ times: PrimitiveColumn<Int64>, _ watermark: Int64?) -> (kept: [Int32], late: [Int32]) {
    var kept: [Int32] = []
    var lateOnes: [Int32] = []
    for row in 0..<times.count where times.validity.map({ $0[row] }) ?? true {
      let isLate = watermark.map { times.values[row].addingSaturated(spec.offsetMicros) <= $0 } ?? false
      if isLate { lateOnes.append(Int32(truncatingIfNeeded: row)) } else { kept.append(Int32(truncatingIfNeeded: row)) }
    }
    return (kept, lateOnes)
  }

  /// The watermark at which a row of this time is final.
  private func finalAt(_ micros: Int64) -> Int64 {
    micros.addingSaturated(spec.offsetMicros).addingSaturated(spec.ahead.micros)
  }

  package func flush(step: StepContext, output: any Output) throws(SQLError) {
    rows.endStep(rows.absorb { _, at in at })
    guard let horizon = step.closing.watermarkMicros else { return }
    var ready = rows.timers.pop(upTo: horizon)
    // At the end of the input nothing follows that rows could wait for.
    if horizon == .max, spec.waitsForRows {
      ready = rows.orders.indices.filter { !rows.orders[$0].isEmpty }.map { Int32(truncatingIfNeeded: $0) }
    }
    let due = ready.sorted { (rows.firstSeen[Int($0)], $0) < (rows.firstSeen[Int($1)], $1) }
    if due.isEmpty { return }
    let evaluator = Evaluator(step.evaluation)
    var pieces: [PartitionedRows.ViewPiece] = []
    var idle: [PartitionedRows.ViewPiece] = []
    var count = 0
    for group in due {
      let piece = self.piece(group, horizon)
      if piece.first == piece.end {
        idle.append(piece)
        continue
      }
      pieces.append(piece)
      count += piece.slots.count
      if count < FinalOver.viewRowsMax { continue }
      try emit(pieces, horizon, evaluator, step, output)
      pieces = []
      count = 0
    }
    try emit(pieces, horizon, evaluator, step, output)
    for piece in idle { release(piece.group, computed: piece.first, horizon) }
    rows.compactIfSparse()
    rows.keptBytes = calls.memoryBytes
  }

  /// The rows of a partition that are final now, with those that they look at.
  private func piece(_ group: Int32, _ horizon: Int64) -> PartitionedRows.ViewPiece {
    let order = rows.orders[Int(group)]
    let passed = firstPlace(order) { self.finalAt($0) > horizon }
    let end = followed(order, passed, horizon)
    let isLookingAhead = spec.ahead.micros > 0 || spec.waitsForRows
    return .init(
      group: group, slots: isLookingAhead ? order : Array(order[..<end]), weights: nil,
      first: min(state.computed(group), end), base: state.forgotten(group), end: end)
  }

  /// How many of the first `passed` rows, whose order is final, have as many behind them as they look at.
  private func followed(_ order: [Int32], _ passed: Int, _ horizon: Int64) -> Int {
    if !spec.waitsForRows || horizon == .max { return passed }
    var end = max(0, passed - spec.ahead.rows)
    end = min(end, place(order, spec.ahead.groups, before: passed))
    if calls.reach.looksAtPeers, end < passed {
      while end > 0, isPeer(order, end) { end -= 1 }
    }
    return end
  }

  /// Where the last `groups` groups of rows with equal keys before `place` begin.
  private func place(_ order: [Int32], _ groups: Int, before place: Int) -> Int {
    var place = place
    var left = groups
    while place > 0, left > 0 {
      place -= 1
      while place > 0, isPeer(order, place) { place -= 1 }
      left -= 1
    }
    return place
  }

  /// Whether the row at a place, not the first one, has the keys of the row before it.
  private func isPeer(_ order: [Int32], _ place: Int) -> Bool {
    rows.keys[Int(order[place])] == rows.keys[Int(order[place - 1])]
  }

  private func emit(
    _ pieces: [PartitionedRows.ViewPiece], _ horizon: Int64, _ evaluator: Evaluator, _ step: StepContext,
    _ output: any Output
  ) throws(SQLError) {
    if pieces.isEmpty { return }
    let view = rows.view(pieces)
    try emit(view, try calls.columns(view, evaluator), step, output)
    try calls.keep(view, rows: view.parts.map { $0.first..<$0.end }, evaluator)
    for piece in pieces { release(piece.group, computed: piece.end ?? 0, horizon) }
  }

  /// Forgets rows that no later frame reaches back to, once those before place `end` are computed.
  private func release(_ group: Int32, computed end: Int, _ horizon: Int64) {
    let order = rows.orders[Int(group)]
    let oldest = horizon.subtractingSaturated(spec.offsetMicros.addingSaturated(spec.ahead.micros))
      .subtractingSaturated(spec.behind.micros)
    let reachable = min(max(0, end - spec.behind.rows), place(order, spec.behind.groups, before: end))
    let gone = spec.behind.micros > 0 ? min(reachable, firstPlace(order) { $0 >= oldest }) : reachable
    rows.forgetFirst(gone, of: group)
    state.advance(group, computed: end, forgotten: gone)
    // The next row that can be final, or the first one that time lets go.
    let passed = firstPlace(order) { self.finalAt($0) > horizon }
    var next = passed < order.count ? finalAt(time(of: order[passed])) : .max
    if gone < reachable {
      next = min(next, finalAt(time(of: order[gone])).addingSaturated(spec.behind.micros).addingSaturated(1))
    }
    rows.timers.set(group, next)
    if rows.orders[Int(group)].isEmpty, !state.isNeeded { rows.forget([group]) }
  }

  private func emit(
    _ view: PartitionView, _ values: [Column], _ step: StepContext, _ output: any Output
  ) throws(SQLError) {
    var from = 0
    while from < view.computed.count {
      let range = from..<min(from + Batch.rowsMax, view.computed.count)
      let own = Array(view.computed[range])
      let columns = view.batch.gather(own).columns + values.map { $0.slice(range) }
      try output.emit(
        Delta(
          Batch(columns, count: range.count), order: .explicit(own.map { rows.positions[Int(view.slots[Int($0)])] })),
        step: step)
      from = range.upperBound
    }
  }

  /// The first place of a partition whose time satisfies `test`, as all behind it do.
  private func firstPlace(_ order: [Int32], _ test: (Int64) -> Bool) -> Int {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if test(time(of: order[middle])) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The event time, read back from the sort key: a byte that it is not NULL, then eight in order of size.
  private func time(of slot: Int32) -> Int64 {
    rows.keys[Int(slot)].withBytes { bytes in
      var word: UInt64 = 0
      for i in 1..<min(9, bytes.count) { word = word << 8 | UInt64(bytes[i]) }
      return Int64(bitPattern: word ^ 1 << 63)
    }
  }
}
