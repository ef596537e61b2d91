#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a query's thread sleeps on: rung by sources, by commands, by its own end.
// @unchecked Sendable: all fields are used under `mutex`.
package final class Doorbell: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var rings: UInt64 = 0

  package init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func ring() {
    pthread_mutex_lock(mutex)
    rings &+= 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Rings so far: take it before looking at what the bell is about, then wait for it to change.
  package var count: UInt64 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return rings
  }

  /// Sleeps until the bell has rung since `seen` was read, at most `timeoutMicros` (nil: for ever).
  package func wait(since seen: UInt64, timeoutMicros: Int64?) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard let timeoutMicros else {
      while rings == seen { pthread_cond_wait(condition, mutex) }
      return
    }
    if timeoutMicros <= 0 { return }
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanos = Int64(deadline.tv_nsec) + (timeoutMicros % 1_000_000) * 1000
    deadline.tv_sec += Int(timeoutMicros / 1_000_000 + nanos / 1_000_000_000)
    deadline.tv_nsec = Int(nanos % 1_000_000_000)
    while rings == seen {
      if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return }
    }
  }
}
