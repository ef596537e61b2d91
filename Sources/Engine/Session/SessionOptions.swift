import Columnar
import Connectors
import Diagnostics
import Expressions
import Planning

/// How a session runs; from the command line or the embedding program.
package struct SessionOptions: Sendable {
  /// Workers of each query; at least 1.
  package var workers: Int
  package var usesVirtualClock: Bool
  /// Every query is stopped after this long (`--for`).
  package var runForMicros: Int64?
  /// For tests: off leaves plans as bound.
  package var isOptimizing: Bool
  /// For tests.
  package var checks = SelfChecks()

  package init(
    workers: Int = 1, usesVirtualClock: Bool = false, runForMicros: Int64? = nil, isOptimizing: Bool = true
  ) {
    self.workers = max(1, workers)
    self.usesVirtualClock = usesVirtualClock
    self.runForMicros = runForMicros
    self.isOptimizing = isOptimizing
  }
}

/// What shows results of foreground statements: the shell, a renderer in batch, a collector in a library.
package protocol ResultPresenter: AnyObject {
  /// A sink for one result.
  func sink(for result: ResultShape) throws(SQLError) -> any Sink
  /// Whether results that change are to be had as one table that is read at any time (`StreamingQuery.snapshot`).
  var readsSnapshots: Bool { get }
  /// Runs a foreground query to its end, or leaves it to go on in the background.
  func run(_ query: StreamingQuery, in session: Session) throws(SQLError)
}

extension ResultPresenter {
  package var readsSnapshots: Bool { false }
  package func run(_ query: StreamingQuery, in session: Session) throws(SQLError) {
    try session.runInForeground(query)
  }
}

/// What is known of a result before its first row.
package struct ResultShape: Sendable {
  package var schema: Columnar.Schema
  package var mode: OutputMode
  /// The result is printed once, at the end; otherwise step by step.
  package var isBounded: Bool
  package var settings: SessionSettings
  /// Columns that identify a row, if known.
  package var key: [Int]?

  package init(
    schema: Columnar.Schema, mode: OutputMode, isBounded: Bool, settings: SessionSettings, key: [Int]? = nil
  ) {
    self.key = key
    self.schema = schema
    self.mode = mode
    self.isBounded = isBounded
    self.settings = settings
  }
}
