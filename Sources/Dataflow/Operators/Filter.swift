import Columnar
import Diagnostics
import Expressions

/// σ: keeps the rows whose predicate is true. Linear: σ(ΔA) is the change of σ(A).
package final class Filter: Operator {
  private let predicate: BoundExpression

  package init(predicate: BoundExpression) { self.predicate = predicate }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let rows = try Evaluator(step.evaluation, order: delta.order).selectedRows(predicate, over: delta.batch)
    if rows.isEmpty { return }
    try output.emit(rows.count == delta.count ? delta : delta.gather(rows), step: step)
  }
}
