package import Columnar
package import Expressions

/// How window functions run. Output: the input's columns, then the calls.
package struct OverSpec: Sendable {
  package var partitionBy: [BoundExpression]
  package var orderBy: [SortKey]
  package var calls: [WindowCall]
  /// Rows with negative weight will come.
  package var isInputRetractable: Bool
  /// Partitions are of one step: nothing is kept over its end (SEM-12).
  package var isPerStep: Bool
  /// A partition key says when a partition is over.
  package var closing: ClosingSpec?
  /// Rows come out once, when the watermark has passed all rows that they depend on (APPEND).
  package var finality: OverFinality?
}

/// When a row of OVER becomes final: the window is in order of an event time, and frames end at the row or at a distance.
package struct OverFinality: Sendable, Hashable {
  /// Added to the first sort key: what the watermark must pass before the row is there with all others of its time.
  package var offsetMicros: Int64
  /// How far frames look ahead and back in time, in rows, and in groups of rows with equal keys. `Int.max` rows back: to the
  /// partition's beginning.
  package var aheadMicros: Int64 = 0
  package var behindMicros: Int64 = 0
  package var aheadRows = 0
  package var behindRows = 0
  package var aheadGroups = 0
  package var behindGroups = 0
  /// Something is kept of each partition for ever.
  package var isStateful = false

  /// Rows wait for others to come, however long that takes.
  package var waitsForRows: Bool { aheadRows > 0 || aheadGroups > 0 }
}

/// The first rows of each partition. Output: the input's columns, then the rank if it is shown.
package struct RankLimitSpec: Sendable {
  package var partitionBy: [BoundExpression]
  package var orderBy: [SortKey]
  package var kind: RankKind
  package var limit: Int
  /// The column of the rank, if it is shown.
  package var rank: Field?
  package var isInputRetractable: Bool
  package var isPerStep: Bool
  package var closing: ClosingSpec?
  /// Rows that are in never leave: later ones come behind them.
  package var isInArrivalOrder: Bool
  /// DISTINCT ON … WITHIN WATERMARK: the event time of a row, and what is added to that of a partition's first row to
  /// get the time at which the partition is forgotten.
  package var expiry: (time: BoundExpression, delayMicros: Int64)?
}
