internal import Glibc

/// Starts commands of the system's shell.
package enum ShellProcess {
  /// What a command reads.
  package enum Input {
    case inherited, nothing
    case descriptor(Int32)
  }

  /// Starts `/bin/sh -c command` with no signal blocked or ignored, whatever this process does with them.
  /// - Parameters:
  ///   - output: its stdout; nil: ours.
  ///   - leadsGroup: it leads a process group of its own, so that all it starts can be ended with it.
  /// - Returns: its number, or why it was not started.
  package static func start(
    _ command: String, input: Input, output: Int32? = nil, leadsGroup: Bool
  ) -> (pid: Int32, errno: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch input {
    case .inherited: break
    case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
    }
    if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigemptyset(&all)
    for number in 1...31 as ClosedRange<Int32> where number != SIGKILL && number != SIGSTOP { sigaddset(&all, number) }
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | (leadsGroup ? Int16(POSIX_SPAWN_SETPGROUP) : 0))
    var arguments: [UnsafeMutablePointer<CChar>?] = (["/bin/sh", "-c", command] as [String]).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, environ)
    return (pid, code)
  }
}
