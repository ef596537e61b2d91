import Connectors
import Diagnostics
import Synchronization

/// What is on the screen now and must not be written over: a prompt, a live table, a progress bar.
protocol OutputInterceptor: AnyObject, Sendable {
  /// Takes the bytes to show them itself; false: the caller writes. May be called from any thread.
  func intercept(_ bytes: UnsafeRawBufferPointer) -> Bool
}

/// Where rows go: stdout or the file of `-o`; above what is drawn on the terminal while there is something.
final class ConsoleOutput: OutputStreamSink {
  private struct State {
    var target = DescriptorOutput.standardOutput
    /// The innermost last.
    var interceptors: [any OutputInterceptor] = []
  }

  private let state = Mutex(State())

  /// Rows go to a file from now on; nil: to stdout again.
  func redirect(to path: String?) throws(SQLError) {
    let target = try path.map { (path) throws(SQLError) in try DescriptorOutput(path: path) }
    try flush()
    state.withLock { $0.target = target ?? .standardOutput }
  }

  /// From now on `interceptor` is asked first, until it is removed.
  func add(_ interceptor: any OutputInterceptor) { state.withLock { $0.interceptors.append(interceptor) } }

  func remove(_ interceptor: any OutputInterceptor) {
    state.withLock { state in state.interceptors.removeAll { $0 === interceptor } }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    let (target, interceptor) = state.withLock { ($0.target, $0.interceptors.last) }
    if target.isTerminal, let interceptor, interceptor.intercept(bytes) { return }
    try target.write(bytes)
  }

  /// Writes a message for the user to stderr.
  func tell(_ message: String) {
    var text = message + "\n"
    let interceptor = state.withLock { $0.interceptors.last }
    text.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      if let interceptor, Terminal.isCapable(2), interceptor.intercept(bytes) { return }
      Terminal.write(bytes, to: 2)
    }
  }

  func flush() throws(SQLError) { try state.withLock { $0.target }.flush() }
  var isTerminal: Bool { state.withLock { $0.target.isTerminal } }
}
