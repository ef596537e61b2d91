import Columnar
import Diagnostics
import Expressions

/// One aggregate call as the table needs it.
package struct AggregatePlan: Sendable {
  package var aggregate: BoundAggregate
  package var isDistinct: Bool
  /// The number of an earlier DISTINCT call with the same arguments, whose values this one shares.
  package var distinctTwin: Int?
  package var span: SourceSpan
  package init(aggregate: BoundAggregate, isDistinct: Bool, span: SourceSpan) {
    self.aggregate = aggregate
    self.isDistinct = isDistinct
    self.span = span
  }
}

/// One call's arguments over a batch, and the rows that pass its FILTER (nil: all).
package struct CallInput {
  package var arguments: [Operand]
  package var selectedRows: [Int32]?
  package init(arguments: [Operand], selectedRows: [Int32]? = nil) {
    self.arguments = arguments
    self.selectedRows = selectedRows
  }
}

extension AggregateInput {
  /// The same input with some of its rows.
  func gather(_ rows: [Int32]) -> AggregateInput {
    AggregateInput(
      rows: rows.count, groups: rows.map { groups[Int($0)] },
      arguments: arguments.map { $0.isConstant ? $0 : Operand($0.column.gather(rows)) },
      weights: weights.map { weights in rows.map { weights[Int($0)] } }, order: order.gather(rows),
      context: context, span: span)
  }
}
