import CLinux
import CReadline
import Diagnostics
import SQLSyntax
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A prompt on a terminal: GNU readline's keys, history and `.inputrc`, drawn by us in colours and several lines.
///
/// One thread waits for keys and for what others have to say: text that background queries print while the user types is
/// shown above the line being edited. Enter ends a complete statement, and begins a new line of one that is not.
// @unchecked Sendable: `shared` is behind a mutex; everything else belongs to the shell's thread.
final class LineEditor: @unchecked Sendable {
  enum Line {
    case text(String)
    /// Ctrl-C: the line was dropped.
    case cancelled
    /// Ctrl-D on an empty line.
    case end
  }

  private struct Shared {
    var isPrompting = false
    var output: [UInt8] = []
    var isInterrupted = false
    var isResized = false
    var isResumed = false
  }

  private let shared = Mutex(Shared())
  private let wake: WakePipe
  /// False on a terminal that cannot move its cursor: readline draws by itself, line by line.
  private let drawsItself: Bool
  var view: InputView
  private var prompt = ""
  private var continuation = ""
  var columns = 80
  /// While readline forgets a line it would draw it once more.
  private var isDropping = false
  /// A byte that was read with a line which is dropped, and belongs to the next one.
  private var nextLine: UInt8?
  var highlighter = Highlighter(functionNames: [])
  /// Told under a lock when a line is handed over: a Ctrl-C from here on is meant for what runs.
  var willHandOver: () -> Void = {}
  /// Whether what was typed can be run.
  var isComplete: (String) -> Bool = { _ in true }
  var complete: ([UInt8], Int) -> Completion? = { _, _ in nil }
  let history = History()

  /// Readline has one prompt a process; its callbacks have no context.
  nonisolated(unsafe) private static var current: LineEditor?
  nonisolated(unsafe) private static var finished: String??

  private init(wake: WakePipe, palette: Palette) {
    self.wake = wake
    drawsItself = Terminal.isCapable(1)
    view = InputView(palette: palette)
  }

  /// Loads readline; throws if the library is not there.
  static func open(palette: Palette) throws(SQLError) -> LineEditor {
    if sq_readline_load("streamsql") != 0 {
      throw SQLError(
        .usage, "LIBRARY_NOT_FOUND", "the prompt needs GNU readline: \(String(cString: sq_readline_error()))",
        hint: "install libreadline8, or pipe the script: streamsql -f script.sql")
    }
    guard let wake = WakePipe() else {
      throw SQLError(.internal, "IO_ERROR", "no pipe could be made: \(String(cString: strerror(errno)))")
    }
    let editor = LineEditor(wake: wake, palette: palette)
    current = editor
    sq_readline_initialize()
    sq_readline_read_with({ LineEditor.current?.nextByte() ?? -1 }, { LineEditor.current?.hasByte(within: $0) ?? false ? 1 : 0 })
    if editor.drawsItself {
      sq_readline_draw_with { LineEditor.current?.draw() }
      bindKeys()
    }
    return editor
  }

  private static func bindKeys() {
    sq_readline_bind("\r", "accept-line") { _, _ in LineEditor.current?.enter() ?? 0 }
    sq_readline_bind("\n", "accept-line") { _, _ in LineEditor.current?.enter() ?? 0 }
    for standard in ["vi-editing-mode", ""] {
      sq_readline_bind("\u{1B}\r", standard) { _, _ in LineEditor.current?.newline() ?? 0 }
    }
    sq_readline_bind("\t", "complete") { _, _ in LineEditor.current?.tab() ?? 0 }
    sq_readline_bind("\u{1B}?", "possible-completions") { _, _ in LineEditor.current?.tab() ?? 0 }
    sq_readline_bind("\u{0C}", "clear-screen") { _, _ in LineEditor.current?.clearScreen() ?? 0 }
    for sequence in ["\u{1B}[A", "\u{1B}OA"] {
      sq_readline_bind(sequence, "previous-history") { _, key in LineEditor.current?.up(key) ?? 0 }
    }
    for sequence in ["\u{1B}[B", "\u{1B}OB"] {
      sq_readline_bind(sequence, "next-history") { _, key in LineEditor.current?.down(key) ?? 0 }
    }
  }

  // MARK: From any thread

  /// Ctrl-C: drops the line at the prompt, or, where there is none, calls `mark`, under the lock under which a line is
  /// handed over. So it meets the line or what runs of it, at any moment.
  func interrupt(otherwise mark: () -> Void) {
    shared.withLock { shared in
      if shared.isPrompting { shared.isInterrupted = true } else { mark() }
    }
    wake.ring()
  }

  func resized() {
    shared.withLock { $0.isResized = true }
    wake.ring()
  }

  /// The process goes on after it was stopped.
  func resumed() {
    shared.withLock { $0.isResumed = true }
    wake.ring()
  }

  /// Whether the terminal is told to mark what is pasted; while there is a prompt.
  var pastesInBrackets: Bool {
    drawsItself && sq_readline_is_on("enable-bracketed-paste") != 0 && shared.withLock { $0.isPrompting }
  }

  // MARK: The shell's thread

  /// Shows the prompt and reads one statement (or several that came at once).
  func read(prompt: String, continuation: String) -> Line {
    (self.prompt, self.continuation) = (prompt, continuation)
    columns = Terminal.size.columns
    begin(prompt)
    // Lines before the one being edited, where readline draws by itself and knows one line only.
    var before = ""
    shared.withLock { $0.isPrompting = true }
    defer {
      shared.withLock { $0.isPrompting = false }
      flushOutput(isPrompting: false)
    }
    while true {
      if let line = LineEditor.finished {
        guard let line else { return before.isEmpty ? .end : .cancelled }
        if drawsItself || isComplete(before + line) { return handOver(before + line) }
        before += line + "\n"
        begin(continuation)
      }
      var inputs = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&inputs, 2, nextLine == nil ? -1 : 0) < 0 && errno != EINTR {
        sq_readline_end()
        return .end
      }
      if inputs[1].revents != 0 || isInterrupted(), heed() { return .cancelled }
      if inputs[0].revents != 0 || nextLine != nil { sq_readline_read_char() }
      // Readline may have read on to a Ctrl-C.
      if isInterrupted(), heed() { return .cancelled }
    }
  }

  /// Whether a Ctrl-C drops the line: one that was typed before what there is to read comes first.
  private func isInterrupted() -> Bool {
    Signals.takePending()
    return shared.withLock { $0.isInterrupted }
  }

  /// What readline reads. It asks for more than a key where it reads a paste, whose end a Ctrl-C may have taken away.
  private func nextByte() -> Int32 {
    while !isInterrupted() {
      if let byte = nextLine {
        nextLine = nil
        return Int32(byte)
      }
      if !hasByte(within: 50) { continue }
      var byte: UInt8 = 0
      let before = sq_thread_waits()
      let count = readByte(&byte)
      // A byte that had to be waited for, though there was one just before, was typed behind a Ctrl-C at which the terminal
      // forgot that one.
      if count == 1, sq_thread_waits() != before, isInterrupted() {
        nextLine = byte
        return -1
      }
      switch count {
      case 1: return Int32(byte)
      case 0: return -1
      default: if errno != EINTR && errno != EAGAIN { return -2 }
      }
    }
    return -1
  }

  private func hasByte(within milliseconds: Int32) -> Bool {
    if isInterrupted() { return false }
    if nextLine != nil { return true }
    var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return poll(&input, 1, milliseconds) > 0 && !isInterrupted()
  }

  /// The line is whole. A Ctrl-C that came before this moment drops it, one that comes behind it is not for the prompt.
  private func handOver(_ line: String) -> Line {
    let isInterrupted = shared.withLock { shared in
      defer { (shared.isPrompting, shared.isInterrupted) = (false, false) }
      if !shared.isInterrupted { willHandOver() }
      return shared.isInterrupted
    }
    if isInterrupted { Terminal.write("^C\r\n") }
    return isInterrupted ? .cancelled : .text(line)
  }

  private func begin(_ prompt: String) {
    view.forget()
    LineEditor.finished = nil
    sq_readline_begin(prompt) { line in
      if let line {
        LineEditor.finished = .some(.some(String(cString: line)))
        free(line)
      } else {
        LineEditor.finished = .some(.none)
      }
      sq_readline_end()
    }
  }

  /// Does what other threads asked for. True if the line is to be dropped.
  private func heed() -> Bool {
    wake.drain()
    let (isInterrupted, isResized, isResumed) = shared.withLock { shared in
      defer { (shared.isInterrupted, shared.isResized, shared.isResumed) = (false, false, false) }
      return (shared.isInterrupted, shared.isResized, shared.isResumed)
    }
    if isResumed { view.forget() }
    if isResized { takeSize() }
    if isResumed { redraw() }
    flushOutput(isPrompting: true)
    if !isInterrupted { return false }
    leave(marking: "^C")
    isDropping = true
    sq_readline_drop_line()
    sq_readline_end()
    isDropping = false
    return true
  }

  private func takeSize() {
    if drawsItself {
      // Where the cursor is now, after the terminal wrapped our rows anew.
      columns = Terminal.size.columns
      view.resized(cursorRow: layout.cursorRow)
    }
    sq_readline_resize()
    if drawsItself { draw() }
  }

  /// Shows what others printed, above the prompt.
  private func flushOutput(isPrompting: Bool) {
    let bytes = shared.withLock { shared in
      defer { shared.output = [] }
      return shared.output
    }
    if bytes.isEmpty { return }
    if isPrompting { if drawsItself { view.erase() } else { Terminal.write("\r\n") } }
    bytes.withUnsafeBytes { Terminal.write($0) }
    guard isPrompting else { return }
    if bytes.last != UInt8(ascii: "\n") { Terminal.write("\r\n") }
    redraw()
  }

  /// Prompt and input again, on the line of the cursor.
  private func redraw() { if drawsItself { sq_readline_redraw() } else { sq_readline_redraw_below() } }

  // MARK: Drawing

  var text: [UInt8] {
    let length = Int(sq_readline_length())
    return sq_readline_text().withMemoryRebound(to: UInt8.self, capacity: length) {
      Array(UnsafeBufferPointer(start: $0, count: length))
    }
  }

  private var layout: InputLayout {
    let text = text
    // In a search the words of readline stand in the place of the prompt.
    let shown = String(cString: sq_readline_prompt())
    return InputLayout(
      prompt: shown, continuation: continuation, text: text, styles: highlighter.styles(of: text),
      point: Int(sq_readline_point()), columns: columns, palette: view.palette)
  }

  func draw() {
    if isDropping { return }
    view.draw(layout, screenRows: Terminal.size.rows)
  }

  /// Leaves the input where it is and goes below it.
  func leave(marking mark: String = "") {
    guard drawsItself else { return Terminal.write(mark + "\r\n") }
    sq_readline_move(sq_readline_length())
    var last = layout
    if !mark.isEmpty, let row = last.rows.indices.last { last.rows[row] += mark }
    view.leave(last)
  }
}

extension LineEditor: OutputInterceptor {
  /// Keeps text for above the line being edited. False if there is no prompt: the caller writes itself.
  func intercept(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let isPrompting = shared.withLock { shared in
      if shared.isPrompting { shared.output.append(contentsOf: bytes) }
      return shared.isPrompting
    }
    if isPrompting { wake.ring() }
    return isPrompting
  }
}

/// Where no method has the name of the system call.
private func readByte(_ byte: inout UInt8) -> Int { read(0, &byte, 1) }
