package import Columnar
package import Expressions

extension LogicalPlan {
  /// The matches of a row pattern in each partition's rows, taken in order.
  package struct MatchRecognize: Sendable {
    package var input: LogicalPlan
    package var spec: RowPatternSpec
    /// Rows alike in all keys are taken as they came.
    package var order: [SortKey]
    package init(input: LogicalPlan, spec: RowPatternSpec, order: [SortKey]) {
      self.input = input
      self.spec = spec
      self.order = order
    }
    package var schema: Schema { Schema(spec.fields) }
  }
}
