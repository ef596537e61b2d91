import Columnar
import Diagnostics
import Expressions

/// Computes one call of an OVER for the rows of a view, and keeps what came before them where the call can do with that.
///
/// What is kept covers, for each partition, all rows before the first computed one of its next part. It is not saved in
/// snapshots: an operator that has the rows begins at the first row of the partition.
protocol WindowValues: AnyObject {
  /// One value for every computed row.
  func column(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> Column
  /// Adds rows `rows` of each part of the view to what is kept of its partition.
  func keep(_ view: PartitionView, rows: [Range<Int>], _ evaluator: Evaluator) throws(SQLError)
  /// Forgets what is kept of partitions.
  func forget(_ groups: [Int32])
  /// What is kept of partitions, as columns of these types, and back: for operators that no longer have the rows.
  var stateTypes: [DataType] { get }
  func state(of groups: [Int32]) throws(SQLError) -> [Column]
  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError)
  var memoryBytes: Int { get }
}

extension WindowValues {
  func keep(_ view: PartitionView, rows: [Range<Int>], _ evaluator: Evaluator) throws(SQLError) {}
  func forget(_ groups: [Int32]) {}
  var stateTypes: [DataType] { [] }
  func state(of groups: [Int32]) throws(SQLError) -> [Column] { [] }
  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError) {}
  var memoryBytes: Int { 0 }
}

/// The values of all calls of an operator.
final class WindowCalls {
  let calls: [WindowCall]
  let reach: WindowReach
  private let values: [any WindowValues]

  /// `isKeeping`: states may be kept from step to step, since rows never go.
  init(_ calls: [WindowCall], isKeeping: Bool) {
    self.calls = calls
    reach = WindowReach(calls, isKeeping: isKeeping)
    values = calls.map { call in
      switch call.function.kind {
      case .rowNumber, .rank, .percentRank, .cumeDist, .tile: RankValues(call.function.kind)
      case .denseRank: DenseRankValues(isKeeping: isKeeping)
      case .shift(let by, let ignoresNulls): ShiftValues(call, by: by, ignoresNulls: ignoresNulls)
      case .pick(let place, let ignoresNulls): PickValues(call, place, ignoresNulls: ignoresNulls)
      case .aggregate(let aggregate): AggregateValues(call, aggregate, isKeeping: isKeeping)
      }
    }
  }

  var memoryBytes: Int { values.reduce(0) { $0 + $1.memoryBytes } }

  func columns(_ view: PartitionView, _ evaluator: Evaluator) throws(SQLError) -> [Column] {
    var columns: [Column] = []
    for (value, call) in zip(values, calls) {
      do throws(SQLError) { columns.append(try value.column(view, evaluator)) } catch { throw error.located(at: call.span) }
    }
    return columns
  }

  func keep(_ view: PartitionView, rows: [Range<Int>], _ evaluator: Evaluator) throws(SQLError) {
    for value in values { try value.keep(view, rows: rows, evaluator) }
  }

  func forget(_ groups: [Int32]) {
    for value in values { value.forget(groups) }
  }

  var stateTypes: [DataType] { values.flatMap(\.stateTypes) }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    var columns: [Column] = []
    for value in values { columns += try value.state(of: groups) }
    return columns
  }

  func restore(_ columns: [Column], _ groups: [Int32]) throws(SQLError) {
    var at = 0
    for value in values {
      let width = value.stateTypes.count
      try value.restore(Array(columns[at..<at + width]), groups)
      at += width
    }
  }
}
