import CReadline
import Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A prompt on a terminal: GNU readline, fed by one thread that also hears of output and signals of others.
///
/// Text that background queries print while the user types is shown above the line being edited.
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
  }

  private let shared = Mutex(Shared())
  private let wakeRead: Int32
  private let wakeWrite: Int32
  /// What the handler of the current `read` was given. Readline has one prompt a process.
  nonisolated(unsafe) private static var finished: String??

  private static let historyEntriesMax = 10_000

  private init(wakeRead: Int32, wakeWrite: Int32) {
    self.wakeRead = wakeRead
    self.wakeWrite = wakeWrite
  }

  /// Loads readline; throws if the library is not there.
  static func open() throws(SQLError) -> LineEditor {
    if sq_readline_load("streamsql") != 0 {
      throw SQLError(
        .usage, "LIBRARY_NOT_FOUND", "the prompt needs GNU readline: \(String(cString: sq_readline_error()))",
        hint: "install libreadline8, or pipe the script: streamsql -f script.sql")
    }
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) != 0 || ends.contains(where: { fcntl($0, F_SETFL, O_NONBLOCK) != 0 || fcntl($0, F_SETFD, FD_CLOEXEC) != 0 }) {
      throw SQLError(.internal, "IO_ERROR", "no pipe could be made: \(String(cString: strerror(errno)))")
    }
    sq_history_limit(Int32(historyEntriesMax))
    return LineEditor(wakeRead: ends[0], wakeWrite: ends[1])
  }

  // MARK: From any thread

  /// Prints text without disturbing the line being edited. False if there is no prompt: the caller writes itself.
  func print(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let isPrompting = shared.withLock { shared in
      if shared.isPrompting { shared.output.append(contentsOf: bytes) }
      return shared.isPrompting
    }
    if isPrompting { wake() }
    return isPrompting
  }

  /// Ctrl-C at the prompt. False if there is no prompt.
  func interrupt() -> Bool {
    let isPrompting = shared.withLock { shared in
      if shared.isPrompting { shared.isInterrupted = true }
      return shared.isPrompting
    }
    if isPrompting { wake() }
    return isPrompting
  }

  func resized() {
    shared.withLock { $0.isResized = true }
    wake()
  }

  private func wake() {
    var byte: UInt8 = 1
    // A full pipe is awake already.
    _ = write(wakeWrite, &byte, 1)
  }

  // MARK: The shell's thread

  /// Shows the prompt and reads one line.
  func read(prompt: String) -> Line {
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
    shared.withLock { $0.isPrompting = true }
    defer {
      shared.withLock { $0.isPrompting = false }
      flushOutput(isPrompting: false)
    }
    while true {
      if let line = LineEditor.finished {
        guard let line else { return .end }
        return .text(line)
      }
      var inputs = [pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0)]
      if poll(&inputs, 2, -1) < 0 && errno != EINTR {
        sq_readline_end()
        return .end
      }
      if inputs[1].revents != 0 {
        drainWakes()
        let (isInterrupted, isResized) = shared.withLock { shared in
          defer {
            shared.isInterrupted = false
            shared.isResized = false
          }
          return (shared.isInterrupted, shared.isResized)
        }
        if isResized { sq_readline_resize() }
        flushOutput(isPrompting: true)
        if isInterrupted {
          sq_readline_cancel_line()
          sq_readline_end()
          Swift.print("")
          return .cancelled
        }
      }
      if inputs[0].revents != 0 { sq_readline_read_char() }
    }
  }

  private func drainWakes() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while Glibc.read(wakeRead, &bytes, bytes.count) > 0 {}
  }

  private func flushOutput(isPrompting: Bool) {
    let bytes = shared.withLock { shared in
      defer { shared.output = [] }
      return shared.output
    }
    if bytes.isEmpty { return }
    if isPrompting { sq_readline_hide() }
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = write(1, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0 && errno != EINTR && errno != EAGAIN { return }
        written += max(count, 0)
      }
    }
    if isPrompting { sq_readline_show() }
  }

  // MARK: History: one entry a statement, readable by its owner alone

  private(set) var historyPath: String?

  func useHistory(at path: String) {
    historyPath = path
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      fchmod(descriptor, 0o600)
      Glibc.close(descriptor)
    }
    _ = sq_history_read(path)
  }

  func remember(_ statement: String) {
    let entry = statement.split(separator: "\n").joined(separator: " ")
    if entry.allSatisfy({ $0 == " " }) { return }
    sq_history_add(entry)
    if let historyPath {
      _ = sq_history_append(1, historyPath)
      _ = sq_history_truncate(historyPath, Int32(LineEditor.historyEntriesMax))
    }
  }
}
