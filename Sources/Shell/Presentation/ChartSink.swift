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
    try run.show(kind, of: table)
  }
}

extension ShellRun {
  /// Prints a chart, as wide as the screen and not higher.
  func show(_ kind: ChartKind, of table: ResultTable) throws(SQLError) {
    let size = console.isTerminal ? Terminal.size : (columns: 80, rows: 24)
    let chart = Chart(
      kind: kind, usesUnicode: settings.usesUnicode, palette: console.isTerminal || options.color == "always" ? palette : Palette(.never, descriptor: 1),
      columns: settings.width ?? size.columns, rows: Chart.rows(of: size.rows))
    try show(chart.lines(table).map(\.text))
  }
}
