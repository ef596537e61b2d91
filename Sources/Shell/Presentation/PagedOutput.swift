import Connectors
import Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A result that goes through a pager if it is longer than the screen.
// @unchecked Sendable: the held bytes are behind the mutex; the thread's id never changes.
final class PagedOutput: OutputStreamSink, @unchecked Sendable {
  private let command: String
  private let console: ConsoleOutput
  private let held = Mutex<[UInt8]>([])
  private let thread = pthread_self()

  init(_ command: String, run: ShellRun) {
    self.command = command
    console = run.console
  }

  var isTerminal: Bool { true }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    held.withLock { $0.append(contentsOf: bytes) }
  }

  /// Shows what is there, unless this is a query's own thread: the shell's shows it when the query has ended.
  func flush() throws(SQLError) {
    if pthread_equal(thread, pthread_self()) != 0 { try show() }
  }

  /// Shows what was written since the last time. On the shell's thread, which waits for the pager.
  func show() throws(SQLError) {
    let bytes = held.withLock { held in
      defer { held = [] }
      return held
    }
    let lines = bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    if bytes.isEmpty { return }
    if lines < Terminal.size.rows || !page(bytes) {
      var failure: SQLError?
      bytes.withUnsafeBytes { bytes in
        do throws(SQLError) { try console.write(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
      try console.flush()
    }
  }

  /// False if there is no such program.
  private func page(_ bytes: [UInt8]) -> Bool {
    ExternalCommand.run(command, input: bytes) != ExternalCommand.notFound
  }
}
