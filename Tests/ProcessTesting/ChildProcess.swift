import Glibc

/// A program that a test runs: its input is written, its output read, and it never outlives its time.
public final class ChildProcess {
  public struct Outcome: Sendable {
    public var output: String
    public var errors: String
    /// Exit code; 128 + n if a signal ended it.
    public var code: Int32
  }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Long enough for a busy machine; a test that needs it has failed.
  public static let timeoutSeconds = 60.0

  private let pid: pid_t
  private var input: Int32
  private var streams: [Int32]
  private var collected: [[UInt8]] = [[], []]
  private let deadline: Double
  private var status: Int32?

  /// Starts a program. Its working directory is `folder`; `environment` is added to a small fixed one.
  public init(
    _ arguments: [String], folder: String = "/tmp", environment: [String: String] = [:],
    outputPath: String? = nil, timeout: Double = ChildProcess.timeoutSeconds
  ) throws {
    deadline = ChildProcess.now + timeout
    Spawning.lock.lock()
    defer { Spawning.lock.unlock() }
    let (childInput, ownInput) = try ChildProcess.pipe()
    let (ownOutput, childOutput) = try ChildProcess.pipe()
    let (ownErrors, childErrors) = try ChildProcess.pipe()
    input = ownInput
    streams = [ownOutput, ownErrors]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, childInput, 0)
    if let outputPath {
      posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, childOutput, 1)
    }
    posix_spawn_file_actions_adddup2(&actions, childErrors, 2)
    pid = try Spawning.spawn(arguments, folder: folder, environment: environment, actions: &actions, ownSession: false)
    for descriptor in [childInput, childOutput, childErrors] { close(descriptor) }
    for descriptor in streams + [input] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    closeInput()
    for stream in streams where stream >= 0 { close(stream) }
    if status == nil {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
  }

  /// Runs a program to its end.
  public static func run(
    _ arguments: [String], input: String = "", folder: String = "/tmp", environment: [String: String] = [:],
    outputPath: String? = nil, timeout: Double = ChildProcess.timeoutSeconds
  ) throws -> Outcome {
    let child = try ChildProcess(
      arguments, folder: folder, environment: environment, outputPath: outputPath, timeout: timeout)
    try child.send(input)
    child.closeInput()
    return try child.wait()
  }

  // MARK: Talking

  public var output: String { String(decoding: collected[0], as: UTF8.self) }
  public var errors: String { String(decoding: collected[1], as: UTF8.self) }

  /// Writes to its stdin; a child that reads no more is no failure.
  public func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, input >= 0 {
      let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EPIPE {
        return
      } else {
        try step("its input to be read")
      }
    }
  }

  public func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  public func signal(_ number: Int32) { kill(pid, number) }

  /// Reads until the output so far satisfies a condition.
  public func waitUntil(_ what: String, _ isTrue: (ChildProcess) -> Bool) throws {
    while !isTrue(self) {
      if streams.allSatisfy({ $0 < 0 }) { throw Failure(description: "ended before \(what); \(report)") }
      try step(what)
    }
  }

  /// Closes the reading end of its stdout.
  public func closeOutput() {
    if streams[0] >= 0 { close(streams[0]) }
    streams[0] = -1
  }

  /// Reads everything and waits for its end.
  public func wait() throws -> Outcome {
    while streams.contains(where: { $0 >= 0 }) { try step("it ends") }
    while true {
      var status: Int32 = 0
      let found = waitpid(pid, &status, WNOHANG)
      if found == pid {
        self.status = status
        let signal = status & 0x7F
        return Outcome(output: output, errors: errors, code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
      }
      if found < 0, errno != EINTR { throw Failure(description: "waitpid: \(String(cString: strerror(errno)))") }
      if ChildProcess.now > deadline { throw Failure(description: "still running; \(report)") }
      usleep(2000)
    }
  }

  private var report: String { "stdout: \(output.suffix(2000))\nstderr: \(errors.suffix(2000))" }

  /// Takes in what there is, waiting a little for it.
  private func step(_ what: String) throws {
    if ChildProcess.now > deadline { throw Failure(description: "time is up before \(what); \(report)") }
    var entries = streams.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if poll(&entries, nfds_t(entries.count), 50) <= 0 { return }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    for (index, entry) in entries.enumerated() where entry.revents != 0 {
      let count = read(entry.fd, &chunk, chunk.count)
      if count > 0 {
        collected[index] += chunk[..<count]
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        close(entry.fd)
        streams[index] = -1
      }
    }
  }

  // MARK: System

  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// `posix_spawn` with the environment and signals that tests want.
enum Spawning {
  /// Held while descriptors are made that a child started by another test must not inherit.
  static let lock = Lock()

  static func spawn(
    _ arguments: [String], folder: String, environment: [String: String], actions: inout posix_spawn_file_actions_t,
    ownSession: Bool
  ) throws -> pid_t {
    // A child that reads no more must not end the tests.
    Glibc.signal(SIGPIPE, SIG_IGN)
    var all = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TERM": "xterm-256color"]
    all.merge(environment) { $1 }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    let setSession: Int32 = 0x80
    posix_spawnattr_setflags(
      &attributes,
      Int16(truncatingIfNeeded: Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | (ownSession ? setSession : 0)))
    var argv = (["/usr/bin/env", "-C", folder] + arguments).map { strdup($0) } + [nil]
    var envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      throw ChildProcess.Failure(description: "\(arguments[0]): \(String(cString: strerror(code)))")
    }
    return pid
  }
}

/// A mutex that may be held across throwing code.
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  init() { pthread_mutex_init(mutex, nil) }
  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
}
