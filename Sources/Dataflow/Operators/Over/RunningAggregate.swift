import Columnar
import Diagnostics
import Expressions

/// Aggregates over frames that begin with the partition: the state after each row.
///
/// The rows of a part are cut into blocks. Each block begins with the state of all rows before it, then all blocks go on in
/// step, a row of each at a time: every call of the accumulator works on as many rows as there are blocks. O(1) a row.
/// Aggregates that need to see rows in order get one block a part.
final class RunningAggregate {
  private let aggregate: BoundAggregate
  /// By partition: the state of all rows before the next computed one.
  private let kept: (any Accumulator)?
  private var keptCount = 0

  /// Rows of a block at least: fewer, and the blocks' own states cost more than they save.
  private static let blockRowsMin = 32

  init(_ aggregate: BoundAggregate, isKept: Bool) {
    self.aggregate = aggregate
    kept = isKept ? aggregate.make(false) : nil
  }

  var memoryBytes: Int { kept?.memoryBytes ?? 0 }

  private struct Block {
    var part: Int
    var rows: Range<Int>
    /// The first block of its part.
    var isFirst: Bool
  }

  /// The value of each computed row: the state after the row before `ends[i]`.
  func column(_ feed: WindowFeed, ends: [Int32]) throws(SQLError) -> Column {
    let view = feed.view
    let blocks = blocks(view)
    let states = try initialStates(feed, blocks)
    // Place 0 … parts − 1: the state before a part's rows. Behind them a place for each scanned row.
    let before = try partStates(view)
    var pieces = [try before.result(of: Array(0..<Int32(view.parts.count)))]
    var placeOfRow = [Int32](repeating: -1, count: view.batch.count)
    var places = view.parts.count
    var step = 0
    let longestFirst = blocks.indices.sorted { (blocks[$0].rows.count, $1) > (blocks[$1].rows.count, $0) }
    while true {
      var rows: [Int32] = []
      var groups: [Int32] = []
      for index in longestFirst {
        if step >= blocks[index].rows.count { break }
        rows.append(Int32(truncatingIfNeeded: blocks[index].rows.lowerBound + step))
        groups.append(Int32(truncatingIfNeeded: index))
      }
      if rows.isEmpty { break }
      try feed.add(rows: rows, groups: groups, to: states)
      pieces.append(try states.result(of: groups))
      for row in rows {
        placeOfRow[Int(row)] = Int32(truncatingIfNeeded: places)
        places += 1
      }
      step += 1
    }
    let all = Column.concatenate(pieces, type: aggregate.result)
    var picked = [Int32](repeating: 0, count: view.computed.count)
    var place = 0
    for (index, part) in view.parts.enumerated() {
      let start = scanStart(part)
      for _ in part.first..<part.end {
        let end = Int(ends[place])
        picked[place] = end <= start ? Int32(truncatingIfNeeded: index) : placeOfRow[end - 1]
        place += 1
      }
    }
    return all.gather(picked)
  }

  /// Rows before are in what is kept, or are scanned again.
  private func scanStart(_ part: PartitionView.Part) -> Int { kept == nil ? part.rows.lowerBound : part.first }

  private func blocks(_ view: PartitionView) -> [Block] {
    var longest = 0
    for part in view.parts { longest = max(longest, part.rows.upperBound - scanStart(part)) }
    let size =
      aggregate.isOrderSensitive ? Int.max : max(RunningAggregate.blockRowsMin, Int(Double(longest).squareRoot()))
    var blocks: [Block] = []
    for (index, part) in view.parts.enumerated() {
      var from = scanStart(part)
      var isFirst = true
      while from < part.rows.upperBound {
        let to = part.rows.upperBound - from <= size ? part.rows.upperBound : from + size
        blocks.append(Block(part: index, rows: from..<to, isFirst: isFirst))
        isFirst = false
        from = to
      }
    }
    return blocks
  }

  /// The states before the first scanned row of each part.
  private func partStates(_ view: PartitionView) throws(SQLError) -> any Accumulator {
    let states = aggregate.make(false)
    states.grow(to: view.parts.count)
    guard let kept else { return states }
    var groups: [Int32] = []
    var targets: [Int32] = []
    for (index, part) in view.parts.enumerated() where Int(part.group) < keptCount {
      groups.append(part.group)
      targets.append(Int32(truncatingIfNeeded: index))
    }
    if !groups.isEmpty { try states.merge(try kept.state(of: groups), into: targets) }
    return states
  }

  /// The states at the beginning of each block: that of its part, and all blocks before it.
  private func initialStates(_ feed: WindowFeed, _ blocks: [Block]) throws(SQLError) -> any Accumulator {
    let view = feed.view
    let states = aggregate.make(false)
    states.grow(to: blocks.count)
    let firsts = blocks.indices.filter { blocks[$0].isFirst }
    let parts = try partStates(view).state(of: firsts.map { Int32(truncatingIfNeeded: blocks[$0].part) })
    try states.merge(parts, into: firsts.map { Int32(truncatingIfNeeded: $0) })
    if firsts.count == blocks.count { return states }
    // The totals of blocks that others follow.
    let totals = aggregate.make(false)
    totals.grow(to: blocks.count)
    var rows: [Int32] = []
    var groups: [Int32] = []
    for index in blocks.indices.dropLast() where !blocks[index + 1].isFirst {
      for row in blocks[index].rows {
        rows.append(Int32(truncatingIfNeeded: row))
        groups.append(Int32(truncatingIfNeeded: index))
      }
    }
    try feed.add(rows: rows, groups: groups, to: totals)
    for index in blocks.indices where !blocks[index].isFirst {
      let target = [Int32(truncatingIfNeeded: index)]
      let previous = [Int32(truncatingIfNeeded: index - 1)]
      try states.merge(try states.state(of: previous), into: target)
      try states.merge(try totals.state(of: previous), into: target)
    }
    return states
  }

  // MARK: From step to step

  func keep(_ feed: WindowFeed, rows: [Range<Int>]) throws(SQLError) {
    guard let kept else { return }
    var picked: [Int32] = []
    var groups: [Int32] = []
    for (part, rows) in zip(feed.view.parts, rows) {
      keptCount = max(keptCount, Int(part.group) + 1)
      for row in rows {
        picked.append(Int32(truncatingIfNeeded: row))
        groups.append(part.group)
      }
    }
    kept.grow(to: keptCount)
    try feed.add(rows: picked, groups: groups, to: kept)
  }

  var stateTypes: [DataType] { kept == nil ? [] : aggregate.stateTypes }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    guard let kept else { return [] }
    kept.grow(to: max(keptCount, (groups.max().map { Int($0) } ?? -1) + 1))
    return try kept.state(of: groups)
  }

  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError) {
    guard let kept else { return }
    keptCount = max(keptCount, (groups.max().map { Int($0) } ?? -1) + 1)
    kept.grow(to: keptCount)
    try kept.merge(columns, into: groups)
  }

  func forget(_ groups: [Int32]) { kept?.reset(groups.filter { Int($0) < keptCount }) }
}
