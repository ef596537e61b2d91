package import Columnar
package import Diagnostics
package import Expressions

/// How a query runs: a tree of operators with chosen variants, stable ids and known properties.
///
/// The engine's dataflow builder makes one operator of each node (per worker where it runs in parallel); nothing is
/// decided after this.
package struct PhysicalPlan: Sendable {
  package var root: PhysicalNode
  /// Output columns, as named in the query.
  package var schema: Schema
  /// How results are presented: the whole result in COMPLETE and at the end, each step's rows in APPEND and UPDATE
  /// (SEM-11). Over output columns that may include hidden ones behind `schema.count`.
  package var order: [SortKey]
  package var mode: OutputMode
  /// APPEND over rows that change until the input ends: nothing is shown before, then the result once (SEM-4).
  package var isHeldUntilEnd: Bool
  /// All input is there, and the query takes one step over it, however long that takes.
  package var isOneStep: Bool
  package init(
    root: PhysicalNode, schema: Schema, order: [SortKey], mode: OutputMode, isHeldUntilEnd: Bool = false,
    isOneStep: Bool = false
  ) {
    self.root = root
    self.schema = schema
    self.order = order
    self.mode = mode
    self.isHeldUntilEnd = isHeldUntilEnd
    self.isOneStep = isOneStep
  }
}

/// What a sink is given at each step (DIALECT §3).
package enum OutputMode: String, Sendable, CaseIterable {
  /// Each row once, when it can no longer change.
  case append
  /// Rows that changed in this step, latest value.
  case update
  /// The whole result.
  case complete
  /// `+I -U +U -D` rows.
  case changelog
}

package final class PhysicalNode: Sendable {
  /// Stable for the same plan shape: recovery and ALTER QUERY find state by it.
  package let id: OperatorID
  package let kind: PhysicalOperator
  package let inputs: [PhysicalNode]
  package let schema: Schema
  package let properties: EdgeProperties

  package init(
    id: OperatorID, kind: PhysicalOperator, inputs: [PhysicalNode], schema: Schema, properties: EdgeProperties
  ) {
    self.id = id
    self.kind = kind
    self.inputs = inputs
    self.schema = schema
    self.properties = properties
  }
}

/// Operator name and its path from the root by input ports: `aggregate.0.1`.
package struct OperatorID: Hashable, Sendable, CustomStringConvertible {
  package var rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
  package var description: String { rawValue }
}

/// What is known of the rows that leave an operator.
package struct EdgeProperties: Sendable {
  /// No weight is ever negative.
  package var isAppendOnly: Bool
  /// Comes out once, in the one step of a bounded query: what would change from step to step does not.
  package var comesOnce = false
  /// Rows may be taken back that the reader has seen.
  package var mayRetract: Bool { !isAppendOnly && !comesOnce }
  /// The input ends by itself and is all there.
  package var isBounded: Bool
  /// False if some source below never ends.
  package var canEnd: Bool
  /// Output columns that identify a row at any moment, if known: `-U/+U` instead of `-D/+I` (SEM-9).
  package var key: [Int]?
  /// Every row is final at its step's flush (`GROUP BY batch()`).
  package var isFinalPerStep: Bool
  /// Output columns that hold the number of the step that a row leaves in: grouping by one is grouping by `batch()`.
  package var stepColumns: Set<Int>
  /// Output columns that say when a row is over.
  package var eventTimes: [Int: EventTime] = [:]
  /// What bounds the operator's state, for EXPLAIN: nil = stateless.
  package var stateBound: StateBound?

  package init(
    isAppendOnly: Bool, isBounded: Bool, canEnd: Bool, key: [Int]? = nil, isFinalPerStep: Bool = false,
    stepColumns: Set<Int> = [], stateBound: StateBound? = nil
  ) {
    self.isAppendOnly = isAppendOnly
    self.isBounded = isBounded
    self.canEnd = canEnd
    self.key = key
    self.isFinalPerStep = isFinalPerStep
    self.stepColumns = stepColumns
    self.stateBound = stateBound
  }
}

package enum StateBound: Sendable, Hashable {
  /// The formula as shown: `1 group`, `rows of one step`, `watermark ts + 5 s`.
  case bounded(String)
  /// Grows with the input: why, and what to do about it.
  case unbounded(reason: String, fix: String)
}

package enum PhysicalOperator: Sendable {
  case scan(SourceReference, columns: [Int])
  /// Rows that others change, as far as the changes fit the rows that are there; `key` are columns of the input.
  case changeGuard(SourceReference, key: [Int]?)
  case values([[Value]])
  case filter(BoundExpression)
  case project([BoundExpression])
  case generate(GenerateSpec)
  case aggregate(AggregateSpec)
  /// The first rows in input order; ends the query when full. Input is append-only.
  case limit(count: Int, offset: Int)
  /// The first rows by keys (input order if there are none), kept up to date.
  case topN(keys: [SortKey], count: Int?, offset: Int)
  case union
  /// The right side is read to its end first if it is static.
  case join(JoinSpec)
  /// Passes rows on and notes their greatest event time.
  case watermark(WatermarkSpec)
  case windowAssign(time: BoundExpression, shape: WindowShape)
  case sessionAggregate(SessionAggregateSpec)
  case matchRecognize(MatchRecognizeSpec)
  /// Input 0 is the anchor; the others are what the step reads besides the rows found.
  case recursive(RecursiveSpec)
  /// Inside the step of a recursion: the rows found (0), or those of an input.
  case recursivePort(Int)
  case over(OverSpec)
  case rankLimit(RankLimitSpec)
}

/// An event-time column, and how far rows may come out of its order.
package struct WatermarkSpec: Sendable, Hashable {
  package var column: Int
  package var columnName: String
  package var delayMicros: Int64
  package var relation: String
}

/// When groups are over, and what is shown of them.
package struct ClosingSpec: Sendable, Hashable {
  /// Position among the keys.
  package var key: Int
  package var time: EventTime
  /// Groups are shown once, when they are over (APPEND); else changes are, and what is over is forgotten.
  package var isFinalOnly: Bool
}

/// TIMEOUT: how long a group may rest.
package struct IdleSpec: Sendable {
  package var timeoutMicros: Int64
  /// The event time of a row; nil: the clock of the query.
  package var time: BoundExpression?
  /// Groups are shown once, when they are over (APPEND); else a group that is over is taken back.
  package var isFinalOnly: Bool
}

/// GROUP BY session_window(time, gap). Output: keys, start, end, call results.
package struct SessionAggregateSpec: Sendable {
  package var keys: [BoundExpression]
  package var time: BoundExpression
  package var gap: BoundExpression
  package var calls: [AggregateCall]
  package var domain: EventTime.Domain?
  package var isFinalOnly: Bool
}

package struct GenerateSpec: Sendable {
  package var kept: [Int]
  package var generator: BoundGenerator
  package var arguments: [BoundExpression]
  package var isOuter: Bool
  package var span: SourceSpan
  package init(
    kept: [Int], generator: BoundGenerator, arguments: [BoundExpression], isOuter: Bool, span: SourceSpan
  ) {
    self.kept = kept
    self.generator = generator
    self.arguments = arguments
    self.isOuter = isOuter
    self.span = span
  }
}

/// GROUP BY, and DISTINCT (no calls). Output: keys, then call results.
package struct AggregateSpec: Sendable {
  package var keys: [BoundExpression]
  package var calls: [AggregateCall]
  /// Rows with negative weight will come.
  package var isInputRetractable: Bool
  /// A key is `batch()`: results are final at flush, state is dropped then (SEM-12).
  package var isPerStep: Bool
  /// GROUP BY without keys: one group that exists before any row.
  package var isGlobal: Bool
  /// Sliding windows: key `key` is grouped by panes and comes out as the start of each window.
  package var panes: (key: Int, shape: WindowShape)?
  package var closing: ClosingSpec?
  /// Groups leave when no row has touched them for a while.
  package var idle: IdleSpec?
  package init(
    keys: [BoundExpression], calls: [AggregateCall], isInputRetractable: Bool, isPerStep: Bool, isGlobal: Bool,
    panes: (key: Int, shape: WindowShape)? = nil, closing: ClosingSpec? = nil
  ) {
    self.panes = panes
    self.closing = closing
    self.keys = keys
    self.calls = calls
    self.isInputRetractable = isInputRetractable
    self.isPerStep = isPerStep
    self.isGlobal = isGlobal
  }

  /// Whether groups may be put together from partial states.
  package var isMergeable: Bool {
    !isInputRetractable && idle == nil && calls.allSatisfy { !$0.isDistinct && !$0.aggregate.isOrderSensitive }
  }

  /// Whether state is kept by pane, and a sliding window put together from its panes when it is shown.
  package var isKeptByPanes: Bool {
    guard let panes, isMergeable, case .sliding = panes.shape else { return false }
    return closing.map { $0.key == panes.key } ?? true
  }
}
