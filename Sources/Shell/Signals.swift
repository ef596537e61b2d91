#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Signals, received by one thread that waits for nothing else, so that no code of ours runs inside a handler.
enum Signals {
  /// Blocks SIGINT, SIGTERM, SIGHUP and SIGWINCH for this thread and all it will start, and calls `handle` for each that
  /// arrives. SIGPIPE is ignored: a closed pipe is an error of the write. Call once, before any thread is made.
  static func receive(_ handle: @escaping @Sendable (Int32) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGWINCH] { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(handle))
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let handle = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().handle
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGWINCH] { sigaddset(&set, number) }
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

  private final class Box: Sendable {
    let handle: @Sendable (Int32) -> Void
    init(_ handle: @escaping @Sendable (Int32) -> Void) { self.handle = handle }
  }
}
