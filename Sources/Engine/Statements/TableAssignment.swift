import Columnar
import Diagnostics
import Expressions

/// The columns of a table, made of those of a query whose rows are inserted: by place, each as the column's type.
struct TableAssignment {
  let expressions: [BoundExpression]
  /// Of the statement: the time that defaults such as current_timestamp() have.
  let context: EvaluationContext

  func rows(of batch: Batch) throws(SQLError) -> Batch {
    let evaluator = Evaluator(context)
    var columns: [Column] = []
    do throws(SQLError) {
      for expression in expressions { columns.append(try evaluator.column(expression, over: batch)) }
    } catch {
      throw error.inTableInsert
    }
    return Batch(columns, count: batch.count)
  }
}

extension SQLError {
  /// A value that is too great for its column is told of by Spark as the column's matter.
  fileprivate var inTableInsert: SQLError {
    guard ["CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"].contains(errorClass) else { return self }
    var copy = self
    copy.errorClass = "CAST_OVERFLOW_IN_TABLE_INSERT"
    return copy
  }
}
