import Columnar
import Connectors
import Dataflow
import Diagnostics
import Engine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Shows results of foreground statements in the current output mode: once, step by step, or as a live table.
final class Presenter: ResultPresenter {
  private unowned let run: ShellRun
  private var liveSink: LiveSink?
  private var chartSink: ChartSink?
  /// Live tables that went on in the background, by the name of their query.
  private var background: [String: LiveSink] = [:]

  init(run: ShellRun) { self.run = run }

  /// Whether a stream's result is to be drawn in place.
  var readsSnapshots: Bool {
    run.settings.isLive && ["auto", "box"].contains(run.settings.mode) && run.console.isTerminal
      && Terminal.isCapable(1) && isatty(0) == 1
  }

  func sink(for result: ResultShape) throws(SQLError) -> any Sink {
    if let kind = run.settings.chart, result.isBounded {
      let sink = ChartSink(result, kind: kind, run: run)
      return sink
    }
    if readsSnapshots, !result.isBounded, result.mode != .changelog {
      let sink = LiveSink(result, rowsMax: run.settings.rowsMax)
      liveSink = sink
      return sink
    }
    let format = try RowFormat.named(run.settings.mode)
    let request = RowFormatRequest(
      schema: result.schema, zone: TimeZoneRules.named(result.settings.zoneName) ?? .utc,
      isOneResult: result.isBounded, isChangelog: result.mode == .changelog, nullText: run.settings.nullText,
      columnsMax: run.console.isTerminal ? run.settings.width ?? Terminal.size.columns : nil)
    if let pager = run.settings.pager, run.console.isTerminal, result.isBounded {
      return EncodedSink(format.encoder(request), output: PagedOutput(pager, run: run))
    }
    return EncodedSink(format.encoder(request), output: run.console)
  }

  func run(_ query: StreamingQuery, in session: Session) throws(SQLError) {
    if let sink = liveSink {
      liveSink = nil
      return try show(query, sink, session)
    }
    let showsProgress = Terminal.isCapable(2) && query.plan.root.properties.isBounded && isOwnOutput
    if !showsProgress { return try session.runInForeground(query) }
    try session.attend(query)
    let bar = ProgressBar(usesUnicode: run.settings.usesUnicode)
    run.console.add(bar)
    let start = monotonicNanos()
    while !query.await(timeoutMicros: 100_000) {
      let elapsed = monotonicNanos() - start
      if elapsed > ProgressBar.delayNanos { bar.draw(query, elapsedNanos: elapsed) }
    }
    run.console.remove(bar)
    bar.erase()
    try session.stopAttending(query)
  }

  /// A bar on stderr would be drawn into what a pager shows of our stdout.
  private var isOwnOutput: Bool {
    if isatty(1) == 1 { return true }
    var status = stat()
    return fstat(1, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private func show(_ query: StreamingQuery, _ sink: LiveSink, _ session: Session) throws(SQLError) {
    guard let view = LiveView(query, sink, shell: run) else {
      throw SQLError(.internal, "IO_ERROR", "no pipe could be made for the live table")
    }
    try session.attend(query)
    let outcome = view.show()
    try session.stopAttending(query)
    if outcome == .background {
      background[query.name] = sink
      run.notice("query \"\(query.name)\" goes on in the background; .fg \(query.name) brings it back")
    }
  }

  /// Brings a live table back. False if the query has none.
  func bringBack(_ query: StreamingQuery, in session: Session) throws(SQLError) -> Bool {
    guard let sink = background[query.name] else { return false }
    background[query.name] = nil
    try show(query, sink, session)
    return true
  }
}

/// Draws a bounded result as a chart, at its end.
private final class ChartSink: Sink {
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
    run.lastResult = table
    let columns = run.settings.width ?? (run.console.isTerminal ? Terminal.size.columns : 80)
    try run.show(Chart(kind: kind, usesUnicode: run.settings.usesUnicode, columns: columns, rows: 15).lines(table))
  }
}
