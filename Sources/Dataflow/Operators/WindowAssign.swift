import Columnar
import Diagnostics
import Expressions

/// Each row once for every window that its time lies in, with the window's start and end behind its columns. Linear.
///
/// A NULL time lies in no window (SEM-3).
package final class WindowAssign: Operator {
  private let time: BoundExpression
  private let shape: WindowShape

  package init(time: BoundExpression, shape: WindowShape) {
    self.time = time
    self.shape = shape
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    guard case .int64(let times) = try Evaluator(step.evaluation, order: delta.order).column(time, over: delta.batch) else { return }
    var rows: [Int32] = []
    var starts: [Int64] = []
    var ends: [Int64] = []
    func emit() throws(SQLError) {
      if rows.isEmpty { return }
      let columns =
        delta.batch.gather(rows).columns + [.int64(PrimitiveColumn(starts)), .int64(PrimitiveColumn(ends))]
      try output.emit(
        Delta(
          Batch(columns, count: rows.count), weights: delta.weights.map { weights in rows.map { weights[Int($0)] } },
          order: delta.order.gather(rows)), step: step)
      rows.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
    }
    for row in 0..<times.count {
      if let validity = times.validity, !validity[row] { continue }
      let fits = shape.forEachWindow(of: times.values[row]) { start, end in
        rows.append(Int32(row))
        starts.append(start)
        ends.append(end)
      }
      if !fits {
        throw SQLError(
          .data, "DATETIME_OVERFLOW", "a window of this time lies outside of the calendar", span: time.span)
      }
      if rows.count >= Batch.rowsMax { try emit() }
    }
    try emit()
  }
}
