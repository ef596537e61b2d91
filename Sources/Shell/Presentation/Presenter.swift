import Columnar
import Connectors
import Dataflow
import Diagnostics
import Engine
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Shows results of foreground statements in the current output mode: once, step by step, or as a live table.
final class Presenter: ResultPresenter {
  private unowned let run: ShellRun
  private var liveSink: LiveSink?
  /// What the pager is to show when the query has ended.
  private var paged: PagedOutput?
  /// Live tables that went on in the background, by the name of their query.
  private var background: [String: LiveSink] = [:]

  /// The query whose table is drawn, or whose result is awaited as a whole: its malformed records are told of when it is over.
  private let quiet = Mutex<StreamingQuery?>(nil)

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
    paged = nil
    if let pager = run.settings.pager, run.console.isTerminal, result.isBounded { paged = PagedOutput(pager, run: run) }
    let sink = EncodedSink(format.encoder(request), output: paged ?? run.console)
    return run.editor != nil && result.isBounded ? RecordingSink(sink, result, run: run) : sink
  }

  func run(_ query: StreamingQuery, in session: Session) throws(SQLError) {
    if let sink = liveSink {
      liveSink = nil
      return try show(query, sink, session)
    }
    if query.plan.root.properties.isBounded { quiet.withLock { $0 = query } }
    defer { quiet.withLock { $0 = nil } }
    let showsProgress = Terminal.isCapable(2) && query.plan.root.properties.isBounded && isOwnOutput
    if !showsProgress {
      try session.runInForeground(query)
      tellMore(query, session)
      return
    }
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
    try paged?.show()
    tellMore(query, session)
  }

  /// What the rows do not tell: that they are not the whole result, that records could not be read.
  private func tellMore(_ query: StreamingQuery, _ session: Session) {
    tellMalformed(query, session)
    if session.wasInterrupted, query.state == .stopped, query.plan.root.properties.isBounded { run.notice("interrupted: this is not the whole result") }
  }

  /// A query has met records that could not be read as declared. May be called from any thread.
  func metMalformed(_ query: StreamingQuery, _ session: Session) {
    if quiet.withLock({ $0 !== query }) { tellMalformed(query, session) }
  }

  /// Rows of NULLs, or rows left out, without a word would pass for data.
  private func tellMalformed(_ query: StreamingQuery, _ session: Session) {
    for (name, count) in query.newMalformed() {
      var text = "\(count) malformed record\(count == 1 ? "" : "s") in \(name)"
      if let first = session.firstMalformed(of: name, in: query) {
        text += "\(count == 1 ? "" : ", the first"): \(first.place): \(first.message)"
      }
      let isAtPrompt = run.editor != nil
      run.console.tell(isAtPrompt ? "\(text); .errors \(name) has them" : "warning: \(text); SELECT * FROM errors('\(name)') has them")
    }
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
    quiet.withLock { $0 = query }
    defer { quiet.withLock { $0 = nil } }
    try session.attend(query)
    let outcome = view.show()
    try session.stopAttending(query)
    if outcome == .ended { tellMalformed(query, session) }
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
