import Glibc

/// A program in a pseudo-terminal: keys go in, and the screen that a person would see comes out.
///
/// Nothing here sleeps and hopes: `wait` reads until the screen satisfies a condition, or fails with the screen.
public final class TerminalProcess {
  public private(set) var screen: Screen
  private let master: Int32
  private let pid: pid_t
  private var status: Int32?
  private var isOpen = true

  public init(
    _ arguments: [String], columns: Int = 80, rows: Int = 24, folder: String = "/tmp", environment: [String: String] = [:]
  ) throws {
    screen = Screen(columns: columns, rows: rows)
    Spawning.lock.lock()
    defer { Spawning.lock.unlock() }
    // posix_openpt and its kin hide behind _GNU_SOURCE: these are the calls that they make on Linux.
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var number: UInt32 = 0
    let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    guard master >= 0, ioctl(master, setLock, &unlocked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw ChildProcess.Failure(description: "no pseudo-terminal: \(errno)")
    }
    let name = "/dev/pts/\(number)"
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    self.master = master
    Self.setSize(master, columns, rows)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The leader of a session gets the first terminal that it opens as its own.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    pid = try Spawning.spawn(
      arguments, folder: folder, environment: environment, actions: &actions, ownSession: true)
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
    close(master)
  }

  /// Types these characters; `\r` is Enter, `\u{3}` Ctrl-C.
  public func type(_ keys: String) throws {
    var rest = Array(keys.utf8)[...]
    let deadline = ChildProcess.now + ChildProcess.timeoutSeconds
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else { step() }
      if ChildProcess.now > deadline { throw ChildProcess.Failure(description: "keys are not read") }
    }
  }

  public func signal(_ number: Int32) { kill(pid, number) }

  public func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    Self.setSize(master, columns, rows)
  }

  /// Reads until the screen satisfies a condition.
  public func wait(_ what: String, seconds: Double = 30, until isTrue: (Screen) -> Bool) throws {
    let deadline = ChildProcess.now + seconds
    while !isTrue(screen) {
      if !isOpen || ChildProcess.now > deadline {
        throw ChildProcess.Failure(description: "\(isOpen ? "time is up" : "ended") before \(what); the screen:\n\(screen.whole)")
      }
      step()
    }
  }

  public func wait(for text: String) throws { try wait("\"\(text)\" is shown") { $0.text.contains(text) } }

  /// Waits for the end; the exit code.
  public func end() throws -> Int32 {
    let deadline = ChildProcess.now + ChildProcess.timeoutSeconds
    while ChildProcess.now < deadline {
      if isOpen { step() }
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        self.status = status
        while isOpen { step() }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
      }
    }
    throw ChildProcess.Failure(description: "still running; the screen:\n\(screen.whole)")
  }

  private func step() {
    var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 20) <= 0 { return }
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(master, &chunk, chunk.count)
    if count > 0 { screen.feed(Array(chunk[..<count])) } else if count == 0 || (errno != EAGAIN && errno != EINTR) { isOpen = false }
  }

  private static func setSize(_ descriptor: Int32, _ columns: Int, _ rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }
}
