#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Signals, received by one thread that waits for nothing else, so that no code of ours runs inside a handler.
enum Signals {
  /// Blocks SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT for this thread and all it will start, and calls `handle` for each that
  /// arrives. SIGPIPE and SIGXFSZ are ignored: a closed pipe and a full file are errors of the write. Call once, before any thread is made.
  static func receive(_ handle: @escaping @Sendable (Int32) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var set = all
    pthread_sigmask(SIG_BLOCK, &set, nil)
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(handle))
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let handle = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().handle
        var set = Signals.all
        while true {
          var number: Int32 = 0
          if sigwait(&set, &number) == 0 { handle(number) }
        }
      }, box.toOpaque())
    if code == 0 {
      pthread_detach(thread)
    } else {
      // Without the thread the default actions are better than deafness.
      box.release()
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
  }

  /// Stops the process, as Ctrl-Z does where nothing catches it; returns when it goes on. On the thread that receives.
  static func stopProcess() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTSTP)
    // Sent again where it is not blocked, it has its usual effect: none in a process that nobody could wake.
    kill(getpid(), SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static var all: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT] { sigaddset(&set, number) }
    return set
  }

  private final class Box: Sendable {
    let handle: @Sendable (Int32) -> Void
    init(_ handle: @escaping @Sendable (Int32) -> Void) { self.handle = handle }
  }
}
