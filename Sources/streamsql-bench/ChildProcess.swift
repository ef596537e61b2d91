import Glibc

/// What the operating system says of a finished child.
struct Usage {
  var userSeconds = 0.0
  var systemSeconds = 0.0
  var wallSeconds = 0.0
  /// Kibibytes.
  var peakResidentKiB = 0
  var exitCode: Int32 = 0

  var cpuSeconds: Double { userSeconds + systemSeconds }
}

/// A child process with optional pipes at its ends.
struct ChildProcess {
  let pid: pid_t
  /// Write end of the child's stdin, if asked for.
  let input: Int32?
  /// Read end of the child's stdout, if asked for.
  let output: Int32?
  private let startNanos = ChildProcess.nanos()

  /// Starts `arguments[0]` from PATH. Streams that are not piped: stdin from and stdout to /dev/null, stderr shared.
  init?(_ arguments: [String], pipesInput: Bool = false, pipesOutput: Bool = false) {
    var inputEnds: [Int32] = [-1, -1]
    var outputEnds: [Int32] = [-1, -1]
    if pipesInput, !ChildProcess.openPipe(&inputEnds) { return nil }
    if pipesOutput, !ChildProcess.openPipe(&outputEnds) { return nil }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if pipesInput {
      posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if pipesOutput {
      posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    let pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    if posix_spawnp(&child, arguments[0], &actions, nil, pointers, environ) != 0 { return nil }
    if pipesInput { close(inputEnds[0]) }
    if pipesOutput { close(outputEnds[1]) }
    pid = child
    input = pipesInput ? inputEnds[1] : nil
    output = pipesOutput ? outputEnds[0] : nil
  }

  /// A pipe that other children do not inherit.
  private static func openPipe(_ ends: inout [Int32]) -> Bool {
    pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
  }

  /// Waits for the end.
  func wait() -> Usage {
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
    var result = Usage()
    result.userSeconds = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    result.systemSeconds = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
    result.wallSeconds = Double(ChildProcess.nanos() - startNanos) / 1e9
    result.peakResidentKiB = Int(usage.ru_maxrss)
    result.exitCode = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    return result
  }

  static func nanos() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}
