import Columnar
import Diagnostics

/// Rows that came after their state was gone: counted all, the last ones kept for `late(query)` (SEM-3).
///
/// Used by the operator that owns it, and read by the query between steps.
package final class LateRows {
  /// Rows that are kept; older ones go first.
  package static let rowsMax = 100_000

  package let schema: Schema
  package private(set) var count: Int64 = 0
  private var pieces: [Batch] = []
  private var kept = 0

  package init(schema: Schema) { self.schema = schema }

  func add(_ batch: Batch) {
    count += Int64(batch.count)
    pieces.append(batch)
    kept += batch.count
    while kept > LateRows.rowsMax, let first = pieces.first, pieces.count > 1 {
      kept -= first.count
      pieces.removeFirst()
    }
  }

  /// The rows kept, oldest first.
  package var batches: [Batch] { pieces }

  /// Goes on where the same operator of another graph of this query stopped.
  package func adopt(_ other: LateRows) {
    count = other.count
    pieces = other.pieces
    kept = other.kept
  }
}

/// Splits deltas into what an operator may still absorb and what is late.
struct LateFilter {
  let key: TimeKey
  let late: LateRows

  init?(_ closing: GroupClosing?, _ late: LateRows?) {
    guard let closing, let late, closing.key.domain == .event else { return nil }
    key = closing.key
    self.late = late
  }

  /// Takes late rows out of a delta and its key columns.
  func drop(from delta: inout Delta, _ keys: inout [Column], step: StepContext) {
    guard let rows = rowsInTime(delta, keys: keys, step: step) else { return }
    delta = delta.gather(rows)
    keys = keys.map { $0.gather(rows) }
  }

  /// The rows of `delta` that are not late, by the times of its key columns; nil if all are.
  func rowsInTime(_ delta: Delta, keys: [Column], step: StepContext) -> [Int32]? {
    guard let watermark = key.floor(step), let ahead = key.ends(of: keys).rowsAhead(of: watermark) else { return nil }
    var isAhead = [Bool](repeating: false, count: delta.count)
    for row in ahead { isAhead[Int(row)] = true }
    late.add(delta.batch.gather((0..<Int32(delta.count)).filter { !isAhead[Int($0)] }))
    return ahead
  }
}
