import Dataflow
import Columnar
import Engine
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A foreground query on a terminal: its table drawn in place, keys heeded, until it ends or goes to the background.
///
/// Everything is drawn by the thread that called `show`. What background queries print goes above the table.
// @unchecked Sendable: `shared` is behind a mutex; everything else belongs to the shell's thread.
final class LiveView: @unchecked Sendable {
  enum Outcome { case ended, background }

  private let query: StreamingQuery
  private let sink: LiveSink
  private let shell: ShellRun
  private let wake: WakePipe
  private let zone: TimeZoneRules
  private let shared = Mutex(Shared())

  private struct Shared {
    var output: [UInt8] = []
    var isResized = false
    var isSuspended = false
    var isResumed = false
  }

  private var region = ScreenRegion()
  private var status = StatusLine()
  private var keys = LiveKeys()
  private var differences = FrameDifferences()
  private var drawnChanges = -1

  /// 5 Hz unless `+` and `-` say otherwise.
  private static let intervalsNanos: [Int64] = [200_000_000, 500_000_000, 1_000_000_000, 2_000_000_000, 5_000_000_000]

  init?(_ query: StreamingQuery, _ sink: LiveSink, shell: ShellRun) {
    guard let wake = WakePipe() else { return nil }
    self.query = query
    self.sink = sink
    self.shell = shell
    self.wake = wake
    zone = TimeZoneRules.named(sink.shape.settings.zoneName) ?? .utc
    keys.chart = shell.settings.chart
  }

  func resized() {
    shared.withLock { $0.isResized = true }
    wake.ring()
  }

  /// The process is about to be stopped: nothing is drawn until it is told that it goes on.
  func suspended() { shared.withLock { $0.isSuspended = true } }

  /// The process goes on after it was stopped, on a screen where others have written.
  func resumed() {
    shared.withLock { ($0.isSuspended, $0.isResumed) = (false, true) }
    wake.ring()
  }

  /// Draws until the query is over or the user leaves it; then the table stays in the scrollback.
  func show() -> Outcome {
    let mode = Terminal.KeyMode()
    let wake = wake
    sink.listen { wake.ring() }
    shell.console.add(self)
    shell.liveView = self
    Terminal.write("\u{1B}[?25l")
    defer {
      Terminal.write("\u{1B}[?25h")
      mode?.restore()
      shell.liveView = nil
      shell.console.remove(self)
      sink.listen(nil)
      flushOutput()
    }
    let outcome = loop()
    region.erase(columns: Terminal.size.columns)
    if outcome == .ended { printResult() }
    return outcome
  }

  private func loop() -> Outcome {
    var lastDraw: Int64 = 0
    draw()
    while true {
      if query.state.isOver { return .ended }
      let interval = Self.intervalsNanos[keys.speed]
      let due = max(0, lastDraw + interval - monotonicNanos())
      // Woken by a change, but never drawn more often than the interval allows.
      let isDirty = sink.changes != drawnChanges || differences.hasLit || keys.isDirty
      let timeout = isDirty ? Int32(clamping: due / 1_000_000 + 1) : 500
      if let key = nextKey(timeoutMillis: min(timeout, 500)) {
        switch keys.press(key, query: query, columns: sink.shape.schema.count) {
        case .stop: query.stop()
        case .background: return .background
        case .why: tellWhy()
        case .none: break
        }
        draw()
        lastDraw = monotonicNanos()
        continue
      }
      wake.drain()
      heedOthers()
      if monotonicNanos() - lastDraw >= interval {
        draw()
        lastDraw = monotonicNanos()
      }
    }
  }

  private func nextKey(timeoutMillis: Int32) -> UInt8? {
    var inputs = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&inputs, 2, timeoutMillis) > 0 else { return nil }
    if inputs[1].revents != 0 { return nil }
    var byte: UInt8 = 0
    if read(0, &byte, 1) == 1 { return byte }
    // The terminal is gone.
    query.stop()
    return nil
  }

  private func heedOthers() {
    let (isResized, isResumed) = shared.withLock { shared in
      defer { (shared.isResized, shared.isResumed) = (false, false) }
      return (shared.isResized || shared.isResumed, shared.isResumed)
    }
    if isResumed { region.forget() }
    flushOutput()
    if isResized { draw() }
  }

  private func flushOutput() {
    let bytes = shared.withLock { shared in
      defer { shared.output = [] }
      return shared.output
    }
    if bytes.isEmpty { return }
    let wasEmpty = region.isEmpty
    region.erase(columns: Terminal.size.columns)
    bytes.withUnsafeBytes { Terminal.write($0) }
    if bytes.last != UInt8(ascii: "\n") { Terminal.write("\r\n") }
    if !wasEmpty { draw() }
  }

  private func tellWhy() {
    region.erase(columns: Terminal.size.columns)
    guard let session = shell.session else { return }
    Terminal.write(WhyText.lines(query, in: session).joined(separator: "\r\n") + "\r\n")
  }

  // MARK: Frames

  private func table(rowsMax: Int) -> (ResultTable, rowCount: Int) {
    let (batch, count) = query.snapshot(rowsMax: rowsMax) ?? sink.tail
    return (ResultTable(schema: sink.shape.schema, batch: batch, zone: zone, nullText: shell.settings.nullText), count)
  }

  private func draw() {
    if shared.withLock({ $0.isSuspended }) { return }
    drawnChanges = sink.changes
    keys.isDirty = false
    status.sample(query.progress)
    let size = Terminal.size
    let columns = min(size.columns, shell.settings.width ?? .max)
    let (all, count) = table(rowsMax: keys.needsAll ? shell.settings.rowsMax : min(shell.settings.rowsMax, size.rows))
    let shownTable = keys.arranged(all)
    differences.compare(shownTable, key: sink.shape.key)
    // The table, the status line and the line of keys.
    let room = max(1, size.rows - 2)
    var lines: [ScreenRegion.Line]
    var shown = shownTable.rows.count
    if let kind = keys.chart {
      lines = Array(chart(kind, columns: columns, rows: max(1, room - 1)).lines(shownTable).prefix(room))
    } else if keys.showsChanges {
      lines = differences.log.suffix(room).map { .init(plain: TextFitting.cut($0, to: columns)) }
    } else {
      var layout = TableLayout(table: shownTable, columnsMax: columns, palette: shell.palette)
      layout.lit = differences.lit
      while shown > 1, layout.height(rows: shown) > room { shown -= 1 }
      let range = sink.readsSnapshots || keys.isSorted ? 0..<shown : (shownTable.rows.count - shown)..<shownTable.rows.count
      lines = Array(layout.lines(rows: range).prefix(room))
    }
    let text = status.text(
      query, rowCount: count, shown: min(shown, count), note: keys.note(isPaused: query.state == .paused), zone: zone,
      usesUnicode: shell.settings.usesUnicode)
    let cut = TextFitting.cut(text, to: columns - 1)
    lines.append(.init(shell.palette.paint(cut, .dim), width: ScreenRegion.Line(plain: cut).width))
    if size.rows > 3 {
      let help = TextFitting.cut(keys.help(columns: columns - 1), to: columns - 1)
      lines.append(.init(shell.palette.paint(help, .dim), width: ScreenRegion.Line(plain: help).width))
    }
    region.draw(lines, columns: size.columns)
  }

  private func chart(_ kind: ChartKind, columns: Int, rows: Int) -> Chart {
    Chart(kind: kind, usesUnicode: shell.settings.usesUnicode, palette: shell.palette, columns: columns, rows: rows)
  }

  /// The final table, once, where it can be scrolled back to.
  private func printResult() {
    let (all, count) = table(rowsMax: shell.settings.rowsMax)
    shell.lastResult = { all }
    if case .failed = query.state, count == 0 { return }
    let columns = min(Terminal.size.columns, shell.settings.width ?? .max)
    let lines: [String]
    if let kind = keys.chart {
      lines = chart(kind, columns: columns, rows: Chart.rows(of: Terminal.size.rows)).lines(all).map(\.text)
    } else {
      lines = TableLayout(table: all, columnsMax: columns, palette: shell.palette).lines(rows: 0..<all.rows.count).map(\.text)
    }
    var text = lines.joined(separator: "\r\n") + "\r\n"
    if count > all.rows.count {
      text += "\(sink.readsSnapshots ? "first" : "last") \(all.rows.count) of \(count) rows\r\n"
    }
    Terminal.write(text)
  }
}

extension LiveView: OutputInterceptor {
  func intercept(_ bytes: UnsafeRawBufferPointer) -> Bool {
    shared.withLock { $0.output.append(contentsOf: bytes) }
    wake.ring()
    return true
  }
}
