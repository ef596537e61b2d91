import Columnar
import Connectors
import Dataflow
import Diagnostics
import Engine
import SQLSyntax
import StreamSQL
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One run of the program.
// @unchecked Sendable: the signal thread and those of queries use `signalReceived`, `session`, `editor`, `console` and the presenter's
// `metMalformed` only, which are thread-safe and set before they can; everything else belongs to the main thread.
final class ShellRun: @unchecked Sendable {
  let options: ShellOptions
  let console = ConsoleOutput()
  var settings: ShellSettings
  var session: Session?
  var editor: LineEditor?
  private(set) var presenter: Presenter?
  /// The live table or chart on the screen, which hears of a new size.
  var liveView: LiveView?
  /// The last table that was shown, for `.chart`; made when it is asked for.
  var lastResult: (() -> ResultTable)?
  let signalReceived = SignalBox()
  var failureCode: Int32?
  var isQuitting = false
  private var commandDepth = 0
  let errorPalette: Palette
  let palette: Palette

  /// `.read` within `.read` …
  private static let readDepthMax = 32

  init(_ options: ShellOptions) {
    self.options = options
    settings = ShellSettings(mode: options.mode)
    let choice = Palette.Choice(rawValue: options.color) ?? .auto
    palette = Palette(choice, descriptor: 1)
    errorPalette = Palette(choice, descriptor: 2)
  }

  // MARK: Start and end

  func main() -> Int32 {
    Signals.receive { [weak self] number in self?.received(number) }
    do throws(SQLError) {
      if let path = options.outputPath { try console.redirect(to: path) }
      let isInteractive = options.inputs.isEmpty && isatty(0) == 1
      let readsScript = options.inputs.isEmpty || options.inputs.contains { if case .file("-") = $0 { true } else { false } }
      let session = makeSession(isStdinData: !readsScript && isatty(0) == 0)
      self.session = session
      defer { session.shutDown() }
      if isInteractive { return try prompt(session) }
      let inputs = options.inputs.isEmpty ? [.file("-")] : options.inputs
      for input in inputs {
        let text = try load(input)
        if !run(text, session) || isQuitting { break }
      }
      let isWhole = failureCode == nil || !options.bailsOut
      var failures = isWhole && !session.wasInterrupted ? session.finishAll() : []
      failures += session.shutDown()
      for failure in failures { report(failure, nil) }
      try console.flush()
      return failureCode ?? 0
    } catch {
      report(error, nil)
      return failureCode ?? 0
    }
  }

  private func makeSession(isStdinData: Bool) -> Session {
    let presenter = Presenter(run: self)
    self.presenter = presenter
    let session = Session(
      options: SessionOptions(
        workers: options.workers, usesVirtualClock: options.usesVirtualClock, runForMicros: options.runForMicros),
      presenter: presenter,
      environment: ConnectorEnvironment(zoneName: "UTC", output: console, isStdinData: isStdinData))
    session.onMalformed = { [weak self, unowned session] in self?.presenter?.metMalformed($0, session) }
    return session
  }

  /// A signal decides over everything but an error of the script's own.
  func finalCode(_ code: Int32) -> Int32 {
    if code != 0 { return code }
    if let number = signalReceived.number { return 128 + number }
    return code
  }

  private func received(_ number: Int32) {
    switch number {
    case SIGWINCH:
      editor?.resized()
      liveView?.resized()
    case SIGTSTP: suspend()
    case SIGCONT:
      liveView?.resumed()
      editor?.resumed()
    // A pager or an editor is asked by the terminal itself.
    case SIGINT where editor != nil && ExternalCommand.isRunning: break
    case SIGINT where editor != nil:
      editor?.interrupt { session?.markInterrupted() }
      session?.stopInterrupted()
    default:
      // Asked twice: whatever is stuck stays undone.
      if signalReceived.isAgain() { _exit(128 + number) }
      signalReceived.set(number)
      // A terminal that is gone, or a prompt asked to end: after the statement that runs, if one does.
      if let editor {
        isQuitting = true
        editor.interrupt {}
      }
      session?.interrupt()
    }
  }

  /// Ctrl-Z: the user's shell gets the terminal as it was, until it wakes us.
  private func suspend() {
    // A pager or an editor that is stopped with us has its own modes.
    guard let editor, !ExternalCommand.isRunning else { return Signals.stopProcess() }
    if editor.pastesInBrackets { Terminal.write("\u{1B}[?2004l") }
    if let liveView {
      liveView.suspended()
      Terminal.write("\u{1B}[?25h")
    }
    Terminal.lend { Signals.stopProcess() }
    if editor.pastesInBrackets { Terminal.write("\u{1B}[?2004h") }
    if liveView != nil { Terminal.write("\u{1B}[?25l") }
  }

  // MARK: Scripts

  func load(_ input: ShellOptions.Input) throws(SQLError) -> SourceText {
    let text: SourceText
    switch input {
    case .command(let sql): text = SourceText(name: "<command>", text: sql)
    case .file(let path): text = SourceText(name: path == "-" ? "<stdin>" : path, bytes: try FileText.read(path))
    }
    return text.substituting(options.variables)
  }

  /// Runs a text; false if the run should end here.
  /// - Parameter bails: ends at the first error; nil: as the command line says.
  @discardableResult
  func run(_ text: SourceText, _ session: Session, bails: Bool? = nil) -> Bool {
    let runner = ScriptRunner(
      session: session,
      command: { [self] (line, text, span) throws(SQLError) in try command(line, text, span) },
      notice: { [self] in notice($0) })
    return runner.run(text) { [self] error, text in
      if error.isClosedPipe { return false }
      report(error, text)
      return !(bails ?? options.bailsOut) && !isQuitting
    }
  }

  func notice(_ message: String) {
    if editor != nil { console.tell(message) }
  }

  /// Prints an error and keeps the first one's exit code.
  func report(_ error: SQLError, _ text: SourceText?) {
    if error.isClosedPipe { return }
    // Rows that came before the error stand before it.
    do throws(SQLError) { try console.flush() } catch { if !error.isClosedPipe { tell(error, nil) } }
    tell(error, text)
    if failureCode == nil { failureCode = error.kind.exitCode }
  }

  private func tell(_ error: SQLError, _ text: SourceText?) {
    console.tell(errorPalette.paint(error: error.rendered(in: text)))
  }

  // MARK: Commands

  private func command(_ line: String, _ text: SourceText, _ span: SourceSpan) throws(SQLError) {
    let name = String(line.prefix { $0 != " " && $0 != "\t" })
    guard let command = DotCommand.named(name) else {
      throw SQLError(
        .parse, "UNKNOWN_COMMAND", "there is no command \(name)", span: span,
        hint: DotCommand.elsewhere(name) ?? didYouMean(name, in: DotCommand.all.map { ".\($0.name)" }) ?? ".help lists them")
    }
    try command.run(CommandCall(shell: self, command: command, line: line, nameLength: name.count, span: span))
  }

  func setMode(_ name: String, span: SourceSpan) throws(SQLError) {
    settings.mode = try RowFormat.named(name, span: span).name
  }

  func quit() {
    isQuitting = true
    session?.interrupt()
  }

  /// Runs SQL on behalf of a command. Places in errors are of that text.
  func execute(_ sql: String) throws(SQLError) {
    let text = SourceText(name: "<command>", text: sql)
    do throws(SQLError) {
      let statement = try Parser.parseStatement(text, dialect: session?.dialect ?? .spark)
      if let message = try session?.execute(statement, in: text) { notice(message) }
    } catch {
      throw error.placed(in: text)
    }
  }

  func read(_ path: String, span: SourceSpan) throws(SQLError) {
    guard commandDepth < ShellRun.readDepthMax else {
      throw SQLError(.bind, "RECURSION_LIMIT_EXCEEDED", "scripts read each other \(ShellRun.readDepthMax) deep", span: span)
    }
    guard let session else { return }
    commandDepth += 1
    defer { commandDepth -= 1 }
    run(try load(.file(PathCompletion.expanded(path))), session)
  }

  func show(_ lines: [String]) throws(SQLError) {
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    var failure: SQLError?
    bytes.withUnsafeBytes { bytes in
      do throws(SQLError) { try console.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

extension SQLError {
  var isClosedPipe: Bool { errorClass == "CLOSED_PIPE" }
}

/// The first signal that asked the program to end.
final class SignalBox: Sendable {
  private let value = Mutex<(number: Int32, nanos: Int64)?>(nil)

  /// `timeout` and shells signal a process and then its group: that is asked once.
  private static let onceNanos: Int64 = 300_000_000

  var number: Int32? { value.withLock { $0?.number } }
  func set(_ number: Int32) { value.withLock { $0 = $0 ?? (number, monotonicNanos()) } }
  /// One came before, and not just now.
  func isAgain() -> Bool { value.withLock { $0.map { monotonicNanos() - $0.nanos > Self.onceNanos } ?? false } }
}
