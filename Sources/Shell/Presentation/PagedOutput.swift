import Connectors
import Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A result that goes through a pager if it is longer than the screen.
final class PagedOutput: OutputStreamSink {
  private let command: String
  private let console: ConsoleOutput
  private let held = Mutex<[UInt8]>([])

  init(_ command: String, run: ShellRun) {
    self.command = command
    console = run.console
  }

  var isTerminal: Bool { true }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    held.withLock { $0.append(contentsOf: bytes) }
  }

  func flush() throws(SQLError) {
    let bytes = held.withLock { held in
      defer { held = [] }
      return held
    }
    let lines = bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    if lines < Terminal.size.rows || !page(bytes) {
      var failure: SQLError?
      bytes.withUnsafeBytes { bytes in
        do throws(SQLError) { try console.write(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
      try console.flush()
    }
  }

  private func page(_ bytes: [UInt8]) -> Bool {
    guard let pipe = popen(command, "w") else { return false }
    _ = fwrite(bytes, 1, bytes.count, pipe)
    return pclose(pipe) == 0
  }
}
