internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Starts a detached thread that runs `body`; signals stay with the threads that were there before.
func startThread(_ body: @escaping @Sendable () -> Void) throws(SQLError) {
  final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let work = Unmanaged.passRetained(Work(body))
  let code = pthread_create(
    &thread, &attributes,
    { pointer in
      guard let pointer else { return nil }
      Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
      return nil
    }, work.toOpaque())
  if code != 0 {
    work.release()
    throw .io(.source, "starting", "a reader thread", errno: code)
  }
}

/// Wakes a thread that waits in poll(2).
///
/// The pipe closes with its last user, so neither side can write to a descriptor that means something else by then.
final class WakePipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32
  private let isRaisedFlag = Atomic<Bool>(false)

  init() throws(SQLError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .io(.source, "opening", "a pipe", errno: errno) }
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// Whether `raise` was called; the pipe then stays readable.
  var isRaised: Bool { isRaisedFlag.load(ordering: .acquiring) }

  func raise() {
    if isRaisedFlag.exchange(true, ordering: .acquiringAndReleasing) { return }
    var byte: UInt8 = 1
    // A pipe that was never written to has room: the only error is EINTR.
    while write(writeEnd, &byte, 1) < 0, errno == EINTR {}
  }

  enum Outcome: Equatable {
    case ready, woken, timedOut
    case failed(Int32)
  }

  /// Waits until `descriptor` has one of `events`, `raise` is called, or the time is over (−1: never).
  /// Without a descriptor (−1) it only waits.
  func wait(for descriptor: Int32, events: Int32, timeoutMillis: Int32 = -1) -> Outcome {
    let deadlineMillis = timeoutMillis < 0 ? 0 : monotonicMicros() / 1000 + Int64(timeoutMillis)
    var remaining = timeoutMillis
    while true {
      var entries = [
        pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
      ]
      let count = poll(&entries, descriptor < 0 ? 1 : 2, remaining)
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { return .failed(errno) }
      } else if isRaised || entries[0].revents != 0 {
        return .woken
      } else if count > 0 {
        return .ready
      } else {
        return .timedOut
      }
      if timeoutMillis >= 0 { remaining = Int32(clamping: max(0, deadlineMillis - monotonicMicros() / 1000)) }
    }
  }
}

/// Tells a query that a poll may find something, until it is silenced.
final class ArrivalSignal: Sendable {
  private let callback = Mutex<(@Sendable () -> Void)?>(nil)

  func set(_ callback: @escaping @Sendable () -> Void) { self.callback.withLock { $0 = callback } }

  /// Called under the lock, so that none is under way once `silence` has returned.
  func send() { callback.withLock { $0?() } }

  func silence() { callback.withLock { $0 = nil } }
}

/// µs of a clock that never jumps.
func monotonicMicros() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}

/// µs since the UTC epoch.
package func wallClockMicros() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
