import Columnar
import Diagnostics

/// ⊎: rows of all inputs, duplicates kept (UNION ALL). Linear: the change of a sum is the sum of the changes.
package final class Union: Operator {
  package init() {}

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    try output.emit(delta, step: step)
  }
}
