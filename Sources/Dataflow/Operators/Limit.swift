import Columnar
import Diagnostics

/// The first `count` rows in input order after `offset`; input is append-only, so they never change (SEM-11).
package final class Limit: Operator {
  private let state: CounterTable
  private let count: Int
  private let offset: Int

  package init(count: Int, offset: Int) {
    self.count = count
    self.offset = offset
    state = CounterTable(name: "rows seen")
  }

  package var stateTables: [any StateTable] { [state] }
  package var isSatisfied: Bool { state.value >= Int64(clamping: offset.addingReportingOverflow(count).partialValue) }

  package func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError) {
    let seen = Int(state.value)
    let from = min(max(offset - seen, 0), delta.count)
    let (end, overflow) = offset.addingReportingOverflow(count)
    let to = overflow ? delta.count : min(max(end - seen, 0), delta.count)
    state.value += Int64(delta.count)
    if from >= to { return }
    if from == 0 && to == delta.count {
      try output.emit(delta, step: step)
    } else {
      try output.emit(delta.gather((from..<to).map { Int32($0) }), step: step)
    }
  }
}
