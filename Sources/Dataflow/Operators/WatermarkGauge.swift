import Columnar
import Diagnostics

/// Looks at the event times that go by: the identity, with a note of the greatest time seen (SEM-2).
///
/// The query asks for it at the end of a step and advances its watermark. Rows are never dropped here: late is judged by the
/// operator that has lost the state (SEM-3).
package final class WatermarkGauge: Operator {
  /// Which of the query's event-time declarations this gauge belongs to; the lanes of a source share one.
  package let declaration: Int
  private let column: Int
  /// Greatest event time seen, µs; nil before the first that is not NULL.
  package private(set) var maxMicros: Int64?

  private var hasSeenRows = false

  package init(declaration: Int, column: Int) {
    self.declaration = declaration
    self.column = column
  }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    hasSeenRows = hasSeenRows || delta.count > 0
    if case .int64(let times) = delta.columns[column] { note(times) }
    try output.emit(delta, step: step)
  }

  /// Whether rows went by since it was last asked: a source without is idle.
  package func takeHasSeenRows() -> Bool {
    defer { hasSeenRows = false }
    return hasSeenRows
  }

  private func note(_ times: PrimitiveColumn<Int64>) {
    var greatest = Int64.min
    var isAny = false
    if let validity = times.validity {
      for row in 0..<times.count where validity[row] {
        greatest = max(greatest, times.values[row])
        isAny = true
      }
    } else {
      times.values.withUnsafeBufferPointer { values in
        for value in values { greatest = max(greatest, value) }
      }
      isAny = times.count > 0
    }
    if isAny { maxMicros = max(maxMicros ?? .min, greatest) }
  }
}
