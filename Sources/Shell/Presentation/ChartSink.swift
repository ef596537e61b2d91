import Columnar
import Connectors
import Diagnostics
import Engine

/// Draws a bounded result as a chart, at its end.
final class ChartSink: Sink {
  private let shape: ResultShape
  private let kind: ChartKind
  private unowned let run: ShellRun
  private var batches: [Batch] = []

  init(_ shape: ResultShape, kind: ChartKind, run: ShellRun) {
    self.shape = shape
    self.kind = kind
    self.run = run
  }

  func write(_ rows: ResultRows) throws(SQLError) { batches.append(rows.batch) }

  func finish() throws(SQLError) {
    let batch = batches.isEmpty ? Batch.empty(shape.schema) : Batch.concatenate(batches, schema: shape.schema)
    let table = ResultTable(schema: shape.schema, batch: batch, zone: TimeZoneRules.named(shape.settings.zoneName) ?? .utc)
    run.lastResult = { table }
    let columns = run.settings.width ?? (run.console.isTerminal ? Terminal.size.columns : 80)
    try run.show(Chart(kind: kind, usesUnicode: run.settings.usesUnicode, columns: columns, rows: 15).lines(table))
  }
}
