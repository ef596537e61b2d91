internal import Diagnostics
internal import Glibc

/// A command of the shell that runs as a child in a process group of its own, so that all it starts ends with it.
///
/// Its stderr is ours. Signals that this process ignores or blocks are as the command expects them.
// @unchecked Sendable: immutable but for `status`, which the one thread that waits writes.
final class ShellCommand: @unchecked Sendable {
  /// Time that a command has to end after SIGTERM before it gets SIGKILL.
  private static let graceMillis: Int64 = 500

  let name: String
  private let pid: pid_t
  private var status: Int32?

  enum Direction { case reading, writing }

  /// Starts `sh -c command`.
  /// - Returns: the command, and our end of the pipe to its stdin or from its stdout.
  static func start(
    _ command: String, _ direction: Direction, kind: SQLError.Kind
  ) throws(SQLError) -> (ShellCommand, descriptor: Int32) {
    let name = "exec('\(command)')"
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .io(kind, "opening a pipe for", name, errno: errno) }
    // Neither end may leak into other children, or the pipe would outlive the command.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (theirs, ours) = direction == .reading ? (ends[1], ends[0]) : (ends[0], ends[1])
    let (pid, code) =
      direction == .reading
      ? ShellProcess.start(command, input: .nothing, output: theirs, leadsGroup: true)
      : ShellProcess.start(command, input: .descriptor(theirs), leadsGroup: true)
    close(theirs)
    guard code == 0 else {
      close(ours)
      throw .io(kind, "starting", name, errno: code)
    }
    return (ShellCommand(name: name, pid: pid), ours)
  }

  private init(name: String, pid: pid_t) {
    self.name = name
    self.pid = pid
  }

  /// How it ended, if it has; it is no zombie then.
  func poll() -> Int32? {
    if let status { return status }
    var code: Int32 = 0
    let found = waitpid(pid, &code, WNOHANG)
    // Without a child of this number somebody else took its status; there is nothing to wait for.
    if found == pid { status = code } else if found < 0, errno == ECHILD { status = 0 }
    return status
  }

  /// Waits for its end by itself; nil if `wake` was raised before.
  func wait(wake: WakePipe) -> Int32? {
    var pauseMillis: Int32 = 1
    while true {
      if let status = poll() { return status }
      if wake.wait(for: -1, events: 0, timeoutMillis: pauseMillis) == .woken { return nil }
      pauseMillis = min(pauseMillis * 2, 50)
    }
  }

  /// Sends a signal to it and all it started; from any thread, as long as it was not waited for.
  func terminate(_ signal: Int32) { _ = Glibc.kill(-pid, signal) }

  /// Ends it and all it started.
  func kill() {
    // What it left in the background ends too.
    Glibc.kill(-pid, SIGTERM)
    let deadline = monotonicMicros() / 1000 + Self.graceMillis
    while poll() == nil || Glibc.kill(-pid, 0) == 0 {
      if monotonicMicros() / 1000 >= deadline {
        Glibc.kill(-pid, SIGKILL)
        break
      }
      usleep(2000)
    }
    while status == nil {
      var code: Int32 = 0
      let found = waitpid(pid, &code, 0)
      if found == pid { status = code } else if found < 0, errno != EINTR { status = 0 }
    }
  }

  /// What is wrong with an end; nil for a good one.
  func problem(_ status: Int32, kind: SQLError.Kind) -> SQLError? {
    if status == 0 { return nil }
    let signal = status & 0x7F
    return SQLError(
      kind, "EXEC_FAILED",
      signal == 0
        ? "\(name) ended with exit status \((status >> 8) & 0xFF)" : "\(name) was ended by signal \(signal)")
  }
}

/// What a command writes to its stdout.
struct ExecTransport: StreamTransport {
  let command: String
  let retry: RetryPolicy?

  var name: String { "exec('\(command)')" }
  var canReopen: Bool { true }

  func open(wake: WakePipe) throws(SQLError) -> (any ByteStream)? {
    let (child, descriptor) = try ShellCommand.start(command, .reading, kind: .source)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return ExecStream(child, DescriptorStream(name: name, descriptor: descriptor))
  }
}

/// The stdout of a command; a bad exit status is an error at its end.
private final class ExecStream: ByteStream {
  private let command: ShellCommand
  private let output: DescriptorStream

  init(_ command: ShellCommand, _ output: DescriptorStream) {
    self.command = command
    self.output = output
  }

  func read(into space: UnsafeMutableRawBufferPointer, wake: WakePipe) throws(SQLError) -> Int? {
    guard let count = try output.read(into: space, wake: wake) else { return nil }
    if count > 0 { return count }
    guard let status = command.wait(wake: wake) else { return nil }
    if let problem = command.problem(status, kind: .source) { throw problem }
    return 0
  }

  func close() {
    output.close()
    command.kill()
  }
}
