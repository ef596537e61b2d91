package import Columnar
internal import Diagnostics
package import Expressions

extension LogicalPlan {
  /// Rows whose column `column` is their event time, which may come `delayMicros` out of order (SEM-2).
  package struct Watermark: Sendable {
    package var input: LogicalPlan
    package var column: Int
    package var delayMicros: Int64
    /// The relation that it was declared for, as shown.
    package var relation: String
    package init(input: LogicalPlan, column: Int, delayMicros: Int64, relation: String) {
      self.input = input
      self.column = column
      self.delayMicros = delayMicros
      self.relation = relation
    }
  }

  /// Each row once for every window that its time lies in, with the window's start and end behind its columns.
  package struct WindowAssign: Sendable {
    package var input: LogicalPlan
    package var time: BoundExpression
    package var shape: WindowShape
    package init(input: LogicalPlan, time: BoundExpression, shape: WindowShape) {
      self.input = input
      self.time = time
      self.shape = shape
    }
    package var schema: Schema {
      Schema(
        input.schema.fields + [
          Field("window_start", time.type, isNullable: false), Field("window_end", time.type, isNullable: false),
        ])
    }
  }
}

/// Grouping by windows that a row is not in alone.
package enum Windowing: Sendable {
  /// Key `key` is the start of the pane that the row's time lies in; its group counts in every window that holds the pane,
  /// and the key comes out as the window's start.
  case panes(key: Int, shape: WindowShape)
  /// Rows at most a gap apart are one group. Output: keys, session start, session end, calls.
  case session(time: BoundExpression, gap: BoundExpression)
  /// A group that no row has touched for `timeoutMicros` is over (TIMEOUT): by the rows' event time, or else by the clock.
  case idle(timeoutMicros: Int64, time: BoundExpression?)

  package var sessionFields: [Field] {
    guard case .session(let time, _) = self else { return [] }
    return [
      Field("session_start", time.type, isNullable: false), Field("session_end", time.type, isNullable: false),
    ]
  }

  /// The expressions that belong to it.
  package func mapExpressions<E: Error>(
    _ transform: (BoundExpression) throws(E) -> BoundExpression
  ) throws(E) -> Windowing {
    switch self {
    case .panes: return self
    case .session(let time, let gap): return .session(time: try transform(time), gap: try transform(gap))
    case .idle(let timeout, let time):
      guard let time else { return self }
      return .idle(timeoutMicros: timeout, time: try transform(time))
    }
  }

  package var expressions: [BoundExpression] {
    switch self {
    case .panes: []
    case .session(let time, let gap): [time, gap]
    case .idle(_, let time): time.map { [$0] } ?? []
    }
  }
}
