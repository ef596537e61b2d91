import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A fixed set of threads that run one piece of work each, with the caller as number 0; the caller waits for all.
///
/// Rounds of work are handed over under one mutex and two conditions; between rounds the threads sleep.
// @unchecked Sendable: all mutable fields are guarded by `mutex`.
package final class WorkerPool: @unchecked Sendable {
  package let count: Int
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let done: UnsafeMutablePointer<pthread_cond_t>
  private var threads: [pthread_t] = []
  private var round = 0
  private var pending = 0
  private var isStopping = false
  private var work: (@Sendable (Int) -> Void)?

  /// `count` ≥ 1 workers, the caller included: `count − 1` threads, started at the first round.
  package init(count: Int) {
    self.count = max(1, count)
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    done = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    // `stop` must have been called if threads were started: they hold references to the pool.
    pthread_cond_destroy(wake)
    pthread_cond_destroy(done)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    done.deallocate()
    mutex.deallocate()
  }

  /// Runs `body(0) … body(count − 1)` at once and returns when all have returned.
  package func run(_ body: @escaping @Sendable (Int) -> Void) {
    if count == 1 {
      body(0)
      return
    }
    if threads.isEmpty { start() }
    pthread_mutex_lock(mutex)
    work = body
    pending = threads.count
    round += 1
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    body(0)
    // Threads that the system would not start: their share is done here.
    for index in threads.count + 1..<max(count, threads.count + 1) { body(index) }
    pthread_mutex_lock(mutex)
    while pending > 0 { pthread_cond_wait(done, mutex) }
    work = nil
    pthread_mutex_unlock(mutex)
  }

  /// Ends the threads. The pool can be started again by `run`.
  package func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    isStopping = false
  }

  private final class Start {
    let pool: WorkerPool
    let index: Int
    init(pool: WorkerPool, index: Int) {
      self.pool = pool
      self.index = index
    }
  }

  private func start() {
    for index in 1..<count {
      var thread = pthread_t()
      let start = Unmanaged.passRetained(Start(pool: self, index: index))
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.pool.serve(start.index)
          return nil
        }, start.toOpaque())
      if code == 0 {
        threads.append(thread)
      } else {
        start.release()
      }
    }
  }

  private func serve(_ index: Int) {
    var seen = 0
    pthread_mutex_lock(mutex)
    while true {
      while round == seen && !isStopping { pthread_cond_wait(wake, mutex) }
      if isStopping { break }
      seen = round
      let body = work
      pthread_mutex_unlock(mutex)
      body?(index)
      pthread_mutex_lock(mutex)
      pending -= 1
      if pending == 0 { pthread_cond_signal(done) }
    }
    pthread_mutex_unlock(mutex)
  }
}
