#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The terminal of this process.
enum Terminal {
  /// Whether `descriptor` is a terminal whose cursor can be moved.
  static func isCapable(_ descriptor: Int32) -> Bool {
    guard isatty(descriptor) == 1 else { return false }
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    return !kind.isEmpty && kind != "dumb"
  }

  /// Columns and rows of the screen; 80 by 24 if it does not say.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    for descriptor: Int32 in [1, 2, 0] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return (Int(size.ws_col), max(1, Int(size.ws_row)))
    }
    return (80, 24)
  }

  /// Takes the places of standard descriptors that are closed, so that no file or pipe of ours gets one: reading or writing there fails as it
  /// would. Before anything is opened.
  static func holdStandardDescriptors() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all bytes to a descriptor; a terminal that is gone gets nothing.
  static func write(_ text: String, to descriptor: Int32 = 1) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32 = 1) {
    var rest = bytes
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      #else
        let count = Musl.write(descriptor, rest.baseAddress, rest.count)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        guard errno == EAGAIN else { return }
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, 1000)
        continue
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Keys one by one, without echo, until `restore`. Ctrl-C stays a signal.
  struct KeyMode {
    private var saved = termios()

    init?() {
      guard tcgetattr(0, &saved) == 0 else { return nil }
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      withUnsafeMutableBytes(of: &raw.c_cc) { characters in
        characters[Int(VMIN)] = 1
        characters[Int(VTIME)] = 0
      }
      guard tcsetattr(0, TCSADRAIN, &raw) == 0 else { return nil }
    }

    func restore() {
      var saved = saved
      tcsetattr(0, TCSADRAIN, &saved)
    }
  }
}

extension Terminal {
  /// The modes that the program found, in which other programs expect the terminal.
  private static let found: termios? = {
    var modes = termios()
    return tcgetattr(0, &modes) == 0 ? modes : nil
  }()

  /// Looks at the terminal before anything changes it.
  static func rememberModes() { _ = found }

  /// Lends the terminal, as it was found, to someone else: a program that is run, or the user's shell after Ctrl-Z.
  static func lend(_ body: () -> Void) {
    var own = termios()
    guard var found, tcgetattr(0, &own) == 0 else { return body() }
    tcsetattr(0, TCSADRAIN, &found)
    body()
    tcsetattr(0, TCSADRAIN, &own)
  }

  /// Keys typed while a statement runs are kept for the prompt, and not shown between its rows, until `restore`.
  struct Silence {
    private var saved = termios()

    init?() {
      guard tcgetattr(0, &saved) == 0 else { return nil }
      var silent = saved
      silent.c_lflag &= ~tcflag_t(ECHO)
      guard tcsetattr(0, TCSADRAIN, &silent) == 0 else { return nil }
    }

    func restore() {
      var saved = saved
      tcsetattr(0, TCSADRAIN, &saved)
    }
  }
}

/// Wakes a thread that sleeps in `poll`: a pipe that any thread may ring.
// @unchecked Sendable: the descriptors never change.
final class WakePipe: @unchecked Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func ring() {
    var byte: UInt8 = 1
    // A full pipe is awake already.
    _ = write(writeEnd, &byte, 1)
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(readEnd, &bytes, bytes.count) > 0 {}
  }
}
