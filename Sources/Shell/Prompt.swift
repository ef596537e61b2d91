import Dataflow
import Diagnostics
import Engine
import SQLSyntax
import StreamSQL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The `streamsql>` prompt.
extension ShellRun {
  /// As wide as the prompt, so that lines of a statement stand below each other.
  static let continuation = "      ...> "

  func prompt(_ session: Session) throws(SQLError) -> Int32 {
    Terminal.rememberModes()
    let editor = try LineEditor.open(palette: palette)
    self.editor = editor
    session.onFailure = { [console, errorPalette] name, error in
      console.tell("query \"\(name)\" failed: " + errorPalette.paint(error: error.rendered(in: nil)))
    }
    editor.isComplete = { PlainWord($0) != nil || StatementSplitter.isComplete(SourceText(name: "", text: $0), dialect: session.dialect) }
    editor.willHandOver = { session.forgetInterrupt() }
    editor.complete = { Completer(session: session).complete($0, at: $1) }
    console.add(editor)
    defer { console.remove(editor) }
    if let home = getenv("HOME").map({ String(cString: $0) }) {
      editor.history.open(home + "/.streamsql_history")
      if !options.skipsInit { runInit(options.initPath ?? home + "/.streamsqlrc", session) }
    }
    let greeting = "streamsql \(streamSQLVersion): SQL over data that keeps arriving. Statements end with ; — .help lists commands."
    console.tell(TextFitting.wrap(greeting, to: Terminal.size.columns).joined(separator: "\n"))
    // A signal that came while there was no prompt yet has ended the run.
    if signalReceived.number != nil { return 0 }
    while !isQuitting {
      editor.highlighter = Highlighter(functionNames: Set(session.functions.names), dialect: session.dialect)
      switch editor.read(prompt: settings.prompt, continuation: Self.continuation) {
      case .end:
        Terminal.write("\r\n")
        isQuitting = true
      case .cancelled: break
      case .text(let typed): runTyped(typed, session)
      }
    }
    return 0
  }

  private func runTyped(_ typed: String, _ session: Session) {
    let text = SourceText(name: "<input>", text: PlainWord(typed)?.command ?? typed)
    remember(text)
    failureCode = nil
    if session.wasInterrupted { return notice("interrupted: nothing was run") }
    let silence = Terminal.Silence()
    defer { silence?.restore() }
    let start = monotonicNanos()
    run(text.substituting(options.variables), session)
    do throws(SQLError) { try console.flush() } catch { report(error, nil) }
    if settings.showsTime { console.tell("time: \(HumanText.duration(nanos: monotonicNanos() - start))") }
  }

  /// Puts each statement and command of a text into the history.
  func remember(_ text: SourceText) {
    guard let editor, let session else { return }
    var splitter = StatementSplitter(text, dialect: session.dialect)
    while let piece = splitter.next() {
      if case .statement(let span, _) = piece {
        editor.history.remember(text.text(of: span) + ";")
      } else {
        editor.history.remember(text.text(of: piece.span))
      }
    }
  }

  private func runInit(_ path: String, _ session: Session) {
    // That there is none of the usual name is no error.
    if options.initPath == nil, access(path, F_OK) != 0 { return }
    do throws(SQLError) {
      run(SourceText(name: path, bytes: try FileText.read(path)).substituting(options.variables), session, bails: false)
      failureCode = nil
    } catch {
      report(error, nil)
    }
  }
}

/// A word that is no statement, and that everybody tries alone at a prompt.
private enum PlainWord: String {
  case exit, quit, help

  init?(_ typed: String) {
    let word = typed.drop(while: \.isWhitespace).prefix { !$0.isWhitespace && $0 != ";" }
    guard let found = Self(rawValue: word.lowercased()) else { return nil }
    guard typed.allSatisfy({ $0.isWhitespace || $0 == ";" || $0.isLetter }), typed.filter(\.isLetter).count == word.count else { return nil }
    self = found
  }

  var command: String { self == .help ? ".help" : ".quit" }
}
