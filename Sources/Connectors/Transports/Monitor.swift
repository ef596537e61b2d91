internal import Glibc

/// A state that several threads change under one lock, and whose changes a thread can wait for.
// @unchecked Sendable: `state` is read and written only between lock and unlock of `mutex`.
final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init(_ state: State) {
    self.state = state
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` under the lock; waiters look again afterwards if it says so.
  func withLock<Result, Failure: Error>(
    waking: Bool = false, _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer {
      if waking { pthread_cond_broadcast(condition) }
      pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Runs `body` under the lock as soon as `isReady` holds.
  func wait<Result>(until isReady: (State) -> Bool, _ body: (inout State) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReady(state) { pthread_cond_wait(condition, mutex) }
    return body(&state)
  }

  /// Waits until `isReady` holds or the time is over; whether it holds.
  func wait(timeoutMillis: Int64, until isReady: (State) -> Bool) -> Bool {
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    let nanos = Int64(deadline.tv_nsec) + timeoutMillis % 1000 * 1_000_000
    deadline.tv_sec += Int(timeoutMillis / 1000 + nanos / 1_000_000_000)
    deadline.tv_nsec = Int(nanos % 1_000_000_000)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReady(state) {
      if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return isReady(state) }
    }
    return true
  }
}
