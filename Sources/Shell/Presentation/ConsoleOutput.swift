import Connectors
import Diagnostics
import Synchronization

/// Where rows go: stdout or the file of `-o`; above the line being edited while there is a prompt.
// @unchecked Sendable: `target` is behind a mutex; `editor` is set once, before any query runs.
final class ConsoleOutput: OutputStreamSink, @unchecked Sendable {
  private let target = Mutex<DescriptorOutput>(.standardOutput)
  var editor: LineEditor?

  /// Rows go to a file from now on.
  func redirect(to path: String) throws(SQLError) {
    let file = try DescriptorOutput(path: path)
    target.withLock { $0 = file }
  }

  private var current: DescriptorOutput { target.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    if let editor, current.isTerminal, editor.print(bytes) { return }
    try current.write(bytes)
  }

  func flush() throws(SQLError) { try current.flush() }
  var isTerminal: Bool { current.isTerminal }
}
