import Columnar
import Diagnostics

/// The rows of a recursive UNION with the number of ways in which each is derived at once: from the anchor, and from the
/// rows that are there. A row is there by more than its number alone: rows may derive each other in a ring.
final class FoundRows: StateTable {
  let name = "found"
  private let schema: Schema
  private let index: GroupIndex
  /// Of each group.
  private var ways: [Int64] = []
  private var isThere: [Bool] = []
  /// A way was lost since it was last looked at.
  private var hasLost: [Bool] = []
  private var isMarked: [Bool] = []
  /// Groups that this step has changed, and whether they were there before it.
  private var marked: [(group: Int32, wasThere: Bool)] = []
  /// Groups whose ways changed since the last `takeLost` or `takeFound`.
  private var changed: [Int32] = []
  private(set) var thereCount = 0

  init(schema: Schema) {
    self.schema = schema
    index = GroupIndex(keyTypes: schema.types)
  }

  var rowCount: Int { index.liveCount }
  var memoryBytes: Int { index.memoryBytes + ways.count * 24 }

  /// Adds ways (or takes them away).
  func apply(_ batch: Batch, weights: [Int64]?) {
    if batch.count == 0 { return }
    var groups: [Int32] = []
    var reused: [(group: Int32, row: Int32)] = []
    index.findOrInsert(batch.columns, rows: batch.count, groups: &groups, reused: &reused)
    while ways.count < index.count {
      ways.append(0)
      isThere.append(false)
      hasLost.append(false)
      isMarked.append(false)
    }
    for (row, group) in groups.enumerated() {
      let weight = weights?[row] ?? 1
      ways[Int(group)] += weight
      if weight < 0 { hasLost[Int(group)] = true }
      mark(group)
      changed.append(group)
    }
  }

  private func mark(_ group: Int32) {
    if isMarked[Int(group)] { return }
    isMarked[Int(group)] = true
    marked.append((group, isThere[Int(group)]))
  }

  /// Rows that were there and have lost a way: they are taken out, whether other ways are left or not.
  func takeLost() -> Batch {
    var lost: [Int32] = []
    for group in changed where hasLost[Int(group)] {
      hasLost[Int(group)] = false
      if isThere[Int(group)] {
        isThere[Int(group)] = false
        lost.append(group)
      }
    }
    changed = []
    thereCount -= lost.count
    return Batch(index.keys(of: lost), count: lost.count)
  }

  /// From here on all rows that this step has changed are looked at by `takeFound`.
  func beginFinding() { changed = marked.map(\.group) }

  /// Rows that have a way and are not there: they are put in.
  func takeFound() -> Batch {
    var found: [Int32] = []
    for group in changed where ways[Int(group)] > 0 && !isThere[Int(group)] {
      isThere[Int(group)] = true
      found.append(group)
    }
    changed = []
    thereCount += found.count
    return Batch(index.keys(of: found), count: found.count)
  }

  /// What the step has changed: rows that went, then rows that came, in the order in which they were found.
  func endStep() -> (batch: Batch, weights: [Int64]) {
    let gone = marked.filter { $0.wasThere && !isThere[Int($0.group)] }.map(\.group)
    let come = marked.filter { !$0.wasThere && isThere[Int($0.group)] }.map(\.group)
    let rows = Batch(index.keys(of: gone + come), count: gone.count + come.count)
    let weights = [Int64](repeating: -1, count: gone.count) + [Int64](repeating: 1, count: come.count)
    let dead = marked.filter { ways[Int($0.group)] == 0 && !isThere[Int($0.group)] }.map(\.group)
    for (group, _) in marked { isMarked[Int(group)] = false }
    marked = []
    changed = []
    index.remove(dead)
    return (rows, weights)
  }

  // MARK: Snapshots

  private var snapshotSchema: Schema {
    Schema(
      [Field("ways", .bigint), Field("is_there", .boolean), Field("has_lost", .boolean), Field("mark", .int)]
        + schema.fields)
  }

  func snapshot(_ extent: SnapshotExtent) throws(SQLError) -> StateSnapshot {
    let live = ways.indices.map { Int32($0) }.filter { index.isLive($0) }
    func flags(_ source: [Bool]) -> Column { .bool(PrimitiveColumn(live.map { source[Int($0)] })) }
    // The place among those that this step has changed; none: −1.
    var marks = [Int32](repeating: -1, count: ways.count)
    for (place, mark) in marked.enumerated() { marks[Int(mark.group)] = Int32(place) }
    let fixed: [Column] = [
      .int64(PrimitiveColumn(live.map { ways[Int($0)] })), flags(isThere), flags(hasLost),
      .int32(PrimitiveColumn(live.map { marks[Int($0)] })),
    ]
    return StateSnapshot(
      extent: .full, schema: snapshotSchema, rows: Batch(fixed + index.keys(of: live), count: live.count),
      removed: .empty(Schema()))
  }

  func restore(_ snapshot: StateSnapshot) throws(SQLError) {
    let rows = snapshot.rows
    guard rows.columns.count == snapshotSchema.count, case .int64(let ways) = rows.columns[0],
      case .bool(let isThere) = rows.columns[1], case .bool(let hasLost) = rows.columns[2],
      case .int32(let marks) = rows.columns[3]
    else { return }
    index.clear()
    self.ways = []
    self.isThere = []
    self.hasLost = []
    self.isMarked = []
    marked = []
    changed = []
    apply(Batch(Array(rows.columns[4...]), count: rows.count), weights: ways.values)
    marked = []
    changed = []
    for row in 0..<rows.count {
      self.isThere[row] = isThere.values[row]
      self.hasLost[row] = hasLost.values[row]
      self.isMarked[row] = marks.values[row] >= 0
    }
    let places = (0..<rows.count).filter { marks.values[$0] >= 0 }.sorted { marks.values[$0] < marks.values[$1] }
    marked = places.map { (Int32($0), isThere.values[$0]) }
    changed = marked.map(\.group)
    thereCount = isThere.values.count { $0 }
  }
}
