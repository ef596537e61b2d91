import Columnar
import Diagnostics

/// A relational operator over deltas: `push` what came in, any number of times, then `flush` once a step.
///
/// Linear operators map each delta at once and forget it. Stateful ones absorb, and emit their net change at flush
/// (SEM-9). An operator is synchronous and single-threaded; it keeps state in named tables and nowhere else.
package protocol Operator: AnyObject {
  /// Takes in a change of input `port`.
  func push(_ delta: Delta, port: Int, step: StepContext, output: any Output) throws(SQLError)
  /// Brings what is remembered elsewhere into the state tables: comes before a snapshot between pushes.
  func settle(step: StepContext) throws(SQLError)
  /// The step ends: emits what changed. Inputs have been flushed before.
  func flush(step: StepContext, output: any Output) throws(SQLError)
  /// Nothing more will come at `port`: all sources below it have ended, and what they led to has been pushed.
  func inputEnded(port: Int)
  /// State to be saved; empty for linear operators.
  var stateTables: [any StateTable] { get }
  /// True when no further input can change the output (LIMIT is full): sources may stop.
  var isSatisfied: Bool { get }
  /// Rows that came too late for this operator; nil where none can (SEM-3).
  var lateRows: LateRows? { get }
  /// The earliest time on the query's clock at which a flush would emit something although no row comes.
  var nextProcessingTimerMicros: Int64? { get }
  /// Groups that wait for their time; nil where none does.
  var openGroups: OpenGroups? { get }
}

extension Operator {
  package func settle(step: StepContext) throws(SQLError) {}
  package func flush(step: StepContext, output: any Output) throws(SQLError) {}
  package func inputEnded(port: Int) {}
  package var stateTables: [any StateTable] { [] }
  package var isSatisfied: Bool { false }
  package var lateRows: LateRows? { nil }
  package var nextProcessingTimerMicros: Int64? { nil }
  package var openGroups: OpenGroups? { nil }
}

/// Where an operator's deltas go.
package protocol Output: AnyObject {
  /// Hands a delta on; empty ones are dropped. `channel` is 0 except for exchanges, where it is the partition.
  func emit(_ delta: Delta, channel: Int, step: StepContext) throws(SQLError)
}

extension Output {
  package func emit(_ delta: Delta, step: StepContext) throws(SQLError) {
    try emit(delta, channel: 0, step: step)
  }
}
