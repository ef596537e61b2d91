import Columnar
import Connectors
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

/// The program: runs what the command line asks for, or a prompt.
public enum Shell {
  /// Runs to the end and returns the exit code of DIALECT §5.
  public static func run(_ options: ShellOptions) -> Int32 {
    let run = ShellRun(options)
    let code = run.main()
    return run.finalCode(code)
  }
}

/// One run of the program.
// @unchecked Sendable: the signal thread uses `signalReceived`, `session` and `editor` only, which are thread-safe and set
// before it can; everything else belongs to the main thread.
final class ShellRun: @unchecked Sendable {
  let options: ShellOptions
  let console: ConsoleOutput
  private(set) var mode: String
  private var session: Session?
  private var editor: LineEditor?
  private let signalReceived = SignalBox()
  private var failureCode: Int32?
  private var isQuitting = false
  private var commandDepth = 0

  /// `.read` within `.read` …
  private static let readDepthMax = 32

  init(_ options: ShellOptions) {
    self.options = options
    mode = options.mode
    console = ConsoleOutput()
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
      if failureCode == nil || !options.bailsOut, !session.wasInterrupted {
        do throws(SQLError) { try session.finish() } catch { report(error, nil) }
      }
      try console.flush()
      return failureCode ?? 0
    } catch {
      report(error, nil)
      return failureCode ?? 0
    }
  }

  private func makeSession(isStdinData: Bool) -> Session {
    Session(
      options: SessionOptions(
        workers: options.workers, usesVirtualClock: options.usesVirtualClock, runForMicros: options.runForMicros),
      presenter: Presenter(run: self),
      environment: ConnectorEnvironment(zoneName: "UTC", output: console, isStdinData: isStdinData))
  }

  /// A signal decides over everything but an error of the script's own.
  func finalCode(_ code: Int32) -> Int32 {
    if code != 0 { return code }
    if let number = signalReceived.number { return 128 + number }
    return code
  }

  private func received(_ number: Int32) {
    switch number {
    case SIGWINCH: editor?.resized()
    case SIGINT where editor != nil:
      if editor?.interrupt() != true { session?.interrupt() }
    default:
      if signalReceived.number != nil {
        // Asked twice: whatever is stuck stays undone.
        _exit(128 + number)
      }
      signalReceived.set(number)
      session?.interrupt()
    }
  }

  // MARK: Scripts

  private func load(_ input: ShellOptions.Input) throws(SQLError) -> SourceText {
    let text: SourceText
    switch input {
    case .command(let sql): text = SourceText(name: "<command>", text: sql)
    case .file(let path): text = SourceText(name: path == "-" ? "<stdin>" : path, bytes: try FileText.read(path))
    }
    return text.substituting(options.variables)
  }

  /// Runs a text; false if the run should end here.
  private func run(_ text: SourceText, _ session: Session) -> Bool {
    let runner = ScriptRunner(
      session: session,
      command: { [self] (line, text, span) throws(SQLError) in try command(line, text, span) },
      notice: { [self] in notice($0) })
    return runner.run(text) { [self] error, text in
      if error.isClosedPipe { return false }
      report(error, text)
      return !options.bailsOut && !isQuitting
    }
  }

  private func notice(_ message: String) {
    if editor != nil { write(toError: message) }
  }

  /// Prints an error and keeps the first one's exit code.
  private func report(_ error: SQLError, _ text: SourceText?) {
    if error.isClosedPipe { return }
    // Rows that came before the error stand before it.
    do throws(SQLError) { try console.flush() } catch { if !error.isClosedPipe { write(toError: error.rendered(in: nil)) } }
    write(toError: error.rendered(in: text))
    if failureCode == nil { failureCode = error.kind.exitCode }
  }

  private func write(toError message: String) {
    let bytes = Array((message + "\n").utf8)
    bytes.withUnsafeBytes { bytes in
      if editor?.print(bytes) == true { return }
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(2, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0 && errno != EINTR { return }
        done += max(0, count)
      }
    }
  }

  // MARK: The prompt

  private func prompt(_ session: Session) throws(SQLError) -> Int32 {
    let editor = try LineEditor.open()
    self.editor = editor
    console.editor = editor
    if let home = getenv("HOME").map({ String(cString: $0) }) {
      editor.useHistory(at: home + "/.streamsql_history")
      if !options.skipsInit { runInit(options.initPath ?? home + "/.streamsqlrc", session) }
    }
    write(toError: "streamsql \(streamSQLVersion): SQL over data that keeps arriving. Statements end with ; — .help lists commands.")
    var pending = ""
    while !isQuitting {
      switch editor.read(prompt: pending.isEmpty ? "streamsql> " : "      ...> ") {
      case .end:
        write(toError: "")
        isQuitting = true
      case .cancelled:
        pending = ""
      case .text(let line):
        pending += pending.isEmpty ? line : "\n" + line
        let text = SourceText(name: "<input>", text: pending).substituting(options.variables)
        if !StatementSplitter.isComplete(text, dialect: session.dialect) { continue }
        editor.remember(pending)
        pending = ""
        failureCode = nil
        _ = run(text, session)
        do throws(SQLError) { try console.flush() } catch { report(error, nil) }
      }
    }
    return 0
  }

  private func runInit(_ path: String, _ session: Session) {
    guard access(path, R_OK) == 0 else { return }
    do throws(SQLError) {
      _ = run(SourceText(name: path, bytes: try FileText.read(path)).substituting(options.variables), session)
    } catch {
      report(error, nil)
    }
  }

  // MARK: Commands

  private func command(_ line: String, _ text: SourceText, _ span: SourceSpan) throws(SQLError) {
    let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard let name = words.first else { return }
    guard let command = DotCommand.named(name) else {
      throw SQLError(
        .parse, "UNKNOWN_COMMAND", "there is no command \(name)", span: span,
        hint: didYouMean(name, in: DotCommand.all.map { ".\($0.name)" }) ?? ".help lists them")
    }
    try command.run(self, Array(words.dropFirst()), span)
  }

  func setMode(_ name: String, span: SourceSpan) throws(SQLError) {
    mode = try RowFormat.named(name, span: span).name
  }

  func quit() {
    isQuitting = true
    session?.interrupt()
  }

  /// Runs SQL on behalf of a command.
  func execute(_ sql: String) throws(SQLError) {
    let text = SourceText(name: "<command>", text: sql)
    _ = try session?.execute(try Parser.parseStatement(text), in: text)
  }

  func read(_ path: String, span: SourceSpan) throws(SQLError) {
    guard commandDepth < ShellRun.readDepthMax else {
      throw SQLError(.bind, "RECURSION_LIMIT_EXCEEDED", "scripts read each other \(ShellRun.readDepthMax) deep", span: span)
    }
    guard let session else { return }
    commandDepth += 1
    defer { commandDepth -= 1 }
    _ = run(try load(.file(path)), session)
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
private final class SignalBox: Sendable {
  private let value = Mutex<Int32?>(nil)
  var number: Int32? { value.withLock { $0 } }
  func set(_ number: Int32) { value.withLock { $0 = $0 ?? number } }
}
