import Glibc

/// This program again, in a process that may die.
struct Child {
  enum End: Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    case timedOut
  }

  /// What an input may take, in ms.
  static let inputMillisMax: Int32 = 20_000

  var end: End
  /// The last lines it printed; of those that tell progress only the last.
  var lastSeed: UInt64?
  var message: String?
  /// What it wrote to stderr before its end: why it trapped.
  var complaint: String = ""

  /// Runs `arguments` until the end, or until nothing is heard of it for too long, or the deadline.
  static func run(_ arguments: [String], deadlineNanos: Int64 = .max) -> Child? {
    var output: [Int32] = [-1, -1]
    guard pipe(&output) == 0 else { return nil }
    defer { close(output[0]) }
    let complaints = ScratchFile.path("stderr")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    posix_spawn_file_actions_addclose(&actions, output[0])
    posix_spawn_file_actions_addopen(&actions, 2, complaints, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let pointers: [UnsafeMutablePointer<CChar>?] = (["/proc/self/exe"] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    // A backtrace takes seconds; the complaint is enough.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    let code = posix_spawn(&pid, "/proc/self/exe", &actions, nil, pointers, environ)
    close(output[1])
    guard code == 0 else { return nil }
    var child = Child(end: .timedOut)
    let isOver = child.listen(output[0], deadlineNanos)
    if !isOver { kill(pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    if isOver { child.end = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F) }
    if !isOver, nanos() >= deadlineNanos { child.end = .exited(0) }
    let bytes = ScratchFile.read(complaints) ?? []
    child.complaint = String(decoding: bytes.prefix(2_000), as: UTF8.self)
    return child
  }

  /// False if it was silent for too long or the time is over.
  private mutating func listen(_ descriptor: Int32, _ deadlineNanos: Int64) -> Bool {
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = min(Int64(Self.inputMillisMax), max(0, (deadlineNanos - Self.nanos()) / 1_000_000))
      let ready = poll(&poller, 1, Int32(left))
      if ready < 0 && errno == EINTR { continue }
      if ready <= 0 { return false }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return true }
      pending += buffer[0..<count]
      while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        take(String(decoding: pending[..<newline], as: UTF8.self))
        pending.removeSubrange(...newline)
      }
    }
  }

  private mutating func take(_ line: String) {
    if let seed = UInt64(line) { lastSeed = seed } else { message = (message.map { $0 + "\n" } ?? "") + line }
  }

  static func nanos() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}

/// Files of this run, in the folder for temporary files.
enum ScratchFile {
  static func path(_ name: String) -> String { "/tmp/streamsql-fuzz-\(getpid())-\(name)" }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "wb") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes += buffer[0..<count]
    }
  }
}

/// A line to stdout at once: what comes before a trap must not stay in a buffer.
func say(_ line: String) {
  var bytes = Array((line + "\n").utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    if count < 0 && errno != EINTR { return }
    bytes = bytes.dropFirst(max(0, count))
  }
}
