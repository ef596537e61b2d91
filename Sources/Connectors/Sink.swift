package import Columnar
package import Diagnostics

/// Where a query's results go. Called from the query's thread: `begin`, any number of `write`, `end` for each step that
/// has something to say, `commit` when the epoch is committed, `finish` once at the end.
package protocol Sink: AnyObject {
  func begin(_ step: StepInfo) throws(SQLError)
  func write(_ rows: ResultRows) throws(SQLError)
  func end(_ step: StepInfo) throws(SQLError)
  /// Makes all steps up to this epoch durable or visible, once, whatever is repeated after a restart.
  func commit(epoch: Int64) throws(SQLError)
  /// The query has ended (or was stopped); writes what was held back.
  func finish() throws(SQLError)
  /// The query is over, well or not: lets go of what others wait for. Called once, after `finish` if that was called.
  func queryEnded()
  /// The query was asked to stop, from any thread: a sink that waits for somebody waits no longer than it must.
  func stopRequested()
  /// True for a sink that fetches the whole result when it wants it: in COMPLETE mode nothing is written to it.
  var readsSnapshots: Bool { get }
}

extension Sink {
  package func begin(_ step: StepInfo) throws(SQLError) {}
  package func end(_ step: StepInfo) throws(SQLError) {}
  package func commit(epoch: Int64) throws(SQLError) {}
  package func finish() throws(SQLError) {}
  package func queryEnded() {}
  package func stopRequested() {}
  package var readsSnapshots: Bool { false }
}

/// One step, as sinks and metrics see it.
package struct StepInfo: Sendable {
  package var epoch: Int64
  /// Number shown as `Batch: N`; counts steps that consumed an offset.
  package var batchNumber: Int64
  /// µs since the UTC epoch.
  package var timestampMicros: Int64
  /// Input rows taken.
  package var inputRows: Int64
  /// The rows written in this step are the whole result (COMPLETE).
  package var isSnapshot: Bool
  /// The step took something from a source, be it an empty file. False for a trigger that fired on nothing.
  package var hasConsumed: Bool
  package init(
    epoch: Int64, batchNumber: Int64, timestampMicros: Int64, inputRows: Int64, isSnapshot: Bool,
    hasConsumed: Bool = true
  ) {
    self.epoch = epoch
    self.batchNumber = batchNumber
    self.timestampMicros = timestampMicros
    self.inputRows = inputRows
    self.isSnapshot = isSnapshot
    self.hasConsumed = hasConsumed
  }
}

/// Rows for a sink, in order of presentation.
package struct ResultRows: Sendable {
  package var batch: Batch
  /// What happened to each row; nil: all inserts.
  package var operations: [RowOperation]?
  package init(_ batch: Batch, operations: [RowOperation]? = nil) {
    self.batch = batch
    self.operations = operations
  }
}

/// A changelog entry's kind (SEM-9).
package enum RowOperation: UInt8, Sendable {
  case insert, updateBefore, updateAfter, delete
  /// `+I`, `-U`, `+U`, `-D`.
  package var code: String {
    switch self {
    case .insert: "+I"
    case .updateBefore: "-U"
    case .updateAfter: "+U"
    case .delete: "-D"
    }
  }
}
