internal import Columnar
internal import Diagnostics
internal import Glibc

/// Writes rows to the stdin of a command, which ends with the query; a bad exit status is an error.
final class ExecSink: Sink {
  private let command: ShellCommand
  private let encoded: EncodedSink
  private let pipe: CommandInput
  private var isFinished = false

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
  }

  func begin(_ step: StepInfo) throws(SQLError) { try encoded.begin(step) }
  func write(_ rows: ResultRows) throws(SQLError) { try encoded.write(rows) }
  func end(_ step: StepInfo) throws(SQLError) { try encoded.end(step) }

  func finish() throws(SQLError) {
    if isFinished { return }
    try encoded.finish()
    isFinished = true
    // The end of its input: the command finishes what it does.
    pipe.close()
    let status = command.wait(wake: try WakePipe()) ?? 0
    command.kill()
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
