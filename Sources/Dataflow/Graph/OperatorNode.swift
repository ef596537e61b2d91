import Columnar
import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An operator in its place: who gets its output, and what it has done.
package final class OperatorNode: Output {
  package let id: String
  package let label: String
  package let operation: any Operator
  package private(set) var consumers: [(target: any DeltaReceiver, port: Int)] = []
  package private(set) var metrics = OperatorMetrics()
  /// Inputs that have not ended.
  private var openInputs = 0
  /// Time spent below `emit` during the current call.
  private var downstreamNanos: Int64 = 0

  package init(id: String, label: String, operation: any Operator) {
    self.id = id
    self.label = label
    self.operation = operation
  }

  package func connect(to target: any DeltaReceiver, port: Int) { consumers.append((target, port)) }

  package func emit(_ delta: Delta, channel: Int, step: StepContext) throws(SQLError) {
    if delta.isEmpty { return }
    metrics.rowsOut += Int64(delta.count)
    metrics.batchesOut += 1
    let start = monotonicNanos()
    defer { downstreamNanos += monotonicNanos() - start }
    for (target, port) in consumers { try target.receive(delta, port: port + channel, step: step) }
  }

  package func flush(step: StepContext) throws(SQLError) {
    try timed { () throws(SQLError) in try operation.flush(step: step, output: self) }
  }

  /// Goes on counting where the same operator of another graph stopped.
  func adopt(_ earlier: OperatorMetrics) { metrics = earlier }

  private func timed(_ body: () throws(SQLError) -> Void) throws(SQLError) {
    let outer = downstreamNanos
    downstreamNanos = 0
    let start = monotonicNanos()
    defer {
      metrics.nanos += monotonicNanos() - start - downstreamNanos
      downstreamNanos = outer
    }
    try body()
  }

  package var stateBytes: Int { operation.stateTables.reduce(0) { $0 + $1.memoryBytes } }
  package var stateRows: Int { operation.stateTables.reduce(0) { $0 + $1.rowCount } }
}

/// The receiving end of an edge.
package protocol DeltaReceiver: AnyObject {
  func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError)
  /// One more input is connected.
  func expectInput()
  /// One input has ended: nothing more comes at `port`.
  func endInput(port: Int, step: StepContext) throws(SQLError)
}

extension DeltaReceiver {
  package func expectInput() {}
  package func endInput(port: Int, step: StepContext) throws(SQLError) {}
}

extension OperatorNode: DeltaReceiver {
  package func expectInput() { openInputs += 1 }

  /// Once all inputs have ended the operator is flushed, so that its consumers have everything before they are told.
  package func endInput(port: Int, step: StepContext) throws(SQLError) {
    operation.inputEnded(port: port)
    openInputs -= 1
    if openInputs > 0 { return }
    try flush(step: step)
    for (target, port) in consumers { try target.endInput(port: port, step: step) }
  }

  package func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) {
    try step.cancellation.check()
    metrics.rowsIn += Int64(delta.count)
    try timed { () throws(SQLError) in try operation.push(delta, port: port, step: step, output: self) }
  }
}

/// Counters of one operator since its query began; `nanos` leaves out what consumers spent.
package struct OperatorMetrics: Sendable {
  package var rowsIn: Int64 = 0
  package var rowsOut: Int64 = 0
  package var batchesOut: Int64 = 0
  package var nanos: Int64 = 0

  package static func + (a: OperatorMetrics, b: OperatorMetrics) -> OperatorMetrics {
    var sum = a
    sum.rowsIn += b.rowsIn
    sum.rowsOut += b.rowsOut
    sum.batchesOut += b.batchesOut
    sum.nanos += b.nanos
    return sum
  }
}

/// For metrics only: operators get time from the step.
package func monotonicNanos() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
