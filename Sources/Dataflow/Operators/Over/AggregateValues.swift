import Columnar
import Diagnostics
import Expressions

/// An aggregate over the frame of each row, by the cheapest way that the frame allows:
///
/// - the whole partition: one state a partition, O(1) a row;
/// - from the partition's start: a running state, kept from step to step, O(1) a row (`RunningAggregate`);
/// - any other frame: a tree of partial states, O(log n) merges a row (`FrameTree`), or, for aggregates that need to see
///   rows in order, the rows of each frame.
final class AggregateValues: WindowValues {
  private let call: WindowCall
  private let aggregate: BoundAggregate
  private let running: RunningAggregate?

  init(_ call: WindowCall, _ aggregate: BoundAggregate, isKeeping: Bool) {
    self.call = call
    self.aggregate = aggregate
    var isRunning = false
    if case .unboundedPreceding = call.frame.start, !call.frame.isWholePartition, call.frame.exclusion == .noOthers {
      isRunning = true
    }
    running = isRunning ? RunningAggregate(aggregate, isKept: isKeeping && WindowReach(call).isCarried) : nil
  }

  var memoryBytes: Int { running?.memoryBytes ?? 0 }

  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column {
    let feed = try WindowFeed(call, view, evaluator)
    if call.frame.isWholePartition { return try wholePartitions(feed) }
    let frames = try FrameRanges(call.frame, view, evaluator)
    if let running { return try running.column(feed, ends: frames.pieces[0].highs) }
    return try FrameTree(aggregate, feed).column(frames)
  }

  func keep(_ view: PartitionView, rows: [Range<Int>], _ evaluator: Evaluator) throws(SQLError) {
    guard let running else { return }
    try running.keep(try WindowFeed(call, view, evaluator), rows: rows)
  }

  func forget(_ groups: [Int32]) { running?.forget(groups) }
  var stateTypes: [DataType] { running?.stateTypes ?? [] }
  func state(of groups: [Int32]) throws(SQLError) -> [Column] { try running?.state(of: groups) ?? [] }
  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError) { try running?.restore(columns, groups) }

  private func wholePartitions(_ feed: WindowFeed) throws(SQLError) -> Column {
    let view = feed.view
    let accumulator = aggregate.make(false)
    accumulator.grow(to: view.parts.count)
    var groups: [Int32] = []
    groups.reserveCapacity(view.batch.count)
    var picked: [Int32] = []
    for (index, part) in view.parts.enumerated() {
      groups.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: index), count: part.rows.count))
      let computed = part.end - part.first
      picked.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: index), count: computed))
    }
    try feed.add(rows: nil, groups: groups, to: accumulator)
    return try accumulator.result(of: Array(0..<Int32(view.parts.count))).gather(picked)
  }
}

/// The arguments of a call over a view, ready to be fed to accumulators row by row of any choice.
struct WindowFeed {
  let view: PartitionView
  private let arguments: [Operand]
  /// Rows that pass the FILTER; nil: all.
  private let isSelected: [Bool]?
  private let places: [Int64]
  private let context: EvaluationContext
  private let span: SourceSpan

  init(_ call: WindowCall, _ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) {
    self.view = view
    context = evaluator.context
    span = call.span
    var operands: [Operand] = []
    for argument in call.arguments { operands.append(try evaluator.evaluate(argument, over: view.batch)) }
    arguments = operands
    if let filter = call.filter {
      var flags = [Bool](repeating: false, count: view.batch.count)
      for row in try evaluator.selectedRows(filter, over: view.batch) { flags[Int(row)] = true }
      isSelected = flags
    } else {
      isSelected = nil
    }
    // For functions that ask for the order of rows it is the window's.
    var places: [Int64] = []
    places.reserveCapacity(view.batch.count)
    for part in view.parts {
      for place in 0..<Int64(part.rows.count) { places.append(part.base &+ place) }
    }
    self.places = places
  }

  /// Adds row `rows[i]` (nil: every row, in order) to group `groups[i]`.
  func add(rows: [Int32]?, groups: [Int32], to accumulator: any Accumulator) throws(SQLError) {
    var rows = rows
    var groups = groups
    if let isSelected {
      let all = rows ?? Array(0..<Int32(view.batch.count))
      let passing = all.indices.filter { isSelected[Int(all[$0])] }
      rows = passing.map { all[$0] }
      groups = passing.map { groups[$0] }
    }
    let count = groups.count
    if count == 0 { return }
    var operands = arguments
    var order = places
    if let rows {
      operands = arguments.map { $0.isConstant ? $0 : Operand($0.column.gather(rows)) }
      order = rows.map { places[Int($0)] }
    }
    try accumulator.update(
      AggregateInput(
        rows: count, groups: groups, arguments: operands, weights: nil, order: .explicit(order), context: context,
        span: span))
  }
}
