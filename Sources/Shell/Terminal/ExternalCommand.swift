import Connectors
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A command for the system's shell: an editor, a pager, `.shell`.
enum ExternalCommand {
  private static let running = Mutex(0)

  /// One has the terminal now.
  static var isRunning: Bool { running.withLock { $0 > 0 } }

  /// The exit status of a shell that did not find the program.
  static let notFound: Int32 = 127

  /// Runs it on the terminal, in the modes that we found there, and gives its exit status. It gets the signals that this
  /// process blocks.
  /// - Parameter input: what it reads instead of the terminal; the rest is dropped if it ends before it has read all.
  static func run(_ command: String, input: [UInt8]? = nil) -> Int32 {
    var status = notFound
    running.withLock { $0 += 1 }
    Terminal.lend { status = spawn(command, input) }
    running.withLock { $0 -= 1 }
    return status
  }

  private static func spawn(_ command: String, _ input: [UInt8]?) -> Int32 {
    var ends: [Int32] = [-1, -1]
    if input != nil {
      guard pipe(&ends) == 0 else { return notFound }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    let (pid, code) = ShellProcess.start(command, input: input == nil ? .inherited : .descriptor(ends[0]), leadsGroup: false)
    if let input {
      close(ends[0])
      if code == 0 { input.withUnsafeBytes { Terminal.write($0, to: ends[1]) } }
      close(ends[1])
    }
    if code != 0 { return notFound }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }
}
