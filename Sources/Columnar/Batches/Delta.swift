/// A change of a relation: rows with weights, a Z-set (Budiu et al., DBSP, VLDB 2023).
///
/// Weight +n adds n copies of the row, −n takes n away. No `weights` means +1 for all, the append-only case, which
/// costs nothing. An update is −1 old, +1 new, in this order (SEM-9).
package struct Delta: Sendable {
  package var batch: Batch
  /// One non-zero weight a row; `nil` means all +1.
  package var weights: [Int64]?
  /// Where the rows came from in input order (SEM-11).
  package var order: RowOrder

  package init(_ batch: Batch, weights: [Int64]? = nil, order: RowOrder = .sequence(from: 0)) {
    self.batch = batch
    self.weights = weights
    self.order = order
  }

  package var count: Int { batch.count }
  package var columns: [Column] { batch.columns }
  package var isEmpty: Bool { batch.count == 0 }

  package func gather(_ rows: [Int32]) -> Delta {
    Delta(
      batch.gather(rows), weights: weights.map { gatherValues($0, rows) },
      order: order.gather(rows))
  }

  /// The same rows under new columns.
  package func with(columns: [Column]) -> Delta {
    Delta(Batch(columns, count: count), weights: weights, order: order)
  }
}

/// Positions of rows in the input: what first-seen order, `first`, `collect_list` and ties are decided by, for any
/// number of workers.
///
/// A position is `morsel << 24 | row`: morsels are numbered by the step driver as they are read.
package enum RowOrder: Sendable {
  /// Row i stands at `from + i`.
  case sequence(from: Int64)
  /// Row i stands at `positions[i]`.
  case explicit([Int64])

  package static let rowBits: Int64 = 24

  @inlinable package func position(_ row: Int) -> Int64 {
    switch self {
    case .sequence(let from): from &+ Int64(row)
    case .explicit(let positions): positions[row]
    }
  }

  package func gather(_ rows: [Int32]) -> RowOrder {
    switch self {
    case .sequence(let from): .explicit(rows.map { from &+ Int64($0) })
    case .explicit(let positions): .explicit(gatherValues(positions, rows))
    }
  }

  package func positions(count: Int) -> [Int64] {
    switch self {
    case .sequence(let from): (0..<Int64(count)).map { from &+ $0 }
    case .explicit(let positions): positions
    }
  }
}
