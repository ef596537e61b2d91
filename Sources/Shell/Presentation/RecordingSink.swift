import Columnar
import Connectors
import Diagnostics
import Engine

/// Passes a result on, and keeps its first rows for `.chart`.
final class RecordingSink: Sink {
  private let sink: any Sink
  private let shape: ResultShape
  private unowned let run: ShellRun
  /// Copies: a few rows must not keep large read buffers alive.
  private var rows: [[Value]] = []

  init(_ sink: any Sink, _ shape: ResultShape, run: ShellRun) {
    self.sink = sink
    self.shape = shape
    self.run = run
  }

  var readsSnapshots: Bool { sink.readsSnapshots }

  func begin(_ step: StepInfo) throws(SQLError) { try sink.begin(step) }

  func write(_ rows: ResultRows) throws(SQLError) {
    try sink.write(rows)
    let room = min(rows.batch.count, max(0, run.settings.rowsMax - self.rows.count))
    for row in 0..<room { self.rows.append(rows.batch.row(row)) }
  }

  func end(_ step: StepInfo) throws(SQLError) { try sink.end(step) }
  func commit(epoch: Int64) throws(SQLError) { try sink.commit(epoch: epoch) }
  func stopRequested() { sink.stopRequested() }
  func queryEnded() { sink.queryEnded() }

  func finish() throws(SQLError) {
    try sink.finish()
    if rows.isEmpty { return }
    let (shape, rows) = (shape, rows)
    run.lastResult = {
      ResultTable(
        schema: shape.schema, batch: Batch(rows: rows, schema: shape.schema),
        zone: TimeZoneRules.named(shape.settings.zoneName) ?? .utc)
    }
  }
}
