internal import Columnar
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Writes rows to the stdin of a command, which ends with the query; a bad exit status is an error.
// @unchecked Sendable: `stopping` is behind a mutex, the command may be signalled from any thread; all else is the query's thread's.
final class ExecSink: Sink, @unchecked Sendable {
  private let command: ShellCommand
  private let encoded: EncodedSink
  private let pipe: CommandInput
  private var isFinished = false
  private let stopping = Mutex(Stopping())

  private struct Stopping {
    var isRequested = false
    /// The command has ended: its number may be another's soon.
    var isOver = false
    var isTerminated = false
  }

  /// A command has this long to read what it was given and to end, once the query was asked to stop; then it is ended.
  private static let patienceMillis: Int64 = 1000

  init(_ text: String, _ encoder: any RowEncoder) throws(SQLError) {
    let (command, descriptor) = try ShellCommand.start(text, .writing, kind: .sink)
    self.command = command
    pipe = CommandInput(command, DescriptorOutput(descriptor: descriptor, name: command.name, closesDescriptor: true))
    encoded = EncodedSink(encoder, output: pipe)
  }

  // A query that failed or was stopped in the middle: the command must not wait for more.
  deinit {
    if isFinished { return }
    pipe.close()
    command.kill()
    _ = over()
  }

  /// A command that does not read, or does not end, would keep the query from stopping.
  func stopRequested() {
    let isFirst = stopping.withLock { stopping in
      defer { stopping.isRequested = true }
      return !stopping.isRequested && !stopping.isOver
    }
    if !isFirst { return }
    do throws(SQLError) {
      try startThread { [self] in
        if waitUntilOver() { return }
        terminate(SIGTERM)
        if waitUntilOver() { return }
        terminate(SIGKILL)
      }
    } catch {
      // Without a thread nobody can wait for it.
      terminate(SIGTERM)
    }
  }

  private func waitUntilOver() -> Bool {
    let deadline = monotonicMicros() / 1000 + Self.patienceMillis
    while monotonicMicros() / 1000 < deadline {
      if stopping.withLock({ $0.isOver }) { return true }
      usleep(10_000)
    }
    return false
  }

  private func terminate(_ signal: Int32) {
    stopping.withLock { stopping in
      if stopping.isOver { return }
      stopping.isTerminated = true
      command.terminate(signal)
    }
  }

  /// From here on it is not to be signalled. Whether it was ended because the query was asked to stop.
  private func over() -> Bool {
    stopping.withLock { stopping in
      stopping.isOver = true
      return stopping.isTerminated
    }
  }

  func begin(_ step: StepInfo) throws(SQLError) { try encoded.begin(step) }
  func write(_ rows: ResultRows) throws(SQLError) { try heedingStop { () throws(SQLError) in try encoded.write(rows) } }
  func end(_ step: StepInfo) throws(SQLError) { try heedingStop { () throws(SQLError) in try encoded.end(step) } }

  /// What a command that was ended has not read is no failure of the query.
  private func heedingStop(_ body: () throws(SQLError) -> Void) throws(SQLError) {
    do throws(SQLError) { try body() } catch {
      if !stopping.withLock({ $0.isTerminated }) { throw error }
    }
  }

  func finish() throws(SQLError) {
    if isFinished { return }
    try heedingStop { () throws(SQLError) in try encoded.finish() }
    isFinished = true
    // The end of its input: the command finishes what it does.
    pipe.close()
    let status = command.wait(wake: try WakePipe()) ?? 0
    command.kill()
    if over() { return }
    if let problem = command.problem(status, kind: .sink) { throw problem }
  }
}

/// The pipe to a command. A command that has ended is an error that says how, where a closed stdout would be no error.
// @unchecked Sendable: used by the query's thread alone.
private final class CommandInput: OutputStreamSink, @unchecked Sendable {
  private let command: ShellCommand
  private var output: DescriptorOutput?

  init(_ command: ShellCommand, _ output: DescriptorOutput) {
    self.command = command
    self.output = output
  }

  var isTerminal: Bool { false }
  func close() { output = nil }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    do throws(SQLError) { try output?.write(bytes) } catch { throw explained(error) }
  }

  func flush() throws(SQLError) {
    do throws(SQLError) { try output?.flush() } catch { throw explained(error) }
  }

  private func explained(_ error: SQLError) -> SQLError {
    guard error.errorClass == "CLOSED_PIPE" else { return error }
    if let status = command.poll(), let problem = command.problem(status, kind: .sink) { return problem }
    return SQLError(.sink, "EXEC_FAILED", "\(command.name) has closed its input while rows were written to it")
  }
}
