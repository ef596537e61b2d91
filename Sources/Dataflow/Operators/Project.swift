import Columnar
import Diagnostics
import Expressions

/// π: computes new columns row by row, keeping duplicates. Linear: π(ΔA) is the change of π(A).
package final class Project: Operator {
  private let expressions: [BoundExpression]

  package init(expressions: [BoundExpression]) { self.expressions = expressions }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let evaluator = Evaluator(step.evaluation, order: delta.order)
    var columns: [Column] = []
    columns.reserveCapacity(expressions.count)
    for expression in expressions { columns.append(try evaluator.column(expression, over: delta.batch)) }
    try output.emit(delta.with(columns: columns), step: step)
  }
}
