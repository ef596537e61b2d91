internal import Columnar
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Sends each step's rows by HTTP: a request of at most so many rows, tried again while the receiver may recover.
///
/// A request carries `Idempotency-Key: query-epoch-number`, the same in each attempt, so that a receiver can tell a
/// repetition.
final class HttpSink: Sink {
  struct Plan: Sendable {
    var request: HttpExchange.Request
    var rowsMax: Int
    var retry: RetryPolicy
    var queryName: String
  }

  private let plan: Plan
  private let makeEncoder: () throws(SQLError) -> any RowEncoder
  private let wake: WakePipe
  private var encoder: (any RowEncoder)?
  private var text = ByteWriter()
  private var rows = 0
  private var step: StepInfo?
  private var requests = 0
  private let isStopRequested = Atomic<Bool>(false)

  /// A receiver has this long to answer, once the query was asked to stop; then the query ends without its answer.
  private static let patienceMicros: useconds_t = 1_000_000

  init(_ plan: Plan, makeEncoder: @escaping () throws(SQLError) -> any RowEncoder) throws(SQLError) {
    self.plan = plan
    self.makeEncoder = makeEncoder
    wake = try WakePipe()
  }

  /// A receiver that does not answer, or is tried again, would keep the query from stopping. From any thread.
  func stopRequested() {
    if isStopRequested.exchange(true, ordering: .relaxed) { return }
    let wake = wake
    do throws(SQLError) {
      try startThread {
        usleep(Self.patienceMicros)
        wake.raise()
      }
    } catch {
      // Without a thread nobody can wait for it.
      wake.raise()
    }
  }

  func begin(_ step: StepInfo) throws(SQLError) {
    self.step = step
    requests = 0
  }

  func write(_ rows: ResultRows) throws(SQLError) {
    var start = 0
    while start < rows.batch.count {
      let end = min(start + plan.rowsMax - self.rows, rows.batch.count)
      let piece = ResultRows(rows.batch.slice(start..<end), operations: rows.operations.map { Array($0[start..<end]) })
      try openEncoder().write(piece, into: &text)
      self.rows += end - start
      start = end
      if self.rows >= plan.rowsMax { try send() }
    }
  }

  func end(_ step: StepInfo) throws(SQLError) { try send() }

  private func openEncoder() throws(SQLError) -> any RowEncoder {
    if let encoder { return encoder }
    let made = try makeEncoder()
    encoder = made
    if let step { made.begin(step, into: &text) }
    return made
  }

  private func send() throws(SQLError) {
    guard rows > 0, let encoder else { return }
    if let step { encoder.end(step, into: &text) }
    encoder.finish(into: &text)
    var request = plan.request
    request.body = text.array
    request.headers.append(("Idempotency-Key", "\(keyName)-\(step?.epoch ?? 0)-\(requests)"))
    requests += 1
    self.encoder = nil
    text.removeAll()
    rows = 0
    try deliver(request)
  }

  /// The query's name as a header may hold it.
  private var keyName: String {
    String(plan.queryName.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || $0.value >= 0x30 && $0.value <= 0x39) ? Character($0) : "_" })
  }

  private func deliver(_ request: HttpExchange.Request) throws(SQLError) {
    var failures = 0
    while true {
      var askedMillis: Int32 = 0
      do throws(SQLError) {
        guard let exchange = try HttpExchange.open(request, wake: wake) else { throw Self.stopped(request) }
        defer { exchange.close() }
        guard (200...299).contains(exchange.head.status) else {
          askedMillis = exchange.head.retryAfterMillis
          throw .httpStatus(exchange, request.method, kind: .sink, wake: wake)
        }
        return
      } catch {
        failures += 1
        guard error.isPassingHttpFailure, !wake.isRaised, failures <= plan.retry.attemptsMax ?? 0 else {
          var failure = error
          if failures > 1, !wake.isRaised { failure.message += "; given up after \(failures) attempts" }
          throw failure
        }
      }
      let delay = max(askedMillis, plan.retry.delayMillis(failures: failures - 1))
      if wake.wait(for: -1, events: 0, timeoutMillis: delay) == .woken { throw Self.stopped(request) }
    }
  }

  /// The rows of this request may not have been taken.
  private static func stopped(_ request: HttpExchange.Request) -> SQLError {
    SQLError(
      .sink, "CONNECTION_TIMEOUT",
      "\(request.method) \(request.url.text): the query was stopped before the receiver had answered; it may not have the last rows")
  }
}
