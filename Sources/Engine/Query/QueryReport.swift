import Dataflow

/// What a query does and holds at one moment: for `.why`, EXPLAIN ANALYZE and the relations of `system`.
package struct QueryReport: Sendable {
  package struct Source: Sendable {
    package var name: String
    package var rows: Int64
    package var bytes: Int64
    package var hasEnded: Bool
    /// The static side of a join, read to its end before others.
    package var isStatic: Bool
    /// Time of the last row, µs on the query's clock; nil before the first.
    package var lastArrivalMicros: Int64?
  }

  package struct Watermark: Sendable {
    package var relation: String
    package var column: String
    package var delayMicros: Int64
    /// nil before the first event time.
    package var micros: Int64?
    /// All its sources have ended: it holds nothing back.
    package var hasEnded: Bool
    /// Without rows for so long that it holds nothing back either.
    package var isIdle: Bool
    /// The query's watermark is as low as this one.
    package var isHolding: Bool
  }

  package var operators: [OperatorReport]
  package var sources: [Source]
  package var watermarks: [Watermark]
  /// The query's own; nil before the first.
  package var watermarkMicros: Int64?
  /// When the next step is due, for triggers that wait for the clock.
  package var nextStepMicros: Int64?
  /// The query's clock at the report.
  package var takenMicros: Int64

  package var stateRows: Int { operators.reduce(0) { $0 + $1.stateRows } }
}

/// One step of a query, for `system.progress`.
package struct StepProgress: Sendable {
  package var step: Int64
  package var batchNumber: Int64
  package var timestampMicros: Int64
  package var inputRows: Int64
  package var outputRows: Int64
  package var lateRows: Int64
  package var stateBytes: Int
  package var nanos: Int64
  package var watermarkMicros: Int64?

  /// Steps that are remembered of each query.
  static let keptMax = 100
}
