import CLinux
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Signals, received by one thread that waits for nothing else, so that no code of ours runs inside a handler.
///
/// The prompt takes them too, before it reads a key: a Ctrl-C stands in front of what was typed behind it. They are taken one by
/// one under a lock, so that whoever finds none knows that all before have had their effect.
enum Signals {
  private struct Receiver {
    var descriptor: Int32 = -1
    var handle: @Sendable (Int32) -> Void = { _ in }
  }

  private static let receiver = Mutex(Receiver())

  /// Blocks SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT for this thread and all it will start, and calls `handle` for each that
  /// arrives. SIGPIPE and SIGXFSZ are ignored: a closed pipe and a full file are errors of the write. Call once, before any thread is made.
  static func receive(_ handle: @escaping @Sendable (Int32) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var set = all
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let descriptor = sq_signal_descriptor(&set)
    receiver.withLock { $0 = Receiver(descriptor: descriptor, handle: handle) }
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { _ in
        Signals.wait()
        return nil
      }, nil)
    if descriptor >= 0, code == 0 {
      pthread_detach(thread)
    } else {
      // Without the thread the default actions are better than deafness.
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
  }

  /// Handles what is pending now, on this thread.
  static func takePending() {
    receiver.withLock { receiver in
      if receiver.descriptor < 0 { return }
      while true {
        let number = sq_take_signal(receiver.descriptor)
        if number == 0 { return }
        receiver.handle(number)
      }
    }
  }

  private static func wait() {
    var input = pollfd(fd: receiver.withLock { $0.descriptor }, events: Int16(POLLIN), revents: 0)
    if input.fd < 0 { return }
    while true {
      if poll(&input, 1, -1) > 0 { takePending() }
    }
  }

  /// Stops the process, as Ctrl-Z does where nothing catches it; returns when it goes on. While a signal is handled.
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
}
